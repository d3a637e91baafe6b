"""question_weights: what an answer with few questions has said for it is heard."""

from __future__ import annotations

from bot.nlu.question_weights import question_weights


def test_questions_of_a_label_with_few_weigh_together_as_half_of_a_usual_one() -> None:
    """The others weigh 1 each, however many they are."""
    labels = ["few"] * 2 + ["usual"] * 8 + ["as usual"] * 8 + ["many"] * 40
    assert question_weights(labels).tolist() == [2.0] * 2 + [1.0] * 56


def test_a_label_with_half_of_the_usual_number_is_learnt_as_it_is() -> None:
    """And so is a content in which all have as many, however few these are."""
    assert question_weights(["half"] * 4 + ["usual"] * 8 + ["as usual"] * 8).tolist() == [1.0] * 20
    assert question_weights(["a", "b", "a", "b"]).tolist() == [1.0] * 4
