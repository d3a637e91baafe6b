"""Rasa component: words and their dictionary forms, by spaCy's rules for English and Spanish."""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.lookups import Lookups, load_lookups

from bot.language import LANGUAGES
from bot.models import write_whole
from bot.nlu.glossary_extractor import PLAIN_TEXT
from bot.nlu.language_detector import FALLBACK_LANGUAGE, LANGUAGE
from bot.workbench import LEMMAS_FILE

# Message property with the dictionary forms of its words, a space between two.
LEMMA_TEXT = "lemma_text"
# spaCy keeps every word it has met for as long as a pipeline lives; a new one takes 0.1 s.
_SECONDS_TO_FORGET = 30 * 60


@functools.cache
def _lemma_tables(language: str) -> Lookups:
    return load_lookups(language, ["lemma_lookup"])


@functools.cache
def blank_pipeline(language: str) -> spacy.language.Language:
    """Return spaCy's rule-based tokenizer and lookup lemmatizer of a language ("en" or "es").

    The lemma tables come from the package spacy-lookups-data; no trained model is needed.
    """
    pipeline = spacy.blank(language)
    lemmatizer = pipeline.add_pipe("lemmatizer", config={"mode": "lookup"})
    lemmatizer.initialize(lookups=_lemma_tables(language))  # type: ignore[call-arg] # a Lemmatizer takes it
    return pipeline


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


@dataclass
class _KeptLemmas:
    """Lemmas of the training questions, from one training to the next, in the file that LEMMAS_FILE names.

    Only `bot.training` names one, for the code that is being run; what is no longer asked is let go of.
    """

    path: Path | None
    before: dict[str, str]
    now: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> _KeptLemmas:
        path = Path(os.environ[LEMMAS_FILE]) if os.environ.get(LEMMAS_FILE) else None
        try:
            return cls(path, json.loads(path.read_text(encoding="utf-8")) if path else {})
        except (OSError, ValueError):
            return cls(path, {})  # none yet, or half of one

    def of(self, message: Message, lemmas: Callable[[Message], str]) -> str:
        name = f"{message.get(LANGUAGE)} {message.get(PLAIN_TEXT) or message.get(TEXT)}"
        known = self.now.get(name) or self.before.get(name)
        self.now[name] = lemmas(message) if known is None else known
        return self.now[name]

    def write(self) -> None:
        if self.path and self.now.keys() != self.before.keys():
            write_whole(self.path, json.dumps(self.now, ensure_ascii=False))


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

        Nothing else needs their tokens.
        """
        kept = _KeptLemmas.read()
        for message in training_data.training_examples:
            if message.get(TEXT):
                message.set(LEMMA_TEXT, kept.of(message, lambda one: _lemmas(self.tokenize(one, TEXT))))
        kept.write()
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tokenize messages of residents, and forget their words in time."""
        self._forgetting.later()
        for message in super().process(messages):
            message.set(LEMMA_TEXT, _lemmas(message.get(TEXT_TOKENS) or []))
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of one attribute of a message, each with its lemma.

        Those of a question are of its plain text (see GlossaryExtractor).
        """
        language = message.get(LANGUAGE)
        pipeline = blank_pipeline(language if language in LANGUAGES else FALLBACK_LANGUAGE)
        plain = message.get(PLAIN_TEXT) if attribute == TEXT else None
        doc = pipeline(plain or message.get(attribute) or "")
        return [
            Token(token.text, token.idx, lemma=token.lemma_ or token.text)
            for token in doc
            if not token.is_space
        ]


def _lemmas(tokens: Iterable[Token]) -> str:
    words = (token.lemma for token in tokens)
    return " ".join(word for word in words if any(character.isalnum() for character in word))
