"""What the gateway remembers of a conversation: its language, and what the bot said and offered last.

It lives in memory for half an hour of silence; it holds no words of the person, and nothing of who they are.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cachetools import FIFOCache, TTLCache

from bot.answering.follow_ups import Context
from bot.answering.replies import made_by_page
from bot.answering.reply import CHOOSE_START, CHOOSE_TOPIC, Button
from bot.clock import current_date
from bot.expiring_cache import ExpiringCache

SECONDS_TO_LIVE = 30 * 60
MOST_CONVERSATIONS = 10_000
# Choices stay on the screen above later answers; so many of them can still be made.
_MOST_OFFERED = 200
# A short message may go on from one of so many answers; none of them is said again word for word.
_MOST_ANSWERS = 4
# So many senders who want no more messages are known at most; those who said so first are forgotten first.
_MOST_STOPPED = 100_000

_TOKEN = re.compile(r"(?P<id>[A-Za-z0-9_-]{22})\.(?P<signature>[0-9a-f]{32})")


@dataclass
class Conversation:
    """One person's conversation; `id` is what Rasa knows it by, and cannot be guessed.

    `language` is that of the last clear words, `requested_language` one that was asked for: it holds until
    another is. `again` stands for the last answer (see bot.answering.reply.Reply), `topic` is the one it
    was about, and `answered` which answer that was and in which language; None where another text stood in
    its place. `buttons` are the choices shown last, in their order. `answers` are the ids of the answers
    given, the last one first, `said` those that were shown with their language, and `facets` what is known of
    the situation, by codes (see bot.content.facets). `offered` are the payloads of all
    choices shown so far, the oldest first. `to_rate` are the topics that were answered, by the language of
    the answer, and that the person has not said yes or no to; `not_helped` are those that they said no to and
    have not given us their question for. `rest` is what of the last messages has not been sent yet, and
    `met_once` the kinds of messages that were answered and are not answered again. `reminders` says how many
    more answers end with who listens when a life is in danger. In a `test` somebody tries the bot out, or
    searches without a script: nothing of it is counted, or kept for review.
    """

    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    language: str | None = None
    requested_language: str | None = None
    notice_given: bool = False
    reminders: int = 0
    rest: str = ""
    met_once: set[str] = field(default_factory=set)
    topic: str | None = None
    again: str | None = None
    answered: tuple[str, str] | None = None
    buttons: tuple[Button, ...] = ()
    answers: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    facets: dict[str, str] = field(default_factory=dict)
    offered: dict[str, None] = field(default_factory=dict)
    to_rate: dict[str, str] = field(default_factory=dict)
    not_helped: dict[str, str] = field(default_factory=dict)
    test: bool = False

    @property
    def card(self) -> str | None:
        """The card of an emergency or of danger that was said last, if it was one."""
        return Context(again=self.again).card

    def offer(self, buttons: Sequence[Button]) -> None:
        """Note choices that the person is shown."""
        for button in buttons:
            self.offered.pop(button.payload, None)
            self.offered[button.payload] = None
        while len(self.offered) > _MOST_OFFERED:
            del self.offered[next(iter(self.offered))]

    def remember(self, answer: str, said: tuple[str, str] | None) -> None:
        """Note an answer that is given, and in which language its text was said, if it was."""
        self.answers = (answer, *(one for one in self.answers if one != answer))[:_MOST_ANSWERS]
        if said:
            self.said = (said, *(one for one in self.said if one != said))[:_MOST_ANSWERS]

    def may_choose(self, payload: str) -> bool:
        """Whether a choice was offered in this conversation, or needs none.

        Those of the first screen and those that a page makes by itself do, and so do answers, which are pages
        that everybody may read: a button works after its conversation was forgotten.
        """
        needs_none = payload.startswith((CHOOSE_START, CHOOSE_TOPIC)) or made_by_page(payload)
        return needs_none or payload in self.offered


class SenderKeys:
    """Keys under which senders are known for a day: nobody can say later whose message it was.

    They are in memory only. The key of the day before is still known for half an hour, so that midnight
    does not part a conversation.
    """

    def __init__(self, *, today: datetime.date | None = None) -> None:
        self._day = today or current_date()
        self._key = secrets.token_bytes(32)
        self._before: TTLCache[str, bytes] = TTLCache(1, SECONDS_TO_LIVE)

    def names(self, channel: str, sender: str, *, today: datetime.date | None = None) -> tuple[str, ...]:
        """Return what a sender is known by today, and at the beginning of a day by yesterday's key."""
        today = today or current_date()
        if today != self._day:
            self._before["key"], self._key, self._day = self._key, secrets.token_bytes(32), today
        return tuple(
            hmac.new(key, f"{channel} {sender}".encode(), hashlib.sha256).hexdigest()
            for key in (self._key, *self._before.values())
        )


