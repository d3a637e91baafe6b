"""Telegram, at /messaging/telegram.

The answer goes back in the response to the webhook, so there is nothing to send again or twice. Only that a
button was pressed is told to Telegram by a call, which may fail: its clock then turns a little longer.
https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.answering.reply import Reply
from bot.answering.text_messages import call_line, plain_text
from bot.database.usage import TELEGRAM
from bot.gateway.conversations import Conversation
from bot.gateway.messaging.channel import BadMessage, Incoming, Kind, read_words
from bot.gateway.messaging.choices import choice_name

TELEGRAM_URL = "https://api.telegram.org"

logger = logging.getLogger(__name__)

# Longer texts are refused by Telegram.
_MOST_CHARACTERS = 4096
_SECONDS_TO_ACKNOWLEDGE = 3
# What goes wrong where an update has another shape than Telegram's.
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Telegram:
    """One bot; `secret_token` is what its webhook was set up with, and `api_url` where Telegram is."""

    bot_token: str = field(repr=False)
    secret_token: str = field(repr=False)
    api_url: str = TELEGRAM_URL
    name: str = "telegram"
    # A task that nobody holds may be dropped before it is done.
    _calls: set[asyncio.Task[None]] = field(default_factory=set)

    def verify(self, request: web.Request, body: bytes) -> bool:
        """Whether the request carries the secret that only Telegram was told."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.secret_token.encode())

    def parse(self, body: bytes) -> Incoming | None:
        """Return the message or the button pressed; None for edits, channels and all other news."""
        try:
            update = json.loads(body)
            update_id = str(update["update_id"])
            if "callback_query" in update:
                return _pressed(update["callback_query"])
            if "message" in update:
                return _written(update_id, update["message"])
            return None
        except _UNREADABLE as error:
            raise BadMessage(type(error).__name__) from None

    def counted_as(self, incoming: Incoming) -> str:
        """Return Telegram."""
        return TELEGRAM

    def render(
        self,
        incoming: Incoming,
        conversation: Conversation,
        replies: Sequence[Reply],
        page_urls: Sequence[str],
    ) -> Any:
        """Return one message with all replies and a row for each of their buttons."""
        texts = [_text(reply, url) for reply, url in zip(replies, page_urls, strict=True)]
        rows = [
            [{"text": button.title, "callback_data": choice_name(button.payload)}]
            for reply in replies
            for button in reply.buttons
        ]
        message: dict[str, Any] = {
            "method": "sendMessage",
            "text": "\n\n".join(texts)[:_MOST_CHARACTERS],
            # A preview would fetch the page by Telegram's servers.
            "link_preview_options": {"is_disabled": True},
        }
        if rows:
            message["reply_markup"] = {"inline_keyboard": rows}
        return message

    async def send(self, incoming: Incoming | None, rendered: Any) -> web.Response:
        """Return the message in the response; tell Telegram that a button was seen."""
        if incoming is not None and incoming.kind is Kind.CHOICE:
            task = asyncio.create_task(self._acknowledge(incoming))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        if incoming is None or rendered is None:
            return web.Response()
        # Put in only now: answers are remembered for a while, and whose they are is not.
        return web.json_response({**rendered, "chat_id": int(incoming.sender)})

    async def _acknowledge(self, incoming: Incoming) -> None:
        url = f"{self.api_url}/bot{self.bot_token}/answerCallbackQuery"
        pressed = {"callback_query_id": incoming.id}
        timeout = ClientTimeout(total=_SECONDS_TO_ACKNOWLEDGE)
        try:
            async with ClientSession(timeout=timeout) as session, session.post(url, json=pressed) as response:
                response.raise_for_status()
        except (ClientError, asyncio.TimeoutError) as error:
            # Not the error's text: the address in it holds the token.
            logger.warning("Telegram was not told of a button pressed: %s", type(error).__name__)


def _pressed(pressed: Any) -> Incoming | None:
    """Read a callback query; None for one that cannot be read: refused, it would come again and again."""
    try:
        return _read_press(pressed)
    except _UNREADABLE as error:
        logger.error("telegram: a button pressed that cannot be read (%s)", type(error).__name__)
        return None


def _read_press(pressed: Mapping[str, Any]) -> Incoming:
    """Read a callback query: a button pressed under one of our messages."""
    message, press_id = pressed["message"], str(pressed["id"])
    sender = str(int(message["chat"]["id"]))
    if message["chat"]["type"] != "private":
        return Incoming(press_id, sender, Kind.GROUP)
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    titles = {button["callback_data"]: str(button["text"]) for row in rows for button in row}
    choice = str(pressed["data"])
    return Incoming(press_id, sender, Kind.CHOICE, text=titles.get(choice, ""), choice=choice)


def _written(update_id: str, message: Mapping[str, Any]) -> Incoming:
    sender = str(int(message["chat"]["id"]))
    if message["chat"]["type"] != "private":
        return Incoming(update_id, sender, Kind.GROUP)
    text = str(message.get("text") or message.get("caption") or "").strip()
    return read_words(update_id, sender, text)


def _text(reply: Reply, page_url: str) -> str:
    services = [call_line(service) for service in reply.services]
    return "\n\n".join(filter(None, (plain_text(reply.text), "\n".join(services), page_url)))
