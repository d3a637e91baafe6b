"""Child processes: Rasa and the action server, on loopback, restarted when they die.

They are started, watched and ended here and spoken to only over HTTP.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.errors import KyrError
from bot.logs import loggable
from bot.messages import Message
from bot.settings import PROJECT_ROOT
from bot.training.thresholds import THRESHOLDS_FILE
from bot.training.worker import SECONDS_TO_START

logger = logging.getLogger(__name__)

# The command `rasa`, as a module.
RASA_COMMAND = "bot.nlu.rasa_command"

LOOPBACK = "127.0.0.1"
# Below 32768, where ephemeral ports begin on Linux and elsewhere.
_FIRST_PORT, _PORTS = 20_000, 12_000
# What the gateway alone has to know.
_SECRETS = ("TWILIO_", "TELEGRAM_", "KYR_REDIS_URL", "KYR_DATABASE_URL", "KYR_OIDC_", "KYR_SMTP_")
# What the console has to know.
_OF_CONSOLE = ("KYR_OIDC_", "KYR_SMTP_")
_SECONDS_TO_END = 10
_SECONDS_BEFORE_RESTART = (0.5, 2, 5, 15, 30)
# A child that does not answer this often in a row is taken for hung, and started again.
_SECONDS_BETWEEN_PROBES, _SECONDS_TO_ANSWER, _MOST_UNANSWERED = 10, 5, 3


class StartError(KyrError):
    """A child that did not start; the text ends with the last lines it printed."""


def free_port() -> int:
    """Return a port on the loopback interface that is free now.

    Not one of those that the system gives to outgoing connections (ephemeral ports): Rasa listens only
    half a minute later, and one of the gateway's own connections could have taken it until then.
    """
    while True:
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


class Child:
    """One child process that listens on a loopback port."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        port: int,
        environment: Mapping[str, str],
        *,
        python: str = sys.executable,
    ) -> None:
        self.name, self.port = name, port
        self._arguments = [python, "-W", "ignore", *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
        self.environment = {**inherited, **environment}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._last_lines: collections.deque[str] = collections.deque(maxlen=20)
        # Before the first resident's message the output is harmless and helps to find mistakes.
        self._holds_words = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the process and wait until its port answers; raises StartError."""
        await self._spawn()
        try:
            await asyncio.wait_for(self._listening(), SECONDS_TO_START)
        except asyncio.TimeoutError:
            await self._end()
            raise StartError(Message("did_not_start", name=self.name, seconds=SECONDS_TO_START)) from None
        # It can be spoken to now, so its output may hold words of residents.
        self._holds_words = True
        self._last_lines.clear()

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._arguments,
            cwd=PROJECT_ROOT,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Its own group, so that Ctrl-C reaches it only through stop() and its children end with it.
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read_output(self._process))

    async def _read_output(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - opened as a pipe above
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                continue  # longer than the buffer: dropped, like every line that is not understood
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            if self._holds_words:
                if said := loggable(text):
                    logger.warning("%s: %s", self.name, said)
            else:
                self._last_lines.append(text)

    async def _listening(self) -> None:
        while True:
            if self._process is None or self._process.returncode is not None:
                if self._reader:
                    await self._reader
                last = "\n  ".join(self._last_lines)
                raise StartError(Message("ended_while_starting", name=self.name, last=last))
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(LOOPBACK, self.port)
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
                return
            await asyncio.sleep(0.2)

    def watch(self) -> None:
        """From now on start it again whenever it ends or answers no more."""
        self._watcher = asyncio.create_task(self._restart_forever())

    async def _restart_forever(self) -> None:
        failures = 0
        while True:
            started = asyncio.get_running_loop().time()
            why = await self._ended_or_hung()
            # What the dead process started would hold its port, or its output, open; and a hung one
            # does not listen to anything gentler.
            await self._end(signal.SIGKILL)
            if asyncio.get_running_loop().time() - started > 300:
                failures = 0
            pause = _SECONDS_BEFORE_RESTART[min(failures, len(_SECONDS_BEFORE_RESTART) - 1)]
            failures += 1
            logger.error("%s %s; starting it again in %s s", self.name, why, pause)
            await asyncio.sleep(pause)
            try:
                await self.start()
            except (OSError, StartError) as error:
                logger.error("%s could not be started again (%s)", self.name, type(error).__name__)

    async def _ended_or_hung(self) -> str:
        """Wait until the process has ended or answers no more; say which."""
        unanswered = 0
        while self._process is not None:
            try:
                code = await asyncio.wait_for(self._process.wait(), _SECONDS_BETWEEN_PROBES)
                return f"ended (code {code})"
            except asyncio.TimeoutError:
                unanswered = 0 if await self._answers() else unanswered + 1
                if unanswered == _MOST_UNANSWERED:
                    return "does not answer"
        return "is not there"

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
            try:
                writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return bool(await asyncio.wait_for(reader.readline(), _SECONDS_TO_ANSWER))
            finally:
                writer.close()
        return False

    async def stop(self) -> None:
        """End the process and everything it started."""
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        await self._end()

    async def _end(self, *signals: signal.Signals) -> None:
        if self._process is not None:
            await _end_group(self._process, signals or (signal.SIGTERM, signal.SIGKILL))
            self._process = None
        if self._reader:
            await self._reader


async def _end_group(process: asyncio.subprocess.Process, signals: Sequence[signal.Signals]) -> None:
    """Send each signal to the process and all that it started, with time between them to end."""
    for sign in signals:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), _SECONDS_TO_END)


def rasa_child(
    model: Path,
    *,
    thresholds: Path | None = None,
    action_url: str = "",
    redis_url: str = "",
    conversation_key: str = "",
) -> Child:
    """Return a Rasa server for a model and its thresholds.

    Conversations are kept in Redis where `redis_url` is given, encrypted with `conversation_key`.
    """
    port = free_port()
    run = ("run", "--model", str(model), "--interface", LOOPBACK, "--port", str(port))
    environment = {
        "KYR_ACTION_URL": action_url,
        "KYR_REDIS_URL": redis_url,
        "KYR_CONVERSATION_KEY": conversation_key,
        THRESHOLDS_FILE: str(thresholds or ""),
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
        # One message is too little work for two threads: the second would only wait, at full speed.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    return Child("Rasa", ["-m", RASA_COMMAND, *run], port, environment)


def actions_child(content_dir: Path, resources_dir: Path, *, data_dir: Path) -> Child:
    """Return the action server, answering from a content and from the resource directory as it stands.

    Which topics are turned off stands in `data_dir`.
    """
    port = free_port()
    environment = {
        "KYR_CONTENT_DIR": str(content_dir),
        "KYR_DATA_DIR": str(data_dir),
        "KYR_RESOURCES_DIR": str(resources_dir),
        "LOG_LEVEL": "WARNING",
    }
    return Child("the action server", ["-m", "actions", str(port)], port, environment)


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def console_child(port: int, database_url: str) -> Child:
    """Return the staff console, in a process of its own: what it does must not keep residents waiting."""
    own = {name: value for name, value in os.environ.items() if name.startswith(_OF_CONSOLE)}
    environment = {**own, "KYR_DATABASE_URL": database_url}
    return Child("the staff console", ["-m", "bot", "console", "--port", str(port)], port, environment)
