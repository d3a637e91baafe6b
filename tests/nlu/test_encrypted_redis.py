"""ExpiringTrackerStore with a real Redis: conversations are forgotten, and nobody else reads them."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator, Callable

import pytest
import redis
from cryptography.fernet import Fernet
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.database.engine import Database
from bot.database.purge import purge
from bot.nlu import expiring_tracker_store
from bot.nlu.expiring_tracker_store import SECONDS_TO_LIVE, ExpiringTrackerStore
from bot.settings import CONVERSATION_PREFIX
from tests.conftest import RedisServer

pytestmark = pytest.mark.slow

SAID = "tengo miedo de la migra"


@pytest.fixture
def key() -> str:
    """As `kyr serve` makes one at each start."""
    return Fernet.generate_key().decode()


MakeStore = Callable[[str], ExpiringTrackerStore]


@pytest.fixture
async def make_store(redis_server: RedisServer) -> AsyncIterator[MakeStore]:
    """Make stores with a Redis of the test's own, by their keys; they end with the test."""
    stores = []

    def make(key: str) -> ExpiringTrackerStore:
        stores.append(ExpiringTrackerStore(Domain.empty(), redis_url=redis_server.url, key=key))
        return stores[-1]

    yield make
    for store in stores:
        assert store.redis is not None
        await store.redis.client.connection_pool.disconnect()


@pytest.fixture
def store(make_store: MakeStore, key: str) -> ExpiringTrackerStore:
    """One store."""
    return make_store(key)


def said(*texts: str, sender: str = "a") -> DialogueStateTracker:
    return DialogueStateTracker.from_events(sender, [UserUttered(text) for text in texts])


async def texts(store: ExpiringTrackerStore, sender: str = "a") -> list[str]:
    tracker = await store.retrieve(sender)
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


async def test_another_process_with_the_key_goes_on_with_it(
    store: ExpiringTrackerStore, make_store: MakeStore, key: str
) -> None:
    """When Rasa is started again; one without the key reads nothing, and begins anew."""
    await store.save(said(SAID))
    after = make_store(key)
    assert await texts(after) == [SAID] and len(after.store) == 0
    assert await texts(make_store(Fernet.generate_key().decode())) == []


async def test_redis_holds_nothing_readable_and_nothing_for_long(
    store: ExpiringTrackerStore, redis_server: RedisServer
) -> None:
    """Neither in memory nor in the files that it writes; everything in it expires."""
    await store.save(said(SAID))
    with redis.Redis.from_url(redis_server.url) as client:
        (name,) = client.keys()
        assert name == f"{CONVERSATION_PREFIX}a".encode() and b"miedo" not in client.get(name)
        assert 0 < client.ttl(name) <= SECONDS_TO_LIVE
        client.bgrewriteaof()
        redis_server.wait_until_written(client)
    time.sleep(1.5)
    files = [file for file in redis_server.folder.rglob("*") if file.is_file()]
    assert len(files) >= 2 and not [file for file in files if b"miedo" in file.read_bytes()]


async def test_a_conversation_that_was_ended_is_gone_from_redis(
    store: ExpiringTrackerStore, redis_server: RedisServer
) -> None:
    """At once, not when it expires."""
    await store.save(said(SAID))
    ended = [UserUttered(SAID), UserUttered("/restart"), Restarted()]
    await store.save(DialogueStateTracker.from_events("a", ended))
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.keys() == []


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=["frozen", "dead"])
async def test_without_redis_conversations_go_on_in_memory(
    store: ExpiringTrackerStore,
    redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: signal.Signals,
) -> None:
    """In ours, which forgets; not in the one that Rasa falls back to. And in Redis again when it is back."""
    monkeypatch.setattr(expiring_tracker_store, "_SECONDS_LEFT_ALONE", 1)
    await store.save(said("hola"))
    redis_server.signal(fault)
    began, before = time.monotonic(), len(caplog.records)
    for number in range(20):
        await store.save(said("hola", f"{number}"))
        assert await texts(store) == ["hola", f"{number}"]
    tries = len(caplog.records) - before
    assert tries <= 2 + (time.monotonic() - began), "it is asked once a second, not again and again"
    assert "conversations go on in memory" in caplog.text and "hola" not in caplog.text
    if fault is signal.SIGSTOP:
        redis_server.signal(signal.SIGCONT)
    else:
        redis_server.start()
    time.sleep(1.1)
    await store.save(said("hola", "de nuevo"))
    assert await texts(store) == ["hola", "de nuevo"] and len(store.store) == 0


async def test_purge_empties_redis_of_conversations_alone(
    store: ExpiringTrackerStore, redis_server: RedisServer
) -> None:
    """What others keep in the same Redis stays."""
    await store.save(said(SAID))
    database = Database(redis_server.folder)
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("of somebody else", "1")
        assert purge(database, redis_server.url) == ["1 conversations in Redis"]
        assert client.keys() == [b"of somebody else"]
    assert purge(database, redis_server.url) == []
