"""Rasa component: words and their dictionary forms, by spaCy's rules for English and Spanish."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.glossary_extractor import PLAIN_TEXT
from bot.nlu.language_detector import LANGUAGE
from bot.nlu.lemmas import KeptLemmas, blank_pipeline, joined, lemma, words
from bot.nlu.pretrained import wait_for
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.training.worker import LEMMAS, LEMMAS_FILE

# Message property with the dictionary forms of its words, a space between two.
LEMMA_TEXT = "lemma_text"
# spaCy keeps every word it has met for as long as a pipeline lives; a new one takes 0.1 s.
_SECONDS_TO_FORGET = 30 * 60


class _Forgetting:
    """Throws the pipelines away half an hour after the first message that they have read."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def later(self) -> None:
        """See to it that what is read now is forgotten in time."""
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(_SECONDS_TO_FORGET, blank_pipeline.cache_clear)
            self._timer.daemon = True
            self._timer.start()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER], is_trainable=False)
class BilingualTokenizer(Tokenizer):
    """Splits text with the rules of its language, which LanguageDetector has set."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults."""
        return {
            # The parent class needs these; intents are single tokens here.
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BilingualTokenizer:
        """Create the component with both pipelines loaded: nobody waits two seconds for the first word."""
        for language in LANGUAGES:
            blank_pipeline(language)
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._forgetting = _Forgetting()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the lemmas of training questions; those that were there at the last training are looked up.

        Only `bot.training.train` names a file to look in, for the code that is being run. Nothing else needs
        their tokens.
        """
        wait_for(LEMMAS)
        kept = KeptLemmas.read(Path(os.environ[LEMMAS_FILE]) if os.environ.get(LEMMAS_FILE) else None)
        for message in training_data.training_examples:
            if message.get(TEXT):
                message.set(LEMMA_TEXT, kept.of(_text(message, TEXT), _language(message)))
        kept.write()
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tokenize messages of residents, and forget their words in time."""
        self._forgetting.later()
        for message in super().process(messages):
            message.set(LEMMA_TEXT, joined(token.lemma for token in message.get(TEXT_TOKENS) or []))
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of one attribute of a message, each with its lemma.

        Those of a question are of its plain text (see GlossaryExtractor).
        """
        return [
            Token(word.text, word.idx, lemma=lemma(word))
            for word in words(_text(message, attribute), _language(message))
        ]


def _text(message: Message, attribute: str) -> str:
    plain = message.get(PLAIN_TEXT) if attribute == TEXT else None
    return str(plain or message.get(attribute) or "")


def _language(message: Message) -> str:
    language = message.get(LANGUAGE)
    return language if language in LANGUAGES else DEFAULT_LANGUAGE
