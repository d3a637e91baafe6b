"""The README is true: its commands exist, its paths exist, its topic file passes the check."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.content.checks import check_content
from bot.settings import PROJECT_ROOT
from bot.text.facts import fingerprint

README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")


def test_every_path_exists() -> None:
    """Files and folders named in the tree, in code quotes, and in links."""
    named = re.findall(
        r"`((?:[\w.-]+/)*[\w-]+\.(?:py|yml|csv|md|png|toml)|(?:data|bot|tests|actions)/[\w/]*)`", README
    )
    named += re.findall(r"\]\(((?!http)[^)]+)\)", README)
    tree = re.search(r"    config\.yml.*?(?=\n\n)", README, re.DOTALL)
    assert tree is not None
    named += re.findall(r"(?<![\w.])((?:data|bot|actions|tests)/[\w./]*|[a-z]+\.yml)", tree[0])
    assert len(named) > 25
    assert [path for path in named if not (PROJECT_ROOT / path.rstrip(".")).exists()] == []


def test_every_command_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """Each `uv run kyr ...` is understood, and every command of `kyr` is in the README."""
    commands = {shlex.split(line)[0] for line in re.findall(r"uv run kyr ([^`\n]+)", README)}
    for command in sorted(commands):
        assert main([command, "--help"]) == 0
    capsys.readouterr()
    assert main(["--help"]) == 0
    listed = set(re.findall(r"^  (\w+)  +\w", capsys.readouterr().out, re.MULTILINE))
    assert listed == commands


def test_the_two_commands_are_those_of_the_checks() -> None:
    """What the README tells a newcomer is what decides whether a change lands."""
    assert "pip install uv && uv run kyr serve" in README
    assert "\n    uv run pytest\n" in README
    assert "\nuv run pytest " in (PROJECT_ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_dependency_says_why_it_is_there() -> None:
    """One line in the README each."""
    project = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert block is not None
    reasons = README[README.index("## What it is built on") :]
    for name in re.findall(r'"([A-Za-z][\w.-]*)', block[1]):
        assert re.search(rf"\b{re.escape(name)}\b", reasons), name


def test_the_topic_file_shown_is_one_that_passes(content_copy: Path) -> None:
    """Its header and questions, with a whole answer in place of the dots."""
    shown = README[README.index('    version: "3.1"\n') : README.index("1. Copy a file")]
    text = "\n".join(line.removeprefix("    ") for line in shown.splitlines())
    english = text[
        text.index("  - condition") : text.index("  - condition: [{type: slot, name: language, value: es}]")
    ]
    text = text[: text.index("  - condition")] + english
    known = re.search(r"text: \|-\n(.*?)    custom:.*short: ([^\n]+)", english, re.DOTALL)
    assert known is not None
    answer = "\n".join(line.strip() for line in known[1].strip().splitlines())
    stamp = f'language: es\n      reviewed_with: "{fingerprint(answer, known[2])}"'
    text += english.replace("value: en", "value: es").replace("language: en", stamp)
    text = text.replace("https://...", "https://example.org").replace("[ice_at_home]", "[bond]")
    (content_copy / "data/faq/warrant_types.yml").write_text(text + "\n", encoding="utf-8")
    assert [str(problem) for problem in check_content(content_copy)] == []
