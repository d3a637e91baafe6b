"""Listening on a port, and what to do where that fails."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator

from aiohttp import web

from bot.errors import KyrError
from bot.logs import WithholdWords
from bot.messages import Message
from bot.web.connections import SECONDS_IDLE, Server

_WITHHOLD_WORDS = WithholdWords()


class ServeError(KyrError):
    """The service cannot start, or a model not take over; the text says why and what to do."""


@contextlib.asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve the gateway; yield its address. Port 0 takes a free one. Raises ServeError."""
    # No access log: it would hold addresses of people and when they asked. The other one would hold
    # lines of malformed requests, and so words of residents.
    quiet = logging.getLogger("bot.web.http")
    quiet.addFilter(_WITHHOLD_WORDS)
    # In its debug mode asyncio prints what tasks have returned, and so what was read.
    logging.getLogger("asyncio").addFilter(_WITHHOLD_WORDS)
    # Nobody sends us packed messages; unpacking what somebody made to be large takes all our time.
    runner = Server(app, access_log=None, logger=quiet, keepalive_timeout=SECONDS_IDLE, auto_decompress=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ServeError(Message("cannot_listen", host=host, port=port, reason=_reason(error))) from None
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def reached_here(url: str) -> str:
    """Return the address under which what listens at `url` is reached on this machine.

    One that listens on all addresses is reached by the loopback interface.
    """
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _reason(error: OSError) -> str:
    # asyncio wraps the reason in a sentence of its own; a name that does not resolve has no errno of ours.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror or error)
