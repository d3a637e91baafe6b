"""What is written for staff keeps no resident waiting, whatever the database does."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bot.database.engine
from bot.answering.decision import SAY
from bot.content.reading import Content
from bot.database.engine import Database, DatabaseError, DataRefusedError
from bot.database.feedback import Feedback, Total
from bot.database.review_queue import ReviewQueue
from bot.gateway import background_writer, keys
from bot.gateway.background_writer import BackgroundWriter
from bot.messages import Message
from tests.conftest import PostgresServer
from tests.gateway.conftest import Client, MakeGateway, offer
from tests.helpers.waiting import SECONDS_AT_MOST, until

StartRasa = Callable[..., Awaitable[str]]
# Longer than these tests wait for anything.
FOR_EVER = 10 * SECONDS_AT_MOST

AWAY = Message("told", text="it is away.")


async def answer_nothing(start: StartRasa, content: Content) -> str:
    """Start a stand-in for Rasa that understands no question."""
    custom = {"language": "en", "again": f"{SAY}utter_not_understood"}
    return await start([{"text": content.text_of("utter_greet", "en")}, {"custom": custom}])


async def ask(gateway: Client, message: str) -> None:
    """Ask a question that nobody can answer, and wait for the reply."""
    response = await gateway.post("/api/chat", json={"message": message, "lang": "en"})
    assert response.status == 200 and "degraded" not in await response.json()


async def in_time(awaited: Awaitable[Any]) -> Any:
    """Return what comes of something that must not wait for a database."""
    return await asyncio.wait_for(awaited, SECONDS_AT_MOST)


@contextlib.contextmanager
def frozen(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch, *, seconds_of_silence: float
) -> Iterator[None]:
    """Freeze the server, which is given up after so long; it wakes up at the end."""
    with monkeypatch.context() as patch:
        patch.setattr(bot.database.engine, "_SECONDS_OF_SILENCE", seconds_of_silence)
        server.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            server.signal(signal.SIGCONT)


async def test_a_frozen_database_costs_residents_nothing(
    make_gateway: MakeGateway,
    small_content: Content,
    misbehaving_rasa: StartRasa,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are answered before it is awake again, and what they asked is kept as soon as it can be."""
    rasa = await answer_nothing(misbehaving_rasa, small_content)
    url = postgres_server.url(postgres_server.make())
    gateway = await make_gateway(small_content, rasa, database_url=url)
    queue = ReviewQueue(Database(tmp_path, url))
    await ask(gateway, "what about the red card first")
    await until(lambda: len(queue.questions()) == 1)
    session = offer(gateway, "topic:red_card")
    await gateway.post("/api/chat", json={"choice": "topic:red_card", "lang": "es", "session": session})
    with frozen(postgres_server, monkeypatch, seconds_of_silence=FOR_EVER):
        await in_time(asyncio.gather(*(ask(gateway, "what about the red card") for _ in range(50))))
        vote = {"session": session, "topic": "red_card", "helpful": True}
        assert (await in_time(gateway.post("/api/feedback", json=vote))).status == 204
        # Other things that need a thread of the gateway have one.
        assert await in_time(asyncio.to_thread(int, "1")) == 1
    await until(lambda: Feedback(queue.database).totals() == [Total("red_card", "es", 1, 0)])
    await until(lambda: sum(one.count for one in queue.questions()) == 51)
    with frozen(postgres_server, monkeypatch, seconds_of_silence=1):
        await ask(gateway, "what about the red card")
        await until(lambda: " yet. The PostgreSQL database" in caplog.text)
    await until(lambda: sum(one.count for one in queue.questions()) == 52)
    assert "the server does not answer" in caplog.text and "red card" not in caplog.text


async def test_a_gateway_ends_although_the_database_is_frozen(
    make_gateway: MakeGateway,
    small_content: Content,
    misbehaving_rasa: StartRasa,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After three seconds, which is long before the database is given up."""
    rasa = await answer_nothing(misbehaving_rasa, small_content)
    url = postgres_server.url(postgres_server.make())
    gateway = await make_gateway(small_content, rasa, database_url=url)
    with frozen(postgres_server, monkeypatch, seconds_of_silence=FOR_EVER):
        await ask(gateway, "what about the red card")
        await in_time(gateway.close())


async def test_what_waits_at_the_end_is_written(
    make_gateway: MakeGateway, small_content: Content, misbehaving_rasa: StartRasa, tmp_path: Path
) -> None:
    """A question that was asked just before is not lost."""
    gateway = await make_gateway(small_content, await answer_nothing(misbehaving_rasa, small_content))
    await ask(gateway, "what about the red card")
    await gateway.close()
    assert len(ReviewQueue(Database(tmp_path)).questions()) == 1


async def test_not_without_end_is_kept_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes after that is lost, which is said; nobody waits for it."""
    monkeypatch.setattr(background_writer, "_MOST_WAITING", 3)
    writer, frozen, written = BackgroundWriter(), threading.Event(), []

    def write(number: int) -> None:
        frozen.wait(10)
        written.append(number)

    waiting = [writer.write("lost", lambda number=number: write(number)) for number in range(10)]  # type: ignore[misc] # mypy cannot tell the type of such a lambda
    assert waiting[-1].done() and not waiting[-1].result()
    frozen.set()
    results = await asyncio.gather(*waiting)
    assert sum(results) == len(written) in (3, 4)
    assert "lost: 3 others are waiting for the database" in caplog.text


async def test_what_a_database_refuses_waits_until_it_takes_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As while PostgreSQL is started again; each failure is in the log, and the order stays."""
    monkeypatch.setattr(background_writer, "_FIRST_PAUSE", 0.01)
    writer, answers, written = BackgroundWriter(), iter([DatabaseError(AWAY)] * 3), list[int]()

    def write(number: int) -> None:
        for error in answers:
            raise error
        written.append(number)

    waiting = [writer.write("It is not kept", functools.partial(write, number)) for number in range(5)]
    assert await asyncio.gather(*waiting) == [True] * 5
    assert written == [*range(5)]
    assert caplog.text.count("It is not kept yet. it is away.") == 3


async def test_a_gateway_that_ends_tries_once_more(caplog: pytest.LogCaptureFixture) -> None:
    """It does not wait for the end of a pause, and not for a database that stays away."""
    writer, away, written = BackgroundWriter(), threading.Event(), threading.Event()
    away.set()

    def write() -> None:
        if away.is_set():
            raise DatabaseError(AWAY)
        written.set()

    writer.write("It is not kept", write)
    await until(lambda: "yet" in caplog.text)
    away.clear()
    await writer.finish()
    assert written.is_set()


async def test_what_fails_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    """What a database never takes is named; of another error only the kind, as its text may show words."""
    writer = BackgroundWriter()

    def fail(error: Exception) -> None:
        raise error

    caplog.set_level(logging.ERROR)
    assert not await writer.write("First", lambda: fail(DataRefusedError(AWAY)))
    assert not await writer.write("Second", lambda: fail(ValueError("me llamo Ana")))
    assert await writer.write("Third", lambda: None)
    assert "First. it is away." in caplog.text and "Second: ValueError" in caplog.text
    assert "Ana" not in caplog.text


async def test_old_questions_are_forgotten_at_the_start(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """Also where nobody asks anything any more."""
    queue = ReviewQueue(Database(tmp_path))
    queue.add("what about cameras", "en", today=datetime.date(2020, 1, 1))
    gateway = await make_gateway(small_content)
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    await app[keys.WRITER].finish()
    assert b"cameras" not in (tmp_path / bot.database.engine.DATABASE_FILE).read_bytes()
