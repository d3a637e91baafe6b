"""Whether an answer is reached by its own questions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.answering.decision import DecisionStep
from bot.content.reading import Content
from bot.training.own_questions import reached, sampled
from bot.training.train import component_settings, decision_step, training_questions
from bot.training.worker import OWN, pretrainer
from tests.conftest import SMALL_CONTENT

Ranking = list[tuple[str, float]]


@pytest.fixture
def step(small_content: Content) -> DecisionStep:
    return decision_step(SMALL_CONTENT, small_content)


def found(content: Content, step: DecisionStep, label: str, *rankings: Ranking) -> dict[str, Any]:
    """Return what was found of an answer whose questions were ranked so."""
    questions = [(f"question {number}", "en", label) for number in range(len(rankings))]
    return reached(questions, rankings, step, content)[label.removeprefix("faq/")]


def test_a_few_of_all_questions_of_an_answer_are_asked() -> None:
    """Six of each language at most, from the first to the last; none of small talk."""
    questions = [(str(number), "en", "faq/bond") for number in range(95)]
    questions += [("fianza", "es", "faq/bond"), ("hi", "en", "greet"), ("paid", "en", "faq/bond.paying")]
    assert sampled(questions) == [*range(0, 95, 16), 95, 97]


def test_the_answer_itself_and_the_core_of_its_topic_are_reached(
    small_content: Content, step: DecisionStep
) -> None:
    """The core asks for the situation; a core's own questions must get the core."""
    core, lost = [("faq/red_card", 0.9)], [("faq/red_card.lost", 0.9)]
    assert found(small_content, step, "faq/red_card.lost", core, lost)["reached"] == 2
    assert found(small_content, step, "faq/red_card", core, lost) == {
        "asked": 2,
        "reached": 1,
        "lost": [["question 1", "red_card.lost"]],
    }


def test_another_answer_a_card_and_a_choice_do_not_reach_it(
    small_content: Content, step: DecisionStep
) -> None:
    """It is told which of them the person gets."""
    one = found(
        small_content,
        step,
        "faq/red_card",
        [("faq/bond", 0.9)],
        [("emergency_now", 0.9)],
        [("faq/red_card", 0.3), ("faq/bond", 0.2)],
        [("out_of_scope", 0.9)],
    )
    assert one["reached"] == 0
    assert [given for _, given in one["lost"]] == ["bond", "emergency_now", "", "out_of_scope"]


@pytest.mark.slow
def test_a_new_answer_with_the_questions_of_another_is_not_reached(
    small_content: Content, step: DecisionStep, tmp_path: Path
) -> None:
    """Of two with the same questions the one with fewer goes under; the others are reached."""
    questions = training_questions(small_content)
    same = [(text, language, "faq/daca") for text, language, label in questions if label == "faq/bond"]
    questions += same[::4]
    own = sampled(questions)
    classifier = component_settings(SMALL_CONTENT, "JointClassifier")

    async def rankings() -> list[Ranking]:
        async with pretrainer(tmp_path / "learnt", tmp_path / "lemmas", tmp_path / "vectors.npz") as pupil:
            await pupil.learn(questions, [("hello", "en")], own, small_content.glossary.synonyms, classifier)
            return await pupil.rankings(OWN)

    told = reached([questions[place] for place in own], asyncio.run(rankings()), step, small_content)
    shares = {answer: one["reached"] / one["asked"] for answer, one in told.items()}
    assert shares["daca"] < 0.5 <= min(shares["red_card"], shares["food_assistance"])
    assert "bond" in {given for _, given in told["daca"]["lost"]}
