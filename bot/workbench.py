"""Training and asking a model in a process of its own (`python -m bot.nlu`), which alone imports Rasa."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.calibration import THRESHOLDS_FILE
from bot.settings import PROJECT_ROOT

# Tells the process where lemmas of training questions are kept from one training to the next.
LEMMAS_FILE = "KYR_LEMMAS_FILE"
# A line holds what is made of one question.
_LONGEST_LINE = 1 << 20
_LINES_SHOWN = 20

# Called with the step that begins and how much of it is done, from 0 to 1.
OnStep = Callable[[str, float], None]


class WorkbenchError(Exception):
    """The process ended before its work was done; the text says why, or ends with its last lines."""


class Workbench:
    """The process, started and importing Rasa; it does one job."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def train(self, content: Path, archive: Path, texts: Sequence[str], on_step: OnStep) -> list[Any]:
        """Train on the content under a folder, and ask the new model every text; write its archive.

        Return what was made of each text: its `language`, `intent_ranking`, `decision`, and what was
        `judged`. Raises WorkbenchError.
        """
        return await self._do({"content": str(content), "archive": str(archive), "texts": texts}, on_step)

    async def parse(self, archive: Path, texts: Sequence[str]) -> list[Any]:
        """Ask the model in an archive every text; return as `train` does. Raises WorkbenchError."""
        job = {"content": "", "archive": str(archive), "texts": texts}
        return await self._do(job, lambda step, done: None)

    async def _do(self, job: Mapping[str, Any], on_step: OnStep) -> list[Any]:
        process = self._process
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - opened as pipes
        last: collections.deque[str] = collections.deque(maxlen=_LINES_SHOWN)
        parsed = []
        with contextlib.suppress(ConnectionError):  # where it has ended, its last lines say why
            process.stdin.write(json.dumps(job).encode() + b"\n")
            await process.stdin.drain()
        async for line in process.stdout:
            told = _told(line)
            if "parsed" in told:
                parsed.append(told["parsed"])
            elif "step" in told:
                on_step(told["step"], told.get("done", 0.0))
            else:
                last.append(line.decode(errors="replace").rstrip())
        if await process.wait() != 0 or len(parsed) != len(job["texts"]):
            if any("No space left on device" in line for line in last):
                raise WorkbenchError("The disk is full. Free about 1 GB and try again.")
            raise WorkbenchError("Rasa ended too early. Its last lines:\n  " + "\n  ".join(last))
        return parsed


def _told(line: bytes) -> dict[str, Any]:
    """Return what the process tells in a line; nothing where the line is none of ours."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@contextlib.asynccontextmanager
async def workbench(
    *, thresholds: Path | None = None, lemmas_file: Path | None = None
) -> AsyncIterator[Workbench]:
    """Start the process; it ends with the block, whatever it is doing.

    Decisions are by the thresholds of a file, or by those to begin with.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "bot.nlu"),
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            THRESHOLDS_FILE: str(thresholds or ""),
            LEMMAS_FILE: str(lemmas_file or ""),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_LONGEST_LINE,
        # Its own group, so that Ctrl-C reaches it only through us, and its helpers end with it.
        start_new_session=True,
    )
    try:
        yield Workbench(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
