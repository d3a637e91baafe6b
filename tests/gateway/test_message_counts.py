"""Messages are counted together while the database is busy or away, and none is lost."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from pathlib import Path

import pytest

from bot.database.engine import Database, DatabaseError, DataRefusedError
from bot.database.usage import Counted, Usage
from bot.gateway import background_writer
from bot.gateway.background_writer import BackgroundWriter
from bot.gateway.message_counts import MessageCounts
from bot.messages import Message
from tests.gateway.test_outcomes import counted_in
from tests.helpers.waiting import until

MESSAGE = {"topic": "bond", "language": "es", "channel": "sms", "outcome": "answer"}
AWAY = Message("told", text="it is away.")


class WatchedUsage(Usage):
    """Counts in a real database, and notes how many messages each transaction had."""

    transactions: list[int]
    failures: list[DatabaseError]

    def count(self, messages: Counter[Counted]) -> None:  # type: ignore[override] # it is given no other
        """Fail first, where that is asked for."""
        if self.failures:
            raise self.failures.pop()
        super().count(messages)
        self.transactions.append(sum(messages.values()))


@pytest.fixture
def usage(tmp_path: Path) -> WatchedUsage:
    """Nothing is counted yet."""
    watched = WatchedUsage(Database(tmp_path))
    object.__setattr__(watched, "transactions", [])
    object.__setattr__(watched, "failures", [])
    return watched


async def busy_writer() -> tuple[BackgroundWriter, threading.Event]:
    """Return a writer whose thread has something to do until the event is set."""
    writer, busy, free = BackgroundWriter(), threading.Event(), threading.Event()

    def work() -> None:
        busy.set()
        free.wait()

    writer.write("Something else", work)
    await until(busy.is_set)
    return writer, free


async def test_what_comes_while_the_database_is_busy_is_counted_in_one_transaction(
    usage: WatchedUsage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also more messages than may wait to be written one by one."""
    monkeypatch.setattr(background_writer, "_MOST_WAITING", 10)
    writer, free = await busy_writer()
    counts = MessageCounts(usage, writer)
    for _ in range(50):
        counts.add(**MESSAGE)
    free.set()
    await writer.finish()
    assert usage.transactions == [50]
    assert counted_in(tmp_path)["topic"] == {"bond": 50}


async def test_what_the_database_did_not_take_is_counted_with_what_comes_next(
    usage: WatchedUsage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once each, whichever of them is written first."""
    monkeypatch.setattr(background_writer, "_FIRST_PAUSE", 0.01)
    usage.failures.append(DatabaseError(AWAY))
    counts = MessageCounts(usage, writer := BackgroundWriter())
    counts.add(**MESSAGE)
    await until(lambda: not usage.failures)
    counts.add(**MESSAGE)
    await until(lambda: sum(usage.transactions) == 2)
    await writer.finish()
    assert counted_in(tmp_path)["topic"] == {"bond": 2}


async def test_what_the_database_will_never_take_is_let_go(usage: WatchedUsage, tmp_path: Path) -> None:
    """It would keep all others from being counted."""
    usage.failures.append(DataRefusedError(AWAY))
    counts = MessageCounts(usage, writer := BackgroundWriter())
    counts.add(**MESSAGE)
    await until(lambda: not usage.failures)
    await asyncio.sleep(0)
    counts.add(**MESSAGE)
    await writer.finish()
    assert counted_in(tmp_path)["topic"] == {"bond": 1}


async def test_messages_that_could_not_wait_are_counted_with_the_next(
    usage: WatchedUsage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too much else waits for the database."""
    monkeypatch.setattr(background_writer, "_MOST_WAITING", 1)
    writer, free = await busy_writer()
    counts = MessageCounts(usage, writer)
    more = writer.write("One more", lambda: None)
    counts.add(**MESSAGE)
    free.set()
    await more
    counts.add(**MESSAGE)
    await until(lambda: usage.transactions == [2])
    await writer.finish()
    assert counted_in(tmp_path)["topic"] == {"bond": 2}
