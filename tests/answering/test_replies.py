"""Replies: what a resident is shown of the content."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.answering.answers import answer
from bot.answering.help import ask_need, find_help, found_help, slots_of_choice
from bot.answering.help_search import HelpSearch
from bot.answering.replies import button_meant, choose_again, clarify, repeat, reply_to_choice
from bot.answering.reply import Button, response_reply
from bot.content.reading import Content
from bot.content.topics import Topic


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_answer_carries_text_sources_date_and_related_topics(
    small_content: Content, language: str
) -> None:
    """Everything a resident needs to judge the answer comes with it."""
    topic = small_content.topics["red_card"]
    reply = answer(small_content, topic, language)
    assert reply.text == topic.answers[language].text
    assert [source.url for source in reply.sources] == ["https://example.org/page"]
    assert reply.reviewed == topic.reviewed
    assert [(b.title, b.payload) for b in reply.buttons] == [
        (small_content.text_of("utter_who_can_help", language), "show:food:::0"),
        (small_content.topics["food_assistance"].title[language], "topic:food_assistance"),
    ]


def test_a_topic_can_be_answered_from_the_directory(small_content: Content) -> None:
    """Then its services are the answer."""
    reply = answer(small_content, small_content.topics["food_assistance"], "en")
    assert reply.text == "English find help"
    assert [s["id"] for s in reply.services] == ["hp-with-you", "la-regional-food-bank", "211-la"]


def test_a_topic_without_a_checked_answer_says_so(small_content: Content) -> None:
    """It is never guessed at; who can help is named."""
    reply = answer(small_content, small_content.topics["bond"], "es")
    assert reply.text == "Español no checked answer"
    assert reply.services


def test_an_answer_that_was_switched_off_is_not_given(small_content: Content) -> None:
    """`enabled: false` silences an answer that still stands in the file; it is said to be being checked."""
    topic = dataclasses.replace(small_content.topics["red_card"], enabled=False)
    assert answer(small_content, topic, "en").text == "English answer being checked"


def test_offered_topics_end_with_none_of_these(small_content: Content) -> None:
    """Whoever meant something else can say so."""
    reply = clarify(small_content, ["red_card", "bond"], "es")
    assert [(b.title, b.payload) for b in reply.buttons] == [
        ("La tarjeta roja", "topic:red_card"),
        ("La fianza", "topic:bond"),
        ("Español none of these", "none"),
    ]


def test_every_button_leads_to_a_reply(project_content: Content) -> None:
    """No choice that the bot offers is a dead end."""
    for language in ("en", "es"):
        for topic in project_content.topics.values():
            reply = reply_to_choice(project_content, f"topic:{topic.id}", language)
            assert reply is not None and reply.text and reply.topic == topic.id
            for button in reply.buttons:
                led = reply_to_choice(project_content, button.payload, language)
                assert led is not None or slots_of_choice(project_content, button.payload) is not None
        none = reply_to_choice(project_content, "none", language)
        assert none is not None and none.services


@pytest.mark.parametrize(
    "payload", ["", "topic:", "topic:nothing", "red_card", "/restart", "topic:../red_card"]
)
def test_a_choice_that_nobody_offered_is_refused(small_content: Content, payload: str) -> None:
    """A payload is looked up, never interpreted."""
    assert reply_to_choice(small_content, payload, "en") is None


BEFORE, AFTER = datetime.date(2027, 11, 22), datetime.date(2027, 11, 23)


def disputed(topic: Topic) -> Topic:
    """Return a topic with a part on what the courts say."""
    answers = {
        language: dataclasses.replace(said, text=f"{said.text}\n\n---\n\n{more}")
        for (language, said), more in zip(
            topic.answers.items(), ("A court said yes.", "Una corte dijo que sí."), strict=True
        )
    }
    return dataclasses.replace(topic, volatility="litigated", answers=answers)


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_overdue_stable_answer_says_when_it_was_checked(small_content: Content, language: str) -> None:
    """From the day after its review date on."""
    topic = small_content.topics["red_card"]
    assert answer(small_content, topic, language, today=BEFORE).text == topic.answers[language].text
    late = {
        "en": "English last checked November 22, 2026",
        "es": "Español last checked 22 de noviembre de 2026",
    }
    expected = f"{topic.answers[language].text}\n\n{late[language]}"
    assert answer(small_content, topic, language, today=AFTER).text == expected


def test_what_the_courts_say_expires_and_the_rest_of_an_answer_never_does(small_content: Content) -> None:
    """Whatever day it is, people are told what to do at the door; only what may have changed goes."""
    topic = disputed(small_content.topics["red_card"])
    core = small_content.topics["red_card"].answers["es"].text
    reply = answer(small_content, topic, "es", today=BEFORE)
    assert reply.text == f"{core}\n\nEspañol law now 22 de noviembre de 2026\n\nUna corte dijo que sí."
    late = answer(small_content, topic, "es", today=AFTER)
    assert late.text == f"{core}\n\nEspañol law may have changed 22 de noviembre de 2026"
    assert late.sources and late.reviewed, "its core still rests on them"


def test_no_answer_of_the_project_ever_falls_silent(project_content: Content) -> None:
    """Years after their review date all still begin as they do today."""
    for topic in project_content.topics.values():
        for language, said in topic.answers.items():
            late = answer(project_content, topic, language, today=datetime.date(2036, 1, 1))
            assert said.core and late.text.startswith(f"{said.core}\n\n"), topic.id
            assert not said.law_now or said.law_now not in late.text, topic.id


def test_where_approval_is_required_only_approved_answers_are_given(small_content: Content) -> None:
    """Every other one is held back like an old one."""
    strict = dataclasses.replace(small_content, require_approval=True)
    topic = small_content.topics["red_card"]
    assert answer(strict, topic, "en", today=BEFORE).text == "English no current answer"
    approved = dataclasses.replace(topic, approved_by="City Attorney, 2026-12-01")
    assert answer(strict, approved, "en", today=BEFORE).text == topic.answers["en"].text


def test_an_answer_about_help_shows_services_below_its_text(project_content: Content) -> None:
    """Its own words first, then three services at most, with more of them a button away."""
    for name in ("food_assistance", "legal_aid_find", "city_contact"):
        topic = project_content.topics[name]
        reply = answer(project_content, topic, "es")
        assert reply.text.startswith(topic.answers["es"].core) and reply.sources
        assert 0 < len(reply.services) <= 3 and reply.services[0]["id"] == "hp-with-you"


def test_nothing_near_a_place_is_said_and_others_are_named(project_content: Content) -> None:
    """Who asks from far away is not left with an empty list."""
    reply = found_help(project_content, HelpSearch(("food",), "10001"), "en")
    assert reply.text == project_content.text_of("utter_none_near", "en").replace("PLACE", "10001")
    assert reply.services


@pytest.mark.parametrize(
    ("payload", "slots"),
    [
        ("find", {}),
        ("find:legal", {"need": ["legal"]}),
        ("find:legal,food", {"need": ["legal", "food"]}),
        ("near:Huntington Park", {"place": "Huntington Park"}),
        ("near:any", {"place": "any"}),
        ('near:huntington  PARK"}!', {"place": "Huntington Park"}),
        ("find:food,food,legal,food", {"need": ["food", "legal"]}),
        ("speaks:es", {"speaks": "es"}),
        ("find:", None),
        ("find:legal,", None),
        ('find:legal","x":"', None),
        ("near:", None),
        ("near:2345 Nowhere Street", None),
        ("speaks:fr", None),
        ("/restart", None),
        ("", None),
    ],
)
def test_only_known_values_reach_the_search(
    project_content: Content, payload: str, slots: dict[str, object] | None
) -> None:
    """They become part of a command to Rasa, so nothing else may get through."""
    assert slots_of_choice(project_content, payload) == slots


OFFERED = (Button("Your red card", "topic:red_card"), Button("Bond", "topic:bond"), Button("None", "none"))


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("2", "topic:bond"),
        ("2.", "topic:bond"),
        ("#2", "topic:bond"),
        ("2️⃣", "topic:bond"),
        ("la 2", "topic:bond"),
        ("opción 2 por favor", "topic:bond"),
        ("la segunda", "topic:bond"),
        ("La Segunda.", "topic:bond"),
        ("second one", "topic:bond"),
        ("the second one please", "topic:bond"),
        ("la última", "topic:bond"),
        ("BOND", "topic:bond"),
        ("3", "none"),
        ("none", "none"),
        ("none of these", "none"),
        ("ninguna", "none"),
        ("no", "none"),
        ("4", None),
        ("0", None),
        ("90255", None),
        ("2 agents came to my house", None),
        ("can i be out on bond the second time", None),
        ("yes", None),
        ("", None),
    ],
)
def test_a_choice_can_be_named(project_content: Content, text: str, payload: str | None) -> None:
    """By number, by order or by its title; anything else is a question."""
    meant = button_meant(project_content, text, OFFERED)
    assert (meant.payload if meant else None) == payload


def test_yes_takes_the_only_topic_offered(project_content: Content) -> None:
    """And "no" is no choice where "none of these" is not among them."""
    only = (OFFERED[1], OFFERED[2])
    assert button_meant(project_content, "sí", only) == OFFERED[1]
    assert button_meant(project_content, "no", only[:1]) is None
    assert button_meant(project_content, "2", ()) is None


def test_a_number_that_no_choice_has_is_asked_again(project_content: Content) -> None:
    """With the choices once more; words are no number."""
    again = choose_again(project_content, "7", OFFERED, "en")
    assert again is not None and again.buttons == OFFERED
    assert again.text == "Please choose a number from 1 to 3, or ask in other words."
    assert choose_again(project_content, "bond", OFFERED, "en") is None
    assert choose_again(project_content, "7", (), "en") is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_whatever_was_said_can_be_said_again_in_either_language(
    project_content: Content, language: str
) -> None:
    """Answers, services, offers, questions and every text of domain.yml."""
    other = {"en": "es", "es": "en"}[language]
    said = [
        *(answer(project_content, topic, language) for topic in project_content.topics.values()),
        find_help(project_content, "utter_find_help", ("food",), language),
        clarify(project_content, ["bond", "daca"], language),
        ask_need(project_content, language),
        *(response_reply(project_content, name, language) for name in project_content.conversation.responses),
    ]
    for reply in said:
        twin = repeat(project_content, reply.again, other)
        assert twin is not None and (twin.language, twin.again) == (other, reply.again)
        assert len(twin.buttons) == len(reply.buttons) and len(twin.services) == len(reply.services)
    assert repeat(project_content, None, language) is None
