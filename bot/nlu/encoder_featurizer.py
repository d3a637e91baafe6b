"""Rasa component: the vector that the sentence encoder makes of a message, as a dense feature."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import encoder
from bot.nlu.kept_vectors import KeptVectors, kept_vectors
from bot.nlu.pretrained import wait_for
from bot.training.worker import VECTORS, VECTORS_FILE

# Message property of a training question: its vector.
VECTOR = "vector"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class EncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """A dense row a message: what its text means, as the encoder has learnt it from other texts."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before (see parent class)."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults (none of its own)."""
        return {**DenseFeaturizer.get_default_config()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EncoderFeaturizer:
        """Create the component with the encoder loaded: nobody waits a second for the first answer."""
        encoder()
        return cls(execution_context.node_name, config)

    @functools.cached_property
    def _kept(self) -> KeptVectors:
        """Read when the first message comes: where training questions are learnt, nobody needs them here."""
        return KeptVectors.read(_kept_file())

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept any configuration (see parent class)."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the vectors of training questions; those that were there at the last training are looked up."""
        wait_for(VECTORS)
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        vectors = kept_vectors(
            _kept_file(), [str(message.get(TEXT)) for message in messages], encoder().vectors
        )
        for message, vector in zip(messages, vectors, strict=True):
            message.set(VECTOR, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vectors of messages to their features.

        Those of the evaluation questions, which a new model is asked, are kept too.
        """
        vectors = self._kept.of([str(message.get(TEXT) or "") for message in messages], encoder().vectors)
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector[np.newaxis], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages


def _kept_file() -> Path | None:
    """Return the file that `bot.training.train` names, for the code that is being run."""
    return Path(os.environ[VECTORS_FILE]) if os.environ.get(VECTORS_FILE) else None
