"""Replacing the resource directory: all of it or nothing, and a way back."""

from __future__ import annotations

import functools
import itertools
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.directory.reading import read_directory
from bot.directory.services import OF_SERVICE
from bot.directory.tables import Tables, read_tables
from bot.directory.update import UpdateError, differences, edited, refuse, replace_directory, staged, undo
from bot.files.hashing import folder_hash
from bot.files.locks import exclusive
from bot.problems import ContentError, Problems
from bot.staff.directory import DirectoryEditor


def tables_in(folder: Path) -> Tables:
    tables = read_tables(folder, Problems(folder))
    assert tables is not None
    return tables


def names_in(folder: Path) -> list[str]:
    return [service.name["en"] for service in read_directory(folder).services]


@pytest.fixture
def folder(content_copy: Path) -> Path:
    """A directory that may be replaced."""
    return content_copy / "data" / "resources"


def renamed(folder: Path, name: str) -> Tables:
    """Return its tables with another name for the last service."""
    tables = tables_in(folder)
    tables["services"][2]["name"] = name
    return tables


def replace(folder: Path, tables: Tables, kept: Path) -> None:
    with staged(tables, folder) as new:
        replace_directory(new, folder, kept)


def test_a_good_directory_takes_the_place_of_the_old_one(folder: Path, tmp_path: Path) -> None:
    """And the old one can be gone back to, and forth."""
    kept = tmp_path / "var"
    replace(folder, renamed(folder, "Line 211"), kept)
    assert names_in(folder)[2] == "Line 211"
    assert undo(folder, kept) == ["~ 211-la: name: Line 211 -> 211 LA County"]
    assert names_in(folder)[2] == "211 LA County"
    assert undo(folder, kept) == ["~ 211-la: name: 211 LA County -> Line 211"]
    assert [path.name for path in folder.parent.iterdir() if "resources" in path.name] == ["resources"]


def test_a_directory_with_a_mistake_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """It is kept where it can be looked at, with every mistake by file and line."""
    tables = renamed(folder, "<script>alert(1)</script>")
    tables["phones"][1]["number"] = "call us"
    kept = tmp_path / "var"
    with staged(tables, folder) as new:
        with pytest.raises(ContentError):
            replace_directory(new, folder, kept)
        with pytest.raises(UpdateError) as refused:
            refuse(new, kept)
    assert str(refused.value).splitlines() == [
        f"The directory was not replaced. What was pulled is in {kept / 'refused'} and has mistakes:",
        f"{kept.name}/refused/phones.csv:3: number is `call us`. Write it like 888-624-4752.",
        f"{kept.name}/refused/services.csv:4: name holds < or >, a line break or a character that cannot be "
        "seen. Write plain text on one line.",
    ]
    assert names_in(folder)[2] == "211 LA County"
    assert not (kept / "previous").exists()


def test_without_an_earlier_directory_there_is_no_way_back(folder: Path, tmp_path: Path) -> None:
    """And that is said."""
    with pytest.raises(UpdateError, match="There is no earlier directory"):
        undo(folder, tmp_path / "var")


@pytest.mark.parametrize("call", ["fsync", "rename", "replace", "resolve"])
def test_a_kill_at_any_moment_leaves_a_whole_directory(folder: Path, tmp_path: Path, call: str) -> None:
    """The process is killed at the first, second, third ... call; what stands is the old or the new one."""
    for moment in range(1, 100):
        ended = _ended_by_kill(folder, tmp_path / "var", call, moment)
        assert names_in(folder)[2] in ("211 LA County", "Line 211")
        if not ended:
            break
    assert not ended and names_in(folder)[2] == "Line 211"
    assert not list(folder.parent.glob(".resources-*"))


