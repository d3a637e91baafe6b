"""Questions that were not answered: counted, without anything of who asked, and not for long."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import pytest

from bot.review_queue import REVIEW_FILE, ReviewQueue, Unanswered

MONDAY = datetime.date(2026, 7, 20)


@pytest.fixture
def queue(tmp_path: Path) -> ReviewQueue:
    """An empty queue."""
    return ReviewQueue(tmp_path / "var" / REVIEW_FILE)


def test_the_most_asked_comes_first(queue: ReviewQueue) -> None:
    """The same question in several weeks is one."""
    assert queue.questions() == []
    queue.add("puedo *** en la azotea", "es", today=MONDAY)
    for week in range(2):
        queue.add("what about cameras", "en", today=MONDAY + datetime.timedelta(weeks=week))
    expected = [Unanswered("what about cameras", "en", 2), Unanswered("puedo *** en la azotea", "es", 1)]
    assert queue.questions(today=MONDAY) == expected


@pytest.mark.parametrize("text", ["", "***", " *** "])
def test_a_question_without_a_word_is_not_kept(queue: ReviewQueue, text: str) -> None:
    """Nobody could write an answer to it."""
    queue.add(text, "es")
    assert queue.questions() == [] and not queue.file.exists()


@pytest.mark.parametrize("asked", [MONDAY + datetime.timedelta(days=day) for day in range(7)])
def test_nothing_is_kept_longer_than_90_days(queue: ReviewQueue, asked: datetime.date) -> None:
    """Whichever day of the week it was asked, and also where nobody asks anything any more."""
    queue.add("what about cameras", "en", today=asked)
    queue.forget_old(today=asked + datetime.timedelta(days=84))
    assert b"cameras" in queue.file.read_bytes()
    queue.forget_old(today=asked + datetime.timedelta(days=91))
    assert b"cameras" not in queue.file.read_bytes(), "nor is it left in a corner of the file"


def test_what_is_kept_tells_neither_who_nor_when(queue: ReviewQueue) -> None:
    """Week, language, words and a count; not even the order in which they came."""
    for text in ("zz last", "aa first"):
        queue.add(text, "en", today=MONDAY + datetime.timedelta(days=3))
    with sqlite3.connect(queue.file) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(unanswered)")]
        rows = database.execute("SELECT * FROM unanswered").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="rowid"):
            database.execute("SELECT rowid FROM unanswered")
    database.close()
    assert columns == ["week", "language", "text", "count"]
    assert rows == [("2026-07-20", "en", "aa first", 1), ("2026-07-20", "en", "zz last", 1)]
