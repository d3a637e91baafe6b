"""Rasa component: which language a message is in, as the entity `language` (fills the slot)."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.answering.follow_ups import Context
from bot.content.glossary import EITHER_LANGUAGE
from bot.nlu.glossary_extractor import HELP_REQUEST
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES, LanguageIdentifier

LANGUAGE = "language"
_KEPT = "words.json"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER], is_trainable=True)
class LanguageDetector(GraphComponent):
    """Sets `language` ("en", "es" or "other") on every message.

    The gateway sends the language of the page as message metadata (see bot.answering.follow_ups.Context); it
    decides messages whose words do not tell. Once the person has asked for it, every reply is in it. Training
    questions carry theirs in the intent's metadata.
    """

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, identifier: LanguageIdentifier
    ) -> None:
        self._model_storage, self._resource = model_storage, resource
        self._identifier = identifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Create an untrained component (see parent class)."""
        return cls(model_storage, resource, LanguageIdentifier({}, ()))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of each language from the training questions, and the names of neither."""
        tables = {table["name"]: table["elements"] for table in training_data.lookup_tables}
        stated = ((message, _stated(message)) for message in training_data.intent_examples)
        questions = [(str(message.get(TEXT)), language) for message, language in stated if language]
        self._identifier = LanguageIdentifier.learn(questions, tables.get(EITHER_LANGUAGE, ()))
        with self._model_storage.write_to(self._resource) as folder:
            kept = json.dumps([self._identifier.leaning, self._identifier.names], ensure_ascii=False)
            (folder / _KEPT).write_text(kept, encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageDetector:
        """Read a trained component back (see parent class)."""
        with model_storage.read_from(resource) as folder:
            leaning, names = json.loads((folder / _KEPT).read_text(encoding="utf-8"))
        return cls(model_storage, resource, LanguageIdentifier(leaning, names))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the language of messages from residents."""
        for message in messages:
            context = Context.read(message.get(METADATA))
            hint = context.language if context.language in LANGUAGES else DEFAULT_LANGUAGE
            request = message.get(HELP_REQUEST) or {}
            # "Bell Gardens" is English to a statistician and says nothing of the person.
            is_place = request.get("bare") and request.get("place") and not request.get("needs")
            text = "" if is_place else message.get(TEXT) or ""
            language = self._identifier.identify(text, hint=hint) or hint
            message.set(LANGUAGE, language, add_to_output=True)
            # The slot is the language of the reply: one the bot speaks, and the one that was asked for.
            entity = {
                "entity": LANGUAGE,
                "value": hint if context.held or language not in LANGUAGES else language,
                "start": 0,
                "end": 0,
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the language of training questions as their file says it."""
        for message in training_data.training_examples:
            message.set(LANGUAGE, _stated(message) or DEFAULT_LANGUAGE)
        return training_data


def _stated(message: Message) -> str | None:
    language = ((message.get(METADATA) or {}).get(INTENT) or {}).get(LANGUAGE)
    return language if language in LANGUAGES else None
