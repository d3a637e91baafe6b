"""`kyr serve`: Rasa, the action server and the gateway, started together and kept running."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import logging
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from cryptography.fernet import Fernet

from bot.audit import AuditLog, operator, settings_changes
from bot.content import RESOURCES
from bot.database import Database, DatabaseError
from bot.models import Model, ModelStore
from bot.privacy import WithholdWords
from bot.problems import ContentError
from bot.processes import Child, actions_child, rasa_child
from bot.resources import LiveDirectory
from bot.settings import Settings, check_channels
from bot.training import Progress, code_hash, content_hash, train
from bot.web.app import create_app
from bot.web.door import SECONDS_IDLE, Door

_SECONDS_TO_GOLDEN_ANSWER = 60
_WITHHOLD_WORDS = WithholdWords()


class ServeError(Exception):
    """The service cannot start; the text says why and what to do."""


async def published_model(root: Path, store: ModelStore, progress: Progress) -> Model:
    """Return the published model; train and publish one where there is none that this program can read."""
    model = store.published()
    if model is None or not _is_of_this_program(model):
        found = (
            "There is no published model yet"
            if model is None
            else f"Model {model.version} is of an older program"
        )
        progress(f"{found}; training one (about three minutes)")
        model = store.publish((await train(root, store, progress)).version)
    elif model.content_hash != content_hash(root):
        progress(
            f"The content has changed since model {model.version} was published. "
            "To use it: kyr train, then kyr publish VERSION"
        )
    model.verify()
    return model


def _is_of_this_program(model: Model) -> bool:
    """Whether this program can load a model, and finds in its content all texts that it needs."""
    try:
        return model.report.get("code_hash") == code_hash() and model.content is not None
    except ContentError:
        return False


@dataclass(frozen=True)
class Assistant:
    """The gateway of a model, and the two processes behind it."""

    app: web.Application
    rasa: Child
    actions: Child

    @contextlib.asynccontextmanager
    async def running(self, *, watch: bool) -> AsyncIterator[None]:
        """Run Rasa and the action server; with `watch` they are started again when they end.

        Raises StartError.
        """
        children = (self.actions, self.rasa)
        try:
            await asyncio.gather(*(child.start() for child in children))
            if watch:
                for child in children:
                    child.watch()
            yield
        finally:
            await asyncio.gather(*(child.stop() for child in children))


def assemble(model: Model, settings: Settings) -> Assistant:
    """Put the gateway, Rasa and the action server of a model together; nothing runs yet.

    The resource directory is used as it stands now in `settings.resources_dir`; while that has a mistake,
    as it stood when the model was trained.
    """
    actions = actions_child(model.content_dir, settings.resources_dir)
    rasa = rasa_child(
        model.archive,
        thresholds=model.thresholds,
        action_url=f"{actions.url}/webhook",
        redis_url=settings.redis_url,
        # Made anew at every start and written nowhere: nobody can read old conversations, not even we.
        conversation_key=Fernet.generate_key().decode(),
    )
    content = dataclasses.replace(
        model.content,
        live_directory=LiveDirectory(settings.resources_dir, fallback=model.content_dir / RESOURCES),
        require_approval=settings.require_approval,
    )
    _ = content.own_words, content.language_identifier  # made now, so that no resident waits for them
    app = create_app(
        content,
        settings,
        rasa_url=rasa.url,
        actions_url=actions.url,
        model_version=model.version,
    )
    return Assistant(app, rasa, actions)


@contextlib.asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve the gateway; yield its address. Port 0 takes a free one. Raises ServeError."""
    # No access log: it would hold addresses of people and when they asked. The other one would hold
    # lines of malformed requests, and so words of residents.
    quiet = logging.getLogger("bot.web.http")
    quiet.addFilter(_WITHHOLD_WORDS)
    # In its debug mode asyncio prints what tasks have returned, and so what was read.
    logging.getLogger("asyncio").addFilter(_WITHHOLD_WORDS)
    # Nobody sends us packed messages; unpacking what somebody made to be large takes all our time.
    runner = Door(app, access_log=None, logger=quiet, keepalive_timeout=SECONDS_IDLE, auto_decompress=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ServeError(
                f"Cannot listen on {host}:{port} ({_reason(error)}). "
                "End what uses it, or choose another with --port."
            ) from None
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _reason(error: OSError) -> str:
    # asyncio wraps the reason in a sentence of its own; a name that does not resolve has no errno of ours.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror or error)


async def ask(url: str, message: str, language: str | None) -> dict[str, Any]:
    """Ask the gateway one question and return the body of its answer."""
    body = {"message": message, **({"lang": language} if language else {})}
    async with ClientSession() as session, session.post(f"{url}/api/chat", json=body) as response:
        answered: dict[str, Any] = await response.json()
        return answered


async def wait_until_answered(url: str, question: str) -> None:
    """Wait until a question is really answered; raises ServeError."""
    deadline = asyncio.get_running_loop().time() + _SECONDS_TO_GOLDEN_ANSWER
    while asyncio.get_running_loop().time() < deadline:
        async with ClientSession(timeout=ClientTimeout(total=5)) as session:
            with contextlib.suppress(ClientError, asyncio.TimeoutError):
                async with session.get(f"{url}/health") as response:
                    if response.status == 200 and not (await ask(url, question, None)).get("degraded"):
                        return
        await asyncio.sleep(1)
    raise ServeError("Everything has started, but a test question got no answer. See the lines above.")


async def serve(settings: Settings, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM."""
    # What the system writes to disk when a process crashes would hold words of residents.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Every connection is an open file, and many systems allow a program 1,024 unless it asks for more.
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    work = asyncio.create_task(_serve_until(stop, settings, host, port, say))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        say("Ending")
        work.cancel()
    stopped.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _note_settings(settings: Settings, say: Callable[[str], None]) -> None:
    """Put into the audit log which settings have changed. A database that is away stops nothing."""
    try:
        database = Database.of(settings)
        changes = await asyncio.to_thread(settings_changes, AuditLog(database), settings, operator())
        say(f"Staff data: {database.name}, {len(changes)} changed settings noted in the audit log")
    except DatabaseError as error:
        say(f"Staff data cannot be used, residents are answered all the same. {error}")


async def _serve_until(
    stop: asyncio.Event, settings: Settings, host: str, port: int, say: Callable[[str], None]
) -> None:
    check_channels(settings)
    model = await published_model(settings.content_dir, ModelStore(settings.data_dir), say)
    trained = datetime.datetime.fromisoformat(model.report["trained_at"]).date()
    say(f"Model {model.version}, trained {trained}")
    where = "in Redis, encrypted" if settings.redis_url else "in memory"
    say(f"Conversations: {where}, forgotten after 30 minutes")
    channels = {"text messages and WhatsApp (Twilio)": settings.twilio, "Telegram": settings.telegram}
    say(f"Channels: {', '.join(['web', *(name for name, is_on in channels.items() if is_on)])}")
    await _note_settings(settings, say)
    if settings.keep_unanswered:
        say("Of questions without an answer common words are kept for 90 days (KYR_KEEP_UNANSWERED)")
    if settings.require_approval:
        say("Only answers that somebody has signed off are given (KYR_REQUIRE_APPROVAL)")
    if settings.embed_origins:
        say(f"The chat may be shown on {', '.join(settings.embed_origins)} (KYR_EMBED_ORIGINS)")
    assistant = assemble(model, settings)
    # The pages and the hotline card are there at once, the chat as soon as Rasa is.
    async with listening(assistant.app, host, port) as url:
        say(f"Starting Rasa and the action server behind {url} (about half a minute)")
        async with assistant.running(watch=True):
            await wait_until_answered(url, "ICE is at my door, do I have to open?")
            say(f"Ready: {url}")
            await stop.wait()
