"""Measures a running assistant: `uv run python -m bench.chat URL`.

Sends 200 questions of the evaluation set at concurrency 1, 10 and 50, and prints the time of
`POST /api/chat` and the resident memory of all processes of `kyr serve`.
"""

from __future__ import annotations

import asyncio
import sys

import psutil
from aiohttp import ClientSession, TCPConnector

from bench.load import Send, load, mebibytes
from bot.settings import PROJECT_ROOT
from bot.training.evaluation import EVALUATION, read_questions
from bot.training.train import EVALUATION_QUESTIONS

MESSAGES = 200
CONCURRENCIES = (1, 10, 50)


def texts() -> list[str]:
    """Return questions from all over the evaluation set."""
    questions = read_questions(PROJECT_ROOT / EVALUATION / EVALUATION_QUESTIONS)
    return [question.text for question in questions[:: len(questions) // MESSAGES]][:MESSAGES]


def sender(session: ClientSession, url: str) -> Send:
    """Return how a message is sent to the gateway."""

    async def send(text: str, number: int) -> bool:
        async with session.post(f"{url}/api/chat", json={"message": text}) as response:
            return response.status == 200 and not (await response.json()).get("degraded")

    return send


async def measure(url: str) -> None:
    """Print the times at each concurrency."""
    for concurrency in CONCURRENCIES:
        async with ClientSession(connector=TCPConnector(limit=concurrency)) as session:
            timing = await load(sender(session, url), texts(), concurrency)
        print(f"concurrency {concurrency:2}: {timing}")


def main() -> None:
    """Measure the assistant at the address given."""
    url = sys.argv[1].rstrip("/")
    asyncio.run(measure(url))
    port = int(url.rsplit(":", 1)[1])
    listening = {
        c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr[1:] == (port,)
    }
    print(f"memory: {mebibytes(*(pid for pid in listening if pid)):.0f} MiB")


if __name__ == "__main__":
    main()
