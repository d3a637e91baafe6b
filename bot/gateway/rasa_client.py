"""Speaks to Rasa's REST channel and to the health of Rasa and the action server."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

# A frightened person does not wait longer; after that the hotline card is the better answer.
SECONDS_TO_ANSWER = 8
_SECONDS_KEPT = 30


class RasaUnavailable(Exception):
    """Rasa is down, too slow, or answers nonsense."""


class RasaClient:
    """A Rasa server and its action server; both addresses are on the loopback interface."""

    def __init__(self, rasa_url: str, actions_url: str, seconds_to_answer: float = SECONDS_TO_ANSWER) -> None:
        """Take their addresses; connections are made in the event loop that the first question comes from."""
        self.rasa_url, self.actions_url = rasa_url, actions_url
        self._seconds_to_answer = seconds_to_answer

    @functools.cached_property
    def _session(self) -> ClientSession:
        # Kept for less time than Rasa keeps them (two minutes), so that none is used that it has just closed.
        return ClientSession(connector=TCPConnector(keepalive_timeout=_SECONDS_KEPT, limit=100))

    async def close(self) -> None:
        """Give its connections back; nothing can be asked any more."""
        await self._session.close()

    async def send(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return Rasa's messages in answer to a text; raises RasaUnavailable.

        `metadata` is what the conversation says of the text (see bot.answering.follow_ups.Context).
        """
        body = {"sender": sender, "message": text, "metadata": dict(metadata)}
        timeout = ClientTimeout(total=self._seconds_to_answer)
        url = f"{self.rasa_url}/webhooks/rest/webhook"
        try:
            async with self._session.post(url, json=body, timeout=timeout) as response:
                response.raise_for_status()
                messages = await response.json()
        except (ClientError, asyncio.TimeoutError, ValueError) as error:
            raise RasaUnavailable(type(error).__name__) from None
        if not isinstance(messages, list):
            raise RasaUnavailable("not a list of messages")
        return messages

    async def forget(self, sender: str) -> None:
        """Have Rasa forget a conversation now; where it does not answer, it does so after half an hour."""
        with contextlib.suppress(RasaUnavailable):
            await self.send(sender, "/restart", {})

    async def rasa_is_up(self) -> bool:
        """Whether Rasa has loaded its model and answers."""
        return await self._is_up(f"{self.rasa_url}/")

    async def actions_are_up(self) -> bool:
        """Whether the action server answers."""
        return await self._is_up(f"{self.actions_url}/health")

    async def _is_up(self, url: str) -> bool:
        try:
            async with self._session.get(url, timeout=ClientTimeout(total=2)) as response:
                return response.status == 200
        except (ClientError, asyncio.TimeoutError):
            return False
