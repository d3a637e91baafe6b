"""Feedback: how many people said that an answer helped them, and how many that it did not.

A number for each topic, language and week is all that is kept: not who, not when, not what was asked.
It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from bot.local_time import current_date
from bot.weekly_file import opened, week_of

FEEDBACK_FILE = "feedback.sqlite3"

_TABLE = """
    CREATE TABLE IF NOT EXISTS feedback (
        week TEXT NOT NULL,
        topic TEXT NOT NULL,
        language TEXT NOT NULL,
        helpful INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (week, topic, language, helpful)
    ) WITHOUT ROWID
"""
_COUNT = """
    INSERT INTO feedback VALUES (?, ?, ?, ?, 1)
    ON CONFLICT (week, topic, language, helpful) DO UPDATE SET count = count + 1
"""
_TOTALS = """
    SELECT topic, language,
           SUM(CASE WHEN helpful THEN count ELSE 0 END), SUM(CASE WHEN helpful THEN 0 ELSE count END)
    FROM feedback GROUP BY topic, language ORDER BY 4 DESC, 3 DESC, topic, language
"""


@dataclass(frozen=True)
class Total:
    """How many people said yes and no to the answer of a topic in one language."""

    topic: str
    language: str
    helped: int
    not_helped: int


@dataclass(frozen=True)
class Feedback:
    """The counts in a file; it is made when somebody says yes or no for the first time."""

    file: Path

    def count(self, topic: str, language: str, *, helpful: bool, today: datetime.date | None = None) -> None:
        """Count one yes or no in the week of `today`, by default the current day; raises sqlite3.Error."""
        week = week_of(today or current_date())
        with opened(self.file, _TABLE) as database:
            database.execute(_COUNT, (week, topic, language, helpful))

    def totals(self) -> list[Total]:
        """Return the sums over all weeks, those that helped the fewest first."""
        if not self.file.exists():
            return []
        with opened(self.file, _TABLE) as database:
            return [Total(*row) for row in database.execute(_TOTALS)]
