"""Rasa component: what a message says of the help that is looked for, by the glossary's lookup tables."""

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
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.glossary import Glossary, HelpRequest

# Message property with the HelpRequest, for the decision step.
HELP_REQUEST = "help_request"
_TABLES = "lookup_tables.json"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=True)
class HelpExtractor(EntityExtractorMixin, GraphComponent):
    """Sets the entities `need`, `place` and `speaks`. Training only keeps the lookup tables.

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
    ) -> HelpExtractor:
        """Create an untrained component (see parent class)."""
        return cls(model_storage, resource, Glossary({}))

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the lookup tables of the training data."""
        tables = {table["name"]: table["elements"] for table in training_data.lookup_tables}
        self._glossary = Glossary(tables)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _TABLES).write_text(json.dumps(tables, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HelpExtractor:
        """Read a trained component back (see parent class)."""
        with model_storage.read_from(resource) as folder:
            tables = json.loads((folder / _TABLES).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Glossary(tables))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the entities of each message, and the request that they make together."""
        for message in messages:
            request = self._glossary.read(message.get("text") or "")
            message.set(HELP_REQUEST, dataclasses.asdict(request))
            entities = [*message.get(ENTITIES, []), *self._entities(request)]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _entities(self, request: HelpRequest) -> Iterable[dict[str, Any]]:
        named = [("place", request.place), ("speaks", request.speaks)]
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
