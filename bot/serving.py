"""`kyr serve`: Rasa, the action server and the gateway, started together and kept running."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import logging
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from cryptography.fernet import Fernet

from bot.content.paths import RESOURCES
from bot.content.reading import Content
from bot.database.audit import AuditLog, operator, settings_changes
from bot.database.engine import Database, DatabaseError
from bot.directory.live import LiveDirectory
from bot.logs import WithholdWords
from bot.problems import ContentError
from bot.processes import Child, StartError, actions_child, console_child, is_free, rasa_child
from bot.relay import Relay
from bot.settings import Settings, check_channels
from bot.training.gate import golden_questions, judge
from bot.training.models import Model, ModelError, ModelStore
from bot.training.publishing import ServingFile, ServingState
from bot.training.topics_off import GivenTopics, TopicsOff
from bot.training.train import Progress, code_hash, content_hash, train
from bot.web import keys
from bot.web.app import create_app
from bot.web.conversations import Conversation
from bot.web.dialogue import replies_from_rasa
from bot.web.door import SECONDS_IDLE, Door
from bot.web.rasa_client import RasaClient, RasaUnavailable
from bot.web.served import ServedModel

_SECONDS_TO_GOLDEN_ANSWER = 60
# How often it is looked whether another model was published.
_SECONDS_BETWEEN_LOOKS = 0.3
# How long the model before runs on: time enough to see that the new one was a mistake.
SECONDS_WARM = 10 * 60
# What the audit log says of a model that takes the place of one which this program cannot load.
_NEW_PROGRAM = "of the same content, for another version of the program"
_WITHHOLD_WORDS = WithholdWords()


class ServeError(Exception):
    """The service cannot start, or a model not take over; the text says why and what to do."""


class ModelFault(ServeError):
    """A model that does not answer as it should, with everything running; the text says how that shows."""


async def model_to_serve(root: Path, store: ModelStore, progress: Progress) -> Model:
    """Return the published model; train and publish one where there is none that this program can read.

    The first one is trained of the content under `root`. In place of a model of an older program one of the
    content that was published comes: what staff have changed since then waits until they publish it. Raises
    ServeError, and what bot.training.train.train does.
    """
    if store.published_version() is None:
        return await _train_and_publish(root, store, progress, "There is no published model yet")
    model = store.published()
    if model is not None and _is_of_this_program(model):
        _tell_what_waits(root, model, progress)
        return model
    version = store.published_version()
    try:
        found = f"Model {version} is of an older program"
        return await _train_and_publish(store.published_content_dir(), store, progress, found)
    except ContentError as error:
        raise ServeError(
            f"{error}\nModel {version} is of an older program, and this is what the new one misses in the "
            "content that was published with it. Mend it in the content that staff edit, then `kyr train` "
            "and `kyr publish VERSION`; until then, use the older program."
        ) from None


async def _train_and_publish(root: Path, store: ModelStore, progress: Progress, found: str) -> Model:
    progress(f"{found}; training one (about two minutes)")
    trained = await train(root, store, progress)
    # What is overdue is no reason to answer nobody: it is held back, or given with its date.
    verdict = judge(trained, None, off=TopicsOff(store.data_dir).read())
    stops = [stop.text for stop in verdict.stops if stop.rule != "check"]
    if stops:
        raise ServeError("\n".join(["The new model must not answer anybody:", *stops]))
    return store.publish(trained.version)


def model_to_ask(root: Path, store: ModelStore, progress: Progress) -> Model:
    """Return the published model without changing what is published; raises ServeError and ModelError."""
    model = store.published()
    if model is None or not _is_of_this_program(model):
        found = "No model is published" if model is None else f"Model {model.version} is of an older program"
        raise ServeError(f"{found}: there is nothing to ask. `kyr serve` trains one and publishes it.")
    _tell_what_waits(root, model, progress)
    model.verify()
    return model


def _tell_what_waits(root: Path, model: Model, progress: Progress) -> None:
    if model.content_hash != content_hash(root):
        progress(
            f"The content has changed since model {model.version} was published. "
            "To use it: kyr train, then kyr publish VERSION"
        )


def _is_of_this_program(model: Model) -> bool:
    """Whether this program can load a model, and finds in its content all texts that it needs."""
    return model.report.get("code_hash") == code_hash() and model.readable_content is not None


@dataclass(eq=False)
class Backend:
    """What answers for one model. Models that have learnt from the same share Rasa, and the relay that
    leads it to the action server of the moment."""

    model: Model
    rasa: Child
    relay: Relay
    actions: Child
    served: ServedModel

    @property
    def alive(self) -> bool:
        """Whether both processes run."""
        return self.rasa.pid is not None and self.actions.pid is not None


class Assistant:
    """The gateway, and what stands behind it: one backend that answers, and for a while the one before.

    Nothing runs until `running`.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        self._settings = settings
        # Made anew at every start and written nowhere: nobody can read old conversations, not even we.
        self._conversation_key = Fernet.generate_key().decode()
        self._watch = False
        self.backend = self._assemble(model, _content(model, settings))
        self._before: Backend | None = None
        # Those of which processes may run: whatever is interrupted, `running` ends them.
        self._started: list[Backend] = []
        self._warm: asyncio.TimerHandle | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        served = self.backend.served
        self.app = create_app(
            served.content,
            settings,
            rasa_url=served.rasa.rasa_url,
            actions_url=served.rasa.actions_url,
            model_version=served.version,
        )
        self.backend.served = self.app[keys.SERVED].model

    @property
    def rasa(self) -> Child:
        """The Rasa that answers."""
        return self.backend.rasa

    @property
    def actions(self) -> Child:
        """The action server that answers."""
        return self.backend.actions

    def begin_test(self) -> str:
        """Begin a session of which nothing is counted or kept for review; return its token."""
        conversations = self.app[keys.CONVERSATIONS]
        return conversations.token(conversations.begin_test())

    def _assemble(self, model: Model, content: Content, beside: Backend | None = None) -> Backend:
        """Put the backend of a model together; with the Rasa of `beside` where that has learnt the same."""
        actions = actions_child(
            model.content_dir, self._settings.resources_dir, data_dir=self._settings.data_dir
        )
        if beside is not None and beside.model.report["learnt_in"] == model.report["learnt_in"]:
            rasa, relay = beside.rasa, beside.relay
        else:
            relay = Relay(actions.port)
            rasa = rasa_child(
                model.archive,
                thresholds=model.thresholds,
                action_url=f"{relay.url}/webhook",
                redis_url=self._settings.redis_url,
                conversation_key=self._conversation_key,
            )
        served = ServedModel(model.version, content, RasaClient(rasa.url, actions.url))
        return Backend(model, rasa, relay, actions, served)

    @contextlib.asynccontextmanager
    async def running(self, *, watch: bool) -> AsyncIterator[None]:
        """Run Rasa and the action server; with `watch` they are started again when they end.

        Raises StartError.
        """
        self._watch = watch
        try:
            await self._start(self.backend)
            yield
        finally:
            if self._warm:
                self._warm.cancel()
            for retiring in self._retiring:
                retiring.cancel()
            await asyncio.gather(*self._retiring, return_exceptions=True)
            await asyncio.gather(*map(self._stop, self._started))

    async def _start(self, backend: Backend, beside: Backend | None = None) -> None:
        self._started.append(backend)
        children = [backend.actions]
        if beside is None or backend.rasa is not beside.rasa:
            await backend.relay.start()
            children.append(backend.rasa)
        starting = [asyncio.create_task(child.start()) for child in children]
        try:
            await asyncio.gather(*starting)
        finally:
            # Where one has failed, none of the others is to appear when all were stopped.
            for each in starting:
                each.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
        for child in children if self._watch else ():
            child.watch()

    async def _stop(self, backend: Backend, *, beside: Backend | None = None) -> None:
        """End the processes of a backend but for those that it shares with `beside`."""
        await backend.served.rasa.close()
        await backend.actions.stop()
        if beside is None or backend.rasa is not beside.rasa:
            await backend.rasa.stop()
            await backend.relay.stop()
        self._started.remove(backend)

    async def switch(self, model: Model) -> None:
        """Answer from another model: start it, ask it golden questions, let it take over.

        The one before runs on for a while, so that going back takes no time. Raises StartError, ServeError
        or ModelError; then everything is as it was.
        """
        new = self._before
        if new is None or new.model.version != model.version or not new.alive:
            # Hashes of large files, and the reading of all content: nobody is to wait for them.
            await asyncio.to_thread(model.verify)
            content = await asyncio.to_thread(_content, model, self._settings)
            new = self._assemble(model, content, beside=self.backend)
            try:
                await self._start(new, beside=self.backend)
                if new.rasa is not self.backend.rasa:
                    await ask_golden_questions(new.served, model)
            except BaseException:
                await self._stop(new, beside=self.backend)
                raise
        await self._take_over(new)

    async def _take_over(self, new: Backend) -> None:
        old, older = self.backend, self._before
        # Nothing is awaited between these: no message meets the one without the other.
        new.relay.target = new.actions.port
        self.app[keys.SERVED].replace(new.served)
        self.backend, self._before = new, old
        if self._warm:
            self._warm.cancel()
        self._warm = asyncio.get_running_loop().call_later(SECONDS_WARM, self._let_go, old)
        if older is not None and older is not new:
            await self._retire(older)

    def _let_go(self, old: Backend) -> None:
        self._before = None
        self.app[keys.SERVED].let_go()
        # Not waited for by a switch, and so not interrupted by one.
        retiring = asyncio.create_task(self._retire(old))
        self._retiring.add(retiring)
        retiring.add_done_callback(self._retiring.discard)

    async def _retire(self, old: Backend) -> None:
        """End the processes of a backend that no other one needs, as soon as nobody is answered from it."""
        await old.served.drained()
        sharing = (one for one in (self.backend, self._before) if one is not None and one.rasa is old.rasa)
        await self._stop(old, beside=next(sharing, None))


