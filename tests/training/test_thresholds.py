"""Calibration: thresholds are chosen by what their decisions cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answering.decision import Decision, DecisionStep, Understanding
from bot.content.thresholds import Thresholds
from bot.training.evaluation import Question
from bot.training.thresholds import EvaluatedQuestion, calibrate, cost, read_thresholds, write_thresholds

START = Thresholds(
    answer_at=0.4,
    doubt_at=0.2,
    decline_at=0.7,
    offer_at=0.03,
    emergency_at=0.3,
    emergency_share=0.7,
    situation_share=0.5,
)
STEP = DecisionStep({"en": START, "es": START}, {"bond", "daca"}, {})


def question(topic: str, *, must_pass: bool = False) -> Question:
    return Question("x", "en", topic, frozenset({topic}), must_pass)


@pytest.mark.parametrize(
    ("decision", "topic", "must_pass", "expected"),
    [
        (Decision("faq", "answer", topic="bond"), "bond", False, 0),
        (Decision("faq", "answer", topic="daca"), "bond", False, 3.5),
        (Decision("faq", "answer", topic="daca"), "bond", True, 8),
        (Decision("clarify", "clarify", offered=("daca", "bond")), "bond", False, 0.35),
        (Decision("clarify", "clarify", offered=("daca",)), "bond", False, 1.5),
        (Decision("out_of_scope", "decline"), "bond", False, 6),
        (Decision("faq", "answer", topic="bond"), "emergency_now", False, 15),
        (Decision("faq", "answer", topic="bond"), "out_of_scope", False, 5.0),
        (Decision("clarify", "clarify", offered=("bond",)), "out_of_scope", False, 0.7),
        (Decision("out_of_scope", "decline"), "out_of_scope", False, 0),
    ],
)
def test_a_wrong_answer_costs_more_than_none(
    decision: Decision, topic: str, must_pass: bool, expected: float
) -> None:
    """And most where the question is dangerous."""
    assert cost(decision, question(topic, must_pass=must_pass)) == expected


def asked(topic: str, language: str, *ranking: tuple[str, float]) -> EvaluatedQuestion:
    return EvaluatedQuestion(question(topic), (Understanding(language, ranking),))


def test_each_language_gets_the_threshold_between_its_right_and_wrong_answers() -> None:
    """Spanish, where the model is less sure of itself here, a lower one; in the middle of the gap."""
    rows = [
        *[asked("bond", "en", ("faq/bond", 0.7)), asked("bond", "en", ("faq/daca", 0.5), ("faq/bond", 0.4))],
        *[asked("bond", "es", ("faq/bond", 0.4)), asked("bond", "es", ("faq/daca", 0.3), ("faq/bond", 0.2))],
    ]
    chosen = calibrate(rows, STEP).thresholds
    assert (chosen["en"].answer_at, chosen["es"].answer_at) == (0.62, 0.36)


def test_of_thresholds_that_cost_nearly_the_same_the_middle_one_is_taken() -> None:
    """A wrong answer more, for seven more that are right, costs one in two hundred more: .2 to .7."""
    sure, unsure = asked("bond", "en", ("faq/bond", 0.7)), asked("bond", "en", ("faq/bond", 0.45), ("x", 0.4))
    wrong = asked("bond", "en", ("faq/daca", 0.45), ("faq/bond", 0.4))
    turned_away = asked("bond", "en", ("out_of_scope", 0.9))
    rows = [sure, *[unsure] * 7, *[wrong] * 2, *[turned_away] * 60]
    assert calibrate(rows, STEP).thresholds["en"].answer_at == 0.46


def test_thresholds_survive_being_written(tmp_path: Path) -> None:
    """As they are kept with a model."""
    (tmp_path / "thresholds.json").write_text(write_thresholds(STEP), encoding="utf-8")
    assert read_thresholds(tmp_path / "thresholds.json") == STEP.thresholds
