"""Replies: what a resident is shown, put together from the content.

The gateway and the action server both build on this module, so that an answer is the same whether it
was asked for in words or chosen from a list. It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date

from bot.content import Content
from bot.topics import Source, Topic, current_date

# What is offered when somebody asks for help without saying with what.
GENERAL_NEEDS = ("hotline", "legal", "housing", "food")
PEOPLE_TO_TALK_TO = ("hotline", "legal")

CHOOSE_TOPIC = "topic:"
CHOOSE_NONE = "none"


@dataclass(frozen=True)
class Button:
    """A choice: what the person reads, and what is sent back as `choice`."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message to a resident, in one language. `services` are as `Service.describe` returns them."""

    text: str
    language: str
    topic: str | None = None
    sources: tuple[Source, ...] = ()
    reviewed: datetime.date | None = None
    buttons: tuple[Button, ...] = ()
    services: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the reply in the shape of `POST /api/chat`."""
        return {
            "text": self.text,
            "lang": self.language,
            "topic": self.topic,
            "sources": [{"title": source.title, "url": source.url} for source in self.sources],
            "reviewed": self.reviewed.isoformat() if self.reviewed else None,
            "buttons": [{"title": button.title, "payload": button.payload} for button in self.buttons],
            "services": list(self.services),
        }


def say(content: Content, response: str, language: str) -> Reply:
    """Return one of the bot's texts that stand in domain.yml."""
    return Reply(content.say(response, language), language)


def answer(content: Content, topic: Topic, language: str, *, today: datetime.date | None = None) -> Reply:
    """Return the answer of a topic: its text, services of the directory, or that there is none yet.

    An answer past its review date carries a warning; where the law is in dispute, or where nobody has
    signed it off and that is required, a safe text and who can help stand in its place. `today` is the
    day to judge by, by default the current one.
    """
    if topic.enabled and topic.answers:
        overdue = topic.overdue(today or current_date())
        if (overdue and topic.volatility == "litigated") or (
            content.require_approval and not topic.approved_by
        ):
            return find_help(content, "utter_no_current_answer", PEOPLE_TO_TALK_TO, language, topic=topic)
        text = topic.answers[language].text
        if overdue and topic.reviewed:
            checked = format_date(topic.reviewed, "long", locale=language)
            text += "\n\n" + content.say("utter_may_have_changed", language).replace("DATE", checked)
        return Reply(
            text,
            language,
            topic=topic.id,
            sources=topic.sources,
            reviewed=topic.reviewed,
            buttons=topic_buttons(content, answered_related(content, topic), language),
        )
    return find_help(content, help_response(topic), topic.services, language, topic=topic)


def answered_related(content: Content, topic: Topic) -> list[str]:
    """Return the related topics that have a checked answer."""
    return [related for related in topic.related if content.topics[related].answered]


def help_response(topic: Topic) -> str:
    """Name the text that introduces services for a topic without an answer of its own."""
    return "utter_find_help" if topic.answered else "utter_no_checked_answer"


def find_help(
    content: Content, response: str, needs: Iterable[str], language: str, *, topic: Topic | None = None
) -> Reply:
    """Return services that meet the needs, the city's own programme first, behind a text of domain.yml."""
    services = content.directory.search(needs)
    return Reply(
        content.say(response, language),
        language,
        topic=topic.id if topic else None,
        services=tuple(service.describe(language) for service in services),
    )


def clarify(content: Content, offered: Sequence[str], language: str) -> Reply:
    """Return the question which of the offered topics is meant."""
    none = Button(content.say("utter_none_of_these", language), CHOOSE_NONE)
    return Reply(
        content.say("utter_clarify", language),
        language,
        buttons=(*topic_buttons(content, offered, language), none),
    )


def topic_buttons(content: Content, topics: Iterable[str], language: str) -> tuple[Button, ...]:
    """Return a button for each topic."""
    return tuple(Button(content.topics[topic].title[language], CHOOSE_TOPIC + topic) for topic in topics)


def reply_to_choice(content: Content, payload: str, language: str) -> Reply | None:
    """Return the reply to a chosen button, or None where no such button exists."""
    if payload == CHOOSE_NONE:
        return find_help(content, "utter_none_chosen", GENERAL_NEEDS, language)
    topic = content.topics.get(payload.removeprefix(CHOOSE_TOPIC))
    if topic is None or not payload.startswith(CHOOSE_TOPIC):
        return None
    return answer(content, topic, language)
