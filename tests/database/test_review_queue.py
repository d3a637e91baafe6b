"""Questions that were not answered: counted, without anything of who asked, and not for long."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import inspect, select, text

from bot.database.engine import Database
from bot.database.review_queue import NOT_HELPFUL, ReviewQueue, Unanswered
from bot.database.tables import REVIEW_QUEUE

MONDAY = datetime.date(2026, 7, 20)


@pytest.fixture
def queue(database: Database) -> ReviewQueue:
    """An empty queue."""
    return ReviewQueue(database)


def test_the_most_asked_comes_first(queue: ReviewQueue) -> None:
    """The same question in several weeks is one; one for another reason or topic is another."""
    assert queue.questions() == []
    queue.add("puedo *** en la azotea", "es", today=MONDAY)
    for week in range(3):
        queue.add("what about cameras", "en", today=MONDAY + datetime.timedelta(weeks=week))
    for topic in ("bond", "bond", "red_card"):
        queue.add("what about cameras", "en", reason=NOT_HELPFUL, topic=topic, today=MONDAY)
    assert queue.questions(today=MONDAY) == [
        Unanswered("what about cameras", "en", 3),
        Unanswered("what about cameras", "en", 2, NOT_HELPFUL, "bond"),
        Unanswered("what about cameras", "en", 1, NOT_HELPFUL, "red_card"),
        Unanswered("puedo *** en la azotea", "es", 1),
    ]


@pytest.mark.parametrize("text", ["", "***", " *** "])
def test_a_question_without_a_word_is_not_kept(queue: ReviewQueue, text: str) -> None:
    """Nobody could write an answer to it."""
    queue.add(text, "es")
    assert queue.questions() == []


def test_what_was_dealt_with_is_taken_out(queue: ReviewQueue) -> None:
    """In every week and language, however it came in; what is not there is not counted."""
    for language in ("en", "es"):
        queue.add("what about cameras", language)
    queue.add("what about cameras", "en", reason=NOT_HELPFUL, topic="bond")
    queue.add("it's 100% *** _", "en")
    queue.add("stays", "en")
    assert queue.remove(["what about cameras", "it's 100% *** _", "unknown"]) == 2
    assert [one.text for one in queue.questions()] == ["stays"]
    assert queue.remove([]) == 0


def test_the_longest_question_in_any_letters_is_kept(queue: ReviewQueue) -> None:
    """PostgreSQL cannot find rows again by more than some thousand bytes; what is longer is cut."""
    letters = "".join(chr(0x1D400 + number % 800) for number in range(1000))
    queue.add(letters, "en")
    (kept,) = queue.questions()
    assert letters.startswith(kept.text) and len(kept.text) == 500


def bytes_of(database: Database) -> bytes:
    """Return all that a SQLite database has on the disk; of PostgreSQL the rows of its table's file."""
    if database.file is not None:
        return b"".join(path.read_bytes() for path in database.file.parent.glob(f"{database.file.name}*"))
    with database.transaction() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
        size = connection.execute(text("SELECT pg_relation_size('review_queue') / 8192")).scalar_one()
        pages = (
            connection.execute(text(f"SELECT get_raw_page('review_queue', {page})")).scalar_one()
            for page in range(size)
        )
        return b"".join(bytes(page) for page in pages)


@pytest.mark.parametrize("asked", [MONDAY + datetime.timedelta(days=day) for day in range(7)])
def test_nothing_is_kept_longer_than_90_days(queue: ReviewQueue, asked: datetime.date) -> None:
    """Whichever day of the week it was asked, and also where nobody asks anything any more."""
    queue.add("what about cameras", "en", today=asked)
    queue.forget_old(today=asked + datetime.timedelta(days=84))
    assert b"cameras" in bytes_of(queue.database)
    queue.forget_old(today=asked + datetime.timedelta(days=91))
    assert b"cameras" not in bytes_of(queue.database), "nor is it left in a corner of the file"


def test_what_is_kept_tells_neither_who_nor_when(queue: ReviewQueue) -> None:
    """Week, language, reason, topic, words and a count; not even the order in which they came."""
    for question in ("zz last", "aa first", "zz last"):
        queue.add(question, "en", today=MONDAY + datetime.timedelta(days=3))
    queue.forget_old(today=MONDAY)
    with queue.database.transaction() as connection:
        columns = [column["name"] for column in inspect(connection).get_columns("review_queue")]
        rows = [tuple(row) for row in connection.execute(select(REVIEW_QUEUE))]
        if queue.database.file is None:
            # What PostgreSQL notes of each row: who wrote it last, and where it lies.
            hidden = connection.execute(text("SELECT DISTINCT xmin::text FROM review_queue")).scalars().all()
            assert len(hidden) == 1
        else:
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'review_queue'"))
            assert "WITHOUT ROWID" in made.scalar_one()
    assert columns == ["week", "language", "reason", "topic", "text", "count"]
    assert rows == [
        ("2026-07-20", "en", "unanswered", "", "aa first", 1),
        ("2026-07-20", "en", "unanswered", "", "zz last", 2),
    ]
