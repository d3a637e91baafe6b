"""The model of words: each topic is learnt against what it may be taken for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse

from bot.nlu import topic_model
from bot.nlu.linear_model import LinearModel
from bot.nlu.topic_model import TopicQuestions

pytestmark = pytest.mark.slow

TOPICS, OF_EACH = 6, 100
STRENGTH = 10.0


@pytest.fixture
def made() -> tuple[scipy.sparse.csr_matrix, npt.NDArray[np.float16], npt.NDArray[np.int32]]:
    """Rows, vectors and topics of questions that have words of their own topic and of the one beside it."""
    generator = np.random.default_rng(0)
    topics = np.repeat(np.arange(TOPICS, dtype=np.int32), OF_EACH)
    counts = generator.random((len(topics), 4 * TOPICS)) < 0.05
    for row, topic in enumerate(topics):
        counts[row, 4 * topic + generator.integers(0, 4, 2)] = True
    rows = counts / np.linalg.norm(counts, axis=1, keepdims=True)
    return scipy.sparse.csr_matrix(rows), rows.astype(np.float16), topics


def learnt(
    rows: scipy.sparse.csr_matrix, vectors: npt.NDArray[np.float16], topics: npt.NDArray[np.int32]
) -> LinearModel:
    questions = TopicQuestions.of(rows, vectors, topics, np.ones(len(topics)), STRENGTH)
    return questions.model([questions.learn(part) for part in questions.parts()])


def test_where_there_are_few_questions_a_topic_is_learnt_against_all(
    made: tuple[scipy.sparse.csr_matrix, npt.NDArray[np.float16], npt.NDArray[np.int32]],
) -> None:
    """The scores are those of the plain linear model."""
    rows, vectors, topics = made
    names = [f"{topic:02d}" for topic in topics]
    plain = LinearModel.fit(rows, names, np.ones(len(topics)), STRENGTH)
    assert learnt(rows, vectors, topics).scores(rows) == pytest.approx(plain.scores(rows))


def test_of_many_questions_the_near_ones_and_some_of_the_others_are_enough(
    made: tuple[scipy.sparse.csr_matrix, npt.NDArray[np.float16], npt.NDArray[np.int32]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nearly every question has the topic that it had, with about the score that it had."""
    rows, vectors, topics = made
    of_all = learnt(rows, vectors, topics).scores(rows)
    monkeypatch.setattr(topic_model, "_NEAR_AT_LEAST", 150)
    of_some = learnt(rows, vectors, topics).scores(rows)
    assert not np.allclose(of_some, of_all)
    assert (of_some.argmax(axis=1) == of_all.argmax(axis=1)).mean() > 0.9
    assert np.abs(of_some - of_all).mean() < 0.05


def test_each_topic_is_learnt_in_one_part(
    made: tuple[scipy.sparse.csr_matrix, npt.NDArray[np.float16], npt.NDArray[np.int32]],
) -> None:
    """The parts are of about the same size; fewer topics than parts leave none empty."""
    rows, vectors, topics = made
    parts = TopicQuestions.of(rows, vectors, topics, np.ones(len(topics)), STRENGTH).parts()
    assert sorted(topic for part in parts for topic in part) == list(range(TOPICS))
    assert {len(part) for part in parts} == {1, 2}
    two = TopicQuestions.of(rows, vectors, topics % 2, np.ones(len(topics)), STRENGTH).parts()
    assert two == [[0], [1]]
