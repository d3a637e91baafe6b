"""What residents get when something behind the gateway is dead or slow, with the real processes."""

from __future__ import annotations

import os
import signal
import time

import pytest

from bot.content import Content
from bot.models import Model
from tests.conftest import run_service

pytestmark = pytest.mark.slow


async def test_every_message_gets_a_reply_whatever_is_down(model: Model, project_content: Content) -> None:
    """First Rasa stands still, then the action server dies, then Rasa dies."""
    cards = {language: project_content.say("utter_hotline_card", language) for language in ("en", "es")}
    async with run_service(model) as service:

        async def card(message: str) -> object:
            body = await service.ask(message)
            replies = body["replies"]
            assert isinstance(replies, list)
            return (body.get("degraded"), replies[0]["text"])

        os.killpg(service.rasa_pid, signal.SIGSTOP)
        began = time.monotonic()
        assert await card("¿tengo que abrir la puerta a la migra?") == (True, cards["es"])
        assert 7 < time.monotonic() - began < 12
        os.killpg(service.rasa_pid, signal.SIGCONT)

        os.killpg(service.actions_pid, signal.SIGKILL)
        assert await card("I want to talk to a real person") == (True, cards["en"])
        answer = project_content.topics["ice_at_home"].answers["en"].text
        assert await card("Do I have to open the door if ICE knocks?") == (None, answer)
        async with service.session.get(f"{service.url}/health") as response:
            body = await response.json()
            assert (response.status, body["status"], body["actions"]) == (503, "degraded", False)

        os.killpg(service.rasa_pid, signal.SIGKILL)
        assert await card("Do I have to open the door if ICE knocks?") == (True, cards["en"])
        assert await card("necesito un abogado gratis") == (True, cards["es"])
