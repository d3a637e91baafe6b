"""A TCP proxy on the loopback interface whose target can be switched while Rasa runs.

Rasa is told once, when it starts, where its action server is; behind a proxy another action server can take
over, with other texts, while Rasa goes on.
"""

from __future__ import annotations

import asyncio
import contextlib

from bot.serving.processes import LOOPBACK, free_port

_BYTES_AT_ONCE = 64 * 1024


class SwitchableProxy:
    """Passes on what comes, both ways; `target` is the port that new connections lead to."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.target = target
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Future[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Listen; raises OSError."""
        self._server = await asyncio.start_server(self._connected, LOOPBACK, self.port)

    async def stop(self) -> None:
        """Listen no more, and end the connections that there are."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The event loop itself holds only weak references to tasks.
        task = asyncio.ensure_future(self._between(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # Where nobody listens, Rasa sees a connection that ends, and does without the action.
            with contextlib.suppress(OSError):
                there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self.target)
                try:
                    await _pass_on_both_ways(reader, writer, there_reader, there_writer)
                finally:
                    there_writer.close()
        finally:
            writer.close()


async def _pass_on_both_ways(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there_reader: asyncio.StreamReader,
    there_writer: asyncio.StreamWriter,
) -> None:
    """Pass on what comes until one side ends the connection, as both sides of HTTP may."""
    ways = {
        asyncio.ensure_future(_pass_on(reader, there_writer)),
        asyncio.ensure_future(_pass_on(there_reader, writer)),
    }
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(_BYTES_AT_ONCE):
            writer.write(block)
            await writer.drain()
