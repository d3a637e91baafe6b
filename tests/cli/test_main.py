"""The `kyr` command: exit codes and what it prints, for everything that needs no model."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.directory.pull import pull
from tests.conftest import SMALL_CONTENT


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content_copy: Path) -> Path:
    """Every command works on a copy of the small content and keeps its models in a new folder."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(content_copy))
    return content_copy


def test_check_counts_what_it_found_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0 and one line."""
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "3 topics (2 answered), 3 services: no mistake found.\n"


def test_check_prints_a_line_a_mistake(own_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1."""
    path = own_folders / "data/faq/bond.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("group: rights", "group: x"), encoding="utf-8")
    assert main(["check"]) == 1
    assert capsys.readouterr().out == (
        "data/faq/bond.yml:4: group is 'x'. Use one of: ordinance, hp_with_you, rights, help.\n"
    )
    assert main(["check", str(own_folders / "data/faq/red_card.yml")]) == 0


def test_check_of_a_missing_path_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped name is not "no mistake found"."""
    assert main(["check", "nowhere.yml"]) == 1
    assert capsys.readouterr().err == "nowhere.yml: there is no such file or folder. Check the name.\n"


def test_topics_are_listed_with_their_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that expire first at the top, and a count."""
    assert main(["topics"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["checked", "red_card", "check", "by", "2027-11-22"]
    assert [line.split() for line in lines[1:3]] == [["off", "bond"], ["directory", "food_assistance"]]
    assert lines[3] == "1 checked, 1 directory, 1 off"


def test_services_are_listed_with_the_day_of_their_last_check(capsys: pytest.CaptureFixture[str]) -> None:
    """Those to be confirmed first at the top, and a count."""
    assert main(["resources"]) == 0
    *services, count = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in services] == [
        ["checked", "2026-11-22", name] for name in ("hp-with-you", "la-regional-food-bank", "211-la")
    ]
    assert count == "3 services, 0 of them last checked more than 180 days ago"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """A folder of tables that a real web server publishes, and the address of its data package."""
    folder = Path(shutil.copytree(SMALL_CONTENT / "data" / "resources", tmp_path / "published"))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    # Nothing is pulled from this machine otherwise.
    monkeypatch.setattr("bot.__main__.pull", functools.partial(pull, may_reach=lambda address: True))
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/datapackage.json"
        server.shutdown()


def test_a_published_directory_replaces_ours_and_can_be_undone(
    own_folders: Path, published: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What changes is shown first; nothing to change is said, too."""
    folder, url = published
    ours = own_folders / "data" / "resources" / "phones.csv"
    before = ours.read_text(encoding="utf-8")
    assert main(["resources", "pull", url]) == 0
    assert capsys.readouterr().out == "Nothing has changed.\n"
    (folder / "phones.csv").write_text(before.replace("24 hours a day", "Day and night"), encoding="utf-8")
    assert main(["resources", "pull", url]) == 0
    shown, done = capsys.readouterr().out.splitlines()
    assert shown == "~ 211-la: phones: 211 voice 24 hours a day -> 211 voice Day and night"
    assert done.startswith("Replaced ") and "Day and night" in ours.read_text(encoding="utf-8")
    assert main(["resources", "undo"]) == 0
    assert ours.read_text(encoding="utf-8") == before


def test_what_somebody_withholds_during_a_pull_stays_withheld(
    own_folders: Path, published: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull may take minutes; what is ours is read after it."""
    folder, url = published
    withheld = own_folders / "data" / "resources" / "withheld_phones.csv"

    async def pull_while_somebody_writes(*arguments: Any) -> Any:
        pulled = await pull(*arguments, may_reach=lambda address: True)
        with withheld.open("a", encoding="utf-8") as table:
            table.write("323-555-0100,Nobody,Not confirmed.,\n")
        return pulled

    monkeypatch.setattr("bot.__main__.pull", pull_while_somebody_writes)
    phones = folder / "phones.csv"
    phones.write_text(phones.read_text("utf-8").replace("24 hours a day", "Day and night"), "utf-8")
    assert main(["resources", "pull", url]) == 0
    assert "323-555-0100" in withheld.read_text(encoding="utf-8")


def test_a_published_directory_with_a_mistake_is_refused(
    own_folders: Path, published: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, every mistake by file and line, and ours as it was."""
    folder, url = published
    ours = own_folders / "data" / "resources" / "phones.csv"
    before = ours.read_text(encoding="utf-8")
    (folder / "phones.csv").write_text(before.replace(",211,", ",323-582-6161,"), encoding="utf-8")
    assert main(["resources", "pull", url]) == 1
    refused = capsys.readouterr().err
    assert "The directory was not replaced." in refused
    assert "phones.csv:2: the number 323-582-6161 must not be given to residents" in refused
    assert ours.read_text(encoding="utf-8") == before
    assert main(["resources", "undo"]) == 1
    assert "There is no earlier directory" in capsys.readouterr().err


def test_training_on_bad_content_stops_at_once(own_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No candidate, exit 1, the mistake named."""
    (own_folders / "data/rules.yml").unlink()
    assert main(["train"]) == 1
    assert capsys.readouterr().err == "data/rules.yml:1: the file is missing. Restore it.\n"
    assert main(["models"]) == 0
    assert capsys.readouterr().out == "There is no model yet. `kyr train` makes one.\n"


def test_publishing_an_unknown_model_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1."""
    assert main(["publish", "7"]) == 1
    assert capsys.readouterr().err == "There is no model '7'. `kyr models` lists those that are kept.\n"


def test_evaluating_a_missing_file_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Before any model is looked for."""
    assert main(["evaluate", "nowhere.jsonl"]) == 1
    assert capsys.readouterr().err == (
        "nowhere.jsonl: cannot be read (No such file or directory). Check the name.\n"
    )


def test_an_empty_question_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Without starting anything."""
    assert main(["ask", "  "]) == 1
    assert capsys.readouterr().err == "The question is empty. Write it in quotes after `kyr ask`.\n"


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, no traceback."""
    monkeypatch.setenv("KYR_LOG_LEVEL", "loud")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.startswith("KYR_LOG_LEVEL is 'LOUD'")


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["serve", "--port", "x"], ["ask", "hi", "--lang", "fr"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """As every command line tool does."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: kyr" in capsys.readouterr().err
