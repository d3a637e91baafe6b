"""An answer is asked its own questions before any training, by the process of bot.training.trial."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.console import keys
from bot.console.answer_form import as_topic
from bot.console.rendering import text
from bot.content.topics import Topic
from bot.database.review_queue import ReviewQueue
from bot.errors import KyrError
from bot.text.language import LANGUAGES
from bot.text.redaction import REMOVED
from bot.training.trial import Trial

# So many questions that were asked in vain are asked too, those asked most.
_MOST_WAITING = 300


class Written(Protocol):
    """What of a form is needed here."""

    @property
    def topic_id(self) -> str:
        """The short name of the answer."""

    @property
    def cells(self) -> Mapping[str, str]:
        """What is written."""


@dataclass(frozen=True)
class Tried:
    """What came of it, or why nothing did; `titles` are those of all answers, by id."""

    trial: Trial | None = None
    failure: str = ""
    titles: Mapping[str, str] | None = None


async def try_answer(request: web.Request, form: Written) -> Tried:
    """Ask an answer its own questions as they stand in a form, saved or not."""
    app, answer_id = request.app, form.topic_id or "new_answer"
    published = await asyncio.to_thread(app[keys.STORE].published)
    if published is None:
        return Tried(failure=text(request, "trial_no_model"))
    read = await asyncio.to_thread(app[keys.CONTENT_CACHE].topics)
    topics = {**await asyncio.to_thread(_readable, request), **read.topics}
    answer = as_topic(answer_id, form.cells, topics.get(answer_id))
    if not any(answer.questions.values()):
        return Tried(failure=text(request, "trial_no_questions"))
    try:
        trial = await app[keys.TRIALS].ask(
            published,
            {**topics, answer_id: answer},
            answer_id,
            waiting=await asyncio.to_thread(_waiting, request),
        )
    except KyrError as error:
        return Tried(failure=error.message.in_language(request[keys.LANGUAGE]))
    titles = {one.id: one.title[request[keys.LANGUAGE]] for one in topics.values()}
    titles[answer_id] = answer.title[request[keys.LANGUAGE]]
    return Tried(trial, titles=titles)


def warm_up(request: web.Request) -> None:
    """Load the published model while somebody writes, for them not to wait for it later."""
    app = request.app
    published = app[keys.STORE].published()
    if published is None or app[keys.TRIALS].pid is not None or app[keys.WARMING_UP]:
        return

    async def load() -> None:
        # Where it fails, whoever asks an answer its questions is told why.
        with contextlib.suppress(KyrError, asyncio.CancelledError):
            await app[keys.TRIALS].warm_up(published)

    task = asyncio.create_task(load())
    app[keys.WARMING_UP].add(task)
    task.add_done_callback(app[keys.WARMING_UP].discard)


def _readable(request: web.Request) -> Mapping[str, Topic]:
    """Return the published answers whose files are there, in place of those that cannot be read now."""
    root = request.app[keys.SETTINGS].content_dir
    published = request.app[keys.CONTENT_CACHE].published_topics() or {}
    return {name: one for name, one in published.items() if (root / "data" / "faq" / f"{name}.yml").exists()}


def _waiting(request: web.Request) -> list[tuple[str, str]]:
    """Return the questions that were asked in vain and of which no word was removed."""
    questions = ReviewQueue(request.app[keys.DATABASE]).questions()
    whole = [(one.text, one.language) for one in questions if REMOVED not in one.text]
    return [pair for pair in dict.fromkeys(whole) if pair[1] in LANGUAGES][:_MOST_WAITING]
