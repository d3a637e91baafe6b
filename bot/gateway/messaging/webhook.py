"""POST /messaging/<channel>: verify, read, answer once; the same for every channel."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from cachetools import TTLCache

from bot.answering.reply import Reply, response_reply
from bot.answering.text_messages import asks_for_rest
from bot.gateway import keys
from bot.gateway.body import BadRequest, read_bytes
from bot.gateway.conversations import Conversation
from bot.gateway.dialogue import end, reply, say_as_spoken
from bot.gateway.limits import MESSAGE, PAGE, TooMany
from bot.gateway.messaging.channel import ONCE, SILENT, BadMessage, Channel, Incoming, Kind
from bot.gateway.messaging.choices import payload_of
from bot.gateway.pages import page_of
from bot.text.cleaning import clean
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.web.clients import client_of

logger = logging.getLogger(__name__)

_SAID = {
    # Of which nothing was left, as of "///".
    Kind.TEXT: "utter_words_only",
    Kind.NO_WORDS: "utter_words_only",
    Kind.VOICE: "utter_voice_note",
    Kind.LIKED: "utter_reaction",
    Kind.STOP: "utter_text_stopped",
    Kind.HELP: "utter_text_help",
    Kind.START: "utter_greet",
    Kind.PRIVACY: "utter_chat_privacy",
    Kind.WHO: "utter_what_can_you_do",
    Kind.DOUBT: "utter_no_question",
    Kind.GROUP: "utter_group_declined",
}
# A group is told once a day, and left in peace then.
_SECONDS_BETWEEN_DECLINES = 24 * 60 * 60


def receive(channel: Channel) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of a channel's webhook."""
    declined: TTLCache[str, None] = TTLCache(1000, _SECONDS_BETWEEN_DECLINES)

    async def handle(request: web.Request) -> web.StreamResponse:
        app = request.app
        body = await read_bytes(request)
        if not channel.verify(request, body):
            # Only what is not real is counted by where it comes from: all that is comes from one company.
            app[keys.LIMITS].check(PAGE, client_of(request, app[keys.TRUSTED_PROXIES]))
            raise BadRequest(403)
        try:
            incoming = channel.parse(body)
        except BadMessage as error:
            logger.error("%s: a message that cannot be read (%s)", channel.name, error)
            raise BadRequest(400) from None
        if incoming is None:
            return await channel.send(None, None)
        conversation = app[keys.CONVERSATIONS].of_sender(channel.name, incoming.sender)
        # Whoever has just been asked where they are may be driving.
        if incoming.kind is Kind.AUTOMATIC and conversation.card:
            incoming = dataclasses.replace(incoming, kind=Kind.TEXT)
        if incoming.kind in SILENT:
            return await channel.send(None, None)
        if incoming.kind in (Kind.STOPPED, Kind.STARTED):
            await _hear(app, channel, conversation, incoming)
            return await channel.send(None, None)
        if incoming.kind is Kind.GROUP:
            group = app[keys.CONVERSATIONS].name_of_sender(channel.name, incoming.sender)
            if group in declined:
                return await channel.send(None, None)
            declined[group] = None

        async def answer() -> Any:
            try:
                # Whoever wants to stop or to be told what this is may do so at any time.
                if incoming.kind in (Kind.TEXT, Kind.CHOICE):
                    app[keys.LIMITS].check(MESSAGE, f"{channel.name} {incoming.sender}")
                if _gets_nothing(app, channel, conversation, incoming):
                    return None
                replies = await _replies(app, channel, conversation, incoming)
                return _render(app, channel, conversation, incoming, replies)
            except Exception as error:
                if isinstance(error, TooMany) and not error.everybody:
                    raise
                # Whoever texts sees no error page; without this, nothing at all.
                logger.error("%s: a message could not be answered: %s", channel.name, type(error).__name__)
                card = say_as_spoken(app[keys.CURRENT_MODEL].content, conversation, "utter_hotline_card")
                return _render(app, channel, conversation, incoming, card)

        answered = await app[keys.ANSWER_CACHE].once(
            (f"{channel.name} {incoming.sender}", incoming.id), answer
        )
        return await channel.send(incoming, answered)

    return handle


def _gets_nothing(
    app: web.Application, channel: Channel, conversation: Conversation, incoming: Incoming
) -> bool:
    """Whether a sender has stopped and asks neither to begin again nor what this is, or was answered once."""
    if incoming.kind in ONCE:
        if incoming.kind.name in conversation.met_once:
            return True
        conversation.met_once.add(incoming.kind.name)
    if incoming.kind in (Kind.START, Kind.HELP):
        return False
    return app[keys.CONVERSATIONS].has_stopped(channel.name, incoming.sender)


async def _hear(
    app: web.Application, channel: Channel, conversation: Conversation, incoming: Incoming
) -> None:
    """Note that a sender stops or begins anew; nothing is known of what was said before."""
    begins = incoming.kind in (Kind.START, Kind.STARTED)
    note = app[keys.CONVERSATIONS].start if begins else app[keys.CONVERSATIONS].stop
    note(channel.name, incoming.sender)
    await end(app, conversation)


def _render(
    app: web.Application,
    channel: Channel,
    conversation: Conversation,
    incoming: Incoming,
    replies: Sequence[Reply],
) -> Any:
    return channel.render(incoming, conversation, replies, [_page_url(app, one) for one in replies])


async def _replies(
    app: web.Application, channel: Channel, conversation: Conversation, incoming: Incoming
) -> Sequence[Reply]:
    content, counted_as = app[keys.CURRENT_MODEL].content, channel.counted_as(incoming)
    message = clean(incoming.text)
    if incoming.kind is Kind.TEXT and conversation.rest and asks_for_rest(message):
        spoken = conversation.requested_language or conversation.language or DEFAULT_LANGUAGE
        return [Reply(conversation.rest, spoken)]
    if incoming.kind is Kind.TEXT and message:
        outcome = await reply(app, conversation, channel=counted_as, message=message)
    elif incoming.kind is Kind.CHOICE:
        payload = payload_of(incoming.choice, conversation, content.topics)
        outcome = await reply(app, conversation, channel=counted_as, choice=payload) if payload else None
        # The conversation has been forgotten meanwhile: what was chosen is asked as a question.
        if outcome is None and message:
            outcome = await reply(app, conversation, channel=counted_as, message=message)
        if outcome is None:
            return say_as_spoken(content, conversation, "utter_choice_gone")
    else:
        said = _said(app, conversation, incoming)
        if incoming.kind in (Kind.STOP, Kind.START):
            await _hear(app, channel, conversation, incoming)
        return said
    assert outcome is not None  # noqa: S101 - only a choice may be one that is not there
    return outcome.replies


def _said(app: web.Application, conversation: Conversation, incoming: Incoming) -> Sequence[Reply]:
    response = _SAID[incoming.kind]
    if incoming.language in LANGUAGES:
        return [response_reply(app[keys.CURRENT_MODEL].content, response, incoming.language)]
    return say_as_spoken(app[keys.CURRENT_MODEL].content, conversation, response)


def _page_url(app: web.Application, said: Reply) -> str:
    page = page_of(app[keys.CURRENT_MODEL].content, said)
    return app[keys.PUBLIC_URL] + page if page and app[keys.PUBLIC_URL] else ""
