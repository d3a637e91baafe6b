"""The index with which a phone without a connection searches the answers it has saved."""

from __future__ import annotations

import json

import pytest

from bot.content.reading import Content
from bot.content.topics import topic_of
from bot.gateway.search_index import search_index, stems
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
            asked = stems(question["text"])
            best = sorted(index, key=lambda name: -sum(index[name].get(stem, 0) for stem in asked))[:3]
            found.append(bool({*question.get("ok", ()), question["topic"]} & {*map(topic_of, best)}))
    assert len(found) > 100 and sum(found) / len(found) >= 0.95
