"""The content that staff edit is made of the program's own, outside of it: wholly, once, with its base."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.content.home import HomeError, make_content, state_of
from bot.content.paths import BASE
from bot.settings import PROJECT_ROOT, read_settings
from tests.conftest import SMALL_CONTENT


def test_a_first_start_makes_the_content_and_keeps_what_it_was_made_of(tmp_path: Path) -> None:
    """In a folder that is not there yet, and only once."""
    home = tmp_path / "var/content"
    assert make_content(home, SMALL_CONTENT)
    assert state_of(home) == state_of(home / BASE) == state_of(SMALL_CONTENT)
    assert sorted(path.name for path in home.iterdir()) == [BASE, "config.yml", "data", "domain.yml"]
    (home / "domain.yml").write_text("changed", encoding="utf-8")
    assert not make_content(home, SMALL_CONTENT)
    assert (home / "domain.yml").read_text(encoding="utf-8") == "changed"


def test_what_was_ended_half_way_is_made_anew(tmp_path: Path) -> None:
    """Whatever of it stands there already, and what was under way; also on a disk of its own."""
    home = tmp_path / "content"
    make_content(home, SMALL_CONTENT)
    shutil.rmtree(home / "data")
    (home / ".making-half").mkdir()
    (home / "lost+found").mkdir()
    assert make_content(home, SMALL_CONTENT)
    assert state_of(home) == state_of(SMALL_CONTENT)
    assert not (home / ".making-half").exists()


def test_a_folder_with_anything_else_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    """Nobody's files are overwritten: the check says what is missing there."""
    (tmp_path / "domain.yml").write_text("mine", encoding="utf-8")
    assert not make_content(tmp_path, SMALL_CONTENT)
    assert [path.name for path in tmp_path.iterdir()] == ["domain.yml"]


def test_the_programs_own_content_is_never_made(tmp_path: Path) -> None:
    """Whoever develops edits it where it stands."""
    assert not make_content(PROJECT_ROOT)
    assert not (PROJECT_ROOT / BASE).exists()


def test_what_staff_edited_in_a_checkout_is_the_citys(tmp_path: Path) -> None:
    """The content comes as it stands, its base as it was committed."""
    program = shutil.copytree(SMALL_CONTENT, tmp_path / "program")
    git = ["git", "-C", str(program), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "released"]):
        subprocess.run([*git, *step], check=True)  # noqa: S603
    edited = program / "data/faq/bond.yml"
    edited.write_text(edited.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    make_content(tmp_path / "content", program)
    assert state_of(tmp_path / "content") == state_of(program)
    assert state_of(tmp_path / "content" / BASE) == state_of(SMALL_CONTENT)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """With the reason, and what to do."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(HomeError, match=r"file/content: the content .* KYR_CONTENT_DIR"):
        make_content(tmp_path / "file/content", SMALL_CONTENT)


def test_every_command_finds_the_content_where_staff_edit_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no setting says otherwise, a folder beside the models, which the first command makes."""
    monkeypatch.delenv("KYR_CONTENT_DIR", raising=False)
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    assert main(["content"]) == 0
    printed = capsys.readouterr()
    assert f"Made the content that staff edit in {tmp_path}/var/content." in printed.err
    assert "Changed by the release alone: 0; by both: 0" in printed.out
    assert read_settings().resources_dir == tmp_path / "var/content/data/resources"
    assert state_of(tmp_path / "var/content") == state_of(PROJECT_ROOT)
    assert main(["content"]) == 0
    assert "Made" not in capsys.readouterr().err
