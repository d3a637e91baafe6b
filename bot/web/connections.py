"""An aiohttp server with bounded connections: slow, silent and malformed clients are cut off.

aiohttp waits without end for the first line of a first request, and answers what is no HTTP with its
own name and version and a piece of what came.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware
from aiohttp.web_protocol import RequestHandler

from bot.web.headers import HEADERS, SERVER, Handler

# To send the first request.
SECONDS_TO_ASK = 10
# Between two.
SECONDS_IDLE = 30
# For a request to come whole and, once it is answered, for the client to take the response.
SECONDS_TO_END = 60
MOST_CONNECTIONS = 2000


class BoundedConnection(RequestHandler):
    """A connection that is closed when it has nothing to say, or does not hear what it is told."""

    _timer: asyncio.TimerHandle | None = None
    __slots__ = ("__dict__",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a client in, unless there are too many."""
        super().connection_made(transport)
        manager = self._manager
        if manager is not None and len(manager.connections) > MOST_CONNECTIONS:
            self._abort()
            return
        self.expect(SECONDS_TO_ASK)

    def expect(self, seconds: float) -> None:
        """Close the connection after so many seconds, unless more is expected before."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._abort)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the clock."""
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP: with its status, and not with its words."""
        super().handle_error(request, status, exc, message)
        response = web.Response(status=status, text=str(status), headers={**HEADERS, "Server": SERVER})
        response.force_close()
        return response

    def _abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def take_time(seconds: float) -> Middleware:
    """Return what gives requests the time to be answered.

    `seconds` are the most that the handlers wait for anything, so that no connection ends before what it
    waits for does.
    """

    @web.middleware
    async def give(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, BoundedConnection):
            return await handler(request)
        connection.expect(seconds + SECONDS_TO_END)
        try:
            return await handler(request)
        finally:
            connection.expect(SECONDS_TO_END)

    return give


class Server(web.AppRunner):
    """Runs the gateway on connections as above."""

    @property
    def server(self) -> Any:
        """What makes a connection of each client that comes (see parent class)."""
        manager = super().server
        return manager and functools.partial(
            BoundedConnection, manager, loop=asyncio.get_running_loop(), **self._kwargs
        )
