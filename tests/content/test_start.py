"""What the first screen offers: data/start.yml, and the mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.reading import Content
from bot.content.start import MOST_STARTERS, Start, read_start
from bot.problems import Problems

TEXT = """starters:
  taken:
    title: {en: They took someone, es: Se llevaron a alguien}
    answer: bond
    card: utter_greet
topics:
- title: {en: First, es: Primero}
  ids:
  - bond
  - red_card
"""


def read(folder: Path, text: str) -> tuple[Start, list[str]]:
    (folder / "start.yml").write_text(text, encoding="utf-8")
    problems = Problems(folder)
    start = read_start(folder / "start.yml", {"bond", "red_card"}, {"utter_greet"}, problems)
    return start, [str(problem) for problem in problems.found]


def test_starters_and_the_order_of_topics_are_read(tmp_path: Path) -> None:
    """Each with its title in both languages, and what it leads to."""
    start, problems = read(tmp_path, TEXT)
    assert problems == []
    starter = start.starters["taken"]
    assert (starter.title["es"], starter.answer, starter.card) == (
        "Se llevaron a alguien",
        "bond",
        "utter_greet",
    )
    assert [(part.title["en"], part.topics) for part in start.parts] == [("First", ("bond", "red_card"))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "answer: bond",
            "answer: bonds",
            "start.yml:4: the first screen names `bonds`, which is not there. Write the id of an answer "
            "under `answer` and `ids`, and the name of a text of domain.yml under `card`.",
        ),
        (
            "card: utter_greet",
            "card: utter_greeting",
            "start.yml:5: the first screen names `utter_greeting`, which is not there. Write the id of an "
            "answer under `answer` and `ids`, and the name of a text of domain.yml under `card`.",
        ),
        (
            "- red_card",
            "- bond",
            "start.yml:10: the first screen lists `bond` twice. Leave it under one heading.",
        ),
        (
            "They took someone",
            "They took someone away from here",
            "start.yml:3: the title of the starter `taken` has more than 28 characters. Shorten it: two "
            "stand beside each other on a phone.",
        ),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """With file, line and mend."""
    assert old in TEXT
    assert read(tmp_path, TEXT.replace(old, new))[1] == [expected]


def test_more_starters_than_a_screen_holds_are_refused(tmp_path: Path) -> None:
    """A seventh would push the box off a phone."""
    one = "    title: {en: A, es: A}\n    answer: bond\n"
    starters = "".join(f"  s{number}:\n{one}" for number in range(MOST_STARTERS + 1))
    text = f"starters:\n{starters}topics:\n- title: {{en: A, es: A}}\n  ids: [bond]\n"
    assert "has more than 6 starters" in read(tmp_path, text)[1][0]


def test_a_content_may_do_without(tmp_path: Path) -> None:
    """Then there is nothing to tap, and topics stand by their groups."""
    assert read_start(tmp_path / "start.yml", (), (), Problems(tmp_path)) == Start({})


def test_every_topic_has_its_place(project_content: Content) -> None:
    """None is left to the end of the list because nobody thought of it."""
    placed = [name for part in project_content.start.parts for name in part.topics]
    assert sorted(placed) == sorted(topic.id for topic in project_content.topics.values() if topic.is_core)
