"""A background writer: database writes wait in a queue for one thread, and no request waits for them.

A database that is frozen or away keeps this thread waiting and nothing else. It tries the first thing again
until it is written, and goes on with the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable

from bot.database.engine import DatabaseError, DataRefusedError

logger = logging.getLogger(__name__)

# While the database is away; what comes after them is lost, and the log says so.
_MOST_WAITING = 1000
_SECONDS_TO_FINISH = 3
# After a failure it pauses, twice as long each time.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
# When the gateway is to end there is time for a few more tries.
_LAST_PAUSE = 0.25


class BackgroundWriter:
    """What waits to be written, and the thread that writes it; it begins with the first thing."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._ending, self._is_over = threading.Event(), False

    def write(self, failure: str, write: Callable[[], None]) -> asyncio.Future[bool]:
        """Write as soon as the database can; return at once, with what tells whether it could be.

        While it cannot, `failure` is logged with the reason, and it is tried again. `write` may raise
        DatabaseError.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def work() -> None:
            try:
                written = self._written(failure, write)
            except Exception as error:  # the thread must live; its text might show what was to be written
                logger.error("%s: %s", failure, type(error).__name__)
                written = False
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
        self._ending.set()
        last = self.write("Nothing", lambda: None)
        await asyncio.wait({last}, timeout=_SECONDS_TO_FINISH)
        self._is_over = True

    def _written(self, failure: str, write: Callable[[], None]) -> bool:
        """Write until the database takes it; say whether it did, or never will."""
        pause = _FIRST_PAUSE
        while True:
            try:
                write()
            except DataRefusedError as error:
                logger.error("%s. %s", failure, error)
                return False
            except DatabaseError as error:
                logger.error("%s yet. %s", failure, error)
            else:
                return True
            if self._ending.wait(pause):
                if self._is_over:
                    return False
                time.sleep(_LAST_PAUSE)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _run(self) -> None:
        while True:
            self._waiting.get()()


def _set(done: asyncio.Future[bool], written: bool) -> None:
    if not done.done():
        done.set_result(written)
