"""Replies: what a resident is shown, put together from the content.

The gateway and the action server both build on this module, so that an answer is the same whether it was
asked for in words or chosen from a list.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date

from bot.answering.decision import (
    CHAT_PRIVACY,
    EMERGENCY,
    EMERGENCY_CARDS,
    EMERGENCY_PLACES,
    SAY,
)
from bot.answering.help_search import HelpSearch, known_needs, known_place, read_payload
from bot.clock import TIME_ZONE, current_date
from bot.content.glossary import LAST, NONE, YES
from bot.content.reading import Content
from bot.content.topics import MOST_NEXT, Source, Topic, situations_of
from bot.directory.cards import service_card
from bot.directory.mentions import call_lines, mentioned, put_in
from bot.directory.places import ANY
from bot.text.language import LANGUAGES, fold

# What is offered when somebody asks for help without saying with what.
GENERAL_NEEDS = ("hotline", "legal", "housing", "food")
PEOPLE_TO_TALK_TO = ("hotline", "legal")

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
# The card for agents in a place, chosen by a button.
CHOOSE_PLACE = "place:"
_OFFER = "offer:"


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
    again: str | None = None

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
        again=SAY + response,
    )


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
    screen, short = (put_in(text, directory, language) for text in (said.screen, said.short))
    paragraphs = [screen]
    calls = _calls(content, topic.call, language, now, named=mentioned(said.screen))
    if calls:
        paragraphs.append(calls)
    instead = _calls(content, (), language, now, named=(*topic.call, *mentioned(said.short)))
    warning = ""
    if topic.overdue(today or current_date()):
        name = "utter_law_may_have_changed" if said.law_now else "utter_may_have_changed"
        warning = _dated(content, topic, language, name)
        paragraphs.append(warning)
    situations = answered_situations(content, topic)
    if live and situations and topic.ask:
        paragraphs.append(topic.ask[language])
    more = _more(content, topic, language, today)
    services, buttons = _services_beside(content, topic, language)
    if more:
        buttons = (Button(content.text_of("utter_more_button", language), CHOOSE_MORE + topic.id), *buttons)
    lead_on = [one.id for one in situations or answered_next(content, topic)]
    return Reply(
        "\n\n".join(paragraphs),
        language,
        topic=topic.topic,
        answer=topic.id,
        sources=topic.sources,
        reviewed=topic.reviewed,
        more=more,
        short="\n".join(filter(None, (short, instead, warning))),
        warning=warning,
        buttons=(*topic_buttons(content, lead_on[:MOST_NEXT], language), *buttons),
        services=services,
        again=CHOOSE_TOPIC + topic.id,
    )


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


def answered_next(content: Content, topic: Topic) -> list[Topic]:
    """Return the answers to what this person asks next; where none are named, those near the topic."""
    named = topic.next or topic.related or content.topics[topic.topic].related
    return [content.topics[name] for name in named if content.topics[name].answered]


def _dated(content: Content, topic: Topic, language: str, response: str) -> str:
    """Return a text of domain.yml that names the day on which a topic was checked."""
    checked = format_date(topic.reviewed, "long", locale=language) if topic.reviewed else ""
    return content.text_of(response, language).replace("DATE", checked)


def answered_situations(content: Content, topic: Topic) -> list[Topic]:
    """Return the answers for single situations that a core answer leads to; none for any other answer."""
    return [one for one in situations_of(content.topics, topic.id) if one.answered]


def help_response(topic: Topic) -> str:
    """Name the text that introduces services for a topic whose answer is not given, or that has none."""
    if topic.answered:
        return "utter_find_help"
    return "utter_answer_being_checked" if topic.answers else "utter_no_checked_answer"


def find_help(
    content: Content, response: str, needs: Iterable[str], language: str, *, topic: Topic | None = None
) -> Reply:
    """Return the first services that meet the needs, behind a text of domain.yml."""
    found = found_help(content, HelpSearch(tuple(needs)), language)
    return dataclasses.replace(
        found,
        text=content.text_of(response, language),
        topic=topic.topic if topic else None,
        again=CHOOSE_TOPIC + topic.id if topic else found.again,
    )


def found_help(
    content: Content, search: HelpSearch, language: str, *, now: datetime.datetime | None = None
) -> Reply:
    """Return the next services of a search, with buttons for more of them and for another search.

    `now` is the moment to judge opening hours by, by default the current one.
    """
    now = now or datetime.datetime.now(TIME_ZONE)
    services, following = search.run(content.directory)
    text = content.text_of("utter_more_help" if search.shown else "utter_find_help", language)
    place = search.place
    if place and not services:
        text = content.text_of("utter_none_near", language).replace("PLACE", place.name)
        services, following = HelpSearch(search.needs, speaks=search.speaks).run(content.directory)
    buttons = []
    if following:
        buttons.append(Button(content.text_of("utter_show_more", language), following.payload()))
    if not search.near:
        near = Button(content.text_of("utter_search_near", language), CHOOSE_NEED + ",".join(search.needs))
        buttons.append(near)
    buttons.append(Button(content.text_of("utter_other_help", language), CHOOSE_SEARCH))
    cards = tuple(
        service_card(service, language, lambda name: content.text_of(name, language), now=now, place=place)
        for service in services
    )
    return Reply(text, language, buttons=tuple(buttons), services=cards, again=search.payload())


def help_for(content: Content, intent: str, topic: Topic | None, search: HelpSearch, language: str) -> Reply:
    """Return the services that an intent which leads to some calls for, introduced as it wants them.

    `topic` is the one decided on, if any, and `search` what was said of the help that is looked for.
    """
    needs = tuple(need for need in search.needs if need in content.directory.needs)
    response = None
    if intent == "talk_to_person":
        response, needs = "utter_talk_to_person", PEOPLE_TO_TALK_TO
    elif intent == "no_answer" and topic is not None:
        response, needs = help_response(topic), topic.services
    elif intent == "help_with_that" and topic is not None:
        needs, topic = topic.services, None
    found = found_help(content, dataclasses.replace(search, needs=needs or GENERAL_NEEDS), language)
    text = content.text_of(response, language) if response else found.text
    return dataclasses.replace(found, text=text, topic=topic.topic if topic else None)


def ask_need(content: Content, language: str) -> Reply:
    """Return the question what is needed, with a button for each need that is offered."""
    needs = [need for need in content.directory.needs.values() if need.offered]
    return Reply(
        content.text_of("utter_ask_need", language),
        language,
        buttons=tuple(Button(need.name[language], CHOOSE_NEED + need.code) for need in needs),
        again=CHOOSE_SEARCH,
    )


def slots_of_choice(content: Content, payload: str) -> dict[str, list[str] | str] | None:
    """Return what a chosen button says in the search for help, by entity; None where it is no such button."""
    if payload == CHOOSE_SEARCH:
        return {}
    for prefix in (CHOOSE_NEED, CHOOSE_NEAR, CHOOSE_SPEAKS):
        if not payload.startswith(prefix):
            continue
        value = payload.removeprefix(prefix)
        if prefix == CHOOSE_NEED:
            needs = known_needs(value, content.directory)
            return {"need": list(needs)} if needs else None
        if prefix == CHOOSE_SPEAKS:
            return {"speaks": value} if value in (*LANGUAGES, ANY) else None
        place = known_place(value)
        return {"place": place} if place else None
    return None


def clarify(content: Content, offered: Sequence[str], language: str) -> Reply:
    """Return the question which of the offered topics is meant."""
    none = Button(content.text_of("utter_none_of_these", language), CHOOSE_NONE)
    return Reply(
        content.text_of("utter_clarify", language),
        language,
        buttons=(*topic_buttons(content, offered, language), none),
        again=_OFFER + ",".join(offered),
    )


def also_asked(content: Content, topics: Sequence[str], language: str) -> Reply:
    """Return an offer of the topics that a message with several questions asked about besides the first."""
    return Reply(
        content.text_of("utter_also_asked", language),
        language,
        buttons=topic_buttons(content, topics, language),
    )


def more(content: Content, again: str | None, language: str) -> Reply:
    """Return what goes beyond what was said last: further services, or topics near the last one."""
    search = read_payload(again or "", content.directory)
    if search:
        following = search.run(content.directory)[1]
        if following:
            return found_help(content, following, language)
        other = Button(content.text_of("utter_other_help", language), CHOOSE_SEARCH)
        return Reply(content.text_of("utter_no_more_help", language), language, buttons=(other,), again=again)
    kind, _, name = (again or "").partition(":")
    topic = content.topics.get(name)
    if topic is None:
        return response_reply(content, "utter_what_can_you_do", language)
    said = beyond(content, topic, language) if f"{kind}:" == CHOOSE_TOPIC else None
    if said is not None:
        return said
    buttons = tuple(
        b for b in answer(content, topic, language).buttons if b.payload != CHOOSE_MORE + topic.id
    )
    return Reply(content.text_of("utter_more_on_this", language), language, buttons=buttons, again=again)


def beyond(content: Content, topic: Topic, language: str) -> Reply | None:
    """Return what goes beyond the first screen of an answer, None where there is nothing."""
    said = answer(content, topic, language)
    if not said.more:
        return None
    buttons = tuple(button for button in said.buttons if not button.payload.startswith(CHOOSE_MORE))
    return dataclasses.replace(
        said, text=said.more, more="", short="", buttons=buttons, services=(), again=CHOOSE_MORE + topic.id
    )


def repeat(content: Content, again: str | None, language: str) -> Reply | None:
    """Return in a language what was said last (see `Reply.again`), or None where there is nothing."""
    if again is None:
        return None
    if again == CHOOSE_SEARCH:
        return ask_need(content, language)
    if again.startswith(SAY):
        return response_reply(content, again.removeprefix(SAY), language)
    if again.startswith(_OFFER):
        return clarify(content, again.removeprefix(_OFFER).split(","), language)
    return reply_to_choice(content, again, language)


def language_of_choice(payload: str) -> str | None:
    """Return the language that a choice asks for, or None where it asks for none."""
    language = payload.removeprefix(CHOOSE_LANGUAGE)
    return language if payload.startswith(CHOOSE_LANGUAGE) and language in LANGUAGES else None


def made_by_page(payload: str) -> bool:
    """Whether a choice is one that a page makes by itself, without a button."""
    return payload == CHOOSE_AGAIN or language_of_choice(payload) is not None


def button_meant(content: Content, text: str, buttons: Sequence[Button]) -> Button | None:
    """Return the button that a text names by its number ("2", "la segunda") or its title, if it names one.

    "Yes" is taken where one topic alone is offered, "no" where "none of these" is.
    """
    if not buttons:
        return None
    for button in buttons:
        if fold(button.title) == fold(text):
            return button
    choice = content.glossary.choice(text)
    none = [button for button in buttons if button.payload == CHOOSE_NONE]
    if choice == NONE:
        return none[0] if none else None
    offered = [button for button in buttons if button not in none]
    if offered and (choice == LAST or (choice == YES and len(offered) == 1)):
        return offered[-1]
    return buttons[choice - 1] if isinstance(choice, int) and 0 < choice <= len(buttons) else None


def choose_again(content: Content, text: str, buttons: Sequence[Button], language: str) -> Reply | None:
    """Return the choices once more where a text is a number that none of them has."""
    if not buttons or not isinstance(content.glossary.choice(text), int):
        return None
    asked = content.text_of("utter_choose_again", language).replace("NUMBER", str(len(buttons)))
    return Reply(asked, language, buttons=tuple(buttons))


def topic_buttons(content: Content, topics: Iterable[str], language: str) -> tuple[Button, ...]:
    """Return a button for each topic."""
    return tuple(Button(content.topics[topic].title[language], CHOOSE_TOPIC + topic) for topic in topics)


def reply_to_choice(content: Content, payload: str, language: str) -> Reply | None:
    """Return the reply to a chosen button, or None where no such button exists."""
    if payload == CHOOSE_NONE:
        return find_help(content, "utter_none_chosen", GENERAL_NEEDS, language)
    if search := read_payload(payload, content.directory):
        return found_help(content, search, language)
    kind, _, name = payload.partition(":")
    if f"{kind}:" == CHOOSE_PLACE and name in EMERGENCY_PLACES:
        return response_reply(content, f"utter_emergency_{name}", language)
    topic = content.topics.get(name)
    if topic is None:
        return None
    if f"{kind}:" == CHOOSE_MORE:
        return beyond(content, topic, language)
    return answer(content, topic, language) if f"{kind}:" == CHOOSE_TOPIC else None
