"""A reply: one message to a resident, with what can be chosen below it."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.answering.decision import (
    CHAT_PRIVACY,
    EMERGENCY,
    EMERGENCY_CARDS,
    EMERGENCY_PLACES,
    SAY,
)
from bot.clock import TIME_ZONE
from bot.content.reading import Content
from bot.content.topics import Source
from bot.directory.mentions import call_cards, mentioned

CHOOSE_TOPIC = "topic:"
# What goes beyond the first screen of an answer.
CHOOSE_MORE = "more:"
CHOOSE_NONE = "none"
# Choices that lead into the search for help, which Rasa conducts.
CHOOSE_SEARCH = "find"
CHOOSE_NEED = "find:"
CHOOSE_NEAR = "near:"
CHOOSE_SPEAKS = "speaks:"
# Choices that a page makes by itself: the last answer once more, and from now on in a language.
CHOOSE_AGAIN = "again"
CHOOSE_LANGUAGE = "language:"
# What has happened, chosen on the first screen of the page (see bot.content.start).
CHOOSE_START = "start:"
# The card for agents in a place, chosen by a button.
CHOOSE_PLACE = "place:"


@dataclass(frozen=True)
class Button:
    """A choice: what the person reads, and what is sent back as `choice`."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message to a resident, in one language. `services` are as `service_card` returns them.

    `answer` is the id of the answer given, `more` what goes beyond its first screen, and `short` what a text
    message says in its stead. `warning` is that part of an old answer's text which says how old it is.
    `calls` are those to call, as `call_cards` returns them, and `called` is the part of the text that lists
    some of them.
    `again` stands for what was said, in any language (see `repeat`); None where it cannot be repeated.
    """

    text: str
    language: str
    topic: str | None = None
    answer: str | None = None
    more: str = ""
    short: str = ""
    sources: tuple[Source, ...] = ()
    reviewed: datetime.date | None = None
    warning: str = ""
    buttons: tuple[Button, ...] = ()
    services: tuple[dict[str, Any], ...] = ()
    calls: tuple[dict[str, Any], ...] = ()
    called: str = ""
    again: str | None = None

    def around_calls(self) -> tuple[str, str]:
        """Return the text before and after the part that lists those to call; all is before if none does."""
        if not self.called:
            return self.text, ""
        before, _, after = self.text.partition(self.called)
        return before, after

    def as_json(self) -> dict[str, Any]:
        """Return the reply in the shape of `POST /api/chat`."""
        return {
            "text": self.text,
            "lang": self.language,
            "topic": self.topic,
            "answer": self.answer,
            "more": self.more,
            "sources": [{"title": source.title, "url": source.url} for source in self.sources],
            "reviewed": self.reviewed.isoformat() if self.reviewed else None,
            "buttons": [{"title": button.title, "payload": button.payload} for button in self.buttons],
            "services": list(self.services),
        }


def response_reply(content: Content, response: str, language: str) -> Reply:
    """Return one of the bot's texts that stand in domain.yml; the cards for emergencies count as a topic."""
    name = response.removeprefix("utter_")
    topic = EMERGENCY if name in EMERGENCY_CARDS else name if name == CHAT_PRIVACY else None
    return Reply(
        content.text_of(response, language),
        language,
        topic=topic,
        buttons=_buttons_of_card(content, name, language),
        calls=calls_of(content, mentioned(content.conversation.responses[response][language]), language),
        again=SAY + response,
    )


def calls_of(
    content: Content, ids: Iterable[str], language: str, *, live: bool = True
) -> tuple[dict[str, Any], ...]:
    """Return cards of services to call, those that answer at this moment first, or as they are at any time.

    That is where they are not shown at once (`live`).
    """
    say = functools.partial(_text, content, language)
    now = datetime.datetime.now(TIME_ZONE) if live else None
    return tuple(call_cards(ids, content.directory, language, say, now=now))


def _text(content: Content, language: str, response: str) -> str:
    return content.text_of(response, language)


def _buttons_of_card(content: Content, card: str, language: str) -> tuple[Button, ...]:
    """Return what can be chosen below a card: where the agents are, and what has come of it."""
    leads_on = content.conversation.next.get(f"utter_{card}", ())
    places = EMERGENCY_PLACES if card == EMERGENCY else ()
    return (
        *(
            Button(content.text_of(f"utter_place_{place}", language), CHOOSE_PLACE + place)
            for place in places
        ),
        *topic_buttons(content, [name for name in leads_on if content.topics[name].answered], language),
    )


def topic_buttons(content: Content, topics: Iterable[str], language: str) -> tuple[Button, ...]:
    """Return a button for each topic."""
    return tuple(Button(content.topics[topic].title[language], CHOOSE_TOPIC + topic) for topic in topics)
