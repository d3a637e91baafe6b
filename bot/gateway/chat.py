"""The chat of the page: JSON in, JSON out, see docs/api.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from babel.dates import format_date

from bot.answering.no_question import Kind, NoQuestion, read_no_question
from bot.answering.reply import Reply, response_reply
from bot.content.page_texts import PageTexts
from bot.content.reading import Content
from bot.database.usage import WEB
from bot.gateway import keys
from bot.gateway.aids import RED_CARD, links_of
from bot.gateway.body import BadRequest, read_object
from bot.gateway.conversations import Conversation
from bot.gateway.dialogue import Outcome, end, reply, say_as_spoken
from bot.gateway.pages import PRINTED_CARDS, page_of, texts
from bot.text.cleaning import both_ends, clean
from bot.text.language import LANGUAGES, fold
from bot.text.markup import parse_blocks

_LONGEST_ID = 64
# What is said on the page to a message that asks nothing. A word alone ("help", "info") is asked of Rasa
# there, but for those that end something.
_SAID = {
    Kind.STOP: "utter_goodbye",
    Kind.HELP: "utter_what_can_you_do",
    Kind.START: "utter_greet",
    Kind.PRIVACY: "utter_chat_privacy",
    Kind.WHO: "utter_what_can_you_do",
    Kind.REACTION: "utter_no_question",
    Kind.DOUBT: "utter_no_question",
    Kind.AUTOMATIC: "utter_no_question",
}


async def post_chat(request: web.Request) -> web.StreamResponse:
    """POST /api/chat, see docs/api.md."""
    body = await _read_body(request)
    message, message_id = _message(body), body.get("id")
    conversation = request.app[keys.CONVERSATIONS].resume(body.get("session"))

    async def answer() -> dict[str, Any]:
        page = body.get("lang") if body.get("lang") in LANGUAGES else None
        asks_nothing = _asks_nothing(body, conversation)
        if asks_nothing:
            return _as_json(
                request.app, await _said(request.app, conversation, asks_nothing, page), conversation
            )
        outcome = await reply(
            request.app,
            conversation,
            channel=WEB,
            message=message,
            choice=body.get("choice"),
            page=page,
        )
        if outcome is None:
            raise BadRequest(400, "unknown_choice")
        return _as_json(request.app, outcome, conversation)

    answered = await request.app[keys.ANSWER_CACHE].once((conversation.id, message_id), answer)
    response = web.json_response(answered)
    response.headers["Cache-Control"] = "no-store"
    response.enable_compression()
    return response


async def _read_body(request: web.Request) -> dict[str, Any]:
    body = await read_object(request)
    if ("message" in body) == ("choice" in body):
        raise BadRequest(400)
    if not isinstance(body.get("message", body.get("choice")), str):
        raise BadRequest(400)
    if "id" in body and not (isinstance(body["id"], str) and 0 < len(body["id"]) <= _LONGEST_ID):
        raise BadRequest(400)
    return body


def _message(body: Mapping[str, Any]) -> str:
    if "message" not in body:
        return ""
    message = clean(both_ends(body["message"]))
    if not message:
        raise BadRequest(400, "empty")
    return message


def _asks_nothing(body: Mapping[str, Any], conversation: Conversation) -> NoQuestion | None:
    message = both_ends(body.get("message", "")).strip()
    asks_nothing = read_no_question(message)
    if asks_nothing is None or (asks_nothing.kind is Kind.AUTOMATIC and conversation.card):
        return None
    is_word = len(fold(message).split()) == 1 and not message.startswith("/")
    return None if is_word and asks_nothing.kind is not Kind.STOP else asks_nothing


async def _said(
    app: web.Application, conversation: Conversation, asks_nothing: NoQuestion, page: str | None
) -> Outcome:
    content, response = app[keys.CURRENT_MODEL].content, _SAID[asks_nothing.kind]
    language = conversation.requested_language or asks_nothing.language or page
    said = (
        (response_reply(content, response, language),)
        if language
        else say_as_spoken(content, conversation, response)
    )
    if asks_nothing.kind in (Kind.STOP, Kind.START):
        await end(app, conversation)
    return Outcome(said)


def _as_json(app: web.Application, outcome: Outcome, conversation: Conversation) -> dict[str, Any]:
    content = app[keys.CURRENT_MODEL].content
    body: dict[str, Any] = {
        "session": app[keys.CONVERSATIONS].token(conversation),
        "lang": outcome.replies[0].language,
        "replies": [reply_as_json(reply, content, texts(app)) for reply in outcome.replies],
    }
    if outcome.degraded:
        body["degraded"] = True
    return body


def reply_as_json(reply: Reply, content: Content, strings: PageTexts) -> dict[str, Any]:
    """Return a reply as the contract says, with what the page shows besides.

    `blocks` is its text taken apart, with whom to call as a block of its own, and `more_blocks` what goes
    beyond it; `title` is that of the answer. `page` is the address of the same answer as a page of its own,
    `cards` that of those to print, null where there is none; `links` are what else it leads to.
    """
    topic = content.topics.get(reply.answer or reply.topic or "")
    shown = format_date(reply.reviewed, "long", locale=reply.language) if reply.reviewed else None
    return {
        **reply.as_json(),
        "blocks": _blocks(reply),
        "more_blocks": _taken_apart(reply.more),
        "title": topic.title[reply.language] if topic else None,
        "reviewed_shown": shown,
        "page": page_of(content, reply),
        "cards": PRINTED_CARDS[reply.language] if reply.topic == RED_CARD else None,
        "links": [dataclasses.asdict(link) for link in links_of(reply, strings)],
    }


def _blocks(reply: Reply) -> list[dict[str, Any]]:
    """Return a reply's text taken apart, with whom to call in the place of their list, for buttons."""
    if not reply.calls:
        return _taken_apart(reply.text)
    before, after = reply.around_calls()
    calls = {"kind": "calls", "lines": [], "calls": list(reply.calls)}
    return [*_taken_apart(before), calls, *_taken_apart(after)]


def _taken_apart(text: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": block.kind,
            "lines": [[{"text": span.text, "uri": span.uri} for span in line] for line in block.lines],
        }
        for block in parse_blocks(text)
    ]
