"""Words and their dictionary forms, by spaCy's rules for English and Spanish."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.lookups import Lookups, load_lookups
from spacy.tokens import Token

from bot.files.atomic import write_whole


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


def words(text: str, language: str) -> list[Token]:
    """Return the words and punctuation of a text."""
    return [token for token in blank_pipeline(language)(text) if not token.is_space]


def lemma(word: Token) -> str:
    """Return the dictionary form of a word, or itself where none is known."""
    return word.lemma_ or word.text


def joined(lemmas: Iterable[str]) -> str:
    """Return dictionary forms without punctuation, a space between two."""
    return " ".join(each for each in lemmas if any(character.isalnum() for character in each))


@dataclass
class KeptLemmas:
    """Lemmas of the training questions, from one training to the next; kept where there is a path.

    What is no longer asked is let go of.
    """

    path: Path | None
    before: dict[str, str]
    now: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> KeptLemmas:
        """Read what is kept in a file, which may not be there yet."""
        try:
            return cls(path, json.loads(path.read_text(encoding="utf-8")) if path else {})
        except (OSError, ValueError):
            return cls(path, {})  # none yet, or half of one

    def of(self, text: str, language: str) -> str:
        """Return the lemmas of a question, a space between two."""
        name = f"{language} {text}"
        known = self.now.get(name) or self.before.get(name)
        self.now[name] = joined(map(lemma, words(text, language))) if known is None else known
        return self.now[name]

    def write(self) -> None:
        """Keep what was asked for since it was read."""
        if self.path and self.now.keys() != self.before.keys():
            write_whole(self.path, json.dumps(self.now, ensure_ascii=False))
