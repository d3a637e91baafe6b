"""The time where residents live: their days begin and end in Los Angeles, wherever the machine stands."""

from __future__ import annotations

import datetime
import zoneinfo

TIME_ZONE = zoneinfo.ZoneInfo("America/Los_Angeles")


def current_date() -> datetime.date:
    """Return today's date in Los Angeles."""
    return datetime.datetime.now(TIME_ZONE).date()
