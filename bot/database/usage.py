"""Usage: how often each topic, language, channel and outcome was counted in a week.

Nobody learns anything of one person from what is read here. Only weeks that are over are read: whoever looked
before and after a message would see what it was about. Small counts are hidden, none like few, or it would
show that somebody has asked at all. All others are rounded down: a message is counted once in every kind, so
what one kind has more than another would be what is hidden in that.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, select

from bot.clock import current_date, week_of
from bot.database.engine import Database, count_more
from bot.database.tables import USAGE
from bot.text.language import LANGUAGES

# Counts below it are hidden, and the others are rounded down to a multiple of it.
FEWEST_SHOWN = 5
WEEKS_KEPT = 104
# Topics are compared over so many weeks.
WEEKS_COMPARED = 4

TOPIC, LANGUAGE, CHANNEL, OUTCOME = KINDS = ("topic", "language", "channel", "outcome")
WEB, SMS, WHATSAPP, TELEGRAM = CHANNELS = ("web", "sms", "whatsapp", "telegram")
# What a message was met with; "offer" is something to choose from, "help" are services, and with "degraded"
# Rasa was down and it was the hotline card.
ANSWER, EMERGENCY, OFFER, HELP, SMALL_TALK, NOT_UNDERSTOOD, OUT_OF_SCOPE, DEGRADED = OUTCOMES = (
    "answer",
    "emergency",
    "offer",
    "help",
    "small_talk",
    "not_understood",
    "out_of_scope",
    "degraded",
)
# What is listed also where it is hidden in every week. Of topics that would tell which were asked about.
_LISTED: Mapping[str, Sequence[str]] = {LANGUAGE: LANGUAGES, CHANNEL: CHANNELS, OUTCOME: OUTCOMES}


class Counted(NamedTuple):
    """What a message is counted as: `week` is a Monday, the others stand in the order of KINDS."""

    week: str
    topic: str | None
    language: str
    channel: str
    outcome: str


@dataclass(frozen=True)
class Figures:
    """The counts of one week, by kind and value; None where one is hidden. `week` is its Monday."""

    week: str
    counts: Mapping[str, Mapping[str, int | None]]

    def total(self, kind: str) -> int:
        """Return the sum of the counts of a kind that are shown."""
        return sum(count or 0 for count in self.counts[kind].values())


@dataclass(frozen=True)
class Usage:
    """The counts in a database. Every method raises DatabaseError."""

    database: Database

    def count(self, messages: Mapping[Counted, int]) -> None:
        """Count messages, each so often, all of them or none."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for message, number in messages.items():
            for kind, value in zip(KINDS, message[1:], strict=True):
                if value is not None:
                    counts[message.week, kind, value] += number
        with self.database.transaction() as connection:
            # In the same order always, so that no two that count at once wait for each other.
            for (week, kind, value), number in sorted(counts.items()):
                count_more(connection, USAGE, number, week=week, kind=kind, value=value)

    def weeks(self, number: int, *, today: datetime.date | None = None) -> list[Figures]:
        """Return the figures of the last weeks that are over, the newest first, at most so many.

        All have the same values in the same order, those counted most first. There is none from before the
        first that shows anything.
        """
        weeks = weeks_over(number, today)
        # What is hidden is not even read.
        shown = select(USAGE).where(USAGE.c["count"] >= FEWEST_SHOWN, USAGE.c.week.in_(weeks))
        with self.database.transaction() as connection:
            found = {
                (week, kind, value): rounded(count) for week, kind, value, count in connection.execute(shown)
            }
        sums: Counter[tuple[str, str]] = Counter()
        for (_, kind, value), count in found.items():
            sums[kind, value] += count
        listed = {(kind, value) for kind, values in _LISTED.items() for value in values} | set(sums)
        ordered = sorted(listed, key=lambda one: (-sums[one], one))
        first = min((week for week, _, _ in found), default=None)
        return [
            Figures(
                week,
                {
                    kind: {value: found.get((week, kind, value)) for of, value in ordered if of == kind}
                    for kind in KINDS
                },
            )
            for week in weeks
            if first is not None and week >= first
        ]

    def shares(self, today: datetime.date | None = None) -> Mapping[str, float]:
        """Return which part of what was asked on topics was on each, in the last four weeks that are over.

        Between 0 and 1, of the counts that are shown; a topic without any is not in it.
        """
        asked = self.asked(today)
        total = sum(asked.values())
        return {topic: count / total for topic, count in asked.items()}

    def asked(self, today: datetime.date | None = None) -> Mapping[str, int]:
        """Return how often each topic was asked about in the last four weeks that are over.

        Of the counts that are shown; a topic without any is not in it.
        """
        sums: Counter[str] = Counter()
        for figures in self.weeks(WEEKS_COMPARED, today=today):
            sums.update({topic: count for topic, count in figures.counts[TOPIC].items() if count})
        return sums

    def forget_old(self, *, today: datetime.date | None = None) -> None:
        """Let go of what is older than 104 weeks, and of what belongs together in the rest.

        PostgreSQL notes in each row who wrote it last: of the last message about a topic that would tell its
        language and its channel, and of two messages which came first.
        """
        # By the first day of a week, so that nothing in it is older.
        oldest = (today or current_date()) - datetime.timedelta(weeks=WEEKS_KEPT)
        with self.database.transaction() as connection:
            connection.execute(delete(USAGE).where(USAGE.c.week < oldest.isoformat()))
        self.database.lay_anew(USAGE)


def weeks_over(number: int, today: datetime.date | None = None) -> list[str]:
    """Return the last weeks that are over on a day, by default the current one, the newest first."""
    today = today or current_date()
    return [week_of(today - datetime.timedelta(weeks=back)) for back in range(1, number + 1)]


def rounded(count: int) -> int:
    """Return a count that is shown as it is shown."""
    return count - count % FEWEST_SHOWN


def format_weeks(weeks: Sequence[Figures]) -> Iterator[str]:
    """Yield the lines of a table for a terminal: a column for each week, a row for each value."""
    yield f"{'':50}" + "".join(f"{figures.week:>12}" for figures in weeks)
    for kind in KINDS:
        for value in weeks[0].counts[kind]:
            yield _row(kind, value, [figures.counts[kind][value] for figures in weeks])
        yield _row(kind, "(all that is shown)", [figures.total(kind) for figures in weeks])


def _row(kind: str, value: str, counts: Sequence[int | None]) -> str:
    cells = (f"<{FEWEST_SHOWN}" if count is None else str(count) for count in counts)
    return f"{kind:10}{value:40}" + "".join(f"{cell:>12}" for cell in cells)
