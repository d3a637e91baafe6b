"""Feedback: how many people said that an answer helped them, and how many that it did not.

A number for each topic, language and week is all that is kept: not who, not when, not what was asked.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.clock import current_date, week_of
from bot.database.engine import Database, count_more
from bot.database.tables import FEEDBACK
from bot.database.usage import FEWEST_SHOWN, rounded, weeks_over


@dataclass(frozen=True)
class Total:
    """How many people said yes and no to the answer of a topic in one language."""

    topic: str
    language: str
    helped: int
    not_helped: int


@dataclass(frozen=True)
class WeeklyTotal:
    """The same of one week, which its Monday stands for; None where fewer than FEWEST_SHOWN said so."""

    week: str
    topic: str
    language: str
    helped: int | None
    not_helped: int | None


@dataclass(frozen=True)
class Feedback:
    """The counts in a database. Every method raises DatabaseError."""

    database: Database

    def count(self, topic: str, language: str, *, helpful: bool, today: datetime.date | None = None) -> None:
        """Count one yes or no in the week of `today`, by default the current day."""
        week = week_of(today or current_date())
        with self.database.transaction() as connection:
            count_more(connection, FEEDBACK, week=week, topic=topic, language=language, helpful=int(helpful))

    def totals(self) -> list[Total]:
        """Return the sums over all weeks, those that helped the fewest first."""
        key = FEEDBACK.c.topic, FEEDBACK.c.language, FEEDBACK.c.helpful
        counted = select(*key, func.sum(FEEDBACK.c["count"])).group_by(*key)
        with self.database.transaction() as connection:
            sums = {(topic, lang, said): int(n) for topic, lang, said, n in connection.execute(counted)}
        found = [
            Total(topic, language, sums.get((topic, language, 1), 0), sums.get((topic, language, 0), 0))
            for topic, language in {key[:2] for key in sums}
        ]
        return sorted(found, key=lambda one: (-one.not_helped, -one.helped, one.topic, one.language))

    def weeks(self, number: int, *, today: datetime.date | None = None) -> list[WeeklyTotal]:
        """Return what was said in the last so many weeks that are over, the newest first.

        Small numbers are hidden and others rounded down, as in bot.database.usage; where both are hidden,
        there is none.
        """
        weeks = weeks_over(number, today)
        said = select(FEEDBACK).where(FEEDBACK.c["count"] >= FEWEST_SHOWN, FEEDBACK.c.week.in_(weeks))
        with self.database.transaction() as connection:
            shown = {tuple(key): rounded(count) for *key, count in connection.execute(said)}

        def total(week: str, topic: str, language: str) -> WeeklyTotal:
            helped, not_helped = (shown.get((week, topic, language, helpful)) for helpful in (1, 0))
            return WeeklyTotal(week, topic, language, helped, not_helped)

        answers = sorted({key[:3] for key in shown}, key=lambda key: key[1:])
        return [total(*key) for week in weeks for key in answers if key[0] == week]
