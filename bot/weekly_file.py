"""Files of what happened in a week, of which no more is known: feedback and the review queue."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def week_of(day: datetime.date) -> str:
    """Return the week of a day, as its Monday is written ("2026-07-20")."""
    return (day - datetime.timedelta(days=day.weekday())).isoformat()


@contextlib.contextmanager
def opened(file: Path, table: str) -> Iterator[sqlite3.Connection]:
    """Open a file and make its table where there is none yet; what is done in it is done whole or not at all.

    Raises sqlite3.Error and OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute(table)
        yield database