def _content(model: Model, settings: Settings) -> Content:
    """Return a model's content as residents are answered from it.

    Topics are turned off and on (bot.training.topics_off) from the moment on at which staff do so. The
    resource directory is used as it stands now in `settings.resources_dir`; while that has a mistake, as it
    stood when the model was trained.
    """
    content = dataclasses.replace(
        model.content,
        topics=GivenTopics(model.content.topics, TopicsOff(settings.data_dir)),
        live_directory=LiveDirectory(settings.resources_dir, fallback=model.content_dir / RESOURCES),
        require_approval=settings.require_approval,
    )
    _ = content.own_words, content.language_identifier  # made now, so that no resident waits for them
    return content


async def ask_golden_questions(served: ServedModel, model: Model) -> None:
    """Ask dangerous questions and emergencies; raises ModelFault where one is not answered as in training."""
    for text, topic in golden_questions(model):
        sender = Conversation().id
        try:
            messages = await served.rasa.send(sender, text, {})
            topics = {reply.topic for reply in replies_from_rasa(served.content, messages)}
        except RasaUnavailable as error:
            raise ModelFault(f"“{text}” got no answer ({error}).") from None
        if topic not in topics:
            answered = ", ".join(sorted(filter(None, topics))) or "nothing"
            raise ModelFault(f"“{text}” was answered as {answered}, not as {topic}.")
        await served.rasa.forget(sender)


