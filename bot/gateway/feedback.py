"""What people do with a conversation besides talking: say whether an answer helped, or end it."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from aiohttp import web

from bot.database.review_queue import NOT_HELPFUL
from bot.gateway import keys
from bot.gateway.body import BadRequest, read_object
from bot.gateway.dialogue import end
from bot.gateway.errors import api_error
from bot.text.cleaning import clean, shorten
from bot.text.redaction import keep_own_words, remove_personal_details

# A database that is slower goes on writing while the person has the answer.
_SECONDS_TO_WRITE = 1


async def post_feedback(request: web.Request) -> web.StreamResponse:
    """POST /api/feedback, `{"session", "topic", "helpful": bool}`: count a yes or no to an answer.

    Once for each answer, and only for answers that were given in this conversation. With a no, or once after
    it, may come `"question"`: what the person asked and lets us keep.
    """
    app, body = request.app, await read_object(request)
    conversation = app[keys.CONVERSATIONS].get(body.get("session"))
    topic, helpful, question = body.get("topic"), body.get("helpful"), _question(body)
    if conversation is None or not isinstance(topic, str) or not isinstance(helpful, bool):
        raise BadRequest(400)
    language = conversation.to_rate.pop(topic, None)
    writing = []
    if language is not None:
        count = functools.partial(app[keys.FEEDBACK].count, topic, language, helpful=helpful)
        writing.append(app[keys.WRITER].write("A yes or no could not be counted", count))
        conversation.not_helped.pop(topic, None)
        if not helpful:
            conversation.not_helped[topic] = language
    elif question is None or topic not in conversation.not_helped:
        raise BadRequest(400, "not_to_rate")
    queue = app[keys.REVIEW_QUEUE]
    if question is not None:
        language = conversation.not_helped.pop(topic)
        if queue is not None:
            words = app[keys.CURRENT_MODEL].content.own_words
            text = keep_own_words(remove_personal_details(clean(question), words.known), words.to_keep)
            add = functools.partial(queue.add, text, language, reason=NOT_HELPFUL, topic=topic)
            writing.append(app[keys.WRITER].write("A question could not be kept for review", add))
    written, _ = await asyncio.wait(writing, timeout=_SECONDS_TO_WRITE) if writing else ((), ())
    if not all(each.result() for each in written):
        return api_error(request, 500)
    return web.Response(status=204)


def _question(body: dict[str, Any]) -> str | None:
    """Return the question that a person lets us keep, if there is one; raises BadRequest."""
    if "question" not in body:
        return None
    question = body["question"]
    if not isinstance(question, str) or body.get("helpful") is not False:
        raise BadRequest(400)
    return shorten(question)


async def post_forget(request: web.Request) -> web.StreamResponse:
    """POST /api/forget, `{"session"}`: forget a conversation here and in Rasa. 204, known or not."""
    body = await read_object(request)
    conversation = request.app[keys.CONVERSATIONS].get(body.get("session"))
    if conversation is not None:
        await end(request.app, conversation)
    return web.Response(status=204)
