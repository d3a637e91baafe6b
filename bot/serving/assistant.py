"""The backends of the assistant: Rasa and the action server of each model, and which of them answers."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass

from cryptography.fernet import Fernet

from bot.content.paths import RESOURCES
from bot.content.reading import Content
from bot.directory.live import LiveDirectory
from bot.gateway import keys
from bot.gateway.app import create_app
from bot.gateway.conversations import Conversation
from bot.gateway.current_model import LoadedModel
from bot.gateway.dialogue import replies_from_rasa
from bot.gateway.rasa_client import RasaClient, RasaUnavailable
from bot.messages import Message
from bot.serving.processes import Child, actions_child, rasa_child
from bot.serving.tcp_proxy import SwitchableProxy
from bot.settings import Settings
from bot.training.gate import golden_questions
from bot.training.models import Model
from bot.training.topics_off import GivenTopics, TopicsOff
from bot.web.server import ServeError

# How long the model before runs on: time enough to see that the new one was a mistake.
SECONDS_WARM = 10 * 60


class ModelFault(ServeError):
    """A model that does not answer as it should, with everything running; the text says how that shows."""


@dataclass(eq=False)
class Backend:
    """What answers for one model. Models that have learnt from the same share Rasa, and the relay that
    leads it to the action server of the moment."""

    model: Model
    rasa: Child
    relay: SwitchableProxy
    actions: Child
    loaded: LoadedModel

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
        loaded = self.backend.loaded
        self.app = create_app(
            loaded.content,
            settings,
            rasa_url=loaded.rasa.rasa_url,
            actions_url=loaded.rasa.actions_url,
            model_version=loaded.version,
        )
        self.backend.loaded = self.app[keys.CURRENT_MODEL].model

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
            relay = SwitchableProxy(actions.port)
            rasa = rasa_child(
                model.archive,
                thresholds=model.thresholds,
                action_url=f"{relay.url}/webhook",
                redis_url=self._settings.redis_url,
                conversation_key=self._conversation_key,
            )
        loaded = LoadedModel(model.version, content, RasaClient(rasa.url, actions.url))
        return Backend(model, rasa, relay, actions, loaded)

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
        await backend.loaded.rasa.close()
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
                    await ask_golden_questions(new.loaded, model)
            except BaseException:
                await self._stop(new, beside=self.backend)
                raise
        await self._take_over(new)

    async def _take_over(self, new: Backend) -> None:
        old, older = self.backend, self._before
        # Nothing is awaited between these: no message meets the one without the other.
        new.relay.target = new.actions.port
        self.app[keys.CURRENT_MODEL].replace(new.loaded)
        self.backend, self._before = new, old
        if self._warm:
            self._warm.cancel()
        self._warm = asyncio.get_running_loop().call_later(SECONDS_WARM, self._let_go, old)
        if older is not None and older is not new:
            await self._retire(older)

    def _let_go(self, old: Backend) -> None:
        self._before = None
        self.app[keys.CURRENT_MODEL].let_go()
        # Not waited for by a switch, and so not interrupted by one.
        retiring = asyncio.create_task(self._retire(old))
        self._retiring.add(retiring)
        retiring.add_done_callback(self._retiring.discard)

    async def _retire(self, old: Backend) -> None:
        """End the processes of a backend that no other one needs, as soon as nobody is answered from it."""
        await old.loaded.drained()
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


async def ask_golden_questions(loaded: LoadedModel, model: Model) -> None:
    """Ask dangerous questions and emergencies; raises ModelFault where one is not answered as in training."""
    for text, topic in golden_questions(model):
        sender = Conversation().id
        try:
            messages = await loaded.rasa.send(sender, text, {})
            topics = {reply.topic for reply in replies_from_rasa(loaded.content, messages)}
        except RasaUnavailable as error:
            raise ModelFault(Message("got_no_answer", text=text, error=error)) from None
        if topic not in topics:
            answered = ", ".join(sorted(filter(None, topics))) or "nothing"
            raise ModelFault(Message("answered_otherwise", text=text, answered=answered, topic=topic))
        await loaded.rasa.forget(sender)


def assemble(model: Model, settings: Settings) -> Assistant:
    """Put the gateway, Rasa and the action server of a model together; nothing runs yet."""
    return Assistant(model, settings)
