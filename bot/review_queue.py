"""The review queue: questions that were not answered, so that staff can write what is missing.

What comes in has lost everything that is not a word of our own texts (bot.privacy.keep_own_words). With it
stand the week and the language: not who, not when, not by which channel. It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.local_time import current_date
from bot.privacy import REMOVED
from bot.weekly_file import opened, week_of

REVIEW_FILE = "review.sqlite3"
DAYS_KEPT = 90

# Without row numbers, which would tell in what order questions came.
_TABLE = """
    CREATE TABLE IF NOT EXISTS unanswered (
        week TEXT NOT NULL,
        language TEXT NOT NULL,
        text TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (week, language, text)
    ) WITHOUT ROWID
"""
_ADD = """
    INSERT INTO unanswered VALUES (?, ?, ?, 1)
    ON CONFLICT (week, language, text) DO UPDATE SET count = count + 1
"""
_LIST = """
    SELECT text, language, SUM(count) FROM unanswered
    GROUP BY text, language ORDER BY 3 DESC, language, text
"""


@dataclass(frozen=True)
class Unanswered:
    """A question, the language it was replied to in, and how often it was asked."""

    text: str
    language: str
    count: int


@dataclass(frozen=True)
class ReviewQueue:
    """The questions in a file; it is made when the first one comes."""

    file: Path

    def add(self, text: str, language: str, *, today: datetime.date | None = None) -> None:
        """Keep a question in the week of `today`, and let go of those older than 90 days.

        One without any word is not kept. Raises sqlite3.Error.
        """
        if not text.replace(REMOVED, "").strip():
            return
        today = today or current_date()
        with self._opened(today) as database:
            database.execute(_ADD, (week_of(today), language, text))

    def questions(self, *, today: datetime.date | None = None) -> list[Unanswered]:
        """Return the questions of the last 90 days, those asked most first."""
        if not self.file.exists():
            return []
        with self._opened(today or current_date()) as database:
            return [Unanswered(*row) for row in database.execute(_LIST)]

    def forget_old(self, *, today: datetime.date | None = None) -> None:
        """Let go of what is older than 90 days; raises sqlite3.Error."""
        if self.file.exists():
            with self._opened(today or current_date()):
                pass

    @contextlib.contextmanager
    def _opened(self, today: datetime.date) -> Iterator[sqlite3.Connection]:
        with opened(self.file, _TABLE) as database:
            # What is deleted is overwritten too.
            database.execute("PRAGMA secure_delete = ON")
            # By the first day of a week, so that nothing in it is older.
            oldest = today - datetime.timedelta(days=DAYS_KEPT)
            database.execute("DELETE FROM unanswered WHERE week < ?", (oldest.isoformat(),))
            yield database
