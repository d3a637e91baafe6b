"""A gateway with all channels on, and the companies behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.content.reading import Content
from tests.conftest import StartServer
from tests.gateway.conftest import MakeGateway
from tests.gateway.messaging.standins import CHANNEL_SETTINGS, Telegram, Twilio


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """What the companies call with."""
    async with ClientSession() as session:
        yield session


MakeTwilio = Callable[..., Awaitable[Twilio]]


@pytest.fixture
def make_twilio(
    make_gateway: MakeGateway, small_content: Content, session: ClientSession, start_server: StartServer
) -> MakeTwilio:
    """Put Twilio before a gateway with all channels and behind it, and perhaps a Rasa."""

    async def make(rasa_url: str = "", **more: Any) -> Twilio:
        company = Twilio("", session)
        more.setdefault("twilio_url", await start_server(company.api()))
        gateway = await make_gateway(small_content, rasa_url, **CHANNEL_SETTINGS, **more)
        company.url = str(gateway.make_url("")).rstrip("/")
        return company

    return make


@pytest.fixture
async def twilio(make_twilio: MakeTwilio) -> Twilio:
    """Twilio, before a gateway on the small content with nothing behind it."""
    return await make_twilio()


MakeTelegram = Callable[..., Awaitable[Telegram]]


@pytest.fixture
def make_telegram(
    make_gateway: MakeGateway, small_content: Content, session: ClientSession, start_server: StartServer
) -> MakeTelegram:
    """Put Telegram before such a gateway and behind it."""

    async def make(rasa_url: str = "", **more: Any) -> Telegram:
        company = Telegram("", session)
        more.setdefault("telegram_url", await start_server(company.api()))
        gateway = await make_gateway(small_content, rasa_url, **CHANNEL_SETTINGS, **more)
        company.url = str(gateway.make_url("")).rstrip("/")
        return company

    return make


@pytest.fixture
async def telegram(make_telegram: MakeTelegram) -> Telegram:
    """Telegram, around a gateway on the small content with nothing else behind it."""
    return await make_telegram()
