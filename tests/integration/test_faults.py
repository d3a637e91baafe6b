"""What residents get when something behind the gateway is dead or slow, with the real processes."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import itertools
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.answering.answers import answer
from bot.content.reading import Content
from bot.gateway import keys
from bot.gateway.app import create_app
from bot.training.models import Model
from bot.web.server import listening
from tests.conftest import RedisServer, StartServer, run_service
from tests.gateway.messaging.standins import ACCOUNT, UNLIMITED_CHANNELS, Telegram, Twilio
from tests.helpers.waiting import SECONDS_AT_MOST

pytestmark = pytest.mark.slow

CARD, CARD_EN = "no puedo contestar. Intente", "I cannot answer right now"
QUESTIONS = (
    "¿tengo que abrir la puerta a la migra?",
    "necesito un abogado gratis",
    "can i record ice",
    "quiero hablar con una persona",
    "what does the sanctuary ordinance do",
)


async def test_every_message_gets_a_reply_whatever_is_down(model: Model, project_content: Content) -> None:
    """First Rasa stands still, then the action server dies, then Rasa dies."""
    cards = {language: project_content.text_of("utter_hotline_card", language) for language in ("en", "es")}
    async with run_service(model) as service:

        async def card(message: str) -> object:
            body = await service.ask(message)
            replies = body["replies"]
            assert isinstance(replies, list)
            return (body.get("degraded"), replies[0]["text"])

        os.killpg(service.rasa_pid, signal.SIGSTOP)
        began = time.monotonic()
        assert await card("¿tengo que abrir la puerta a la migra?") == (True, cards["es"])
        assert 7 < time.monotonic() - began < SECONDS_AT_MOST
        os.killpg(service.rasa_pid, signal.SIGCONT)

        os.killpg(service.actions_pid, signal.SIGKILL)
        assert await card("I want to talk to a real person") == (True, cards["en"])
        said = answer(project_content, project_content.topics["ice_at_home"], "en").text
        assert await card("Do I have to open the door if ICE knocks?") == (None, said)
        async with service.session.get(f"{service.url}/health") as response:
            body = await response.json()
            assert (response.status, body["status"], body["actions"]) == (503, "degraded", False)

        os.killpg(service.rasa_pid, signal.SIGKILL)
        assert await card("Do I have to open the door if ICE knocks?") == (True, cards["en"])
        assert await card("necesito un abogado gratis") == (True, cards["es"])


async def test_under_load_every_message_gets_one_answer_whatever_fails(
    model: Model,
    redis_server: RedisServer,
    start_server: StartServer,
    project_content: Content,
    tmp_path: Path,
) -> None:
    """On three channels, while Rasa, Redis, the action server and Telegram freeze and die in turn."""

    async def never(request: web.Request) -> web.Response:
        await asyncio.sleep(3600)
        return web.Response()

    frozen = web.Application()
    frozen.router.add_route("*", "/{path:.*}", never)
    settings = dataclasses.replace(UNLIMITED_CHANNELS, data_dir=tmp_path / "var", redis_url=redis_server.url)
    answers: collections.Counter[str] = collections.Counter()
    # The longest that somebody waited, and that this process came too late itself on a busy machine.
    slowest = late = 0.0
    async with contextlib.AsyncExitStack() as running:
        service = await running.enter_async_context(run_service(model, settings))
        rasa = service.app[keys.CURRENT_MODEL].rasa
        app = create_app(
            project_content,
            settings,
            rasa_url=rasa.rasa_url,
            actions_url=rasa.actions_url,
            model_version="test",
            telegram_url=await start_server(frozen),
        )
        url = await running.enter_async_context(listening(app, "127.0.0.1", 0))
        twilio, telegram = Twilio(url, service.session), Telegram(url, service.session)
        over = asyncio.Event()

        async def web_chat(number: int, text: str) -> Any:
            sent = {"message": text, "id": str(number)}
            return [await post(service.session, f"{url}/api/chat", sent)]

        async def text_message(number: int, text: str) -> Any:
            fields = {"MessageSid": f"SM{number}", "AccountSid": ACCOUNT, "From": f"+1323555{number % 50:04}"}
            # The phone company is impatient, and asks twice.
            return await asyncio.gather(*(twilio.call({**fields, "Body": text}) for _ in range(2)))

        async def telegram_message(number: int, text: str) -> Any:
            chat = {"id": number % 50 + 1, "type": "private"}
            update = {"update_id": number, "message": {"chat": chat, "text": text}}
            return await asyncio.gather(*(telegram.call(update) for _ in range(2)))

        async def send(number: int) -> None:
            nonlocal slowest
            text = QUESTIONS[number % len(QUESTIONS)]
            channel = (web_chat, text_message, telegram_message)[number % 3]
            began = time.monotonic()
            (status, body), *again = await channel(number, text)
            slowest = max(slowest, time.monotonic() - began)
            assert status == 200 and all((status, body) == each for each in again)
            shown = json.dumps(body, ensure_ascii=False) if isinstance(body, dict) else body
            kind = "hotline card" if CARD in shown or CARD_EN in shown else "answer"
            assert kind == "hotline card" or len(shown) > 100, shown
            answers[kind] += 1

        async def person(first: int) -> None:
            for number in itertools.count(first, 6):
                if over.is_set():
                    return
                await send(number)
                answers["sent"] += 1

        async def people_go_on_until(enough: Callable[[], bool]) -> None:
            nonlocal late
            while not enough():
                assert not any(one.done() for one in people)
                began = time.monotonic()
                await asyncio.sleep(0.1)
                late = max(late, time.monotonic() - began - 0.1)

        async def some_are_answered() -> None:
            """Let two and a half seconds pass, and one message of each person."""
            wanted, at_least = answers["sent"] + len(people), time.monotonic() + 2.5
            await people_go_on_until(lambda: answers["sent"] >= wanted and time.monotonic() > at_least)

        people = [asyncio.create_task(person(first)) for first in range(6)]
        await people_go_on_until(lambda: answers["answer"] > 50)
        for process, signals in (
            (service.rasa_pid, (signal.SIGSTOP, signal.SIGCONT)),
            ("redis", (signal.SIGSTOP, signal.SIGCONT)),
            ("redis", (signal.SIGKILL,)),
            (service.actions_pid, (signal.SIGKILL,)),
            (service.rasa_pid, (signal.SIGKILL,)),
        ):
            for sign in signals:
                await some_are_answered()
                if process == "redis":
                    redis_server.signal(sign)
                else:
                    os.killpg(int(process), sign)
        await people_go_on_until(lambda: answers["sent"] > 100 and answers["hotline card"] > 10)
        over.set()
        await asyncio.gather(*people)
    assert answers["sent"] == answers["answer"] + answers["hotline card"] > 100
    assert answers["answer"] > 50 and answers["hotline card"] > 10
    assert slowest < 12 + 10 * late, "Twilio waits 15 seconds"


async def post(session: ClientSession, url: str, body: dict[str, str]) -> tuple[int, Any]:
    async with session.post(url, json=body) as response:
        return response.status, await response.json()
