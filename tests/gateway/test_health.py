"""GET /health: what it costs those behind it."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.content.reading import Content
from tests.conftest import StartServer
from tests.gateway.conftest import MakeGateway


async def test_a_flood_costs_rasa_one_request(
    make_gateway: MakeGateway,
    small_content: Content,
    start_server: StartServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All who ask within a second get what the first was told."""
    asked = []

    async def root(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/", root)
    gateway = await make_gateway(small_content, await start_server(app))

    async def health() -> bool:
        answer = await (await gateway.get("/health")).json()
        return bool(answer["rasa"])

    monkeypatch.setattr("bot.gateway.readiness._SECONDS_KNOWN", 60)
    assert await asyncio.gather(*(health() for _ in range(50))) == [True] * 50
    assert len(asked) == 1


async def test_what_was_found_is_not_believed_for_long(
    make_gateway: MakeGateway,
    small_content: Content,
    start_server: StartServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks later is told anew."""
    monkeypatch.setattr("bot.gateway.readiness._SECONDS_KNOWN", 0)
    statuses = iter((500, 200))

    async def root(request: web.Request) -> web.Response:
        return web.Response(status=next(statuses))

    app = web.Application()
    app.router.add_get("/", root)
    gateway = await make_gateway(small_content, await start_server(app))
    found = [(await (await gateway.get("/health")).json())["rasa"] for _ in range(2)]
    assert found == [False, True]
