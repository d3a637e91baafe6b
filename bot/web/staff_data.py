"""Writing for staff while residents are served: one thing after another, in a thread nobody has to wait for.

A database that is frozen keeps this thread waiting and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable

from bot.database import DatabaseError

logger = logging.getLogger(__name__)

# While the database is away; what comes after them is lost, and the log says so.
_MOST_WAITING = 1000
_SECONDS_TO_FINISH = 3


class Writer:
    """What waits to be written, and the thread that writes it; it begins with the first thing."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None

    def write(self, failure: str, write: Callable[[], None]) -> asyncio.Future[bool]:
        """Write as soon as the database can; return at once, with what tells whether it could be.

        Where it cannot, `failure` is logged with the reason; `write` may raise DatabaseError.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def work() -> None:
            try:
                write()
            except DatabaseError as error:
                logger.error("%s. %s", failure, error)
                written = False
            except Exception as error:  # the thread must live; its text might show what was to be written
                logger.error("%s: %s", failure, type(error).__name__)
                written = False
            else:
                written = True
            with contextlib.suppress(RuntimeError):  # nobody is there any more
                loop.call_soon_threadsafe(_set, done, written)

        try:
            self._waiting.put_nowait(work)
        except queue.Full:
            logger.error("%s: %d others are waiting for the database", failure, _MOST_WAITING)
            done.set_result(False)
            return done
        if self._thread is None:
            # Not one that the interpreter waits for at its end.
            self._thread = threading.Thread(target=self._run, name="staff data", daemon=True)
            self._thread.start()
        return done

    async def finish(self) -> None:
        """Wait for what is waiting, but not for a database that is away."""
        if self._thread is None:
            return
        last = self.write("Nothing", lambda: None)
        await asyncio.wait({last}, timeout=_SECONDS_TO_FINISH)

    def _run(self) -> None:
        while True:
            self._waiting.get()()


def _set(done: asyncio.Future[bool], written: bool) -> None:
    if not done.done():
        done.set_result(written)