def assemble(model: Model, settings: Settings) -> Assistant:
    """Put the gateway, Rasa and the action server of a model together; nothing runs yet."""
    return Assistant(model, settings)


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


async def ask(url: str, message: str, language: str | None, session: str | None = None) -> dict[str, Any]:
    """Ask the gateway one question, perhaps in a session, and return the body of its answer."""
    given = {"lang": language, "session": session}
    body = {"message": message, **{name: value for name, value in given.items() if value}}
    async with ClientSession() as client, client.post(f"{url}/api/chat", json=body) as response:
        answered: dict[str, Any] = await response.json()
        return answered


async def wait_until_answered(url: str, question: str, session: str | None = None) -> None:
    """Wait until a question, perhaps in a session, is really answered.

    Raises ModelFault where it is not although everything runs, and ServeError where something does not.
    """
    is_up, deadline = False, asyncio.get_running_loop().time() + _SECONDS_TO_GOLDEN_ANSWER
    while asyncio.get_running_loop().time() < deadline:
        async with ClientSession(timeout=ClientTimeout(total=5)) as client:
            with contextlib.suppress(ClientError, asyncio.TimeoutError):
                async with client.get(f"{url}/health") as response:
                    is_up = response.status == 200
                if is_up and not (await ask(url, question, None, session)).get("degraded"):
                    return
        await asyncio.sleep(1)
    fault = ModelFault if is_up else ServeError
    raise fault("Everything has started, but a test question got no answer. See the lines above.")


