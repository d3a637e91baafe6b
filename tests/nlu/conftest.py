"""Building graph components by hand, without training a whole model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.bilingual_tokenizer import BilingualTokenizer
from bot.nlu.encoder_featurizer import EncoderFeaturizer
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.joint_classifier import JointClassifier
from bot.nlu.language_detector import LanguageDetector
from bot.nlu.tfidf_featurizer import TfidfFeaturizer
from bot.training.train import component_settings
from tests.conftest import SMALL_CONTENT


class ComponentFactory:
    """Creates, trains and loads components with a storage of their own."""

    def __init__(self, folder: Path) -> None:
        self._storage = LocalModelStorage(folder)

    def create(self, kind: type[GraphComponent], **config: Any) -> Any:
        """Return a new component."""
        return self._make(kind.create, kind, config)

    def load(self, kind: type[GraphComponent], **config: Any) -> Any:
        """Return the component as it comes back from storage."""
        return self._make(kind.load, kind, config)

    def _make(self, how: Callable[..., Any], kind: type[GraphComponent], config: dict[str, Any]) -> Any:
        context = ExecutionContext(GraphSchema({}), node_name=kind.__name__)
        whole = {**kind.get_default_config(), **_configured(kind), **config}
        return how(whole, self._storage, Resource(kind.__name__), context)


# What the judges of the small content are told.
TOLD = Hyperparameters.of(component_settings(SMALL_CONTENT, JointClassifier.__name__))


def _configured(kind: type[GraphComponent]) -> dict[str, Any]:
    """Return what config.yml must say of a component for it to work."""
    return dataclasses.asdict(TOLD) if kind is JointClassifier else {}


@pytest.fixture
def factory(tmp_path: Path) -> ComponentFactory:
    """Makes components, with a storage of this test alone."""
    return ComponentFactory(tmp_path)


@pytest.fixture
def training_data() -> TrainingData:
    """The training data of the small content, as Rasa reads it."""
    conversation = load_data(str(SMALL_CONTENT / "data" / "nlu"))
    return load_data(str(SMALL_CONTENT / "data" / "faq")).merge(conversation)


@pytest.fixture
def featurized(factory: ComponentFactory, training_data: TrainingData) -> TrainingData:
    """The same, with language, tokens and features on every question."""
    factory.create(LanguageDetector).process_training_data(training_data)
    factory.create(BilingualTokenizer).process_training_data(training_data)
    featurizer = factory.create(TfidfFeaturizer)
    featurizer.train(training_data)
    featurizer.process_training_data(training_data)
    factory.create(EncoderFeaturizer).process_training_data(training_data)
    return training_data


def asked(text: str, **metadata: str) -> Message:
    """Return a message as Rasa hands it to the first component."""
    return Message(data={"text": text, "metadata": metadata or None}, output_properties={"text_tokens"})


def prepared(factory: ComponentFactory, text: str) -> Message:
    """Return a message with language, tokens and the features of the trained featurizer."""
    message = asked(text)
    for component in (
        factory.create(LanguageDetector),
        factory.create(BilingualTokenizer),
        factory.load(TfidfFeaturizer),
        factory.create(EncoderFeaturizer),
    ):
        component.process([message])
    return message
