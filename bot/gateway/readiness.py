"""Whether Rasa and the action server are up, asked for many at once by one request to each."""

from __future__ import annotations

import asyncio
import time

from bot.gateway.rasa_client import RasaClient

# Whoever watches asks every few seconds; a flood must not take Rasa's connections from the chat.
_SECONDS_KNOWN = 1.0


class Readiness:
    """What was found last. `was_ready` says whether both were up once: before that they are starting."""

    def __init__(self) -> None:
        self.was_ready = False
        self._lock = asyncio.Lock()
        self._asked: RasaClient | None = None
        self._known_until = 0.0
        self._up = (False, False)

    async def up(self, rasa: RasaClient) -> tuple[bool, bool]:
        """Return whether Rasa and the action server are up, as it was a second ago at most."""
        async with self._lock:
            if self._asked is not rasa or time.monotonic() >= self._known_until:
                self._up = await asyncio.gather(rasa.rasa_is_up(), rasa.actions_are_up())
                self._asked, self._known_until = rasa, time.monotonic() + _SECONDS_KNOWN
            self.was_ready = self.was_ready or all(self._up)
            return self._up
