"""The process that trains and asks, with a stand-in in the place of Rasa."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import pytest

from bot.training.worker import RasaWorker, WorkerError

# It answers what it is asked, and ends without an answer where that is "end", with a line before and after.
STAND_IN = """
import json, sys
for line in sys.stdin:
    texts = json.loads(line)["texts"]
    print("Loading", flush=True)
    if texts == ["damaged"]:
        sys.exit(1)
    print(json.dumps({"step": "ask", "done": 0}), flush=True)
    for text in texts:
        print("2026-11-23 01:02:03 ERROR    rasa.some.module  - " + text, flush=True)
        print(text, flush=True)
        if text == "me llamo Ana":
            sys.exit(1)
        print(json.dumps({"parsed": text.upper()}), flush=True)
"""
ARCHIVE = Path("model.tar.gz")


async def worker() -> RasaWorker:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STAND_IN), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    return RasaWorker(process)


async def test_it_is_asked_again_and_again_and_each_job_gets_its_own_results() -> None:
    """Also a job without questions; when the process ends it is known to be gone."""
    asked = await worker()
    assert await asked.parse(ARCHIVE, ["a", "b"]) == ["A", "B"]
    assert await asked.parse(ARCHIVE, []) == []
    assert await asked.parse(ARCHIVE, ["c"]) == ["C"]
    with pytest.raises(WorkerError):
        await asked.parse(ARCHIVE, ["me llamo Ana"])
    assert asked.pid is None


async def test_what_is_printed_while_a_question_is_answered_reaches_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may hold the words of it; level and origin stay."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(WorkerError) as ended:
        await (await worker()).parse(ARCHIVE, ["hola", "me llamo Ana"])
    assert str(ended.value) == "Asking the version ended: Rasa failed, the log says how. Nothing was changed."
    assert "ERROR in rasa.some.module" in caplog.text
    assert "Ana" not in caplog.text and "hola" not in caplog.text


async def test_what_is_printed_before_anything_was_asked_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It says why a model cannot be loaded, and holds no words of anybody."""
    with pytest.raises(WorkerError):
        await (await worker()).parse(ARCHIVE, ["damaged"])
    assert "Loading" in caplog.text
