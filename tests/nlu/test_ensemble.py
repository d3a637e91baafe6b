"""The ensemble: topics compete first, and then the answers of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse

from bot.nlu.encoder import Vectors
from bot.nlu.ensemble import Ensemble
from bot.nlu.situation_model import SituationModel
from tests.nlu.conftest import TOLD

pytestmark = pytest.mark.slow

WORDS = ("card", "lost", "taken", "bond", "pay", "hello", "what", "my")
ASKED = {
    "faq/red_card": ("what card", "card what", "what what card"),
    "faq/red_card.lost": ("lost my card", "card lost", "my card lost lost"),
    "faq/red_card.taken": ("taken my card", "card taken", "my card taken taken"),
    "faq/bond": ("what bond", "pay bond", "bond pay pay"),
    "greet": ("hello", "hello hello", "hello my"),
}
QUESTIONS = [text for texts in ASKED.values() for text in texts]
LABELS = [label for label, texts in ASKED.items() for _ in texts]


def table(*texts: str) -> scipy.sparse.csr_matrix:
    """Return how often each word stands in each text, of unit length as the features are."""
    counts = np.array([[text.split().count(word) for word in WORDS] for text in texts], dtype=np.float64)
    lengths = np.linalg.norm(counts, axis=1, keepdims=True)
    return scipy.sparse.csr_matrix(counts / np.maximum(lengths, 1e-9))


def vectors(*texts: str) -> Vectors:
    """Return a vector for each text in place of the encoder's: those of the same words lie close."""
    return np.asarray(table(*texts).toarray(), dtype=np.float16)


def scores(ensemble: Ensemble, *texts: str) -> npt.NDArray[np.float64]:
    return ensemble.scores([table(*texts)], vectors(*texts))


def one_by_one(call: Any, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [call(*each) for each in arguments]


@pytest.fixture
def ensemble() -> Ensemble:
    """Learnt from a few questions on three answers of one topic, one of another, and small talk."""
    return Ensemble.fit([table(*QUESTIONS)], vectors(*QUESTIONS), LABELS, TOLD, one_by_one)


def best(ensemble: Ensemble, text: str) -> str:
    return ensemble.labels[int(np.argmax(scores(ensemble, text)[0]))]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("what card", "faq/red_card"),
        ("my card lost", "faq/red_card.lost"),
        ("card taken", "faq/red_card.taken"),
        ("pay bond", "faq/bond"),
        ("hello", "greet"),
    ],
)
def test_the_answers_of_a_topic_are_told_apart(ensemble: Ensemble, text: str, label: str) -> None:
    """Each label has a score, and all of them add up to 1."""
    assert set(ensemble.labels) == set(LABELS)
    assert best(ensemble, text) == label
    found = scores(ensemble, text)
    assert found.shape == (1, 5) and found.sum() == pytest.approx(1) and (found >= 0).all()


def test_a_topic_is_not_torn_apart_by_its_answers(ensemble: Ensemble) -> None:
    """Its answers together have the score that it has where they are one label."""
    whole = Ensemble.fit(
        [table(*QUESTIONS)],
        vectors(*QUESTIONS),
        [label.partition(".")[0] for label in LABELS],
        TOLD,
        one_by_one,
    )
    text = "what my card"
    of_answers = dict(zip(ensemble.labels, scores(ensemble, text)[0], strict=True))
    of_topics = dict(zip(whole.labels, scores(whole, text)[0], strict=True))
    assert whole.situations == {}
    together = sum(score for label, score in of_answers.items() if label.startswith("faq/red_card"))
    assert together == pytest.approx(of_topics["faq/red_card"])


def test_near_meanings_have_a_say_in_which_answer(ensemble: Ensemble) -> None:
    """Words alone would give one answer; half of the share is what the nearest questions say."""
    said = vectors("taken my card")
    of_words = dict(zip(ensemble.labels, scores(ensemble, "lost my card")[0], strict=True))
    of_both = dict(zip(ensemble.labels, ensemble.scores([table("lost my card")], said)[0], strict=True))
    assert of_both["faq/red_card.taken"] > of_words["faq/red_card.taken"]
    assert of_both["faq/red_card.lost"] < of_words["faq/red_card.lost"]


@pytest.mark.parametrize("text", ["pay card", "card pay pay"])
def test_an_answer_with_few_questions_is_given_to_what_says_the_same(text: str) -> None:
    """Beside answers of its topic, and another topic with a word in common, that have sixty times as many."""
    few = {"faq/red_card.price": ("pay my card", "pay what card")}
    asked = {**{label: texts * 40 for label, texts in ASKED.items()}, **few}
    texts = [each for of_label in asked.values() for each in of_label]
    labels = [label for label, of_label in asked.items() for _ in of_label]
    ensemble = Ensemble.fit([table(*texts)], vectors(*texts), labels, TOLD, one_by_one)
    found = dict(zip(ensemble.labels, scores(ensemble, text)[0], strict=True))
    assert found["faq/red_card.price"] > 0.55


def test_words_that_a_topic_never_heard_do_not_move_its_answers(ensemble: Ensemble) -> None:
    """Its model sees the features of its own questions alone."""
    situation = ensemble.situations["faq/red_card"]
    shares = situation.scores(table("card lost", "hello pay bond"))
    assert shares.shape == (2, 3) and shares.sum(axis=1) == pytest.approx([1, 1])
    unheard = situation.scores(scipy.sparse.csr_matrix((1, len(WORDS))))
    assert shares[1] == pytest.approx(unheard[0])


def test_a_kept_ensemble_gives_the_same_scores(ensemble: Ensemble, tmp_path: Path) -> None:
    """As plain JSON and arrays."""
    ensemble.save(tmp_path)
    kept = Ensemble.read(tmp_path)
    texts = ("my card lost", "hello", "pay my card", "")
    assert kept.labels == ensemble.labels
    assert (scores(kept, *texts) == scores(ensemble, *texts)).all()
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".npy", ".npz"}


def test_a_kept_situation_model_gives_the_same_shares(tmp_path: Path) -> None:
    """By itself too."""
    rows = table("lost card", "card lost lost", "taken card", "card taken taken")
    model = SituationModel.fit(rows, ["a.lost", "a.lost", "a.taken", "a.taken"], np.ones(4), 10)
    model.save(tmp_path, "situation")
    kept = SituationModel.read(tmp_path, "situation", model.answers)
    assert model.answers == ["a.lost", "a.taken"]
    assert (kept.scores(rows) == model.scores(rows)).all()
    assert model.scores(rows).argmax(axis=1).tolist() == [0, 0, 1, 1]