class Conversations:
    """The conversations of the last half hour, at most 10,000; the oldest go first.

    A page is known by a signed token, so that nobody can choose or guess one; senders of text messages by
    a name that lasts a day.
    """

    def __init__(self) -> None:
        self._known: ExpiringCache[str, Conversation] = ExpiringCache(MOST_CONVERSATIONS, SECONDS_TO_LIVE)
        self._ids: ExpiringCache[str, str] = ExpiringCache(MOST_CONVERSATIONS, SECONDS_TO_LIVE)
        self._senders = SenderKeys()
        self._key = secrets.token_bytes(32)
        self._stopped: FIFOCache[str, None] = FIFOCache(_MOST_STOPPED)

    def resume(self, token: object) -> Conversation:
        """Return the conversation of a token, or a new one where the token is none of ours."""
        conversation = self.get(token) or Conversation()
        self._known[conversation.id] = conversation
        return conversation

    def begin_test(self) -> Conversation:
        """Return a new conversation in which somebody tries the bot out."""
        conversation = Conversation(test=True)
        self._known[conversation.id] = conversation
        return conversation

    def get(self, token: object) -> Conversation | None:
        """Return the conversation of a token, if it is one of ours."""
        match = _TOKEN.fullmatch(token) if isinstance(token, str) else None
        if match is None or not hmac.compare_digest(match["signature"], self._sign(match["id"])):
            return None
        return self._known.get(match["id"])

    def token(self, conversation: Conversation) -> str:
        """Return the token by which a page goes on with a conversation."""
        return f"{conversation.id}.{self._sign(conversation.id)}"

    def of_sender(self, channel: str, sender: str) -> Conversation:
        """Return the conversation of a sender, or a new one; `sender` is kept nowhere."""
        names = self._senders.names(channel, sender)
        found = (self._known.get(self._ids.get(name, "")) for name in names)
        conversation = next(filter(None, found), None) or Conversation()
        self._known[conversation.id], self._ids[names[0]] = conversation, conversation.id
        return conversation

    def name_of_sender(self, channel: str, sender: str) -> str:
        """Return what a sender is known by today."""
        return self._senders.names(channel, sender)[0]

    def stop(self, channel: str, sender: str) -> None:
        """Note that a sender wants nothing more until `start`, as a hash whose key ends with this process."""
        self._stopped[self._sign(f"{channel} {sender}")] = None

    def start(self, channel: str, sender: str) -> None:
        """Note that a sender wants messages again."""
        self._stopped.pop(self._sign(f"{channel} {sender}"), None)

    def has_stopped(self, channel: str, sender: str) -> bool:
        """Whether a sender wants nothing more."""
        return self._sign(f"{channel} {sender}") in self._stopped

    def knows(self, conversation: Conversation) -> bool:
        """Whether a conversation has not been ended."""
        return conversation.id in self._known

    def forget(self, conversation: Conversation) -> None:
        """Keep nothing of a conversation."""
        self._known.pop(conversation.id, None)

    def _sign(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()[:32]