async def serve(
    settings: Settings, host: str, port: int, say: Callable[[str], None], *, console_port: int | None = None
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
    async with _console_beside(settings, console_port, say):
        await _until_stopped(stop, _serve_until(stop, settings, host, port, say), say)


@contextlib.asynccontextmanager
async def _console_beside(
    settings: Settings, port: int | None, say: Callable[[str], None]
) -> AsyncIterator[None]:
    """Run the staff console in a process of its own; residents are served whether it starts or not."""
    if port is not None and not is_free(port):
        # Whatever listens there would be taken for the console.
        say(f"Residents are served without the staff console: something else uses port {port}.")
        port = None
    if port is None:
        yield
        return
    console = console_child(port, settings.database_url)
    try:
        try:
            await console.start()
            console.watch()
            say(f"Console: {settings.console_url or console.url}")
        except StartError as error:
            say(f"Residents are served without the staff console. {error}")
        yield
    finally:
        await console.stop()


async def _until_stopped(
    stop: asyncio.Event, serving: Coroutine[Any, Any, None], say: Callable[[str], None]
) -> None:
    work = asyncio.create_task(serving)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        say("Ending")
        work.cancel()
    stopped.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _note_changes(
    settings: Settings, before: str | None, version: str, say: Callable[[str], None]
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
            after = {"version": version} | ({"first": True} if before is None else {"why": _NEW_PROGRAM})
            await asyncio.to_thread(publish, before=before, after=after)
        say(f"Staff data: {database.name}, {len(changes)} changed settings noted in the audit log")
    except DatabaseError as error:
        say(f"Staff data cannot be used, residents are answered all the same. {error}")


async def _serve_until(
    stop: asyncio.Event, settings: Settings, host: str, port: int, say: Callable[[str], None]
) -> None:
    check_channels(settings)
    store, serving = ModelStore(settings.data_dir), ServingFile(settings.data_dir)
    with serving.held():
        TopicsOff(settings.data_dir).read()  # which no other model would mend
        before = store.published_version()
        model = await model_to_serve(settings.content_dir, store, say)
        await _say_settings(settings, say)
        await _note_changes(settings, before, model.version, say)
        serve_model = functools.partial(
            _serve_model, settings=settings, host=host, port=port, stop=stop, say=say
        )
        try:
            await serve_model(model)
        except (ModelError, ModelFault) as error:
            # Once: what ends the one before as well is no fault of the models.
            previous = store.previous()
            if previous is None or not _is_of_this_program(previous):
                raise
            say(f"{error}\nModel {model.version} cannot be served; going back to {previous.version}")
            await serve_model(previous, refused=ServingState(previous.version, model.version, str(error)))


async def _go_back(settings: Settings, state: ServingState, say: Callable[[str], None]) -> None:
    """Publish the model that answers in place of the one that was refused, and note it."""
    store = ModelStore(settings.data_dir)
    if store.published_version() != state.refused:
        return  # somebody has published another one meanwhile
    try:
        store.publish(state.version)
    except OSError as error:
        say(f"Model {state.version} answers, but could not be published ({error.strerror}).")
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
        say(f"It is done, but could not be noted in the audit log. {error}")


async def _say_settings(settings: Settings, say: Callable[[str], None]) -> None:
    where = "in Redis, encrypted" if settings.redis_url else "in memory"
    say(f"Conversations: {where}, forgotten after 30 minutes")
    channels = {"text messages and WhatsApp (Twilio)": settings.twilio, "Telegram": settings.telegram}
    say(f"Channels: {', '.join(['web', *(name for name, is_on in channels.items() if is_on)])}")
    if settings.keep_unanswered:
        say("Of questions without an answer common words are kept for 90 days (KYR_KEEP_UNANSWERED)")
    if settings.require_approval:
        say("Only answers that somebody has signed off are given (KYR_REQUIRE_APPROVAL)")
    if settings.embed_origins:
        say(f"The chat may be shown on {', '.join(settings.embed_origins)} (KYR_EMBED_ORIGINS)")


async def _serve_model(
    model: Model,
    *,
    settings: Settings,
    host: str,
    port: int,
    stop: asyncio.Event,
    say: Callable[[str], None],
    refused: ServingState | None = None,
) -> None:
    """Serve a model until told to stop; one that stands in for another, which was `refused`, is published
    as soon as it answers.

    Raises ModelError and ModelFault where the model cannot be served, StartError and ServeError where
    something else is in the way.
    """
    await asyncio.to_thread(model.verify)
    trained = datetime.datetime.fromisoformat(model.report["trained_at"]).date()
    say(f"Model {model.version}, trained {trained}")
    assistant = assemble(model, settings)
    # The pages and the hotline card are there at once, the chat as soon as Rasa is.
    async with listening(assistant.app, host, port) as url:
        say(f"Starting Rasa and the action server behind {url} (about half a minute)")
        async with assistant.running(watch=True):
            question = "ICE is at my door, do I have to open?"
            await wait_until_answered(url, question, assistant.begin_test())
            if refused is not None:
                await _go_back(settings, refused, say)
            say(f"Ready: {url}")
            await _follow(assistant, refused or ServingState(model.version), settings, stop, say)


async def _follow(
    assistant: Assistant,
    state: ServingState,
    settings: Settings,
    stop: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    """Answer from whatever model is published, until told to stop; `state` is that at the beginning.

    A disk that is full, or no file that can be opened, is no reason to end: it is tried again.
    """
    store, serving = ModelStore(settings.data_dir), ServingFile(settings.data_dir)
    told: ServingState | None = None
    failed: str | None = None
    while not stop.is_set():
        try:
            if told != state:
                serving.write(state)
                told, failed = state, None
        except OSError as error:
            if failed != error.strerror:
                failed = error.strerror
                say(f"Whoever publishes cannot be told what answers ({failed}). It is tried again.")
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), _SECONDS_BETWEEN_LOOKS)
        try:
            wanted = store.published_version()
        except OSError:
            continue
        if wanted == state.version and state.refused:
            state = ServingState(state.version)
        if wanted in (None, state.version, state.refused):
            continue
        say(f"Model {wanted} was published: starting it beside {state.version}")
        try:
            await assistant.switch(store.get(wanted))
        except (ContentError, ModelError, ServeError, StartError, OSError) as error:
            say(f"Model {wanted} was refused; {state.version} goes on. {error}")
            state = ServingState(state.version, wanted, str(error))
        else:
            say(f"Model {wanted} answers; {state.version} is kept warm for ten minutes")
            state = ServingState(wanted)
