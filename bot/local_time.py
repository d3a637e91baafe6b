"""The time where residents live: their days begin and end in Los Angeles, wherever the machine stands."""

from __future__ import annotations

import datetime
import zoneinfo

TIME_ZONE = zoneinfo.ZoneInfo("America/Los_Angeles")


def current_date() -> datetime.date:
    """Return today's date in Los Angeles."""
    return datetime.datetime.now(TIME_ZONE).date()


def week_of(day: datetime.date) -> str:
    """Return the week of a day, as its Monday is written ("2026-07-20")."""
    return (day - datetime.timedelta(days=day.weekday())).isoformat()
