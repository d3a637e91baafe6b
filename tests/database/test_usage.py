"""Usage: counts for staff, from which nothing can be learnt of one person."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select, text

from bot.cli.main import main
from bot.clock import current_date, week_of
from bot.database.engine import Database
from bot.database.feedback import Feedback, WeeklyTotal
from bot.database.tables import FEEDBACK, USAGE
from bot.database.usage import CHANNELS, FEWEST_SHOWN, KINDS, OUTCOMES, Counted, Figures, Usage
from bot.text.language import LANGUAGES

MONDAY = datetime.date(2026, 11, 23)
WEEK = datetime.timedelta(weeks=1)
# A day on which the week of MONDAY is over, and so are those before.
AFTER = MONDAY + WEEK


@pytest.fixture
def usage(database: Database) -> Usage:
    """Nothing counted yet."""
    return Usage(database)


def fill(usage: Usage, day: datetime.date, **counts: dict[str, int]) -> None:
    """Have it counted so often in the week of a day, by kind and value."""
    rows = [
        {"week": week_of(day), "kind": kind, "value": value, "count": count}
        for kind, values in counts.items()
        for value, count in values.items()
    ]
    with usage.database.transaction() as connection:
        connection.execute(insert(USAGE), rows)


def kept(usage: Usage) -> list[tuple[str, str, str, int]]:
    """Return the rows of the table."""
    with usage.database.transaction() as connection:
        return [tuple(row) for row in connection.execute(select(USAGE))]


def test_a_message_is_counted_once_in_each_kind(usage: Usage) -> None:
    """In the week of the day, whichever day of it; without a topic in the others alone."""
    for days in (0, 6):
        day = MONDAY + datetime.timedelta(days=days)
        usage.count({Counted(week_of(day), "bond", "en", "sms", "answer"): 1})
    usage.count({Counted(week_of(AFTER), None, "es", "sms", "small_talk"): 1})
    assert sorted(kept(usage)) == [
        ("2026-11-23", "channel", "sms", 2),
        ("2026-11-23", "language", "en", 2),
        ("2026-11-23", "outcome", "answer", 2),
        ("2026-11-23", "topic", "bond", 2),
        ("2026-11-30", "channel", "sms", 1),
        ("2026-11-30", "language", "es", 1),
        ("2026-11-30", "outcome", "small_talk", 1),
    ]


def test_counts_below_five_are_hidden_and_none_is_like_few(usage: Usage) -> None:
    """A topic that is hidden in every week is not even named; totals are of what is shown."""
    assert usage.weeks(4, today=AFTER) == []
    counts = {"topic": {"bond": 5, "red_card": 4}, "language": {"en": 9}, "channel": {"sms": 4, "web": 5}}
    fill(usage, MONDAY, **counts, outcome={"answer": 5, "emergency": 1})
    (figures,) = usage.weeks(4, today=AFTER)
    outcomes = {outcome: 5 if outcome == "answer" else None for outcome in OUTCOMES}
    assert figures == Figures(
        "2026-11-23",
        {
            "topic": {"bond": 5},
            "language": {"en": 5, "es": None},
            "channel": {"web": 5, "sms": None, "telegram": None, "whatsapp": None},
            "outcome": outcomes,
        },
    )
    assert [figures.total(kind) for kind in KINDS] == [5, 5, 5, 5]


def test_a_topic_hidden_in_one_week_is_named_where_another_shows_it(usage: Usage) -> None:
    """Those counted most come first; a week in which nothing is shown is there all the same."""
    fill(usage, MONDAY - 3 * WEEK, topic={"bond": 10, "red_card": 30})
    fill(usage, MONDAY - 2 * WEEK, topic={"bond": 1})
    fill(usage, MONDAY, topic={"bond": 4, "legal": 20})
    shown = [(week.week, list(week.counts["topic"].items())) for week in usage.weeks(9, today=AFTER)]
    assert shown == [
        ("2026-11-23", [("red_card", None), ("legal", 20), ("bond", None)]),
        ("2026-11-16", [("red_card", None), ("legal", None), ("bond", None)]),
        ("2026-11-09", [("red_card", None), ("legal", None), ("bond", None)]),
        ("2026-11-02", [("red_card", 30), ("legal", None), ("bond", 10)]),
    ]
    assert [week.week for week in usage.weeks(1, today=AFTER)] == ["2026-11-23"]


@pytest.mark.parametrize("day", [MONDAY, MONDAY + datetime.timedelta(days=6)])
def test_a_week_is_not_shown_before_it_is_over(usage: Usage, day: datetime.date) -> None:
    """Whoever looks before and after a message would see what it was about."""
    fill(usage, MONDAY, topic={"bond": 50}, language={"en": 50})
    assert usage.weeks(4, today=day) == [] and usage.shares(day) == {}
    assert len(usage.weeks(4, today=AFTER)) == 1


def test_the_one_hidden_count_is_not_what_other_kinds_have_more(usage: Usage) -> None:
    """Whether none or four came by text message, every figure and every total is the same."""
    for number in range(5):
        day = MONDAY - number * WEEK
        everything = 20 + number
        fill(usage, day, language={"en": everything}, outcome={"answer": everything})
        fill(usage, day, topic={"bond": everything}, channel={"web": 20, "sms": number})
    weeks = usage.weeks(5, today=AFTER)
    assert len(weeks) == 5 and all(week.counts == weeks[0].counts for week in weeks)
    assert weeks[0].counts["channel"]["sms"] is None
    assert [weeks[0].total(kind) for kind in KINDS] == [20, 20, 20, 20]


@pytest.mark.parametrize("channels", range(1, len(CHANNELS) + 1))
def test_no_figure_is_ever_told_exactly_by_the_sums_of_others(channels: int) -> None:
    """All kinds but topics have the same sum, and rounding leaves a remainder of each figure in doubt.

    Whatever is shown, each remainder has two possible values at least, also where it is known which channels
    are off. That depends on how many values there are: none of the numbers may be a multiple of five.
    """
    most, sizes = FEWEST_SHOWN - 1, (len(LANGUAGES), channels, len(OUTCOMES))
    apart = range(-50, 51, FEWEST_SHOWN)
    seen = 0
    for shown in itertools.product((0,), apart, apart):
        kinds = list(zip(shown, sizes, strict=True))
        sums = [real for real in range(100) if all(0 <= real - total <= most * n for total, n in kinds)]
        for total, number in kinds if sums else ():
            left = {
                one
                for one, real in itertools.product(range(FEWEST_SHOWN), sums)
                if 0 <= real - total - one <= most * (number - 1)
            }
            seen += 1
            assert len(left) > 1, (shown, sizes)
    assert seen > 3


def test_whoever_asks_too_does_not_learn_how_often_others_have(usage: Usage) -> None:
    """Who has asked six times of the nine cannot tell whether there were others."""
    for number in range(4):
        fill(usage, MONDAY - number * WEEK, topic={"bond": 6 + number})
    assert [week.counts["topic"]["bond"] for week in usage.weeks(4, today=AFTER)] == [5, 5, 5, 5]


def test_topics_are_compared_by_what_is_shown_of_four_weeks(usage: Usage) -> None:
    """Neither what is hidden goes into it, nor older weeks, nor the one that is not over."""
    fill(usage, MONDAY - 4 * WEEK, topic={"bond": 1000})
    fill(usage, MONDAY - 3 * WEEK, topic={"bond": 30, "red_card": 4})
    fill(usage, MONDAY, topic={"bond": 30, "red_card": 21, "legal": 4})
    fill(usage, AFTER, topic={"bond": 1000})
    assert usage.shares(AFTER) == {"bond": 0.75, "red_card": 0.25}


def test_counts_are_removed_after_104_weeks(usage: Usage) -> None:
    """And what is left is kept."""
    fill(usage, MONDAY, topic={"bond": 7})
    fill(usage, AFTER, topic={"bond": 8})
    usage.forget_old(today=MONDAY + 104 * WEEK)
    assert len(kept(usage)) == 2
    usage.forget_old(today=MONDAY + 104 * WEEK + datetime.timedelta(days=1))
    assert kept(usage) == [("2026-11-30", "topic", "bond", 8)]


def test_what_is_kept_does_not_tell_what_belongs_to_one_message(usage: Usage) -> None:
    """No column has more than one thing in it, and no row tells with which others it was written."""
    usage.count({Counted(week_of(MONDAY), "zz", "es", "sms", "answer"): 1})
    usage.count({Counted(week_of(MONDAY), "aa", "en", "web", "answer"): 1})
    usage.forget_old(today=MONDAY)
    with usage.database.transaction() as connection:
        columns = [column["name"] for column in inspect(connection).get_columns("usage")]
        if usage.database.file is None:
            # What PostgreSQL notes of each row: who wrote it last.
            hidden = connection.execute(text("SELECT DISTINCT xmin::text FROM usage")).scalars().all()
            assert len(hidden) == 1
        else:
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'usage'"))
            assert "WITHOUT ROWID" in made.scalar_one()
    rows = kept(usage)
    assert columns == ["week", "kind", "value", "count"]
    assert rows == sorted(rows) and len(rows) == 7


def test_yes_and_no_are_hidden_in_the_same_way(database: Database) -> None:
    """By week, with neither small numbers nor the week that is not over; where both are small, nothing."""
    said = [
        (MONDAY - WEEK, "bond", "en", 1, 4),
        (MONDAY - WEEK, "bond", "en", 0, 14),
        (MONDAY, "red_card", "es", 1, 9),
        (MONDAY, "red_card", "es", 0, 5),
        (MONDAY, "bond", "es", 1, 6),
        (MONDAY, "legal", "es", 1, 4),
        (AFTER, "bond", "en", 1, 100),
    ]
    columns = ("topic", "language", "helpful", "count")
    rows = [{"week": week_of(day), **dict(zip(columns, key, strict=True))} for day, *key in said]
    with database.transaction() as connection:
        connection.execute(insert(FEEDBACK), rows)
    feedback = Feedback(database)
    assert feedback.weeks(2, today=AFTER) == [
        WeeklyTotal("2026-11-23", "bond", "es", 5, None),
        WeeklyTotal("2026-11-23", "red_card", "es", 5, 5),
        WeeklyTotal("2026-11-16", "bond", "en", None, 10),
    ]
    assert [total.week for total in feedback.weeks(1, today=AFTER)] == ["2026-11-23"] * 2


def test_the_command_prints_a_column_for_each_week(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The newest first; it says where there is nothing to show, and takes any number of weeks."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path))
    assert main(["usage"]) == 0
    assert capsys.readouterr().out.startswith("There is nothing to show yet: only weeks that are over")
    usage, today = Usage(Database(tmp_path)), current_date()
    fill(usage, today - WEEK, topic={"bond": 47}, channel={"web": 40, "sms": 3})
    fill(usage, today - 2 * WEEK, topic={"bond": 4}, channel={"web": 5})
    assert main(["usage", "-n", "1000000000"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == [week_of(today - WEEK), week_of(today - 2 * WEEK)]
    assert lines[1:3] == [["topic", "bond", "45", "<5"], ["topic", "(all", "that", "is", "shown)", "45", "0"]]
    assert ["channel", "web", "40", "5"] in lines and ["channel", "sms", "<5", "<5"] in lines
    assert main(["usage", "-n", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == [week_of(today - WEEK)]
