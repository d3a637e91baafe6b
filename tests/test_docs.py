"""The documentation is true: its commands, settings, paths, addresses and words of the screen exist."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.cli.main import main
from bot.content.checks import check_content
from bot.content.page_texts import read_page_texts
from bot.content.reading import Content
from bot.database.audit import shown_settings
from bot.gateway.app import create_app
from bot.settings import PROJECT_ROOT, Settings
from bot.text.facts import fingerprint

README = PROJECT_ROOT / "README.md"
DOCUMENTS = sorted([*PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "docs").rglob("*.md")])
OPERATE, CONTENT, API = (PROJECT_ROOT / "docs" / name for name in ("operate.md", "content.md", "api.md"))
ARCHITECTURE = PROJECT_ROOT / "docs" / "architecture.md"
HANDBOOKS = {"en": PROJECT_ROOT / "docs/staff.md", "es": PROJECT_ROOT / "docs/es/personal.md"}

# Files and folders of this project, as they are named in code quotes, blocks and sentences.
_FOLDERS = "actions|bench|bot|data|docs|tests"
_PATH = re.compile(rf"(?<![\w./-])(?:(?:{_FOLDERS})/[\w./-]*|[\w-]+\.(?:lock|toml)|(?:config|domain)\.yml)")
# What residents' phones or other projects call so.
_NOT_OURS = ("datapackage.json",)
_LINK = re.compile(r"(?:\]\(|src=\")(?!https?:)([^)\"\s]*)")
_COMMAND = re.compile(r"(?:uv run|\.venv/bin/)\s*kyr (?P<rest>[^`\n|&;]*)")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def name_of(document: Path) -> str:
    return str(document.relative_to(PROJECT_ROOT))


def help_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what `kyr <words> --help` prints; it must end well."""
    assert main([*words, "--help"]) == 0, words
    return capsys.readouterr().out


def steps_in(shown: str) -> set[str]:
    """Return the commands or steps that a help lists: an indented word, and what it does behind or below."""
    listed = re.findall(r"^ {2,4}([a-z][a-z-]+)(?: {2,}\S|\n {6,}\S)", shown, re.MULTILINE)
    return {name for name in listed if name != "help"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_exists(document: Path) -> None:
    """Files and folders named anywhere in a document."""
    named = [path.rstrip(".") for path in _PATH.findall(text_of(document))]
    named = [path for path in named if path not in _NOT_OURS]
    assert [path for path in named if not (PROJECT_ROOT / path).exists()] == []


def test_paths_are_found() -> None:
    """The test above looks at something: the map of the README, the walks of the architecture."""
    assert len(_PATH.findall(text_of(README))) > 25
    assert len(_PATH.findall(text_of(ARCHITECTURE))) > 50


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Files, pictures, and headings in them."""
    broken = []
    for link in _LINK.findall(text_of(document)):
        path, _, heading = unquote(link).partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (heading and heading not in headings_of(target)):
            broken.append(link)
    assert broken == []


def headings_of(document: Path) -> set[str]:
    """Return the names by which headings are linked: small letters, no signs, - for spaces."""
    headings = re.findall(r"^#+ (.+)$", text_of(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_document_is_one_step_from_the_readme() -> None:
    """Whoever begins there finds each of them."""
    linked = {(PROJECT_ROOT / link).resolve() for link in _LINK.findall(text_of(README))}
    assert set(DOCUMENTS) - {README} <= linked


def test_the_readme_is_short() -> None:
    """A newcomer reads it to the end."""
    assert len(text_of(README).splitlines()) <= 120


def commands_in(document: Path) -> Iterator[list[str]]:
    """Yield the words behind each `kyr` that is run in a document."""
    for found in _COMMAND.finditer(text_of(document)):
        yield shlex.split(found["rest"], comments=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_shown_is_understood(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Command, step and options of each `uv run kyr ...` are in its help."""
    for words in commands_in(document):
        named: list[str] = []
        for word in words[:2]:
            if word in steps_in(help_of(capsys, *named)):
                named.append(word)
        assert named, words
        shown = help_of(capsys, *named)
        for option in (word for word in words if word.startswith("-")):
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", shown), (named, option)


def test_every_command_and_step_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the program, and each of its steps, has a line in docs/operate.md."""
    commands = steps_in(help_of(capsys))
    assert len(commands) > 20
    documented = list(commands_in(OPERATE))
    assert {words[0] for words in documented} == commands
    for command in sorted(commands):
        steps = steps_in(help_of(capsys, command))
        assert steps <= {words[1] for words in documented if words[0] == command and len(words) > 1}, command


def test_the_two_commands_are_those_of_the_checks() -> None:
    """What the README tells a newcomer is what decides whether a change lands."""
    readme = text_of(README)
    assert "\npip install uv && uv run kyr serve\n" in readme
    assert "\nuv run pytest\n" in readme
    assert "\nuv run pytest " in (PROJECT_ROOT / ".ci/run").read_text(encoding="utf-8")


def rows_of_settings() -> dict[str, tuple[str, str]]:
    """Return default and meaning of each setting in the table of docs/operate.md."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|$", text_of(OPERATE), re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in rows}


def test_every_setting_is_documented() -> None:
    """None is missing and none too many; numbers and yes or no with their default, secrets as such."""
    settings, documented = shown_settings(Settings()), rows_of_settings()
    assert set(documented) == set(settings)
    for name, field in zip(settings, dataclasses.fields(Settings), strict=True):
        default, meaning = documented[name]
        assert meaning.startswith("**secret**") == (not field.repr), name
        if isinstance(field.default, (bool, int)):
            assert default == f"`{int(field.default)}`", name
        elif not field.default:
            assert default == "none", name


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_setting_named_exists(document: Path) -> None:
    """No document names one that the program does not read."""
    named = set(re.findall(r"\b(?:KYR|TWILIO|TELEGRAM)_[A-Z_]+", text_of(document)))
    assert named <= set(shown_settings(Settings()))


