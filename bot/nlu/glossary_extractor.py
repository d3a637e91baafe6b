"""Rasa component: what a message says by the glossary: help looked for, setting, time, going on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.glossary import Glossary, HelpRequest

# Message properties with the HelpRequest and the FollowUp, for the decision step.
HELP_REQUEST = "help_request"
FOLLOW_UP = "follow_up"
# Message property with the words as the glossary puts them, for tokens and features.
PLAIN_TEXT = "plain_text"
# The value of the entity `time` where something is said to happen at this moment.
NOW = "now"
_KEPT = "glossary.json"


@DefaultV1Recipe.register(
    # Only what counts as tokenizer or featurizer is given the training questions to work on.
    [DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER],
    is_trainable=True,
)
class GlossaryExtractor(EntityExtractorMixin, GraphComponent):
    """Sets the entities `need`, `place`, `speaks`, `setting` and `time`. Training only keeps the tables.

    Rasa's RegexEntityExtractor is not used: it knows neither accents nor which names are places.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, glossary: Glossary) -> None:
        self._model_storage, self._resource = model_storage, resource
        self._glossary = glossary

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GlossaryExtractor:
        """Create an untrained component (see parent class)."""
        return cls(model_storage, resource, Glossary({}))

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the lookup tables of the training data."""
        tables = {table["name"]: table["elements"] for table in training_data.lookup_tables}
        self._glossary = Glossary(tables, training_data.entity_synonyms)
        with self._model_storage.write_to(self._resource) as folder:
            kept = json.dumps([tables, training_data.entity_synonyms], ensure_ascii=False)
            (folder / _KEPT).write_text(kept, encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the plain text of training questions."""
        for message in training_data.training_examples:
            if message.get(TEXT):
                message.set(PLAIN_TEXT, self._glossary.plain(message.get(TEXT)))
        return training_data

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GlossaryExtractor:
        """Read a trained component back (see parent class)."""
        with model_storage.read_from(resource) as folder:
            tables, synonyms = json.loads((folder / _KEPT).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Glossary(tables, synonyms))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the entities of each message, and the request that they make together."""
        for message in messages:
            text = message.get(TEXT) or ""
            request, follow_up = self._glossary.read(text), self._glossary.read_follow_up(text)
            message.set(PLAIN_TEXT, self._glossary.plain(text))
            message.set(HELP_REQUEST, dataclasses.asdict(request))
            message.set(FOLLOW_UP, dataclasses.asdict(follow_up))
            time = NOW if self._glossary.says_now(text) else None
            entities = [*message.get(ENTITIES, []), *self._entities(request, follow_up.setting, time)]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _entities(
        self, request: HelpRequest, setting: str | None, time: str | None
    ) -> Iterable[dict[str, Any]]:
        named = [("place", request.place), ("speaks", request.speaks), ("setting", setting), ("time", time)]
        for entity, value in [*(("need", need) for need in request.needs), *named]:
            if value is not None:
                # Where in the text it stands is not kept: nobody needs it.
                yield {
                    "entity": entity,
                    "value": value,
                    "start": 0,
                    "end": 0,
                    "extractor": type(self).__name__,
                }
