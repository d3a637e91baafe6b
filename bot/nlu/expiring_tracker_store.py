"""Rasa tracker store: conversations in memory or in Redis, forgotten after half an hour of silence.

Rasa's own in-memory store never forgets and grows without bound. Its Redis store keeps what people said
readable, and where Redis is down Rasa falls back to that in-memory store; this one falls back to itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from redis import asyncio as redis
from redis.exceptions import RedisError

from bot.expiring_cache import ExpiringCache
from bot.settings import CONVERSATION_PREFIX

logger = logging.getLogger(__name__)

# As `session_expiration_time` in domain.yml.
SECONDS_TO_LIVE = 30 * 60
# With the events below a conversation takes at most about 100 KB: 1 GB in the worst case.
MOST_CONVERSATIONS = 10_000
# The last five or so messages. Every message reads and writes the whole history, so a conversation
# without end would slow down all others.
MOST_EVENTS = 50
# Redis answers in a millisecond. Where it does not, people are answered from memory, and it is tried
# again after a while.
_SECONDS_TO_ANSWER = 0.5
_SECONDS_LEFT_ALONE = 10


class ExpiringTrackerStore(InMemoryTrackerStore):
    """Keeps the last events of conversations, each for 30 minutes of silence; in memory at most 10,000.

    With `redis_url` they are in Redis, so that they outlive this process, encrypted with `key` (a Fernet
    key), which is in memory alone: what Redis writes to a disk nobody can read.
    """

    def __init__(self, *args: Any, redis_url: str = "", key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_event_history = MOST_EVENTS
        self.store: ExpiringCache[str, str] = ExpiringCache(MOST_CONVERSATIONS, SECONDS_TO_LIVE)
        self.redis = EncryptedRedis(redis_url, key) if redis_url else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation, and see to it that it is forgotten in time; at once where it was ended."""
        text = "" if _was_ended(tracker) else self.serialise_tracker(tracker)
        in_redis = self.redis is not None and await self.redis.write(tracker.sender_id, text)
        if text and not in_redis:
            self.store[tracker.sender_id] = text
        else:
            self.store.pop(tracker.sender_id, None)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return a conversation: from memory where it could not be written to Redis."""
        if self.redis and sender_id not in self.store:
            text = await self.redis.read(sender_id)
            return self.deserialise_tracker(sender_id, text) if text else None
        return await super().retrieve(sender_id)


class EncryptedRedis:
    """Texts in Redis that only this program can read, for half an hour each."""

    def __init__(self, url: str, key: str) -> None:
        self.client = redis.from_url(
            url, socket_timeout=_SECONDS_TO_ANSWER, socket_connect_timeout=_SECONDS_TO_ANSWER
        )
        self._fernet = Fernet(key)
        self._left_alone_until = 0.0

    async def write(self, name: str, text: str) -> bool:
        """Write a text, or remove it where it is empty; return whether Redis has done so."""
        if time.monotonic() < self._left_alone_until:
            return False
        try:
            if text:
                encrypted = self._fernet.encrypt(text.encode())
                await self.client.set(CONVERSATION_PREFIX + name, encrypted, ex=SECONDS_TO_LIVE)
            else:
                await self.client.delete(CONVERSATION_PREFIX + name)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._leave_alone(error)
            return False
        return True

    async def read(self, name: str) -> str | None:
        """Return a text; None where there is none, where another program wrote it, or Redis is down."""
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            encrypted = await self.client.get(CONVERSATION_PREFIX + name)
            return self._fernet.decrypt(encrypted, ttl=SECONDS_TO_LIVE).decode() if encrypted else None
        except InvalidToken:
            return None
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._leave_alone(error)
            return None

    def _leave_alone(self, error: Exception) -> None:
        self._left_alone_until = time.monotonic() + _SECONDS_LEFT_ALONE
        logger.error("Redis does not answer (%s); conversations go on in memory", type(error).__name__)


def _was_ended(tracker: DialogueStateTracker) -> bool:
    """Whether the person has ended the conversation ("/restart") and not said anything since."""
    for event in reversed(tracker.events):
        if isinstance(event, (Restarted, UserUttered)):
            return isinstance(event, Restarted)
    return False
