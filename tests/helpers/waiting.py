"""Waiting for something to happen, however slow the machine is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

# Longer than anything takes on a machine with other work; what has not happened by then never will.
SECONDS_AT_MOST = 600.0


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so; it is looked in a thread, since that may wait for a database."""
    latest = time.monotonic() + SECONDS_AT_MOST
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < latest, "it never was"
        await asyncio.sleep(0.02)
