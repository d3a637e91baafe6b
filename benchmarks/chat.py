"""Measures a running assistant: `uv run python benchmarks/chat.py URL`.

Sends 200 real questions of the evaluation set at concurrency 1 and again at 10, and prints the time
of `POST /api/chat` and the resident memory of each process of `kyr serve`.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

import psutil
from aiohttp import ClientSession, TCPConnector

from bot.evaluation import read_questions
from bot.settings import PROJECT_ROOT
from bot.training import EVALUATION_QUESTIONS

MESSAGES = 200


async def measure(url: str, texts: list[str], concurrency: int) -> None:
    """Print percentiles in milliseconds, and messages a second."""
    waiting = iter(texts)
    times: list[float] = []
    degraded = 0

    async def person(session: ClientSession) -> None:
        nonlocal degraded
        for text in waiting:
            began = time.perf_counter()
            async with session.post(f"{url}/api/chat", json={"message": text}) as response:
                body = await response.json()
            times.append((time.perf_counter() - began) * 1000)
            degraded += bool(body.get("degraded"))

    async with ClientSession(connector=TCPConnector(limit=concurrency)) as session:
        began = time.perf_counter()
        await asyncio.gather(*(person(session) for _ in range(concurrency)))
        took = time.perf_counter() - began
    cuts = statistics.quantiles(times, n=20)
    print(
        f"concurrency {concurrency:2}: p50 {statistics.median(times):.0f} ms, p95 {cuts[18]:.0f} ms, "
        f"max {max(times):.0f} ms, {len(times) / took:.0f} messages/s, {degraded} degraded"
    )


def memory(port: int) -> Iterator[str]:
    """Yield the resident memory of the process that listens on a port, and of its children."""
    listening = (
        c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port
    )
    gateway = psutil.Process(next(pid for pid in listening if pid))
    for process in (gateway, *gateway.children()):
        name = (
            "rasa"
            if "rasa" in process.cmdline()
            else "actions"
            if "actions" in process.cmdline()
            else "gateway"
        )
        yield f"{name}: {process.memory_info().rss / 2**20:.0f} MiB"


def main() -> None:
    """Measure both concurrencies in one run: machines differ from minute to minute."""
    url = sys.argv[1].rstrip("/")
    questions = read_questions(PROJECT_ROOT / EVALUATION_QUESTIONS)
    texts = [question.text for question in questions[:: len(questions) // MESSAGES]][:MESSAGES]
    for concurrency in (1, 10):
        asyncio.run(measure(url, texts, concurrency))
    for line in memory(int(url.rsplit(":", 1)[1])):
        print(line)


if __name__ == "__main__":
    main()
