"""Feedback: counts of yes and no, and nothing else."""

from __future__ import annotations

import datetime

from sqlalchemy import select

from bot.database.engine import Database
from bot.database.feedback import Feedback, Total
from bot.database.tables import FEEDBACK


def test_yes_and_no_are_counted_by_topic_and_language(database: Database) -> None:
    """Those with the most "no" come first; nothing is there before somebody has said anything."""
    feedback = Feedback(database)
    assert feedback.totals() == []
    for helpful in (True, True, False):
        feedback.count("bond", "en", helpful=helpful)
    feedback.count("bond", "es", helpful=True)
    assert feedback.totals() == [Total("bond", "en", 2, 1), Total("bond", "es", 1, 0)]


def test_no_time_finer_than_the_week_is_kept(database: Database) -> None:
    """A Thursday and a Sunday are one row, of that week's Monday; the next Monday begins another."""
    feedback = Feedback(database)
    for day in (26, 29, 30):
        feedback.count("bond", "en", helpful=True, today=datetime.date(2026, 11, day))
    with database.transaction() as connection:
        rows = connection.execute(select(FEEDBACK).order_by(FEEDBACK.c.week)).all()
    assert [tuple(row) for row in rows] == [
        ("2026-11-23", "bond", "en", 1, 2),
        ("2026-11-30", "bond", "en", 1, 1),
    ]
