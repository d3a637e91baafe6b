"""Messages are counted in memory until the database takes them, all that have come meanwhile at once.

Each transaction is written to the disk before the next begins. One for each message would be too slow for a
busy day, and counts would be lost.
"""

from __future__ import annotations

import threading
from collections import Counter

from bot.clock import current_date, week_of
from bot.database.engine import DatabaseError, DataRefusedError
from bot.database.usage import Counted, Usage
from bot.gateway.background_writer import BackgroundWriter


class MessageCounts:
    """Counts that wait for the database. There are as many as there are kinds of messages, at most."""

    def __init__(self, usage: Usage, writer: BackgroundWriter) -> None:
        self._usage, self._writer = usage, writer
        # Filled by the event loop, emptied by the writer's thread.
        self._lock = threading.Lock()
        self._waiting: Counter[Counted] = Counter()
        self._is_queued = False

    def add(self, *, topic: str | None, language: str, channel: str, outcome: str) -> None:
        """Count one message in the current week; nobody waits for it."""
        counted = Counted(week_of(current_date()), topic, language, channel, outcome)
        with self._lock:
            self._waiting[counted] += 1
            is_queued, self._is_queued = self._is_queued, True
        if not is_queued:
            done = self._writer.write("Messages could not be counted", self._write)
            # Where too much waits it was not taken: the next message tries again, with this one.
            if done.done():
                self._is_queued = False

    def _write(self) -> None:
        with self._lock:
            counts, self._waiting = self._waiting, Counter()
            self._is_queued = False
        try:
            self._usage.count(counts)
        except DataRefusedError:
            raise
        except DatabaseError:
            with self._lock:
                self._waiting.update(counts)
            raise
