"""Child processes: started, watched, started again, ended."""

from __future__ import annotations

import asyncio
import logging
import os
import signal

import psutil
import pytest

from bot.serving import processes
from bot.serving.processes import Child, StartError, console_child, free_port
from tests.conftest import still_running
from tests.helpers.waiting import SECONDS_AT_MOST, until

# A stand-in child: it listens on a port, says two lines, and starts a child of its own.
SERVER = """
import subprocess, sys, http.server
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("2026-11-23 01:02:03 ERROR    some.module  - me llamo Ana", flush=True)
print("me llamo Ana", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def child(script: str = SERVER) -> Child:
    port = free_port()
    return Child("the stand-in", ["-c", script, str(port)], port, {})


async def test_stop_ends_the_child_and_what_it_started() -> None:
    """Nothing is left running."""
    running = child()
    await running.start()
    assert running.pid is not None
    family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
    assert len(family) == 2
    await running.stop()
    assert await still_running(family) == []


async def test_a_dead_child_is_started_again() -> None:
    """On the same port, so that nobody has to be told."""
    running = child()
    await running.start()
    running.watch()
    first = running.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: running.pid not in (None, first))
    await running.stop()


async def test_a_hung_child_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stands still without ending would leave everybody without answers."""
    monkeypatch.setattr(processes, "_SECONDS_BETWEEN_PROBES", 0.2)
    monkeypatch.setattr(processes, "_SECONDS_TO_ANSWER", SECONDS_AT_MOST)
    running = child()
    await running.start()
    running.watch()
    first = running.pid
    assert first is not None
    await asyncio.sleep(1)
    assert running.pid == first, "a child that answers is left alone"
    monkeypatch.setattr(processes, "_SECONDS_TO_ANSWER", 0.2)
    os.kill(first, signal.SIGSTOP)
    await until(lambda: running.pid not in (None, first))
    await running.stop()


async def test_a_child_that_ends_while_starting_says_its_last_lines() -> None:
    """Before the first message its output holds no resident's words and helps to find the mistake."""
    with pytest.raises(StartError) as failed:
        await child("print('no such model'); raise SystemExit(3)").start()
    assert str(failed.value) == ("the stand-in ended while starting. Its last lines:\n  no such model")


async def test_no_word_of_a_watched_childs_output_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """At any level: only where a warning came from."""
    caplog.set_level(logging.DEBUG)
    running = child()
    await running.start()
    running.watch()
    assert running.pid is not None
    os.kill(running.pid, signal.SIGKILL)
    await until(lambda: "ERROR in some.module" in caplog.text)  # it is started again and prints its lines
    await running.stop()
    assert "Ana" not in caplog.text


def test_what_the_gateway_alone_has_to_know_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets of the channels, and the address of the database; the console has its own."""
    of_console = ("KYR_OIDC_CLIENT_SECRET", "KYR_SMTP_PASSWORD")
    names = ("TWILIO_AUTH_TOKEN", "TELEGRAM_BOT_TOKEN", "KYR_REDIS_URL", "KYR_DATABASE_URL", *of_console)
    for name in names:
        monkeypatch.setenv(name, "secret")
    assert "secret" not in child().environment.values()
    told = console_child(free_port(), "").environment
    assert {name for name, value in told.items() if value == "secret"} == {*of_console}
