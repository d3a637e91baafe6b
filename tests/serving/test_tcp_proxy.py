"""The relay: a port that leads to another one."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from bot.serving.processes import LOOPBACK, free_port
from bot.serving.tcp_proxy import SwitchableProxy
from tests.conftest import StartServer
from tests.helpers.waiting import SECONDS_AT_MOST


def saying(
    text: str, *, asked: asyncio.Event | None = None, when: asyncio.Event | None = None
) -> web.Application:
    """Say a text before what was sent; note that something was asked, and wait to be told to answer."""

    async def say(request: web.Request) -> web.Response:
        if asked is not None:
            asked.set()
        if when is not None:
            await when.wait()
        return web.Response(text=text + await request.text())

    app = web.Application(client_max_size=2_000_000)
    app.router.add_post("/", say)
    return app


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.fixture
async def relay() -> AsyncIterator[SwitchableProxy]:
    """A relay that leads nowhere yet."""
    made = SwitchableProxy(free_port())
    await made.start()
    yield made
    await made.stop()


async def ask(relay: SwitchableProxy, session: ClientSession, text: str = "") -> str:
    async with session.post(relay.url, data=text) as response:
        return await response.text()


async def test_another_server_takes_over_between_two_requests(
    relay: SwitchableProxy, start_server: StartServer
) -> None:
    """A request under way is answered by the server that it went to."""
    asked, when = asyncio.Event(), asyncio.Event()
    old = await start_server(saying("old ", asked=asked, when=when))
    new = await start_server(saying("new "))
    relay.target = port_of(old)
    async with ClientSession() as session, ClientSession() as another:
        under_way = asyncio.create_task(ask(relay, session, "question"))
        await asked.wait()
        relay.target = port_of(new)
        gc.collect()  # the event loop alone would not keep the connection
        assert await ask(relay, another) == "new "
        when.set()
        assert await under_way == "old question"


async def test_much_passes_both_ways(relay: SwitchableProxy, start_server: StartServer) -> None:
    """More than fits into one block."""
    relay.target = port_of(await start_server(saying("")))
    text = "ñ" * 300_000
    async with ClientSession() as session:
        assert await ask(relay, session, text) == text


async def test_where_nobody_listens_the_connection_ends(relay: SwitchableProxy) -> None:
    """Whoever asks is not kept waiting."""
    reader, writer = await asyncio.open_connection(LOOPBACK, relay.port)
    writer.write(b"hello")
    assert await asyncio.wait_for(reader.read(), SECONDS_AT_MOST) == b""
    writer.close()


async def test_stopping_ends_open_connections(start_server: StartServer) -> None:
    """Nothing is left running."""
    begun, never = asyncio.Event(), asyncio.Event()
    relay = SwitchableProxy(port_of(await start_server(saying("late", asked=begun, when=never))))
    await relay.start()
    async with ClientSession() as session:
        asked = asyncio.create_task(ask(relay, session))
        await begun.wait()
        await asyncio.wait_for(relay.stop(), SECONDS_AT_MOST)
        await asyncio.gather(asked, return_exceptions=True)
        assert asked.exception() is not None
