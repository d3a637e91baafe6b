"""Answers in few words: how they are parted, and how many parts a phone company makes of them."""

from __future__ import annotations

import dataclasses
import datetime
import statistics
from dataclasses import astuple
from types import SimpleNamespace

import pytest

from bot.answering import answers
from bot.answering.answers import answer
from bot.answering.decision import DANGER_CARDS, EMERGENCY_CARDS
from bot.answering.help import found_help
from bot.answering.help_search import HelpSearch
from bot.answering.reply import Reply, response_reply
from bot.answering.text_messages import (
    SMS,
    SMS_AS_WRITTEN,
    WHATSAPP,
    asks_for_rest,
    plain_text,
    split,
    text_messages,
)
from bot.content.reading import Content
from bot.content.topics import page_path
from bot.text.gsm import is_gsm, segments
from bot.text.language import LANGUAGES, fold

PAGE = "https://rights.example.org/es/ice_at_home/at_door"


def clock_at(hour: int) -> SimpleNamespace:
    """Return the module datetime as it is on a Tuesday at that hour in Los Angeles."""

    class Then(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Then:
            return cls(2026, 12, 1, hour, tzinfo=tz)

    return SimpleNamespace(datetime=Then, date=datetime.date)


def test_a_text_is_parted_at_lines_then_sentences_then_words() -> None:
    """Nothing is lost, and no part is longer than it may be."""
    sentence = "No tiene que abrir la puerta si no hay orden de un juez. "
    assert split("corto", 320) == ["corto"] and split("  ", 320) == []
    parted = split(sentence * 12, 320)
    assert all(len(part) <= 320 and part.endswith("juez.") for part in parted)
    assert " ".join(parted) == (sentence * 12).strip()
    lines = split("\n".join(["a" * 200, "b" * 200]), 320)
    assert lines == ["a" * 200, "b" * 200]
    words = split("palabra " * 100, 320)
    assert all(part.endswith("palabra") for part in words) and " ".join(words) == ("palabra " * 100).strip()
    assert [len(part) for part in split("x" * 700, 320)] == [320, 320, 60]


@pytest.mark.parametrize("hour", [3, 11])
@pytest.mark.parametrize("language", ["en", "es"])
def test_an_answer_is_sent_in_three_segments_and_five_at_most(
    project_content: Content, monkeypatch: pytest.MonkeyPatch, language: str, hour: int
) -> None:
    """By day and at night, when more has to be said; only names of help keep letters that cost more."""
    monkeypatch.setattr(answers, "datetime", clock_at(hour))
    sent = []
    for topic in project_content.topics.values():
        url = f"https://rights.example.org{page_path(topic.id, language)}"
        messages = text_messages(project_content, [answer(project_content, topic, language)], [url]).messages
        assert not any(line.startswith(">") for message in messages for line in message.splitlines())
        names = project_content.directory.names_beyond_gsm
        assert all(is_gsm(one) or any(name in one for name in names) for one in messages), topic.id
        sent.append(sum(map(segments, messages)))
    assert statistics.median(sent) <= 3 and max(sent) <= 5


def test_what_is_left_out_is_said_and_comes_when_it_is_asked_for(project_content: Content) -> None:
    """Choices go on with the number that comes next; MORE brings them, in either language."""
    topic = project_content.topics["ice_at_home.at_door"]
    reply = answer(project_content, topic, "es")
    (message,), rest = astuple(text_messages(project_content, [reply], [PAGE]))
    shown = [line for line in f"{message}\n{rest}".splitlines() if line[:1].isdigit()]
    assert message.endswith("Hay mas: mande MAS.") and rest
    assert [fold(line.split(". ", 1)[1]) for line in shown] == [fold(one.title) for one in reply.buttons]
    assert [asks_for_rest(text) for text in ("MÁS", "mas.", "More", "más fianza")] == [True] * 3 + [False]
    whole = text_messages(project_content, [dataclasses.replace(reply, buttons=reply.buttons[:1])], [""])
    assert not whole.rest and "mande" not in whole.messages[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_number_stands_first_and_once(project_content: Content, language: str) -> None:
    """Where the words do not begin with one; never that of the police or of a consulate."""
    said = {name: answer(project_content, topic, language) for name, topic in project_content.topics.items()}
    call = project_content.text_of("utter_call", language)
    first = said["ice_at_home.at_door"].short.splitlines()[0]
    assert first == f"{call} CHIRLA, {project_content.directory.hotline}"
    assert said["ice_at_home.at_door"].short.count(project_content.directory.hotline) == 1
    for name in ("consulate_help", "consulate_help.other_countries", "domestic_violence.being_hurt_now"):
        assert not said[name].short.startswith(call), name
    police = project_content.directory.by_id["hp-police"].phones[0]
    assert not any(
        police in reply.short.splitlines()[0] for reply in said.values() if reply.short.startswith(call)
    )


def test_nothing_of_a_card_for_danger_has_to_be_asked_for(project_content: Content) -> None:
    """Whatever it costs, also as it is written and where a name of help has letters that cost more."""
    for card in (*EMERGENCY_CARDS, *DANGER_CARDS):
        for language in LANGUAGES:
            reply = response_reply(project_content, f"utter_{card}", language)
            for medium in (SMS, SMS_AS_WRITTEN, WHATSAPP):
                sent = text_messages(project_content, [reply], [""], medium)
                said = fold(" ".join(sent.messages))
                assert all(fold(line) in said for line in plain_text(reply.text).splitlines()), card


def test_whatsapp_and_those_who_switch_it_off_get_every_letter_as_it_is_written(
    project_content: Content,
) -> None:
    """What a message costs does not hang on its letters there, or does not matter."""
    reply = answer(project_content, project_content.topics["ice_at_home.at_door"], "es")
    for medium in (SMS_AS_WRITTEN, WHATSAPP):
        assert "apártese" in " ".join(text_messages(project_content, [reply], [""], medium).messages)
    (message,) = text_messages(project_content, [reply], [PAGE], WHATSAPP).messages
    assert all(button.title in message for button in reply.buttons) and len(message) <= 1600


def test_an_answer_past_its_date_is_sent_in_few_words_and_says_how_old_it_is(
    project_content: Content,
) -> None:
    """What to do is sent whatever day it is; that the law may have changed follows it."""
    for topic in project_content.topics.values():
        if not topic.answers:
            continue
        old = dataclasses.replace(topic, review_by=datetime.date(2020, 1, 1))
        reply = answer(project_content, old, "en")
        assert reply.short.endswith(reply.warning), topic.id
        sent = " ".join(" ".join(text_messages(project_content, [reply], [""]).messages).split())
        assert sent.startswith(" ".join(reply.short.split())), topic.id


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_emergency_answer_and_the_places_are_one_message(project_content: Content, language: str) -> None:
    """Nobody at a door waits for a second one, or texts MORE to say where they are."""
    reply = response_reply(project_content, "utter_emergency_now", language)
    sent = text_messages(project_content, [reply], [""])
    (message,) = sent.messages
    assert not sent.rest and all(fold(button.title) in fold(message) for button in reply.buttons)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_number_that_needs_a_caution_has_it_in_the_same_message(
    project_content: Content, language: str
) -> None:
    """However the services fall into messages; people keep some of them, and not others."""
    cautions = {
        number: service.caution[language]
        for service in project_content.directory.services
        if service.caution[language]
        for number in service.phones
    }
    seen = set()
    search: HelpSearch | None = HelpSearch(("detention",))
    while search:
        reply = found_help(project_content, search, language)
        for extra in ("", "x" * 100, "x " * 60 + "."):
            padded = dataclasses.replace(reply, text=f"{reply.text} {extra}")
            sent = text_messages(
                project_content, [padded], [f"https://rights.example.org/{language}"], SMS_AS_WRITTEN
            )
            rest = text_messages(project_content, [Reply(sent.rest or "-", language)], [""], SMS_AS_WRITTEN)
            for message in (*sent.messages, *rest.messages):
                assert segments(message) <= 5
                named = {number for number in cautions if number in message}
                assert all(cautions[number] in message for number in named), message
                seen |= named
        search = search.run(project_content.directory)[1]
    assert seen == cautions.keys() and len(seen) == 3