def test_every_dependency_says_why_it_is_there() -> None:
    """One line in docs/architecture.md each."""
    project = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert block is not None
    architecture = text_of(ARCHITECTURE)
    reasons = architecture[architecture.index("## What it is built on") :]
    for name in re.findall(r'"([A-Za-z][\w.-]*)', block[1]):
        assert re.search(rf"\b{re.escape(name)}\b", reasons), name


def test_every_room_is_on_the_map() -> None:
    """The README and docs/architecture.md name each folder of bot/; the latter in the order of imports."""
    rooms = {path.parent.name for path in (PROJECT_ROOT / "bot").glob("*/__init__.py")}
    for document in (README, ARCHITECTURE):
        assert rooms <= set(re.findall(r"`bot/(\w+)/`", text_of(document))), name_of(document)
    project = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"^layers = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert layers is not None
    lines = [layer.replace("bot.", "") for layer in re.findall(r'"([^"]+)"', layers[1])]
    of_rooms = [line for line in lines if rooms & set(line.split(" | "))]
    assert "\n".join(["```", *of_rooms, "```"]) in text_of(ARCHITECTURE)


def test_every_address_of_the_gateway_is_documented(small_content: Content) -> None:
    """docs/api.md names each route, and none that is not there."""
    channels = Settings(
        twilio_account_sid="AC0",
        twilio_auth_token="token",  # noqa: S106 - of nobody
        telegram_bot_token="token",  # noqa: S106
        telegram_secret_token="token",  # noqa: S106
        public_url="https://rights.example.org",
    )
    app = create_app(small_content, channels, rasa_url="", actions_url="", model_version="")
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.method != "HEAD"
    }
    named = re.findall(r"\b(GET|POST) (/[\w/{}.-]*)", text_of(API))
    assert set(named) == routes


@pytest.mark.parametrize("language", HANDBOOKS)
def test_the_handbook_speaks_of_what_is_on_the_screen(language: str) -> None:
    """Words in bold are texts of the console in that language."""
    texts = {
        text.removesuffix(".")
        for text in read_page_texts(*sorted((PROJECT_ROOT / "bot/console/texts").glob("*.yml")))[
            language
        ].values()
    }
    text = re.sub(r"`[^`\n]*`", "", text_of(HANDBOOKS[language]))
    bold = re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)
    words = {" ".join(text.split()).removesuffix(".") for text in bold}
    assert len(words) > 30
    assert sorted(words - texts - {"bold", "negritas"}) == []


def test_both_handbooks_say_the_same() -> None:
    """The same parts, with the same steps, commands and pictures."""
    shapes = []
    for document in HANDBOOKS.values():
        text = text_of(document)
        shapes.append(
            [
                [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)],
                [
                    len(list(group))
                    for _, group in itertools.groupby(re.findall(r"^(\d)\. ", text, re.MULTILINE))
                ],
                [words[:2] for words in commands_in(document) if words[0] != "ask"],
                len(re.findall(r"!\[", text)),
            ]
        )
    assert shapes[0] == shapes[1]


def test_the_files_shown_are_ones_that_pass(content_copy: Path) -> None:
    """A situation with its English answer in place of the dots, and a core answer with the header shown."""
    situation, core = re.findall(r"```yaml\n(.*?)```", text_of(CONTENT), re.DOTALL)[:2]
    in_spanish = "  - condition: [{type: slot, name: language, value: es}]"
    begin = situation[: situation.index("  - condition")]
    english = situation[situation.index("  - condition") : situation.index(in_spanish)]
    known = re.search(r'text: \|-\n(.*?)    custom:.*short: "([^\n]+)"', english, re.DOTALL)
    assert known is not None
    # The small content has other services and answers than those that are named.
    english = re.sub(r"\[[a-z-]+\]", "[211-la]", english)
    answer = "\n".join(line.strip() for line in known[1].strip().splitlines())
    stamp = fingerprint(answer, known[2].replace("[chirla-hotline]", "[211-la]"))
    spanish = english.replace("value: en", "value: es").replace(
        "language: en", f'language: es\n      reviewed_with: "{stamp}"'
    )
    text = re.sub(r"(call|next|related): \[.*\]", r"\1: []", begin + english + spanish)
    shown = re.search(r"order: \[(.*)\]", core)
    assert shown is not None
    faq = content_copy / "data/faq"
    for name in (situations := shown[1].split(", ")):
        other = text.replace("ice_in_public.free_to_go", f"ice_in_public.{name}")
        for repeated in ("Can I walk away?", "¿Me puedo ir?", "and when should I say it?", "irme?"):
            other = other.replace(repeated, f"{repeated} {name}")
        (faq / f"ice_in_public.{name}.yml").write_text(other, encoding="utf-8")
    assert "free_to_go" in situations
    header = re.sub(r"(related|services): \[.*\]", r"\1: []", core)
    text = text.replace("ice_in_public.free_to_go", "ice_in_public").replace(
        "topic:\n", f"topic:\n{header}", 1
    )
    (faq / "ice_in_public.yml").write_text(text.replace("irme?", "irme? sí"), encoding="utf-8")
    assert [str(problem) for problem in check_content(content_copy)] == []
