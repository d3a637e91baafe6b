"""The tiny part of Markdown that answers use."""

from __future__ import annotations

import re

import pytest

from bot.content.reading import Content
from bot.text.markup import Block, Span, parse_blocks


def shape(text: str) -> list[tuple[str, list[str]]]:
    return [(b.kind, ["".join(span.text for span in line) for line in b.lines]) for b in parse_blocks(text)]


def test_an_answer_is_taken_apart() -> None:
    """Paragraphs, steps, lists and words to say aloud, in their order."""
    text = "Do\nthis.\n\n1. One\n2. Two\n\n- a\n- b\n\nSay:\n\n> I want\n> a lawyer.\n"
    assert shape(text) == [
        ("paragraph", ["Do this."]),
        ("steps", ["One", "Two"]),
        ("list", ["a", "b"]),
        ("paragraph", ["Say:"]),
        ("say", ["I want", "a lawyer."]),
    ]


def test_a_list_right_after_a_paragraph_is_a_list() -> None:
    """The empty line between them may be forgotten."""
    assert shape("You can:\n- stay silent") == [("paragraph", ["You can:"]), ("list", ["stay silent"])]


def uris(text: str) -> list[tuple[str, str]]:
    return [
        (span.text, span.uri) for b in parse_blocks(text) for line in b.lines for span in line if span.uri
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call 888-624-4752.", [("888-624-4752", "tel:+18886244752")]),
        ("Call 1-800-898-7180 or 911!", [("1-800-898-7180", "tel:+18008987180"), ("911", "tel:911")]),
        ("Llame al 211, gratis", [("211", "tel:211")]),
        ("See www.hpca.gov.", [("www.hpca.gov", "https://www.hpca.gov")]),
        (
            "oag.ca.gov/reportmisconduct)",
            [("oag.ca.gov/reportmisconduct", "https://oag.ca.gov/reportmisconduct")],
        ),
        ("https://www.ilrc.org/a now", [("https://www.ilrc.org/a", "https://www.ilrc.org/a")]),
    ],
)
def test_phones_and_addresses_become_links(text: str, expected: list[tuple[str, str]]) -> None:
    """Both are one tap on a phone; the full stop after them is no part of them."""
    assert uris(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$150,000 in 2025",
        "Ordinance 2025-06",
        "Form I-205, 211-5",
        "SB 54",
        "Fourth. Then",
        "$911",
        "a@b.com",
    ],
)
def test_other_numbers_and_words_are_no_links(text: str) -> None:
    """Amounts, forms, statutes and mail addresses stay text."""
    assert uris(text) == []


def test_no_answer_loses_a_word(project_content: Content) -> None:
    """Taken apart, every text of the project still holds each of its words and numbers."""
    texts = [answer.text for topic in project_content.topics.values() for answer in topic.answers.values()]
    texts += [text for twins in project_content.conversation.responses.values() for text in twins.values()]
    for text in texts:
        words = re.sub(r"^(?:\d+\.|-|>) +", "", text, flags=re.MULTILINE).split()
        assert " ".join(line for _, lines in shape(text) for line in lines).split() == words


def test_only_the_beginning_of_a_line_is_a_mark() -> None:
    """A number before a full stop is part of the sentence."""
    assert shape("Call 888-624-4752. In danger: 911.") == [
        ("paragraph", ["Call 888-624-4752. In danger: 911."])
    ]


def test_nothing_is_lost_or_added() -> None:
    """The text of all spans together is the line."""
    text = "Call 888-624-4752 (www.hpca.gov) now: <b>&"
    assert parse_blocks(text) == [
        Block(
            "paragraph",
            (
                (
                    Span("Call "),
                    Span("888-624-4752", "tel:+18886244752"),
                    Span(" ("),
                    Span("www.hpca.gov", "https://www.hpca.gov"),
                    Span(") now: <b>&"),
                ),
            ),
        )
    ]
