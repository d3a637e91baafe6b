"""Rasa component: one classifier over all topics, small talk and out-of-scope together.

Rasa's own split (an intent classifier for `faq`, then a response selector inside it) has no usable
confidence: off-topic text scores `faq` near 0.99. Here every topic competes with everything else.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
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

from bot.nlu.linear_model import LinearModel
from bot.nlu.nearest_questions import NearestQuestions
from bot.nlu.tfidf_featurizer import TABLE_ROW

# Message property: every label with its score, best first.
LABEL_RANKING = "label_ranking"
_LABELS = "labels.json"
_NEAREST = "nearest"
_HELPERS = -1  # as many as there are cores


@dataclass(frozen=True)
class _Judges:
    """Models that judge a message each in its own way; the mean of their scores counts.

    One linear model sees all features, one each only those of one kind (letters, lemmas), and the nearest
    questions vote. What only one of them believes is left in doubt, and so offered rather than answered.
    """

    labels: list[str]
    linear: tuple[LinearModel, ...]
    nearest: NearestQuestions

    @classmethod
    def fit(
        cls, blocks: Sequence[scipy.sparse.csr_matrix], labels: list[str], inverse_strength: float
    ) -> _Judges:
        whole = scipy.sparse.hstack(blocks, format="csr")
        names = sorted(set(labels))
        numbers = np.array([names.index(label) for label in labels], dtype=np.int32)
        # liblinear uses one core and holds Python's lock, so each model is trained in a process of its own.
        fit = joblib.delayed(LinearModel.fit)
        seen = (whole, *blocks)
        linear = joblib.Parallel(n_jobs=_HELPERS)(fit(each, labels, inverse_strength) for each in seen)
        return cls(names, tuple(linear), NearestQuestions.fit(whole, numbers, len(names)))

    def scores(self, blocks: Sequence[scipy.sparse.csr_matrix]) -> npt.NDArray[np.float64]:
        """Return the scores of each label, a row for each message; each block is a kind of features."""
        whole = scipy.sparse.hstack(blocks, format="csr")
        seen = (whole, *blocks)
        scores = [model.scores(rows) for model, rows in zip(self.linear, seen, strict=True)]
        mean = np.mean([*scores, self.nearest.scores(whole)], axis=0)
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        (folder / _LABELS).write_text(
            json.dumps({"labels": self.labels, "linear": len(self.linear)}), encoding="utf-8"
        )
        for number, model in enumerate(self.linear):
            model.save(folder, f"linear-{number}")
        self.nearest.save(folder, _NEAREST)

    @classmethod
    def read(cls, folder: Path) -> _Judges:
        kept = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
        labels = kept["labels"]
        return cls(
            labels,
            tuple(LinearModel.read(folder, f"linear-{number}") for number in range(kept["linear"])),
            NearestQuestions.read(folder, _NEAREST, len(labels)),
        )


def start_helpers() -> None:
    """Start the processes that classifiers are trained in, so that they need not be waited for then."""
    load = joblib.delayed(importlib.import_module)
    joblib.Parallel(n_jobs=_HELPERS)(load(LinearModel.__module__) for _ in range(joblib.cpu_count()))


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
        """Return the defaults."""
        return {
            # Inverse of the regularisation strength (scikit-learn's C).
            "C": 10,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        judges: _Judges | None = None,
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
        """Learn from every question that has features."""
        questions = [message for message in training_data.intent_examples if message.get(TABLE_ROW)]
        labels = [str(message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)) for message in questions]
        if len(set(labels)) > 1:
            tables, _ = questions[0].get(TABLE_ROW)
            rows = [message.get(TABLE_ROW)[1] for message in questions]
            self._judges = _Judges.fit([table[rows] for table in tables], labels, self._config["C"])
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
            for (message, _), scores in zip(known, self._judges.scores(together), strict=True):
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
            return cls(config, model_storage, resource, _Judges.read(folder))


def _blocks(message: Message) -> list[scipy.sparse.csr_matrix]:
    """Return the sparse features of a message, a row for each kind."""
    return [
        features.features
        for features in message.features
        if features.is_sparse() and features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT
    ]
