"""The gateway alone, with nothing behind it, or with a Rasa that answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.content.reading import Content
from bot.gateway.app import create_app
from bot.serving.processes import free_port
from bot.settings import Settings
from tests.conftest import StartServer, offer_choices

Client = TestClient[web.Request, web.Application]
MakeGateway = Callable[..., Awaitable[Client]]


@pytest.fixture
async def make_gateway(tmp_path: Path) -> AsyncIterator[MakeGateway]:
    """Start gateways; they end with the test."""
    clients: list[Client] = []

    async def make(
        content: Content,
        rasa_url: str = "",
        *,
        seconds_to_answer: float = 8,
        telegram_url: str = "",
        twilio_url: str = "",
        **settings: Any,
    ) -> Client:
        nobody = f"http://127.0.0.1:{free_port()}"
        app = create_app(
            content,
            Settings(**{"data_dir": tmp_path, **settings}),
            rasa_url=rasa_url or nobody,
            actions_url=nobody,
            model_version="test",
            seconds_to_answer=seconds_to_answer,
            telegram_url=telegram_url or nobody,
            twilio_url=twilio_url or nobody,
        )
        client = TestClient(TestServer(app))
        await client.start_server()
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def gateway(make_gateway: MakeGateway, small_content: Content) -> Client:
    """A gateway on the small content, with neither Rasa nor action server behind it."""
    return await make_gateway(small_content)


def offer(gateway: Client, *payloads: str) -> str:
    """Begin a conversation in which these choices were offered; return its token."""
    return offer_choices(gateway.server.app, *payloads)  # type: ignore[attr-defined] # a TestServer has it


@pytest.fixture
def misbehaving_rasa(start_server: StartServer) -> Callable[..., Awaitable[str]]:
    """Start servers in Rasa's place that answer wrongly or late, which the real one cannot be made to do."""

    async def start(answer: Any, *, status: int = 200, delay: float = 0) -> str:
        async def webhook(request: web.Request) -> web.Response:
            await asyncio.sleep(delay)
            return web.json_response(answer, status=status)

        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", webhook)
        return await start_server(app)

    return start
