"""The decision step: answer, offer, decline, ask again."""

from __future__ import annotations

import pytest

from bot.decision import Decision, Thresholds, decide

THRESHOLDS = Thresholds(answer_at=0.5, offer_at=0.1, emergency_at=0.3)


def decided(*ranking: tuple[str, float]) -> Decision:
    return decide(ranking, THRESHOLDS, with_text={"bond", "daca"})


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([("faq/bond", 0.5), ("faq/daca", 0.2)], Decision("faq", "answer", topic="bond")),
        ([("faq/red_card", 0.9)], Decision("no_answer", "answer", topic="red_card")),
        (
            [("faq/bond", 0.49), ("faq/daca", 0.2), ("greet", 0.15), ("faq/red_card", 0.09)],
            Decision("clarify", "clarify", offered=("bond", "daca")),
        ),
        ([("faq/bond", 0.09), ("greet", 0.05)], Decision("not_understood", "fallback")),
        ([("greet", 0.6), ("faq/bond", 0.3)], Decision("greet", "smalltalk")),
        ([("greet", 0.4), ("faq/bond", 0.3)], Decision("clarify", "clarify", offered=("bond",))),
        ([("out_of_scope", 0.5), ("faq/bond", 0.4)], Decision("out_of_scope", "decline")),
        ([("out_of_scope", 0.4), ("faq/bond", 0.4)], Decision("clarify", "clarify", offered=("bond",))),
        ([("unclear", 0.7)], Decision("unclear", "fallback")),
        ([("chat_privacy", 0.7)], Decision("chat_privacy", "answer", topic="chat_privacy")),
        (
            [("faq/bond", 0.6), ("emergency_now", 0.3)],
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
        ([("faq/bond", 0.6), ("danger_now", 0.3)], Decision("danger_now", "decline")),
        ([("danger_now", 0.5), ("emergency_now", 0.4)], Decision("danger_now", "decline")),
        (
            [("emergency_now", 0.4), ("danger_now", 0.4)],
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
        ([("faq/bond", 0.6), ("emergency_now", 0.29)], Decision("faq", "answer", topic="bond")),
        ([], Decision("not_understood", "fallback")),
    ],
)
def test_scores_become_a_decision(ranking: list[tuple[str, float]], expected: Decision) -> None:
    """Each threshold is inclusive; an emergency goes before everything."""
    assert decided(*ranking) == expected


def test_at_most_three_topics_are_offered() -> None:
    """More do not fit a small screen."""
    ranking = [(f"faq/{name}", 0.2) for name in "abcde"]
    assert decided(*ranking).offered == ("a", "b", "c")
