"""Rasa component: one classifier over all topics, small talk and out-of-scope together.

Rasa's own split (an intent classifier for `faq`, then a response selector inside it) has no usable
confidence: off-topic text scores `faq` near 0.99. Here every topic competes with everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import joblib
import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import Vectors
from bot.nlu.encoder_featurizer import VECTOR
from bot.nlu.ensemble import Ensemble
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.pretrained import judges_digest, take
from bot.nlu.tfidf_featurizer import TABLE_ROW
from bot.training.worker import JUDGES

# Message property: every label with its score, best first.
LABEL_RANKING = "label_ranking"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class JointClassifier(IntentClassifier, GraphComponent):
    """Several simple models of the same questions, averaged.

    A label is an intent ("greet") or a retrieval intent ("faq/ice_at_home").
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults: none, for config.yml says all (see bot.nlu.hyperparameters)."""
        return {}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        judges: Ensemble | None = None,
    ) -> None:
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self._judges = judges

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> JointClassifier:
        """Create an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every question that has features, or take over what was learnt from the same."""
        questions = [message for message in training_data.intent_examples if message.get(TABLE_ROW)]
        labels = [str(message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)) for message in questions]
        if len(set(labels)) > 1:
            tables, _ = questions[0].get(TABLE_ROW)
            rows = [message.get(TABLE_ROW)[1] for message in questions]
            blocks = [table[rows] for table in tables]
            hyperparameters = Hyperparameters.of(self._config)
            vectors = np.array([message.get(VECTOR) for message in questions])
            taken = take(JUDGES, judges_digest(blocks, vectors, labels, hyperparameters))
            if taken:
                self._judges = Ensemble.read(taken)
            else:
                self._judges = Ensemble.fit(blocks, vectors, labels, hyperparameters, _in_processes)
            with self._model_storage.write_to(self._resource) as folder:
                self._judges.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the ranking of all labels on each message."""
        known = []
        for message in messages:
            message.set(LABEL_RANKING, [])
            blocks = _blocks(message)
            # A message of emoji alone has no known feature, and so no score worth the name.
            if any(block.nnz for block in blocks):
                known.append((message, blocks))
        if self._judges is not None and known:
            kinds = zip(*(blocks for _, blocks in known), strict=True)
            together = [scipy.sparse.vstack(rows, format="csr") for rows in kinds]
            vectors = np.vstack([_vector(message) for message, _ in known])
            for (message, _), scores in zip(known, self._judges.scores(together, vectors), strict=True):
                order = np.argsort(-scores)
                ranking = [(self._judges.labels[index], float(scores[index])) for index in order]
                message.set(LABEL_RANKING, ranking)
        return messages

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> JointClassifier:
        """Read a trained component back (see parent class)."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Ensemble.read(folder))


def _in_processes(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    call = joblib.delayed(function)
    return list(joblib.Parallel(n_jobs=-1)(call(*each) for each in arguments))  # as many as there are cores


def _blocks(message: Message) -> list[scipy.sparse.csr_matrix]:
    """Return the sparse features of a message, a row for each kind."""
    return [
        features.features
        for features in message.features
        if features.is_sparse() and features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT
    ]


def _vector(message: Message) -> Vectors:
    """Return the dense features of a message, a row."""
    (row,) = (
        features.features
        for features in message.features
        if features.is_dense() and features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT
    )
    return np.asarray(row, dtype=np.float16)
