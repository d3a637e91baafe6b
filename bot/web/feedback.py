"""What people do with a conversation besides talking: say whether an answer helped, or end it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3

from aiohttp import web

from bot.web import keys
from bot.web.dialogue import end
from bot.web.errors import api_error
from bot.web.json_body import BadRequest, read_object

logger = logging.getLogger(__name__)


async def post_feedback(request: web.Request) -> web.StreamResponse:
    """POST /api/feedback, `{"session", "topic", "helpful": bool}`: count a yes or no to an answer.

    Once for each answer, and only for answers that were given in this conversation.
    """
    body = await read_object(request)
    conversation = request.app[keys.CONVERSATIONS].get(body.get("session"))
    topic, helpful = body.get("topic"), body.get("helpful")
    if conversation is None or not isinstance(topic, str) or not isinstance(helpful, bool):
        raise BadRequest(400)
    language = conversation.to_rate.pop(topic, None)
    if language is None:
        raise BadRequest(400, "not_to_rate")
    try:
        await asyncio.to_thread(request.app[keys.FEEDBACK].count, topic, language, helpful=helpful)
    except (sqlite3.Error, OSError) as error:
        logger.error("A yes or no could not be counted: %s", type(error).__name__)
        return api_error(request, 500)
    return web.Response(status=204)


async def post_forget(request: web.Request) -> web.StreamResponse:
    """POST /api/forget, `{"session"}`: forget a conversation here and in Rasa. 204, known or not."""
    body = await read_object(request)
    conversation = request.app[keys.CONVERSATIONS].get(body.get("session"))
    if conversation is not None:
        await end(request.app, conversation)
    return web.Response(status=204)
