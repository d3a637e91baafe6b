"""How an action says a reply: text, buttons, and what the gateway needs to put it together."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from bot.answering.reply import Reply


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Utter a reply; the gateway takes an answer, which has sources, from the content."""
    as_json = reply.as_json()
    custom: dict[str, Any] = {
        "language": reply.language,
        "topic": reply.answer or reply.topic,
        "again": reply.again,
    }
    if not reply.sources:
        custom["services"] = as_json["services"]
    dispatcher.utter_message(text=reply.text, buttons=as_json["buttons"], json_message=custom)
