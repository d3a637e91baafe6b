"""TfidfFeaturizer: the contract of a trainable component, and what its features see."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.tfidf_featurizer import TABLE_ROW
from tests.nlu.conftest import ComponentFactory, prepared

pytestmark = pytest.mark.slow


def row(message: Message) -> npt.NDArray[np.float64]:
    return np.asarray(message.get_sparse_features("text")[1].features.todense())


def learnt_row(message: Message) -> npt.NDArray[np.float64]:
    tables, number = message.get(TABLE_ROW)
    return np.hstack([table[number].toarray() for table in tables])


def test_a_loaded_component_gives_the_same_features(
    factory: ComponentFactory, featurized: TrainingData
) -> None:
    """Train, process, persist, load: the same question has the same row."""
    for message in featurized.intent_examples:
        again = prepared(factory, message.get("text"))
        if again.get("language") == message.get("language"):
            assert np.array_equal(learnt_row(message), row(again)), message.get("text")


def test_accents_and_case_do_not_matter(factory: ComponentFactory, featurized: TrainingData) -> None:
    """Old phones and hurried thumbs leave them out."""
    typed = row(prepared(factory, "CUANTO es la FIANZA"))
    written = row(prepared(factory, "cuánto es la fianza"))
    alike = (typed * written).sum() / (np.linalg.norm(typed) * np.linalg.norm(written))
    assert alike > 0.95


def test_unknown_letters_have_no_features(factory: ComponentFactory, featurized: TrainingData) -> None:
    """Emoji alone say nothing."""
    assert prepared(factory, "🙂🙂").get_sparse_features("text")[1].features.nnz == 0


def test_nothing_kept_can_run_code(
    factory: ComponentFactory, featurized: TrainingData, tmp_path: object
) -> None:
    """The component is JSON and plain arrays."""
    kept = {path.suffix for path in factory._storage._storage_path.rglob("*") if path.is_file()}
    assert kept == {".json", ".npy"}
