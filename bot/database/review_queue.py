"""The review queue: questions that were not answered, or not well, so that staff can write what is missing.

What comes in has lost everything that is not a word of our own texts (bot.text.redaction.keep_own_words).
With it stand the week, the language and what it was met with: not who, not when, not by which channel.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from bot.clock import current_date, week_of
from bot.database.engine import Database, count_more
from bot.database.tables import REVIEW_QUEUE
from bot.text.redaction import REMOVED

DAYS_KEPT = 90
# What a question was met with: choices alone, that it is none of our business, that it was not understood,
# or its answer once more because it was asked again. Of what an older program has kept only that it was one.
OFFERED, DECLINED, NOT_UNDERSTOOD, REPEATED, UNANSWERED = IN_VAIN = (
    "offered",
    "declined",
    "not_understood",
    "repeated",
    "unanswered",
)
NOT_HELPFUL = "not_helpful"

# PostgreSQL takes no longer keys; a message of 1,000 letters has at most half as much again.
_MOST_BYTES = 2000


@dataclass(frozen=True)
class Unanswered:
    """A question, the language it was replied to in, and how often it was asked.

    `reason` is one of IN_VAIN, or NOT_HELPFUL where somebody gave it to us after the answer of `topic` had
    not helped; otherwise `topic` is empty. `since` is the Monday of the week in which it was asked first.
    """

    text: str
    language: str
    count: int
    reason: str = UNANSWERED
    topic: str = ""
    since: str = field(default="", compare=False)


@dataclass(frozen=True)
class ReviewQueue:
    """The questions in a database. Every method raises DatabaseError."""

    database: Database

    def add(
        self,
        text: str,
        language: str,
        *,
        reason: str = UNANSWERED,
        topic: str = "",
        today: datetime.date | None = None,
    ) -> None:
        """Keep a question in the week of `today`, and let go of those older than 90 days.

        One without any word is not kept.
        """
        if not text.replace(REMOVED, "").strip():
            return
        today = today or current_date()
        text = text.encode()[:_MOST_BYTES].decode(errors="ignore")
        with self.database.transaction() as connection:
            _forget(connection, today)
            count_more(
                connection,
                REVIEW_QUEUE,
                week=week_of(today),
                language=language,
                reason=reason,
                topic=topic,
                text=text,
            )

    def questions(self, *, today: datetime.date | None = None) -> list[Unanswered]:
        """Return the questions of the last 90 days, those asked most first."""
        columns = [REVIEW_QUEUE.c[name] for name in ("text", "language", "reason", "topic")]
        counted = select(*columns, func.sum(REVIEW_QUEUE.c["count"]), func.min(REVIEW_QUEUE.c.week))
        with self.database.transaction() as connection:
            _forget(connection, today or current_date())
            found = [
                Unanswered(text, language, int(count), reason, topic, since)
                for text, language, reason, topic, count, since in connection.execute(
                    counted.group_by(*columns)
                )
            ]
        return sorted(found, key=lambda one: (-one.count, one.language, one.text, one.reason, one.topic))

    def by_text_and_week(self, *, today: datetime.date | None = None) -> Mapping[str, Mapping[str, int]]:
        """Return how often each question was asked in each week that it was, by the week's Monday."""
        columns = REVIEW_QUEUE.c.text, REVIEW_QUEUE.c.week
        counted = select(*columns, func.sum(REVIEW_QUEUE.c["count"])).group_by(*columns)
        found: dict[str, dict[str, int]] = {}
        with self.database.transaction() as connection:
            _forget(connection, today or current_date())
            for text, week, count in connection.execute(counted):
                found.setdefault(text, {})[week] = int(count)
        return found

    def by_week(self, *, today: datetime.date | None = None) -> dict[str, int]:
        """Return how many questions each week of the last 90 days has, by its Monday ("2026-07-20")."""
        counted = select(REVIEW_QUEUE.c.week, func.sum(REVIEW_QUEUE.c["count"])).group_by(REVIEW_QUEUE.c.week)
        with self.database.transaction() as connection:
            _forget(connection, today or current_date())
            return {week: int(count) for week, count in connection.execute(counted)}

    def remove(self, texts: Collection[str]) -> int:
        """Take questions out, in every language and week and for every reason; return how many."""
        with self.database.transaction() as connection:
            return self.take_out(connection, texts)

    def take_out(self, connection: Connection, texts: Collection[str]) -> int:
        """Do as `remove`, in a transaction that somebody else has begun."""
        there = set(connection.execute(select(REVIEW_QUEUE.c.text).distinct()).scalars())
        taken = set(texts) & there
        for text in taken:
            connection.execute(delete(REVIEW_QUEUE).where(REVIEW_QUEUE.c.text == text))
        return len(taken)

    def forget_old(self, *, today: datetime.date | None = None) -> None:
        """Let go of what is older than 90 days, and of the order in which the rest has come."""
        with self.database.transaction() as connection:
            _forget(connection, today or current_date())
        self.database.lay_anew(REVIEW_QUEUE)


def _forget(connection: Connection, today: datetime.date) -> None:
    # By the first day of a week, so that nothing in it is older.
    oldest = today - datetime.timedelta(days=DAYS_KEPT)
    connection.execute(delete(REVIEW_QUEUE).where(REVIEW_QUEUE.c.week < oldest.isoformat()))
