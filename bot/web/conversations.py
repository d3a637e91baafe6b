"""What the gateway remembers of a conversation: its language, and what the bot said and offered last.

It lives in memory for half an hour of silence; it holds no words of the person.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from cachetools import TTLCache

from bot.replies import Button

SECONDS_TO_LIVE = 30 * 60
MOST_CONVERSATIONS = 10_000

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass
class Conversation:
    """One person's conversation; `id` cannot be guessed.

    `language` is that of the last clear words, `requested_language` one that was asked for: it holds until
    another is. `again` stands for the last answer (see bot.replies.Reply), `topic` is the one it was
    about, and `buttons` are the choices shown last, in their order. `to_rate` are the topics that were
    answered, by the language of the answer, and that the person has not said yes or no to.
    `answered_id` is the id of the last message and `answered` what was said to it, for a message that comes
    again because the answer was lost on the way.
    """

    id: str
    language: str | None = None
    requested_language: str | None = None
    notice_given: bool = False
    topic: str | None = None
    again: str | None = None
    buttons: tuple[Button, ...] = ()
    to_rate: dict[str, str] = field(default_factory=dict)
    answered_id: str | None = None
    answered: dict[str, Any] = field(default_factory=dict)


class Conversations:
    """The conversations of the last half hour, at most 10,000; the oldest go first."""

    def __init__(self) -> None:
        self._known: TTLCache[str, Conversation] = TTLCache(MOST_CONVERSATIONS, SECONDS_TO_LIVE)

    def resume(self, token: object) -> Conversation:
        """Return the conversation of a token, or a new one where the token is none of ours."""
        conversation = self.get(token) or Conversation(secrets.token_urlsafe(16))
        self._known[conversation.id] = conversation
        return conversation

    def get(self, token: object) -> Conversation | None:
        """Return the conversation of a token, if it is one of ours."""
        return self._known.get(token) if isinstance(token, str) and _TOKEN.fullmatch(token) else None

    def forget(self, conversation: Conversation) -> None:
        """Keep nothing of a conversation."""
        self._known.pop(conversation.id, None)
