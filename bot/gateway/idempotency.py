"""Idempotency of messages: one that is sent again gets the answer it had, not another.

Phones and phone companies send a message again where only its answer was lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from bot.expiring_cache import ExpiringCache

# Twilio and Telegram try again within seconds, and give up within minutes.
SECONDS_KEPT = 15 * 60
_MOST_KEPT = 10_000


class AnswerCache:
    """Answers by the message they belong to, in memory; of the message not even its id is kept."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._answers: ExpiringCache[bytes, asyncio.Task[Any]] = ExpiringCache(_MOST_KEPT, SECONDS_KEPT)

    async def once(self, message: tuple[str, str | None], answer: Callable[[], Awaitable[Any]]) -> Any:
        """Return the answer to a message (whom it is from, and its id): made once, also where it fails.

        A message without an id is always a new one. What `answer` raises is raised here, and forgotten.
        """
        sender, message_id = message
        if message_id is None:
            return await answer()
        # As Python writes it, where no letter is without bytes and no two pairs are the same.
        name = hashlib.blake2b(repr((sender, message_id)).encode(), key=self._key).digest()
        task = self._answers.get(name)
        if task is None:
            task = self._answers[name] = asyncio.ensure_future(answer())
        try:
            # Whoever hangs up does not take the answer away from the same message that comes after.
            return await asyncio.shield(task)
        except BaseException:
            if task.done() and self._answers.get(name) is task:
                del self._answers[name]
            raise
