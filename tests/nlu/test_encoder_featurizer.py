"""EncoderFeaturizer: a vector for each message, and those of training questions kept between trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import Encoder, Vectors
from bot.nlu.encoder_featurizer import VECTOR, EncoderFeaturizer
from bot.training.worker import VECTORS_FILE
from tests.nlu.conftest import ComponentFactory, asked

pytestmark = pytest.mark.slow


@pytest.fixture
def kept_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in which vectors are kept, as a training names one."""
    monkeypatch.setenv(VECTORS_FILE, str(tmp_path / "vectors.npz"))


def test_a_message_gets_the_vector_that_the_same_training_question_has(
    factory: ComponentFactory, training_data: TrainingData
) -> None:
    """Also from a component that was loaded."""
    factory.create(EncoderFeaturizer).process_training_data(training_data)
    for question in training_data.intent_examples[:5]:
        message = asked(question.get("text"))
        factory.load(EncoderFeaturizer).process([message])
        _, sentence = message.get_dense_features("text")
        assert np.array_equal(sentence.features, question.get(VECTOR)[np.newaxis])


@pytest.mark.usefixtures("kept_file")
def test_questions_that_were_there_before_are_not_encoded_again(
    factory: ComponentFactory, training_data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training after a change of one topic is short."""
    component = factory.create(EncoderFeaturizer)
    component.process_training_data(training_data)
    monkeypatch.setattr(Encoder, "vectors", None)
    before = [question.get(VECTOR) for question in training_data.intent_examples]
    component.process_training_data(training_data)
    after = [question.get(VECTOR) for question in training_data.intent_examples]
    assert np.array_equal(before, after)


@pytest.mark.usefixtures("kept_file")
def test_the_evaluation_questions_of_a_new_model_are_not_encoded_again(
    factory: ComponentFactory, training_data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their vectors are kept with those of the training questions; any other text gets its own."""
    factory.create(EncoderFeaturizer).process_training_data(training_data)
    known = training_data.intent_examples[0]
    encoded: list[str] = []
    encode = Encoder.vectors

    def vectors(self: Encoder, texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "vectors", vectors)
    messages = [asked(known.get("text")), asked("something that nobody has asked before")]
    factory.create(EncoderFeaturizer).process(messages)
    assert encoded == ["something that nobody has asked before"]
    _, sentence = messages[0].get_dense_features("text")
    assert np.array_equal(sentence.features, known.get(VECTOR)[np.newaxis])
