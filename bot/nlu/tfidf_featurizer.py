"""Rasa component: TF-IDF weights of letter groups, words and word pairs as sparse features."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.bilingual_tokenizer import LEMMA_TEXT
from bot.nlu.glossary_extractor import PLAIN_TEXT
from bot.nlu.pretrained import features_digest, take
from bot.nlu.tfidf import KINDS, Vectorizers, read_tables
from bot.training.worker import FEATURES

# Message property of a training question: tables of features, one for each kind, and its row in them.
TABLE_ROW = "table_row"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=True)
class TfidfFeaturizer(SparseFeaturizer, GraphComponent):
    """Two sparse rows a message: letter groups of its text, and words of its lemmas."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults (none of its own)."""
        return {**SparseFeaturizer.get_default_config()}

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        vectorizers: Vectorizers | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage, self._resource = model_storage, resource
        self._vectorizers = vectorizers

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TfidfFeaturizer:
        """Create an untrained component (see parent class)."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept any configuration (see parent class)."""

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which letter groups and words there are, and how rare each is.

        Where the pretrainer has learnt it from the same, it is taken over. The questions get a row each in
        tables of their features (see TABLE_ROW): all at once takes a few seconds less than one by one.
        """
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        texts, lemmas = [*map(_text, messages)], [*map(_lemmas, messages)]
        taken = take(FEATURES, features_digest(texts, lemmas))
        if taken:
            self._vectorizers, tables = Vectorizers.read(taken), read_tables(taken)
        else:
            self._vectorizers, tables = Vectorizers.fit(texts, lemmas)
        for row, message in enumerate(messages):
            message.set(TABLE_ROW, (tables, row))
        with self._model_storage.write_to(self._resource) as folder:
            self._vectorizers.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Change nothing: the questions have their features from training."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to messages."""
        if self._vectorizers is None or not messages:
            return messages
        kinds = self._vectorizers.rows(map(_text, messages), map(_lemmas, messages))
        for kind, rows in zip(KINDS, kinds, strict=True):
            origin = f"{self._identifier}.{kind}"
            for row, message in zip(rows, messages, strict=True):
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TfidfFeaturizer:
        """Read a trained component back (see parent class)."""
        with model_storage.read_from(resource) as folder:
            vectorizers = Vectorizers.read(folder)
        return cls(config, execution_context.node_name, model_storage, resource, vectorizers)


def _text(message: Message) -> str:
    return str(message.get(PLAIN_TEXT) or message.get(TEXT) or "")


def _lemmas(message: Message) -> str:
    return str(message.get(LEMMA_TEXT) or "")
