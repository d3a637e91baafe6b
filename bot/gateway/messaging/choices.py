"""Short names of choices, for channels whose buttons carry few letters (Telegram: 64)."""

from __future__ import annotations

import hashlib

from bot.gateway.conversations import Conversation


def choice_name(payload: str) -> str:
    """Return a short name of a button's payload."""
    return hashlib.blake2b(payload.encode(), digest_size=12).hexdigest()


def payload_of(name: str, conversation: Conversation) -> str | None:
    """Return the payload with that name among those offered in a conversation, None where there is none."""
    return next((payload for payload in conversation.offered if choice_name(payload) == name), None)
