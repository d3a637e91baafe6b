"""What a channel is: how to tell that a message is real, to read it, and to write and send the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from aiohttp import web

from bot.answering.no_question import read_no_question
from bot.answering.reply import Reply
from bot.gateway.conversations import Conversation
from bot.text.cleaning import both_ends


class Kind(Enum):
    """What somebody has sent."""

    TEXT = auto()
    # A button: `text` is its title, `choice` stands for its payload, see `choice_name`.
    CHOICE = auto()
    # A picture, a place, a voice, nothing.
    NO_WORDS = auto()
    # A voice note, and a reaction where it costs nobody anything to be thanked for it.
    VOICE = auto()
    LIKED = auto()
    # Words that never reach Rasa (see bot.answering.no_question).
    STOP = auto()
    HELP = auto()
    START = auto()
    PRIVACY = auto()
    WHO = auto()
    REACTION = auto()
    DOUBT = auto()
    AUTOMATIC = auto()
    # The company has said already that there will be no more messages, or that there will be some again.
    STOPPED = auto()
    STARTED = auto()
    # A group, where others would read along.
    GROUP = auto()


# A reaction is no question, and two machines that answer each other never end: neither gets a word.
SILENT = (Kind.REACTION, Kind.AUTOMATIC)
# What is answered once in a conversation.
ONCE = (Kind.VOICE, Kind.LIKED)


@dataclass(frozen=True)
class Incoming:
    """A message from a resident.

    `id` is the same when the message comes again, `sender` is whom to answer; neither is kept. `language` is
    that of a word like ALTO, where it tells, and `receiver` which of our numbers it has come to.
    """

    id: str
    sender: str
    kind: Kind
    text: str = ""
    choice: str = ""
    language: str | None = None
    receiver: str = ""


def read_words(message_id: str, sender: str, text: str) -> Incoming:
    """Return a message of words alone: a question, one of those that never reach Rasa, or none at all."""
    text = both_ends(text)
    asks_nothing = read_no_question(text)
    if asks_nothing:
        kind = Kind[asks_nothing.kind.name]
        return Incoming(message_id, sender, kind, text=text, language=asks_nothing.language)
    return Incoming(message_id, sender, Kind.TEXT if text else Kind.NO_WORDS, text=text)


class BadMessage(Exception):
    """A verified request that cannot be read; the text says what is wrong, without any of its words."""


class Channel(Protocol):
    """One channel; a new one is one file with these five methods, added in bot/gateway/app.py."""

    @property
    def name(self) -> str:
        """Its name, in the address of its webhook."""

    def verify(self, request: web.Request, body: bytes) -> bool:
        """Whether a request comes from where it says; nothing of it is read before."""

    def parse(self, body: bytes) -> Incoming | None:
        """Return the message in a request, None where there is nothing to answer; raises BadMessage."""

    def counted_as(self, incoming: Incoming) -> str:
        """Return which of bot.database.usage.CHANNELS a message has come by."""

    def render(
        self,
        incoming: Incoming,
        conversation: Conversation,
        replies: Sequence[Reply],
        page_urls: Sequence[str],
    ) -> Any:
        """Return the answer as `send` takes it; `page_urls` says where each reply is a page, or "".

        What is left for whoever asks for more becomes the `rest` of the conversation.
        """

    async def send(self, incoming: Incoming | None, rendered: Any) -> web.Response:
        """Send an answer and return the response to the request; `rendered` is None where there is none."""
