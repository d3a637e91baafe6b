"""`kyr directory`: what is listed, and that it is replaced wholly or not at all."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from bot.directory.pull import pull
from tests.conftest import SMALL_CONTENT

pytestmark = pytest.mark.usefixtures("own_folders")


def test_services_are_listed_with_the_day_of_their_last_check(capsys: pytest.CaptureFixture[str]) -> None:
    """Those to be confirmed first at the top, and a count."""
    assert main(["directory"]) == 0
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
    monkeypatch.setattr("bot.directory.pull.pull", functools.partial(pull, may_reach=lambda address: True))
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
    assert main(["directory", "pull", url]) == 0
    assert capsys.readouterr().out == "Nothing has changed.\n"
    (folder / "phones.csv").write_text(before.replace("24 hours a day", "Day and night"), encoding="utf-8")
    assert main(["directory", "pull", url]) == 0
    shown, done = capsys.readouterr().out.splitlines()
    assert shown == "~ 211-la: phones: 211 voice 24 hours a day -> 211 voice Day and night"
    assert done.startswith("Replaced ") and "Day and night" in ours.read_text(encoding="utf-8")
    assert main(["directory", "undo"]) == 0
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
            table.write("323-555-0100,Nobody,Not confirmed.,Sin confirmar.,,,,\n")
        return pulled

    monkeypatch.setattr("bot.directory.pull.pull", pull_while_somebody_writes)
    phones = folder / "phones.csv"
    phones.write_text(phones.read_text("utf-8").replace("24 hours a day", "Day and night"), "utf-8")
    assert main(["directory", "pull", url]) == 0
    assert "323-555-0100" in withheld.read_text(encoding="utf-8")


def test_a_row_with_a_mistake_is_left_out_and_the_rest_is_taken(
    own_folders: Path, published: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With what is wrong and what to do; where nothing is left to answer with, ours stays as it was."""
    folder, url = published
    ours = own_folders / "data" / "resources" / "phones.csv"
    before = ours.read_text(encoding="utf-8")
    assert main(["directory", "undo"]) == 1
    assert "There is no earlier directory" in capsys.readouterr().err
    wrong = before.replace(",211,", ",323-582-6161,", 1)
    (folder / "phones.csv").write_text(wrong.replace("24 hours", "All 24 hours"), encoding="utf-8")
    assert main(["directory", "pull", url]) == 0
    shown = capsys.readouterr().out
    assert "! Los Angeles Regional Food Bank: 323-582-6161" in shown
    assert "left out: the number 323-582-6161 must not be given to residents" in shown
    after = ours.read_text(encoding="utf-8")
    assert "All 24 hours" in after and "323-582-6161" not in after
    (folder / "phones.csv").write_text(before.replace(",211,", ",323-582-6161,"), encoding="utf-8")
    assert main(["directory", "pull", url]) == 1
    assert "The directory was not replaced." in capsys.readouterr().err
    assert ours.read_text(encoding="utf-8") == after
