"""Replies that name who can help: services of the directory."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable

from bot.answering.help_search import HelpSearch, known_needs, known_place
from bot.answering.reply import (
    CHOOSE_NEAR,
    CHOOSE_NEED,
    CHOOSE_SEARCH,
    CHOOSE_SPEAKS,
    CHOOSE_TOPIC,
    Button,
    Reply,
)
from bot.clock import TIME_ZONE
from bot.content.reading import Content
from bot.content.topics import Topic
from bot.directory.cards import service_card
from bot.directory.places import ANY
from bot.text.language import LANGUAGES

# What is offered when somebody asks for help without saying with what.
GENERAL_NEEDS = ("hotline", "legal", "housing", "food")
PEOPLE_TO_TALK_TO = ("hotline", "legal")


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
