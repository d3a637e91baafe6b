"""The public door's connections: whoever is slow, silent or malformed does not hold them open.

aiohttp waits without end for the first line of a first request, and answers what is no HTTP with its
own name and version and a piece of what came.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.web.security import HEADERS, SERVER, Handler

# To send the first request.
SECONDS_TO_ASK = 10
# Between two.
SECONDS_IDLE = 30
# From a request to the end of its response; nothing of ours takes nearly as long.
SECONDS_TO_END = 60
MOST_CONNECTIONS = 2000


class Connection(RequestHandler):
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


@web.middleware
async def take_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a request that has come whole the time to be answered."""
    connection = request.protocol
    if isinstance(connection, Connection):
        connection.expect(SECONDS_TO_END)
    return await handler(request)


class Door(web.AppRunner):
    """Runs the gateway on connections as above."""

    @property
    def server(self) -> Any:
        """What makes a connection of each client that comes (see parent class)."""
        manager = super().server
        return manager and functools.partial(
            Connection, manager, loop=asyncio.get_running_loop(), **self._kwargs
        )
