"""ExpiringTrackerStore: conversations are forgotten."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu import expiring_tracker_store
from bot.nlu.expiring_tracker_store import ExpiringTrackerStore

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
