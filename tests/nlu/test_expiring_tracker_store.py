"""ExpiringTrackerStore: conversations are forgotten."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu import expiring_tracker_store
from bot.nlu.expiring_tracker_store import ExpiringTrackerStore
from tests.helpers.waiting import until

pytestmark = pytest.mark.slow


async def keep(store: ExpiringTrackerStore, sender: str) -> None:
    await store.save(DialogueStateTracker.from_events(sender, [UserUttered("hola")]))


async def test_a_conversation_is_kept_and_then_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """After half an hour of silence nothing is left of it; here after no time at all."""
    store = ExpiringTrackerStore(Domain.empty())
    await keep(store, "a")
    assert await store.retrieve("a") is not None
    monkeypatch.setattr(expiring_tracker_store, "SECONDS_TO_LIVE", 0)
    store = ExpiringTrackerStore(Domain.empty())
    await keep(store, "a")
    assert await store.retrieve("a") is None and list(await store.keys()) == []


async def test_a_conversation_is_dropped_without_anybody_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a quiet night nobody uses the store; what was said is gone all the same."""
    monkeypatch.setattr(expiring_tracker_store, "SECONDS_TO_LIVE", 0.1)
    store = ExpiringTrackerStore(Domain.empty())
    await keep(store, "a")
    # The private mapping, since every public way of looking would itself throw out what has expired.
    await until(lambda: list(store.store._Cache__data) == [])  # type: ignore[attr-defined] # see above


async def test_a_long_conversation_does_not_grow() -> None:
    """Only its last events are kept, so that each message takes as long as the first."""
    store = ExpiringTrackerStore(Domain.empty())
    tracker = store.init_tracker("a")
    for number in range(500):
        tracker.update(UserUttered(f"hola {number}"))
    await store.save(tracker)
    kept = await store.retrieve("a")
    assert kept is not None and len(kept.events) <= expiring_tracker_store.MOST_EVENTS


async def test_the_oldest_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(expiring_tracker_store, "MOST_CONVERSATIONS", 2)
    store = ExpiringTrackerStore(Domain.empty())
    for sender in "abc":
        await keep(store, sender)
    assert list(await store.keys()) == ["b", "c"]


def test_it_lives_as_long_as_the_domain_says(project_domain: Domain) -> None:
    """The store and Rasa agree on when a conversation is over."""
    minutes = project_domain.session_config.session_expiration_time
    assert minutes * 60 == expiring_tracker_store.SECONDS_TO_LIVE


@pytest.fixture
def project_domain() -> Domain:
    from bot.settings import PROJECT_ROOT

    return Domain.from_path(str(PROJECT_ROOT / "domain.yml"))


async def test_a_conversation_that_was_ended_is_forgotten_at_once() -> None:
    """With everything said before; what is said afterwards begins a new one."""
    store = ExpiringTrackerStore(Domain.empty())
    await keep(store, "a")
    ended = [UserUttered("hola"), UserUttered("/restart"), Restarted()]
    await store.save(DialogueStateTracker.from_events("a", ended))
    assert await store.retrieve("a") is None and list(await store.keys()) == []
    await store.save(DialogueStateTracker.from_events("a", [*ended, UserUttered("hola")]))
    assert await store.retrieve("a") is not None
