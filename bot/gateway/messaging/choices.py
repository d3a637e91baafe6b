"""Short names of choices, for channels whose buttons carry few letters (Telegram: 64)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bot.answering.reply import CHOOSE_TOPIC
from bot.gateway.conversations import Conversation


def choice_name(payload: str) -> str:
    """Return a short name of a button's payload."""
    return hashlib.blake2b(payload.encode(), digest_size=12).hexdigest()


def payload_of(name: str, conversation: Conversation, answers: Iterable[str]) -> str | None:
    """Return the payload with that name among those offered in a conversation, or of an answer by its id.

    None where it is neither.
    """
    payloads = (*conversation.offered, *(CHOOSE_TOPIC + answer for answer in answers))
    return next((payload for payload in payloads if choice_name(payload) == name), None)
