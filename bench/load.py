"""Load on a chat server: the times of its answers, and the memory of its processes."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import psutil

Send = Callable[[str, int], Awaitable[bool]]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the answers to some messages, messages a second, and how many answers failed."""

    p50: float
    p95: float
    p99: float
    per_second: float
    failed: int

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms, p99 {self.p99:.0f} ms, "
            f"{self.per_second:.0f} messages/s, {self.failed} failed"
        )


async def load(send: Send, texts: Sequence[str], concurrency: int) -> Timing:
    """Send every text, so many at a time; `send` takes a text and its number, and says if it went well."""
    waiting = iter(enumerate(texts))
    times: list[float] = []
    failed = 0

    async def person() -> None:
        nonlocal failed
        for number, text in waiting:
            began = time.perf_counter()
            failed += not await send(text, number)
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(concurrency)))
    took = time.perf_counter() - began
    cuts = statistics.quantiles(times, n=100)
    return Timing(statistics.median(times), cuts[94], cuts[98], len(times) / took, failed)


def mebibytes(*pids: int) -> float:
    """Return the resident memory of processes and of what they have started."""
    processes = [psutil.Process(pid) for pid in pids]
    family = {one.pid: one for process in processes for one in (process, *process.children(recursive=True))}
    return float(sum(process.memory_info().rss for process in family.values()) / 2**20)
