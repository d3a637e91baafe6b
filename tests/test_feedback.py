"""Feedback: counts of yes and no, and nothing else."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

from bot.feedback import Feedback, Total


def test_yes_and_no_are_counted_by_topic_and_language(tmp_path: Path) -> None:
    """Those with the most "no" come first; nothing is there before somebody has said anything."""
    feedback = Feedback(tmp_path / "new" / "feedback.sqlite3")
    assert feedback.totals() == [] and not feedback.file.exists()
    for helpful in (True, True, False):
        feedback.count("bond", "en", helpful=helpful)
    feedback.count("bond", "es", helpful=True)
    assert feedback.totals() == [Total("bond", "en", 2, 1), Total("bond", "es", 1, 0)]


def test_no_time_finer_than_the_week_is_kept(tmp_path: Path) -> None:
    """A Thursday and a Sunday are one row, of that week's Monday; the next Monday begins another."""
    feedback = Feedback(tmp_path / "feedback.sqlite3")
    for day in (26, 29, 30):
        feedback.count("bond", "en", helpful=True, today=datetime.date(2026, 11, day))
    with sqlite3.connect(feedback.file) as database:
        rows = database.execute("SELECT * FROM feedback ORDER BY week").fetchall()
    database.close()
    assert rows == [("2026-11-23", "bond", "en", 1, 2), ("2026-11-30", "bond", "en", 1, 1)]
