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


def utc_now() -> str:
    """Return this moment in UTC, as the audit log writes it ("2026-07-20T08:00:00Z")."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_office(moment: str) -> datetime.datetime:
    """Return a moment that was written so, or with its distance from UTC, by the clock of the office."""
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(TIME_ZONE)
