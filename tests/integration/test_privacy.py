"""A thousand messages with personal details, then a search for them in everything that is left."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
import os
import random
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from aiohttp import ClientSession

from bot.database.engine import Database
from bot.database.purge import purge
from bot.database.review_queue import ReviewQueue
from bot.serving.asking import wait_until_answered
from bot.serving.assistant import assemble
from bot.settings import CONVERSATION_PREFIX
from bot.training.models import Model
from bot.web.server import listening
from tests.conftest import RedisServer
from tests.gateway.messaging.standins import UNLIMITED_CHANNELS, Telegram, Twilio

pytestmark = pytest.mark.slow

MESSAGES = 1000
AT_ONCE = 8
# Each with a detail of another kind, in words that are answered, offered topics, declined or not understood.
TEMPLATES = (
    "me llamo {name} y la migra está en mi puerta",
    "my name is {name} {name2}, do i have to open the door to ice",
    "mi esposo {Name} {Name2} fue detenido, dónde lo busco",
    "necesito un abogado, mi tel es {phone}",
    "call me at {phone} about the red card",
    "mi correo es {name}{number}@example.org, mándenme la ordenanza",
    "mi número A es A{a1}-{a2}-{a3}, tengo orden de deportación?",
    "ssn {a1}-{two}-{number}, can i get food stamps",
    "vivo en {number} {Name} ave apt {two}, pueden entrar",
    "nací el {day} de mayo de 19{two}, qué es daca",
    "my plates are 8{letters}{a1}, they followed my car",
    "mi tarjeta {number} {number2} {number} {number2} no pasa, quiero plantar {name} en la azotea",
    "{name} {name2} quiere recetas de {word} con {name}",
    "{word} {name} {word} {name2}",
)
JOINED = (
    *("A{a1}-{a2}-{a3}", "{a1}-{two}-{number}", "8{letters}{a1}", "{number} {number2} {number}"),
    *("{name}{number}@example.org", "{number} {Name} ave", "{day} de mayo de 19{two}"),
)
SYLLABLES = ("zor", "vak", "quy", "xel", "wub", "jyn", "kri", "plu", "dwo", "ghe")


def planted() -> Iterator[tuple[str, list[str]]]:
    """Yield messages, each with the words and numbers in it that must not be found anywhere."""
    chance = random.Random(20260721)  # noqa: S311 - the same messages in every run

    def made_up(length: int) -> str:
        return "".join(chance.choice(SYLLABLES) for _ in range(length))

    for template in itertools.cycle(TEMPLATES):
        details = {"name": made_up(4), "name2": made_up(4), "word": made_up(5)}
        details |= {"Name": details["name"].title(), "Name2": details["name2"].title()}
        digits = {"number": chance.randint(1000, 9999), "number2": chance.randint(1000, 9999)}
        digits |= {key: chance.randint(100, 999) for key in ("a1", "a2", "a3")}
        details |= {key: str(value) for key, value in digits.items()}
        details |= {"two": str(chance.randint(60, 99)), "day": str(chance.randint(1, 28))}
        details["letters"] = "".join(chance.choices("bcdfghjkl", k=3))
        details["phone"] = f"323-{chance.randint(200, 999)}-{chance.randint(1000, 9999)}"
        text = template.format_map(details)
        whole = [details[key] for key in ("name", "name2", "word", "phone") if details[key] in text]
        whole += [details[key] for key in ("Name", "Name2") if details[key] in text]
        joined = (pattern.format_map(details) for pattern in JOINED)
        whole += [each for each in joined if each in text]
        yield text, whole


def found_in(data: bytes, secrets: list[str]) -> list[str]:
    """Return what stands in the bytes, however it is written: as UTF-8, UTF-16, or without its separators."""
    small = data.lower()
    forms = (small, small.replace(b"\0", b""), small.replace(b"-", b"").replace(b" ", b""))
    return [
        secret
        for secret in secrets
        if any(secret.lower().encode() in form for form in forms[:2])
        or (secret[-1].isdigit() and secret.replace("-", "").replace(" ", "").lower().encode() in forms[2])
    ]


async def test_nothing_of_a_thousand_messages_is_left_anywhere(
    model: Model,
    redis_server: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Over web, text messages and Telegram, all logs at debug level, and with crashes in between."""
    caplog.set_level(logging.DEBUG)
    log = logging.FileHandler(tmp_path / "debug.log")
    logging.getLogger().addHandler(log)
    temporary, data_dir = tmp_path / "tmp", tmp_path / "var"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    settings = dataclasses.replace(UNLIMITED_CHANNELS, data_dir=data_dir, redis_url=redis_server.url)
    assistant = assemble(model, settings)
    for child in (assistant.rasa, assistant.actions):
        child.environment |= {"LOG_LEVEL": "DEBUG", "TMPDIR": str(temporary), "HOME": str(temporary)}
    messages = list(itertools.islice(planted(), MESSAGES))
    secrets = [secret for _, each in messages for secret in each]
    degraded = 0
    async with contextlib.AsyncExitStack() as running:
        url = await running.enter_async_context(listening(assistant.app, "127.0.0.1", 0))
        await running.enter_async_context(assistant.running(watch=True))
        session = await running.enter_async_context(ClientSession())
        await wait_until_answered(url, "hola")
        twilio, telegram = Twilio(url, session), Telegram(url, session)

        async def send(number: int) -> None:
            nonlocal degraded
            text = messages[number][0]
            if number % 3 == 0:
                async with session.post(f"{url}/api/chat", json={"message": text}) as response:
                    body = await response.json()
                    assert response.status == 200 and body["replies"], body
                    degraded += "degraded" in body
            elif number % 3 == 1:
                assert await twilio.text(text, sender=f"+1323555{number % 40:04}")
            else:
                assert (await telegram.write(text, chat=number % 40 + 1))["text"]

        crashes = {240: assistant.rasa, 560: assistant.actions}
        for first in range(0, MESSAGES, AT_ONCE):
            await asyncio.gather(*(send(number) for number in range(first, min(first + AT_ONCE, MESSAGES))))
            if first in crashes:
                os.kill(crashes[first].pid or 0, signal.SIGKILL)
            elif first - 80 in crashes:
                # For a while messages come while it is down.
                await wait_until_answered(url, "hola")
            elif first == 800:
                redis_server.signal(signal.SIGKILL)
                redis_server.start()
        with redis.Redis.from_url(redis_server.url) as client:
            names = client.keys()
            in_redis = b"".join(name + client.get(name) for name in names)
        redis_server.write_all()
        kept = ReviewQueue(Database(data_dir)).questions()
        searched = [file for file in tmp_path.rglob("*") if file.is_file()]
        everything = {str(file): file.read_bytes() for file in searched}
    logging.getLogger().removeHandler(log)
    log.close()
    everything |= {"Redis": in_redis, "log": caplog.text.encode()}
    everything |= {"debug.log at the end": (tmp_path / "debug.log").read_bytes()}
    assert {name: found for name, data in everything.items() if (found := found_in(data, secrets))} == {}
    # That it was searched where something is: messages were kept, logged and lost on the way.
    assert len(names) > 50 and all(name.startswith(CONVERSATION_PREFIX.encode()) for name in names)
    assert kept and all("***" in question.text for question in kept)
    assert degraded > 0 and "starting it again" in caplog.text
    assert found_in("x".join(secrets[:3]).encode(), secrets)[:3] == secrets[:3]
    purge(Database(data_dir), redis_server.url)
    left = b"".join(file.read_bytes() for file in data_dir.rglob("*") if file.is_file())
    assert [question for question in kept if question.text.encode() in left] == []
