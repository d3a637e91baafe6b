"""Rasa tracker store: conversations in memory, forgotten after half an hour of silence.

Rasa's own in-memory store never forgets and grows without bound.
"""

from __future__ import annotations

from typing import Any

from cachetools import TTLCache
from rasa.core.tracker_store import InMemoryTrackerStore

# As `session_expiration_time` in domain.yml.
SECONDS_TO_LIVE = 30 * 60
# A conversation takes some 100 KB at most; this bounds the store to about 1 GB in the worst case.
MOST_CONVERSATIONS = 10_000


class ExpiringTrackerStore(InMemoryTrackerStore):
    """Keeps at most 10,000 conversations, the oldest going first, each for 30 minutes of silence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store: TTLCache[str, str] = TTLCache(MOST_CONVERSATIONS, SECONDS_TO_LIVE)
