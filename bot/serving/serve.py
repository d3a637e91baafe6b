"""`kyr serve`: Rasa, the action server and the gateway, started together and kept running."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import resource
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from bot.database.audit import AuditLog, operator, settings_changes
from bot.database.engine import Database, DatabaseError
from bot.errors import KyrError
from bot.messages import Message
from bot.problems import ContentError
from bot.serving.asking import wait_until_answered
from bot.serving.assistant import Assistant, ModelFault, assemble
from bot.serving.first_model import NEW_PROGRAM, is_of_this_program, model_to_serve
from bot.serving.processes import StartError, console_child, is_free
from bot.settings import Settings, check_channels
from bot.staff.upgrade import upgrade_waiting
from bot.training.models import Model, ModelError, ModelStore
from bot.training.publishing import ServingStatus, ServingStatusFile
from bot.training.topics_off import TopicsOff
from bot.web.server import ServeError, listening, reached_here

# How often it is looked whether another model was published.
_SECONDS_BETWEEN_LOOKS = 0.3


async def serve(
    settings: Settings,
    host: str,
    port: int,
    progress: Callable[[str], None],
    *,
    console_port: int | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; the staff console as well where its port is given."""
    # What the system writes to disk when a process crashes would hold words of residents.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Every connection is an open file, and many systems allow a program 1,024 unless it asks for more.
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with _console_beside(settings, console_port, progress):
        await _until_stopped(stop, _serve_until(stop, settings, host, port, progress), progress)


@contextlib.asynccontextmanager
async def _console_beside(
    settings: Settings, port: int | None, progress: Callable[[str], None]
) -> AsyncIterator[None]:
    """Run the staff console in a process of its own; residents are served whether it starts or not."""
    if port is not None and not is_free(port):
        # Whatever listens there would be taken for the console.
        progress(f"Residents are served without the staff console: something else uses port {port}.")
        port = None
    if port is None:
        yield
        return
    console = console_child(port, settings.database_url)
    try:
        try:
            await console.start()
            console.watch()
            progress(f"Console: {settings.console_url or console.url}")
        except StartError as error:
            progress(f"Residents are served without the staff console. {error}")
        yield
    finally:
        await console.stop()


async def _until_stopped(
    stop: asyncio.Event, serving: Coroutine[Any, Any, None], progress: Callable[[str], None]
) -> None:
    work = asyncio.create_task(serving)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        progress("Ending")
        work.cancel()
    stopped.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _note_changes(
    settings: Settings, before: str | None, version: str, progress: Callable[[str], None]
) -> None:
    """Put into the audit log which settings have changed, and a model that was published by itself.

    A database that is away stops nothing.
    """
    try:
        database = Database.of(settings)
        audit, who = AuditLog(database), operator()
        changes = await asyncio.to_thread(settings_changes, audit, settings, who)
        if before != version:
            publish = functools.partial(audit.record, who, "publish", version)
            after = {"version": version} | ({"first": True} if before is None else {"why": NEW_PROGRAM})
            await asyncio.to_thread(publish, before=before, after=after)
        progress(f"Staff data: {database.name}, {len(changes)} changed settings noted in the audit log")
    except DatabaseError as error:
        progress(f"Staff data cannot be used, residents are answered all the same. {error}")


async def _serve_until(
    stop: asyncio.Event, settings: Settings, host: str, port: int, progress: Callable[[str], None]
) -> None:
    check_channels(settings)
    store, serving = ModelStore(settings.data_dir), ServingStatusFile(settings.data_dir)
    with serving.held():
        TopicsOff(settings.data_dir).read()  # which no other model would mend
        before = store.published_version()
        model = await model_to_serve(settings.content_dir, store, progress)
        await _say_settings(settings, progress)
        await _say_what_a_release_brings(settings, progress)
        await _note_changes(settings, before, model.version, progress)
        serve_model = functools.partial(
            _serve_model, settings=settings, host=host, port=port, stop=stop, progress=progress
        )
        try:
            await serve_model(model)
        except (ModelError, ModelFault) as error:
            # Once: what ends the one before as well is no fault of the models.
            previous = store.previous()
            if previous is None or not is_of_this_program(previous):
                raise
            progress(f"{error}\nModel {model.version} cannot be served; going back to {previous.version}")
            await serve_model(previous, refused=ServingStatus(previous.version, model.version, error.message))


