"""Rasa component: TF-IDF weights of letter groups, words and word pairs as sparse features."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
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
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

from bot.nlu.bilingual_tokenizer import LEMMA_TEXT
from bot.nlu.glossary_extractor import PLAIN_TEXT

# Spelling: letter groups inside words survive typos, missing accents and text shortcuts.
LETTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2}
# Meaning: dictionary forms, alone and in pairs.
LEMMAS: dict[str, Any] = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+"}
# Message property of a training question: tables of features, one for each kind, and its row in them.
TABLE_ROW = "table_row"
_KINDS = ("letters", "lemmas")
COMMON: dict[str, Any] = {"sublinear_tf": True, "strip_accents": "unicode", "dtype": np.float32}


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
        vectorizers: tuple[TfidfVectorizer, TfidfVectorizer] | None = None,
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

        The questions get a row each in tables of their features (see TABLE_ROW): all at once takes a few
        seconds less than one by one.
        """
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        letters, letter_rows = _fitted(LETTERS, [_text(message) for message in messages])
        lemmas, lemma_rows = _fitted(LEMMAS, [_lemmas(message) for message in messages])
        self._vectorizers = letters, lemmas
        tables = letter_rows, lemma_rows
        for row, message in enumerate(messages):
            message.set(TABLE_ROW, (tables, row))
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Change nothing: the questions have their features from training."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to messages."""
        if self._vectorizers is None or not messages:
            return messages
        letters, lemmas = self._vectorizers
        kinds = letters.transform(map(_text, messages)), lemmas.transform(map(_lemmas, messages))
        for kind, rows in zip(_KINDS, kinds, strict=True):
            origin = f"{self._identifier}.{kind}"
            for row, message in zip(rows, messages, strict=True):
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages

    def _persist(self) -> None:
        # Plain JSON and arrays: nothing that runs code when it is read back.
        assert self._vectorizers is not None  # noqa: S101 - train() has just set it
        with self._model_storage.write_to(self._resource) as folder:
            for name, vectorizer in zip(_KINDS, self._vectorizers, strict=True):
                vocabulary = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
                (folder / f"{name}.json").write_text(json.dumps(vocabulary), encoding="utf-8")
                np.save(folder / f"{name}.npy", vectorizer.idf_, allow_pickle=False)

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
            vectorizers = []
            for name, options in zip(_KINDS, (LETTERS, LEMMAS), strict=True):
                vocabulary = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
                idf = np.load(folder / f"{name}.npy", allow_pickle=False)
                vectorizers.append(_rebuilt(options, vocabulary, idf))
        letters, lemmas = vectorizers
        return cls(config, execution_context.node_name, model_storage, resource, (letters, lemmas))


def _fitted(options: dict[str, Any], texts: list[str]) -> tuple[TfidfVectorizer, scipy.sparse.csr_matrix]:
    """Return a vectorizer that has learnt from texts, and their rows.

    Scikit-learn computes with other precision after fitting than after being put together again; a loaded
    model must give the very scores that the trained one gave. So the rows are weighted as the latter
    does it, but counted only once: counting is what takes the time.
    """
    fitted = TfidfVectorizer(**options, **COMMON)
    counts = CountVectorizer.fit_transform(fitted, texts)
    counts.sort_indices()  # sums in another order differ in the last digit
    weights = TfidfTransformer(sublinear_tf=COMMON["sublinear_tf"]).fit(counts)
    weights.idf_ = weights.idf_  # in the precision of one that was put together
    return _rebuilt(options, fitted.vocabulary_, weights.idf_), weights.transform(counts)


def _rebuilt(options: dict[str, Any], vocabulary: dict[str, int], idf: npt.NDArray[Any]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**options, **COMMON, vocabulary=vocabulary)
    vectorizer.idf_ = idf
    return vectorizer


def _text(message: Message) -> str:
    return str(message.get(PLAIN_TEXT) or message.get(TEXT) or "")


def _lemmas(message: Message) -> str:
    return str(message.get(LEMMA_TEXT) or "")
