"""The index with which a phone without a connection searches the answers it has saved."""

from __future__ import annotations

import json

import pytest

from bot.content.reading import Content
from bot.content.topics import topic_of
from bot.gateway.search_index import find, search_index, stems
from bot.settings import PROJECT_ROOT


def test_words_are_folded_and_cut() -> None:
    """Without accents and case, and with their ending off; single letters go."""
    assert stems("¿A mí me DETUVIERON, y 5 días?") == {"mi", "me", "detuvi", "5", "dias"}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_right_answer_is_among_the_first_three(project_content: Content, language: str) -> None:
    """One of its topic, for nineteen of twenty questions in other words than those it was made of."""
    answered = [topic for topic in project_content.topics.values() if topic.answered]
    index = search_index(answered, language)
    assert all(0 < len(words) <= 60 for words in index.values())
    lines = (PROJECT_ROOT / "data/evaluation/voices.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [question for question in map(json.loads, lines) if question["lang"] == language]
    found = []
    for question in questions:
        if question["topic"] in index:
            best = find(index, question["text"]).topics
            found.append(bool({*question.get("ok", ()), question["topic"]} & {*map(topic_of, best)}))
    assert len(found) > 100 and sum(found) / len(found) >= 0.95


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("se llevaron a mi esposo", "es", "if_arrested_detained.relative_now"),
        ("agarraron a mi papa", "es", "if_arrested_detained.relative_now"),
        ("la migra esta en mi puerta", "es", "ice_at_home"),
        ("they took my husband", "en", "if_arrested_detained.relative_now"),
    ],
)
def test_a_question_is_searched_in_its_own_language(
    project_content: Content, question: str, language: str, expected: str
) -> None:
    """That of the index which knows its words best, although some topics of the other know a few of them."""
    answered = [topic for topic in project_content.topics.values() if topic.answered]
    found = {name: find(search_index(answered, name), question) for name in ("en", "es")}
    assert max(found, key=lambda name: found[name].known) == language
    assert found[language].topics[0] == expected