async def _go_back(settings: Settings, state: ServingStatus, progress: Callable[[str], None]) -> None:
    """Publish the model that answers in place of the one that was refused, and note it."""
    store = ModelStore(settings.data_dir)
    if store.published_version() != state.refused:
        return  # somebody has published another one meanwhile
    try:
        store.publish(state.version)
    except OSError as error:
        progress(f"Model {state.version} answers, but could not be published ({error.strerror}).")
        return
    note = functools.partial(
        AuditLog(Database.of(settings)).record,
        *(operator(), "rollback", state.version),
        before={"version": state.refused},
        after={"version": state.version, "why": state.why},
    )
    try:
        await asyncio.to_thread(note)
    except DatabaseError as error:
        progress(f"It is done, but could not be noted in the audit log. {error}")


async def _say_settings(settings: Settings, progress: Callable[[str], None]) -> None:
    where = "in Redis, encrypted" if settings.redis_url else "in memory"
    progress(f"Conversations: {where}, forgotten after 30 minutes")
    channels = {"text messages and WhatsApp (Twilio)": settings.twilio, "Telegram": settings.telegram}
    progress(f"Channels: {', '.join(['web', *(name for name, is_on in channels.items() if is_on)])}")
    if settings.keep_unanswered:
        progress("Of questions without an answer common words are kept for 90 days (KYR_KEEP_UNANSWERED)")
    if settings.require_approval:
        progress("Only answers that somebody has signed off are given (KYR_REQUIRE_APPROVAL)")
    if settings.embed_origins:
        progress(f"The chat may be shown on {', '.join(settings.embed_origins)} (KYR_EMBED_ORIGINS)")


async def _say_what_a_release_brings(settings: Settings, progress: Callable[[str], None]) -> None:
    """Say what waits for staff to take it over; it is no reason to answer nobody."""
    with contextlib.suppress(KyrError):
        if waiting := await asyncio.to_thread(upgrade_waiting, settings):
            progress(f"This release changes {waiting} answers, texts or services: `kyr content` lists them")


async def _serve_model(
    model: Model,
    *,
    settings: Settings,
    host: str,
    port: int,
    stop: asyncio.Event,
    progress: Callable[[str], None],
    refused: ServingStatus | None = None,
) -> None:
    """Serve a model until told to stop; one that stands in for another, which was `refused`, is published
    as soon as it answers.

    Raises ModelError and ModelFault where the model cannot be served, StartError and ServeError where
    something else is in the way.
    """
    await asyncio.to_thread(model.verify)
    trained = datetime.datetime.fromisoformat(model.report["trained_at"]).date()
    progress(f"Model {model.version}, trained {trained}")
    assistant = assemble(model, settings)
    # The pages and the hotline card are there at once, the chat as soon as Rasa is.
    async with listening(assistant.app, host, port) as url:
        progress(f"Starting Rasa and the action server behind {url} (about half a minute)")
        async with assistant.running(watch=True):
            question = "ICE is at my door, do I have to open?"
            await wait_until_answered(url, question, assistant.begin_test())
            if refused is not None:
                await _go_back(settings, refused, progress)
            progress(f"Ready: {url}")
            state = dataclasses.replace(refused or ServingStatus(model.version), url=reached_here(url))
            await follow(assistant, state, settings, stop, progress)


async def follow(
    assistant: Assistant,
    state: ServingStatus,
    settings: Settings,
    stop: asyncio.Event,
    progress: Callable[[str], None],
) -> None:
    """Answer from whatever model is published, until told to stop; `state` is that at the beginning.

    A disk that is full, or no file that can be opened, is no reason to end: it is tried again.
    """
    store, serving = ModelStore(settings.data_dir), ServingStatusFile(settings.data_dir)
    told: ServingStatus | None = None
    failed: str | None = None
    while not stop.is_set():
        try:
            if told != state:
                serving.write(state)
                told, failed = state, None
        except OSError as error:
            if failed != error.strerror:
                failed = error.strerror
                progress(f"Whoever publishes cannot be told what answers ({failed}). It is tried again.")
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), _SECONDS_BETWEEN_LOOKS)
        try:
            wanted = store.published_version()
        except OSError:
            continue
        if wanted == state.version and state.refused:
            state = dataclasses.replace(state, refused=None, why=None)
        if wanted in (None, state.version, state.refused):
            continue
        progress(f"Model {wanted} was published: starting it beside {state.version}")
        try:
            await assistant.switch(store.get(wanted))
        except (ContentError, ModelError, ServeError, StartError, OSError) as error:
            progress(f"Model {wanted} was refused; {state.version} goes on. {error}")
            why = error.message if isinstance(error, KyrError) else Message("told", text=error)
            state = dataclasses.replace(state, refused=wanted, why=why)
        else:
            progress(f"Model {wanted} answers; {state.version} is kept warm for ten minutes")
            state = ServingStatus(wanted, url=state.url)
