"""Replies that are answers: the first screen, whom to call, and what goes beyond."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from babel.dates import format_date

from bot.answering.help import PEOPLE_TO_TALK_TO, find_help, found_help, help_response
from bot.answering.help_search import HelpSearch
from bot.answering.reply import CHOOSE_MORE, CHOOSE_TOPIC, Button, Reply, calls_of, topic_buttons
from bot.clock import TIME_ZONE, current_date
from bot.content.reading import Content
from bot.content.topics import MOST_NEXT, Topic, situations_of
from bot.directory.mentions import call_lines, first_to_call, mentioned, name_and_number, put_in
from bot.directory.services import Service
from bot.text.markup import has_number

# A number in so many letters is seen at a glance.
_BEGINNING = 60


def answer(
    content: Content,
    topic: Topic,
    language: str,
    *,
    today: datetime.date | None = None,
    live: bool = True,
) -> Reply:
    """Return an answer: its first screen with whom to call, services of the directory, or that there is none.

    Past its review date an answer leaves out what the law and the courts said, and carries a warning;
    what stays right (what to do at the door) is always given. Where nobody has signed it off and that is
    required, a safe text and who can help stand in its place. An answer for one situation that is turned off
    is given by the core answer. `today` is the day to judge by, by default the current one. Where it is not
    shown at once (`live`), as on a page that may be saved, it holds hours instead of whether somebody answers
    now, and the question which situation is meant is left to the page.
    """
    if not topic.enabled and not topic.is_core:
        topic = content.topics[topic.topic]
    if not topic.enabled or not topic.answers:
        return find_help(content, help_response(topic), topic.services, language, topic=topic)
    if content.require_approval and not topic.approved_by:
        return find_help(content, "utter_no_current_answer", PEOPLE_TO_TALK_TO, language, topic=topic)
    said, directory = topic.answers[language], content.directory
    now = datetime.datetime.now(TIME_ZONE) if live else None
    paragraphs = [put_in(said.screen, directory, language)]
    calls = _calls(content, topic.call, language, now, named=mentioned(said.screen))
    if calls:
        paragraphs.append(calls)
    warning = ""
    if topic.overdue(today or current_date()):
        name = "utter_law_may_have_changed" if said.law_now else "utter_may_have_changed"
        warning = _dated(content, topic, language, name)
        paragraphs.append(warning)
    situations = answered_situations(content, topic)
    if live and topic.ask:
        paragraphs.append(topic.ask[language])
    more = _more(content, topic, language, today)
    services, buttons = _services_beside(content, topic, language)
    if more:
        buttons = (Button(content.text_of("utter_more_button", language), CHOOSE_MORE + topic.id), *buttons)
    # A single situation is no choice: it stands before what is asked next.
    following = situations if topic.ask else [*situations, *answered_next(content, topic)]
    lead_on = list(dict.fromkeys(one.id for one in following))
    return Reply(
        "\n\n".join(paragraphs),
        language,
        topic=topic.topic,
        answer=topic.id,
        sources=topic.sources,
        reviewed=topic.reviewed,
        more=more,
        short="\n".join(filter(None, (*_short(content, topic, language, now), warning))),
        warning=warning,
        buttons=(*topic_buttons(content, lead_on[:MOST_NEXT], language), *buttons),
        services=services,
        calls=_call_cards(content, topic, language, live=live),
        called=calls,
        again=CHOOSE_TOPIC + topic.id,
    )


# What stands in the place of an answer (see `given_for`).
THE_ANSWER, THE_CORE, THE_DIRECTORY, BEING_CHECKED, NOT_APPROVED, NO_ANSWER = (
    "answer",
    "core",
    "directory",
    "being_checked",
    "not_approved",
    "no_answer",
)


def given_for(content: Content, topic: Topic) -> str:
    """Return what `answer` gives for a topic: the answer, that of its core, services of the directory, or
    that it is being checked, that nobody has signed it off, or that there is none yet.
    """
    if not topic.enabled and not topic.is_core:
        instead = given_for(content, content.topics[topic.topic])
        return THE_CORE if instead == THE_ANSWER else instead
    if not topic.enabled or not topic.answers:
        return THE_DIRECTORY if topic.answered else BEING_CHECKED if topic.answers else NO_ANSWER
    return NOT_APPROVED if content.require_approval and not topic.approved_by else THE_ANSWER


def calls_now(content: Content, reply: Reply) -> tuple[dict[str, Any], ...]:
    """Return whom an answer that was made to be kept says to call, as the chat says it at this moment."""
    topic = content.topics.get(reply.answer or "")
    return _call_cards(content, topic, reply.language, live=True) if topic else ()


def _call_cards(content: Content, topic: Topic, language: str, *, live: bool) -> tuple[dict[str, Any], ...]:
    named = mentioned(topic.answers[language].screen)
    return calls_of(content, (*named, *topic.call), language, live=live)


def _short(content: Content, topic: Topic, language: str, now: datetime.datetime | None) -> Iterator[str]:
    """Yield what a text message says: whom to call, the answer in few words, who answers instead.

    The number stands first, where the words do not begin with one themselves; they say the name alone then.
    """
    short, directory = topic.answers[language].short, content.directory
    call, named = content.text_of("utter_call", language), mentioned(short)
    said: tuple[Service, ...] = ()
    begins_with_number = has_number(put_in(short, directory, language)[:_BEGINNING])
    if not begins_with_number and any(directory.by_id[one].phones for one in topic.call):
        first = first_to_call(named or topic.call, directory, now)
        said = (first,) if first else ()
    for service in said:
        yield f"{call} {name_and_number(service, language)}"
        short = re.sub(rf"(?<=[.!?)])\s+\[{service.id}\]\.?$", "", short)
    yield put_in(short, directory, language, said=said)
    say = functools.partial(_text, content, language)
    named = [*topic.call, *named, *(one.id for one in said)]
    instead = " ".join(call_lines((), directory, language, say, now=now, named=named))
    yield f"{call} {instead}" if instead else ""


def whom_to_call(content: Content, answers: Sequence[str], language: str) -> Reply | None:
    """Return whom the last answer that names somebody says to call, None where none does."""
    for topic in (content.topics[name] for name in answers if name in content.topics):
        if topic.enabled and topic.answers:
            ids = tuple(dict.fromkeys((*topic.call, *mentioned(topic.answers[language].screen))))
            calls = _calls(content, ids, language, datetime.datetime.now(TIME_ZONE), named=())
            if calls:
                cards = calls_of(content, ids, language)
                return Reply(calls, language, topic=topic.topic, calls=cards, called=calls)
    return None


def _calls(
    content: Content,
    ids: Sequence[str],
    language: str,
    now: datetime.datetime | None,
    *,
    named: Sequence[str],
) -> str:
    """Return whom to call as a list, empty for nobody; those `named` by who answers instead."""
    say = functools.partial(_text, content, language)
    lines = list(call_lines(ids, content.directory, language, say, now=now, named=named))
    return (
        "\n".join([content.text_of("utter_call", language), *(f"- {line}" for line in lines)])
        if lines
        else ""
    )


def _text(content: Content, language: str, response: str) -> str:
    return content.text_of(response, language)


def _more(content: Content, topic: Topic, language: str, today: datetime.date | None) -> str:
    """Return what goes beyond the first screen: what stays right, and what the law says while it is known."""
    said = topic.answers[language]
    paragraphs = [said.more]
    if said.law_now and not topic.overdue(today or current_date()):
        paragraphs += [_dated(content, topic, language, "utter_law_now"), said.law_now]
    return put_in("\n\n".join(filter(None, paragraphs)), content.directory, language)


def _services_beside(
    content: Content, topic: Topic, language: str
) -> tuple[tuple[dict[str, Any], ...], tuple[Button, ...]]:
    """Return the services that stand below an answer, and the button that leads to them or to more."""
    search = HelpSearch(topic.services)
    if topic.show_services:
        found = found_help(content, search, language)
        return found.services, found.buttons
    if topic.services and not topic.call:
        return (), (Button(content.text_of("utter_who_can_help", language), search.payload()),)
    return (), ()


def _dated(content: Content, topic: Topic, language: str, response: str) -> str:
    """Return a text of domain.yml that names the day on which a topic was checked."""
    checked = format_date(topic.reviewed, "long", locale=language) if topic.reviewed else ""
    return content.text_of(response, language).replace("DATE", checked)


def answered_next(content: Content, topic: Topic) -> list[Topic]:
    """Return the answers to what this person asks next; where none are named, those near the topic."""
    # While an answer is being written, that of its topic may not be there yet.
    named = topic.next or topic.related or content.topics.get(topic.topic, topic).related
    return [content.topics[name] for name in named if content.topics[name].answered]


def answered_situations(content: Content, topic: Topic) -> list[Topic]:
    """Return the answers for single situations that a core answer leads to; none for any other answer."""
    return [one for one in situations_of(content.topics, topic.id) if one.answered]


def beyond(content: Content, topic: Topic, language: str) -> Reply | None:
    """Return what goes beyond the first screen of an answer, None where there is nothing."""
    said = answer(content, topic, language)
    if not said.more:
        return None
    buttons = tuple(button for button in said.buttons if not button.payload.startswith(CHOOSE_MORE))
    return dataclasses.replace(
        said,
        text=said.more,
        more="",
        short="",
        buttons=buttons,
        services=(),
        calls=(),
        again=CHOOSE_MORE + topic.id,
    )
