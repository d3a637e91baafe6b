"""What residents get: now, as the assistant that runs says, and after a change that is not made yet.

What answers is asked, and only where it does not run or does not say is it worked out from what is published.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.answering.answers import answer, given_for
from bot.console import keys
from bot.content.paths import RESOURCES
from bot.content.reading import Content
from bot.directory.live import LiveDirectory
from bot.text.language import LANGUAGES
from bot.training.models import Model
from bot.training.publishing import ServingStatus

_SECONDS_TO_ASK = 5
# How the assistant is. Of "answers", "degraded" (Rasa is down: a card with the hotline alone) and
# "starting" it tells itself; "silent" runs and does not answer, "untold" does not say where it is asked.
ANSWERS, DEGRADED, STARTING, SILENT, UNTOLD, ENDED = (
    "answers",
    "degraded",
    "starting",
    "silent",
    "untold",
    "ended",
)
_BY_HEALTH = {"ok": ANSWERS, "degraded": DEGRADED, "starting": STARTING}


@dataclass(frozen=True)
class AssistantNow:
    """The assistant at this moment: how it is, from which version it answers, and what was refused.

    `version` is None where none answers, and `published` the one that should answer. `is_asked` says that it
    has told that itself.
    """

    state: str
    version: str | None
    published: str | None
    serving: ServingStatus | None
    is_asked: bool = False

    @property
    def lags(self) -> bool:
        """Whether it answers from another version than the one that was published."""
        return self.version is not None and self.version != self.published


@dataclass(frozen=True)
class Given:
    """What residents get who ask for an answer, by language as the gateway says it.

    `what` is as bot.answering.answers.given_for says, or "unknown" where the version does not have it.
    `version` is the one it comes from, None for none.
    """

    what: str
    version: str | None
    replies: Mapping[str, Mapping[str, Any]]

    @property
    def texts(self) -> Mapping[str, str]:
        """What is said, by language."""
        return {
            code: "\n\n".join(filter(None, (one["text"], one["more"]))) for code, one in self.replies.items()
        }


async def assistant_now(request: web.Request) -> AssistantNow:
    """Ask the assistant how it is; where it cannot be asked, say what its file says."""
    app = request.app
    serving = await asyncio.to_thread(app[keys.SERVING].read)
    published = await asyncio.to_thread(app[keys.STORE].published_version)
    if serving is None:
        held = await asyncio.to_thread(app[keys.SERVING].is_held)
        return AssistantNow(STARTING if held else ENDED, None, published, None)
    if not serving.url:
        return AssistantNow(UNTOLD, serving.version, published, serving)
    told = await _ask(f"{serving.url}/health")
    state = _BY_HEALTH.get(str(told.get("status")), SILENT)
    version = str(told["model"]) if "model" in told else serving.version
    return AssistantNow(state, version, published, serving, is_asked="model" in told)


async def given_now(request: web.Request, topic: str, now: AssistantNow) -> Given:
    """Ask the assistant what it gives for an answer; worked out where it cannot be asked."""
    if now.serving is not None and now.is_asked:
        told = await _ask(f"{now.serving.url}/api/answers/{topic}")
        if "replies" in told:
            return Given(told["given"] or "unknown", told["model"], told["replies"])
    content, version = await content_now(request, now)
    return await asyncio.to_thread(given_by, content, topic, version)


async def content_now(request: web.Request, now: AssistantNow) -> tuple[Content | None, str | None]:
    """Return the content that residents are answered from, as they get it, and its version."""
    version = now.version or now.published
    if version is None:
        return None, None
    model = await asyncio.to_thread(request.app[keys.STORE].get, version)
    return await as_given(request, model), version


async def as_given(request: web.Request, model: Model, *, off: Collection[str] | None = None) -> Content:
    """Return the content of a version as residents would get it, with the answers `off` turned off.

    By default those that are turned off now; the directory is that of now, as for residents.
    """
    settings = request.app[keys.SETTINGS]
    off = await asyncio.to_thread(request.app[keys.TOPICS_OFF].read) if off is None else off

    def read() -> Content:
        live = LiveDirectory(settings.resources_dir, fallback=model.content_dir / RESOURCES)
        return dataclasses.replace(
            model.content.turned_off(off), live_directory=live, require_approval=settings.require_approval
        )

    return await asyncio.to_thread(read)


def given_by(content: Content | None, topic: str, version: str | None) -> Given:
    """Return what a content gives for an answer."""
    found = content.topics.get(topic) if content else None
    if content is None or found is None:
        return Given("unknown", version, {})
    replies = {code: answer(content, found, code).as_json() for code in LANGUAGES}
    return Given(given_for(content, found), version, replies)


async def _ask(url: str) -> dict[str, Any]:
    """Return what the assistant says, nothing where it says nothing that can be read."""
    with contextlib.suppress(ClientError, asyncio.TimeoutError, ValueError):
        async with _session() as session, session.get(url) as response:
            told = await response.json()
            if isinstance(told, dict):
                return told
    return {}


@contextlib.asynccontextmanager
async def _session() -> AsyncIterator[ClientSession]:
    # Proxies of the surroundings lead elsewhere: what is asked runs on this machine.
    async with ClientSession(timeout=ClientTimeout(total=_SECONDS_TO_ASK), trust_env=False) as session:
        yield session
