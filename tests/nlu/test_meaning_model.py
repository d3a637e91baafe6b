"""MeaningModel: what it learns from vectors, and that it says the same when it was read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Vectors
from bot.nlu.meaning_model import MeaningModel
from bot.nlu.question_weights import question_weights
from tests.nlu.conftest import TOLD

MIDDLES = np.random.default_rng(0).normal(size=(3, 384))


def vectors(numbers: list[int], seed: int) -> Vectors:
    """Vectors that lie around the middle of each number."""
    drawn = MIDDLES[numbers] + np.random.default_rng(seed).normal(size=(len(numbers), 384))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float16)


def learnt(numbers: list[int], topics: list[int]) -> MeaningModel:
    """A model of vectors with the number of a label each, of which `topics` has the topic, as they weigh."""
    of_each = np.array([topics[number] for number in numbers], dtype=np.int32)
    return MeaningModel.fit(
        vectors(numbers, 1),
        of_each,
        np.array(numbers, dtype=np.int32),
        question_weights([str(number) for number in numbers]),
        TOLD,
    )


@pytest.mark.parametrize("topics", [[0, 1, 2], [0, 0, 1]])
def test_a_vector_near_those_of_a_label_gets_its_topic_and_its_votes(topics: list[int]) -> None:
    """Scores and votes add up to 1, also where there are but two topics."""
    model = learnt([0, 1, 2] * 200, topics)
    asked = vectors([0, 1, 2], 2)
    scores, votes = model.topic_scores(asked), model.label_votes(asked, 3)
    assert scores.argmax(axis=1).tolist() == topics
    assert votes.argmax(axis=1).tolist() == [0, 1, 2]
    assert scores.sum(axis=1) == pytest.approx(1)
    assert votes.sum(axis=1) == pytest.approx(1)


def test_two_questions_of_a_label_are_enough_to_be_found() -> None:
    """A new topic begins with as many."""
    model = learnt([0, 1] * 30 + [2, 2], [0, 1, 2])
    assert model.label_votes(vectors([2], 3), 3).argmax() == 2


def test_a_model_that_was_read_back_says_the_same(tmp_path: Path) -> None:
    """To the last bit."""
    model = learnt([0, 1, 2] * 20, [0, 1, 2])
    model.save(tmp_path, "meaning")
    read, asked = MeaningModel.read(tmp_path, "meaning", TOLD), vectors([0, 2], 4)
    assert np.array_equal(read.topic_scores(asked), model.topic_scores(asked))
    assert np.array_equal(read.label_votes(asked, 3), model.label_votes(asked, 3))
