"""Rasa component: puts the questions of a message beside it, so that each is understood by itself."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.text.questions import closing_question, split_questions, strung_matters

# Message property of each part: it is a question of the message before it. DecisionGate takes the parts
# back, so that a message comes out for each that went in.
PART = "part"
# The value of that property where the message has no more than commas between its parts.
STRUNG = "strung"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER], is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Adds a message for each question of a message that has several, or for that at the end of a story."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionSplitter:
        """Create the component (see parent class)."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Return each message with its parts behind it."""
        return [added for message in messages for added in (message, *_parts(message))]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave training questions as they are: each has one label."""
        return training_data


def _parts(message: Message) -> list[Message]:
    text = message.get(TEXT) or ""
    closing = closing_question(text)
    questions = split_questions(text) or ([closing] if closing else [])
    # What is no question by its marks or its place may still be several matters.
    parts, kind = (questions, True) if questions else (strung_matters(text), STRUNG)
    return [Message(data={TEXT: part, METADATA: message.get(METADATA), PART: kind}) for part in parts]
