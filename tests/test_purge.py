"""`kyr purge` and `kyr review`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.feedback import FEEDBACK_FILE, Feedback
from bot.processes import free_port
from bot.purge import purge
from bot.review_queue import REVIEW_FILE, ReviewQueue


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with something in it, and something that is none of the residents'."""
    ReviewQueue(tmp_path / REVIEW_FILE).add("what about cameras", "en")
    Feedback(tmp_path / FEEDBACK_FILE).count("red_card", "es", helpful=True)
    (tmp_path / f"{REVIEW_FILE}-journal").write_text("left by a crash", encoding="utf-8")
    (tmp_path / "published.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path))
    return tmp_path


def test_review_lists_what_was_asked_in_vain(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How often, in which language, in which words."""
    assert main(["review"]) == 0
    assert capsys.readouterr().out == "    1  en  what about cameras\n"


def test_purge_removes_all_of_it_and_nothing_else(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each file is named; a second time there is nothing to remove."""
    assert main(["purge"]) == 0
    names = [line.rpartition("/")[2] for line in capsys.readouterr().out.splitlines()]
    assert names == [
        REVIEW_FILE,
        f"{REVIEW_FILE}-journal",
        FEEDBACK_FILE,
    ]
    assert [file.name for file in data_dir.iterdir()] == ["published.json"]
    assert main(["purge"]) == 0 and capsys.readouterr().out == "Nothing was kept.\n"
    assert main(["review"]) == 0
    assert capsys.readouterr().out == "There are no questions without an answer.\n"


def test_review_says_where_nothing_is_kept(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That it is a setting."""
    purge(data_dir, "")
    monkeypatch.setenv("KYR_KEEP_UNANSWERED", "0")
    assert main(["review"]) == 0
    assert "not kept (KYR_KEEP_UNANSWERED=0)" in capsys.readouterr().out


def test_a_redis_that_does_not_answer_is_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what happens to its content anyway; its address, which may hold a password, is not shown."""
    monkeypatch.setenv("KYR_REDIS_URL", f"redis://:secret@127.0.0.1:{free_port()}/0")
    assert main(["purge"]) == 1
    said = capsys.readouterr().err
    assert "Redis does not answer (ConnectionError). Start it and run `kyr purge` again" in said
    assert "secret" not in said
