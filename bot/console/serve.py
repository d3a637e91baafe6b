"""`kyr console`: serves the staff console until told to stop."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
from collections.abc import Callable

from bot.console.app import create_console
from bot.messages import Message
from bot.settings import Settings
from bot.web.server import ServeError, listening


async def serve_console(settings: Settings, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; raises ServeError, DatabaseError."""
    if not _is_loopback(host) and not settings.console_url.startswith("https://"):
        raise ServeError(Message("console_in_the_open", host=host))
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    app = create_console(settings)
    async with listening(app, host, port) as url:
        say(f"Console: {settings.console_url or url}")
        await stop.wait()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
