"""Rasa component: turns the ranking of labels into the intent that the rules act on."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import RESPONSE_SELECTOR_PROPERTY_NAME
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    METADATA,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.answering.decision import TOPIC_PREFIX, DecisionStep, Understanding
from bot.answering.follow_ups import Context, ranking_in_context, weighed_by_facets, with_what_is_asked
from bot.content.glossary import FollowUp, HelpRequest
from bot.content.thresholds import Thresholds
from bot.nlu.glossary_extractor import FOLLOW_UP, HELP_REQUEST
from bot.nlu.joint_classifier import LABEL_RANKING
from bot.nlu.language_detector import LANGUAGE
from bot.nlu.question_splitter import PART, STRUNG
from bot.text.language import fold
from bot.training.thresholds import THRESHOLDS_FILE, begin_with, read_thresholds

# Message property with the decision, for actions and evaluation.
DECISION = "decision"
# Message property with what was decided on, so that `kyr train` can try other thresholds.
JUDGED = "judged"
# Labels further down have no score to speak of.
_LABELS_KEPT = 40
# Intents that change the language of a conversation, how words begin that name a language or ask for one, and
# how long a message may be that asks for nothing else.
_SWITCH = "switch_to_"
_LANGUAGE_WORDS = ("esp", "spa", "cast", "ing", "eng", "idiom", "languag", "leng", "trad", "transl")
_MOST_WORDS_TO_SWITCH = 16
_RESPONSE_PREFIX = f"utter_{TOPIC_PREFIX}"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class DecisionGate(IntentClassifier, GraphComponent):
    """Applies bot.answering.decision to every message. Training only notes which topics have an answer."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults."""
        return {
            # The thresholds that `kyr train` begins with, see bot.answering.decision.Thresholds.
            "thresholds": {},
            # The topic that is about finding help with a need, by the need's code.
            "directory_topics": {},
            # The answer with the first steps for those to whom something happened, and what is about that.
            "first_steps": {},
            # The topic on meeting agents in a setting of the glossary.
            "setting_topics": {},
            # How many times as much topics near the last one weigh in a follow-up.
            "related_weight": 3,
            # The same in a message that stands for itself.
            "same_weight": 2,
            # The share for what a follow-up asks for by its words, and where it says nothing else.
            "asked_share": 0.4,
            "bare_share": 0.8,
            # How many times as much an answer weighs for each facet of the situation that it fits.
            "facet_weight": 2,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        with_text: frozenset[str] = frozenset(),
    ) -> None:
        self._thresholds = _thresholds(config)
        self._directory_topics = config["directory_topics"]
        self._first_steps = config["first_steps"]
        self._setting_topics = config["setting_topics"]
        self._related_weight, self._same_weight = config["related_weight"], config["same_weight"]
        self._asked_share, self._bare_share = config["asked_share"], config["bare_share"]
        self._facet_weight = config["facet_weight"]
        self._model_storage, self._resource = model_storage, resource
        self._with_text = with_text

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DecisionGate:
        """Create an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Note the topics whose answers stand in the training data."""
        self._with_text = frozenset(
            name.removeprefix(_RESPONSE_PREFIX)
            for name in training_data.responses
            if name.startswith(_RESPONSE_PREFIX)
        )
        with self._model_storage.write_to(self._resource) as folder:
            names = json.dumps(sorted(self._with_text))
            (folder / "with_text.json").write_text(names, encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DecisionGate:
        """Read a trained component back (see parent class)."""
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / "with_text.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, frozenset(names))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, response selector and decision of each message; take its parts back."""
        whole: list[tuple[Message, list[Understanding]]] = []
        for message in messages:
            if message.get(PART):
                whole[-1][1].append(self._judged(message))
            else:
                whole.append((message, [self._judged(message)]))
        step = DecisionStep(self._thresholds, self._with_text, self._directory_topics, self._first_steps)
        for message, judged in whole:
            decision, ranking = step.decide(judged), judged[0].ranking
            confidence = ranking[0][1] if ranking else 0.0
            intent = {INTENT_NAME_KEY: decision.intent, PREDICTED_CONFIDENCE_KEY: confidence}
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [_entry(*label) for label in ranking], add_to_output=True)
            message.set(DECISION, dataclasses.asdict(decision), add_to_output=True)
            message.set(JUDGED, [dataclasses.asdict(one) for one in judged], add_to_output=True)
            if decision.intent == "faq":
                selected = _selected(str(decision.answer), confidence)
                message.set(RESPONSE_SELECTOR_PROPERTY_NAME, selected, add_to_output=True)
        return [message for message, _ in whole]

    def _judged(self, message: Message) -> Understanding:
        context = Context.read(message.get(METADATA))
        follow_up = FollowUp(**(message.get(FOLLOW_UP) or {}))
        ranking = ranking_in_context(
            _asked_for(message.get(LABEL_RANKING) or [], message.get(TEXT) or ""),
            follow_up,
            context,
            setting_topics=self._setting_topics,
            related_weight=self._related_weight,
            same_weight=self._same_weight,
        )
        ranking = with_what_is_asked(
            ranking, context, asked_share=self._asked_share, bare_share=self._bare_share
        )
        ranking = weighed_by_facets(ranking, context.fits, self._facet_weight)
        return Understanding(
            language=message.get(LANGUAGE),
            ranking=tuple(ranking[:_LABELS_KEPT]),
            request=HelpRequest(**(message.get(HELP_REQUEST) or {})),
            about=context.topic if follow_up.about_that or context.who_helps else None,
            setting=follow_up.setting,
            last=context.card,
            listed=context.listed,
            strung=message.get(PART) == STRUNG,
        )


def _asked_for(ranking: Sequence[tuple[str, float]], text: str) -> list[tuple[str, float]]:
    """Return the ranking without a change of language where the words name none, or tell more than that."""
    words = fold(text).split()
    if len(words) <= _MOST_WORDS_TO_SWITCH and any(word.startswith(_LANGUAGE_WORDS) for word in words):
        return list(ranking)
    return [(label, score) for label, score in ranking if not label.startswith(_SWITCH)]


def _thresholds(config: dict[str, Any]) -> dict[str, Thresholds]:
    """Return the thresholds chosen when the model was trained, or those to begin with."""
    chosen = os.environ.get(THRESHOLDS_FILE)
    if chosen:
        return read_thresholds(Path(chosen))
    return begin_with(config)


def _entry(label: str, score: float) -> dict[str, Any]:
    return {INTENT_NAME_KEY: label, PREDICTED_CONFIDENCE_KEY: score}


def _selected(answer: str, confidence: float) -> dict[str, Any]:
    """Return what Rasa's own ResponseSelector would leave: `utter_faq` looks its answer up there."""
    name = TOPIC_PREFIX + answer
    return {
        "all_retrieval_intents": ["faq"],
        "faq": {
            "response": {
                "responses": [],
                PREDICTED_CONFIDENCE_KEY: confidence,
                INTENT_RESPONSE_KEY: name,
                "utter_action": f"utter_{name}",
            },
            "ranking": [],
        },
    }
