"""Answers in few words: how they are parted, and how many parts a phone company makes of them."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.answering.answers import answer
from bot.answering.help import found_help
from bot.answering.help_search import HelpSearch
from bot.answering.text_messages import (
    HELP,
    MOST_CHARACTERS,
    START,
    STOP,
    parts,
    plain_text,
    reserved_word,
    split,
    text_messages,
)
from bot.content.reading import Content
from bot.directory.mentions import put_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ñ¿¡üéà" * 26, 1),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("a" * 133 + "í", 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_the_phone_company_does(text: str, expected: int) -> None:
    """160 and 153 letters of GSM-7, of which some count twice; 70 and 67 of UCS-2, where emoji do."""
    assert parts(text) == expected


def test_a_text_is_parted_at_lines_then_sentences_then_words() -> None:
    """Nothing is lost, and no part is longer than it may be."""
    sentence = "No tiene que abrir la puerta si no hay orden de un juez. "
    assert split("corto") == ["corto"] and split("  ") == []
    parted = split(sentence * 12)
    assert all(len(part) <= MOST_CHARACTERS and part.endswith("juez.") for part in parted)
    assert " ".join(parted) == (sentence * 12).strip()
    lines = split("\n".join(["a" * 200, "b" * 200]))
    assert lines == ["a" * 200, "b" * 200]
    words = split("palabra " * 100)
    assert all(part.endswith("palabra") for part in words) and " ".join(words) == ("palabra " * 100).strip()
    assert [len(part) for part in split("x" * 700)] == [320, 320, 60]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP", (STOP, None)),
        ("¡Alto!", (STOP, "es")),
        ("opt out", (STOP, None)),
        ("Ayuda", (HELP, "es")),
        ("help.", (HELP, "en")),
        ("start", (START, None)),
        ("ayuda con la renta", None),
        ("can they stop me", None),
        ("stop ice", None),
        ("", None),
    ],
)
def test_only_a_word_alone_is_reserved(text: str, expected: object) -> None:
    """In a sentence it is a question."""
    assert reserved_word(text) == expected


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_answer_fits_the_phone(project_content: Content, language: str) -> None:
    """In its short version: at most three messages before the choices, none longer than 320 letters."""
    for topic in project_content.topics.values():
        reply = answer(project_content, topic, language)
        sent = text_messages(project_content, [reply], [f"https://rights.example.org/{language}/{topic.id}"])
        assert all(0 < len(message) <= MOST_CHARACTERS for message in sent), topic.id
        assert len(sent) <= 4 and sum(parts(message) for message in sent) <= 14, topic.id
        assert not any(line.startswith(">") for message in sent for line in message.splitlines())


def test_an_answer_past_its_date_is_sent_in_few_words_and_says_how_old_it_is(
    project_content: Content,
) -> None:
    """What to do is sent whatever day it is; that the law may have changed follows it."""
    for topic in project_content.topics.values():
        if not topic.answers:
            continue
        old = dataclasses.replace(topic, review_by=datetime.date(2020, 1, 1))
        reply = answer(project_content, old, "en")
        sent = " ".join(" ".join(text_messages(project_content, [reply], [""])).split())
        short = put_in(topic.answers["en"].short, project_content.directory, "en")
        assert sent.startswith(" ".join(short.split())) and " ".join(reply.warning.split()) in sent, topic.id


@pytest.mark.parametrize(
    ("language", "condition"), [("en", "Only if it is true"), ("es", "Solo si es verdad")]
)
def test_the_emergency_answer_is_sent_in_two_messages(
    project_content: Content, language: str, condition: str
) -> None:
    """Words that are true for some people only stand in the message that says so."""
    sent = split(plain_text(project_content.text_of("utter_emergency_now", language)))
    assert len(sent) == 2
    assert [condition in message for message in sent] == [
        "more than two years" in message for message in sent
    ]


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
            for message in text_messages(
                project_content, [padded], [f"https://rights.example.org/{language}"]
            ):
                assert len(message) <= MOST_CHARACTERS
                named = {number for number in cautions if number in message}
                assert all(cautions[number] in message for number in named), message
                seen |= named
        search = search.run(project_content.directory)[1]
    assert seen == cautions.keys() and len(seen) == 3
