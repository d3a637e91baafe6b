"""Rasa component: which language a message is in, as the entity `language` (fills the slot)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import LANGUAGES, detect_language
from bot.nlu.help_extractor import HELP_REQUEST

LANGUAGE = "language"
# Where neither the words nor the page say anything: as the slot's initial value in domain.yml.
FALLBACK_LANGUAGE = "es"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER], is_trainable=False)
class LanguageDetector(GraphComponent):
    """Sets `language` ("en", "es" or "other") on every message.

    The gateway sends the language of the page as message metadata `{"language": "es"}`; it decides
    messages whose words do not tell. Training questions carry theirs in the intent's metadata.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Create the component (see parent class)."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the language of messages from residents."""
        for message in messages:
            hint = (message.get(METADATA) or {}).get(LANGUAGE)
            hint = hint if hint in LANGUAGES else FALLBACK_LANGUAGE
            request = message.get(HELP_REQUEST) or {}
            # "Bell Gardens" is English to a statistician and says nothing of the person.
            is_place = request.get("bare") and request.get("place") and not request.get("needs")
            text = "" if is_place else message.get("text") or ""
            language = detect_language(text, hint=hint) or hint
            message.set(LANGUAGE, language, add_to_output=True)
            # A slot can only hold a language the bot speaks; a third one leaves it at the page's.
            entity = {
                "entity": LANGUAGE,
                "value": language if language in LANGUAGES else hint,
                "start": 0,
                "end": 0,
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the language of training questions as their file says it."""
        for message in training_data.training_examples:
            stated = ((message.get(METADATA) or {}).get(INTENT) or {}).get(LANGUAGE)
            language = stated or detect_language(message.get("text") or "", hint=FALLBACK_LANGUAGE)
            message.set(LANGUAGE, language)
        return training_data
