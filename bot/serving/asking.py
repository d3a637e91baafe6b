"""A model is asked, here and by its golden questions, before residents are."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.messages import Message
from bot.serving.assistant import ModelFault
from bot.web.server import ServeError

_SECONDS_TO_GOLDEN_ANSWER = 60


async def ask(url: str, message: str, language: str | None, session: str | None = None) -> dict[str, Any]:
    """Ask the gateway one question, perhaps in a session, and return the body of its answer."""
    given = {"lang": language, "session": session}
    body = {"message": message, **{name: value for name, value in given.items() if value}}
    async with ClientSession() as client, client.post(f"{url}/api/chat", json=body) as response:
        answered: dict[str, Any] = await response.json()
        return answered


async def wait_until_answered(url: str, question: str, session: str | None = None) -> None:
    """Wait until a question, perhaps in a session, is really answered.

    Raises ModelFault where it is not although everything runs, and ServeError where something does not.
    """
    is_up, deadline = False, asyncio.get_running_loop().time() + _SECONDS_TO_GOLDEN_ANSWER
    while asyncio.get_running_loop().time() < deadline:
        async with ClientSession(timeout=ClientTimeout(total=5)) as client:
            with contextlib.suppress(ClientError, asyncio.TimeoutError):
                async with client.get(f"{url}/health") as response:
                    is_up = response.status == 200
                if is_up and not (await ask(url, question, None, session)).get("degraded"):
                    return
        await asyncio.sleep(1)
    fault = ModelFault if is_up else ServeError
    raise fault(Message("test_question_unanswered"))
