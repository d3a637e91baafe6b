"""Rasa tracker store: conversations in memory, forgotten after half an hour of silence.

Rasa's own in-memory store never forgets and grows without bound.
"""

from __future__ import annotations

import asyncio
from typing import Any

from cachetools import TTLCache
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# As `session_expiration_time` in domain.yml.
SECONDS_TO_LIVE = 30 * 60
# With the events below a conversation takes at most about 100 KB: 1 GB in the worst case.
MOST_CONVERSATIONS = 10_000
# The last five or so messages. Every message reads and writes the whole history, so a conversation
# without end would slow down all others.
MOST_EVENTS = 50


class ExpiringTrackerStore(InMemoryTrackerStore):
    """Keeps the last events of at most 10,000 conversations, each for 30 minutes of silence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_event_history = MOST_EVENTS
        self.store: TTLCache[str, str] = TTLCache(MOST_CONVERSATIONS, SECONDS_TO_LIVE)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation, and see to it that it is forgotten in time; at once where it was ended."""
        if _was_ended(tracker):
            self.store.pop(tracker.sender_id, None)
            return
        await super().save(tracker)
        # The cache drops what has expired only when it is used again, which on a quiet night it is not.
        asyncio.get_running_loop().call_later(SECONDS_TO_LIVE + 1, self.store.expire)


def _was_ended(tracker: DialogueStateTracker) -> bool:
    """Whether the person has ended the conversation ("/restart") and not said anything since."""
    for event in reversed(tracker.events):
        if isinstance(event, (Restarted, UserUttered)):
            return isinstance(event, Restarted)
    return False