def _ended_by_kill(folder: Path, kept: Path, call: str, moment: int) -> bool:
    """Replace the directory in another process, which is killed at its n-th call; say whether it was."""
    child = os.fork()
    if child == 0:
        owner = Path if call == "resolve" else os
        real, left = getattr(owner, call), moment

        def dying(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        setattr(owner, call, dying)
        try:
            replace(folder, renamed(folder, "Line 211"), kept)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_where_folders_cannot_be_exchanged_two_renames_do(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on systems other than Linux; when the second fails, the first is taken back."""
    monkeypatch.setattr("bot.files.folders._exchange", lambda one, other: False)
    replace(folder, renamed(folder, "Line 211"), tmp_path / "var")
    assert names_in(folder)[2] == "Line 211"
    real = os.rename

    def failing(source: Path, target: Path) -> None:
        if target == folder and source.name == folder.name:
            raise OSError("no space left")
        real(source, target)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="no space left"):
        replace(folder, renamed(folder, "Line 211 again"), tmp_path / "var")
    assert names_in(folder)[2] == "Line 211"


@pytest.fixture
def replacing(folder: Path, tmp_path: Path) -> DirectoryEditor:
    """What the terminal and the console replace the directory with."""
    audit, content = AuditLog(Database(tmp_path / "var")), folder.parent.parent
    return DirectoryEditor(folder, tmp_path / "var" / "resources", audit, content)


def test_no_service_goes_that_an_answer_names(replacing: DirectoryEditor, folder: Path) -> None:
    """Residents would be sent to nobody; the answer is named, and nothing changes."""
    file = folder.parent / "faq" / "red_card.yml"
    file.write_text(file.read_text().replace("  group:", "  call: [211-la]\n  group:", 1))
    tables = tables_in(folder)
    tables["services"] = [row for row in tables["services"] if row["id"] != "211-la"]
    for name, key in OF_SERVICE.items():
        tables[name] = [row for row in tables[name] if row[key] != "211-la"]
    before = folder_hash(folder)
    with pytest.raises(UpdateError, match=r"service 211-la would not be .* 1 answers name it: The red card"):
        replacing.replace("ana", "edit", lambda: tables, print)
    assert folder_hash(folder) == before


def test_replacements_at_once_take_turns(replacing: DirectoryEditor, folder: Path) -> None:
    """None meets a folder that another one is building or taking away, and each continues the one before."""
    before = folder_hash(folder)

    def clerk(name: str) -> None:
        for letter in "abcdefgh":
            build = functools.partial(renamed, folder, f"{name} {letter} 211")
            replacing.replace(name, "edit", build, lambda line: None)
            replacing.undo(name)

    with ThreadPoolExecutor(3) as clerks:
        list(clerks.map(clerk, ("ana", "berta", "clara")))
    entries = [*reversed(replacing.audit.entries(subject="directory"))]
    assert len(entries) == 48
    assert entries[0].before == f'"{before}"' and entries[-1].after == f'"{folder_hash(folder)}"'
    assert all(one.after == next_one.before for one, next_one in itertools.pairwise(entries))
    assert not list(folder.parent.glob(".resources-*"))


def test_whoever_would_wait_too_long_is_told(
    replacing: DirectoryEditor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may hold the lock for long; nothing is replaced then."""
    monkeypatch.setattr("bot.staff.directory._SECONDS_TO_WAIT", 0)
    with (
        exclusive(folder.parent, 0),
        pytest.raises(UpdateError, match="Somebody else is changing"),
    ):
        replacing.replace("ana", "edit", lambda: renamed(folder, "Line 211"), lambda line: None)
    assert names_in(folder)[2] == "211 LA County" and not replacing.audit.entries()


def changed(folder: Path, name: str, old: str, new: str) -> dict[str, bytes]:
    """Return a file of the directory as Excel would save it with another text."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    return {name: text.replace(old, new).replace("\n", "\r\n").encode("utf-8-sig")}


def test_an_edited_table_takes_the_place_of_the_present_one(folder: Path) -> None:
    """The others stay; what belongs to no service is among the differences too."""
    files = changed(folder, "organizations.csv", "https://www.hpca.gov", "https://www.hpca.gov/hall")
    row = b"323-555-0100,Nobody,Not confirmed.,Sin confirmar.,"
    files |= {"withheld_phones.csv": b"number,who,reason,reason_es,source_url\n" + row + b"\n"}
    present = tables_in(folder)
    assert [
        line for line in differences(present, edited(files, folder)) if "555" in line or "hall" in line
    ] == [
        "+ withheld_phones/323-555-0100: 323-555-0100",
        "~ organizations/city-of-huntington-park: website: https://www.hpca.gov -> https://www.hpca.gov/hall",
    ]
    assert tables_in(folder) == present


@pytest.mark.parametrize(
    ("name", "old", "new", "mistake"),
    [
        ("phones.csv", "211", "call us", "phones.csv:3: number is `call us`. Write it like 888-624-4752."),
        (
            "services.csv",
            "211 LA County",
            "=LINK(1)",
            "services.csv:4: name begins as a formula does (`=LINK(1)`). Begin with a letter or a number.",
        ),
    ],
)
def test_a_mistake_in_an_edited_table_is_named_with_its_line(
    folder: Path, name: str, old: str, new: str, mistake: str
) -> None:
    """By the name of the file that was sent; nothing is changed."""
    present = tables_in(folder)
    with pytest.raises(UpdateError) as refused:
        edited(changed(folder, name, old, new), folder)
    said = str(refused.value).splitlines()
    assert said[0] == "The directory was not changed. These tables have mistakes:"
    assert mistake in said
    assert tables_in(folder) == present


def test_dates_and_times_are_understood_as_excel_saves_them(folder: Path) -> None:
    """It writes them in its own way in every row, also where nothing was changed."""
    files = changed(folder, "services.csv", "2026-11-22", "11/22/2026")
    files |= changed(folder, "schedules.csv", "00:00,23:59", "0:00,11:59:00 PM")
    present = tables_in(folder)
    assert edited(files, folder) == present


def test_a_day_before_its_month_is_no_date(folder: Path) -> None:
    """It is not guessed."""
    with pytest.raises(
        UpdateError, match=r"services\.csv:2: assured_date is `22/11/2026`, which is no date\."
    ):
        edited(changed(folder, "services.csv", "2026-11-22", "22/11/2026"), folder)


@pytest.mark.parametrize("name", ["people.csv", "../services.csv", "datapackage.json"])
def test_a_file_that_is_no_table_is_refused(folder: Path, name: str) -> None:
    """Also the description of the tables, and a path out of the folder."""
    with pytest.raises(UpdateError, match="there is no such table"):
        edited({name: b"x"}, folder)
