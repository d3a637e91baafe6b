"""BilingualTokenizer: words and lemmas by the rules of the message's language."""

from __future__ import annotations

import threading
import time

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import bilingual_tokenizer
from bot.nlu.bilingual_tokenizer import BilingualTokenizer
from bot.nlu.lemmas import blank_pipeline
from tests.helpers.waiting import SECONDS_AT_MOST
from tests.nlu.conftest import ComponentFactory

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("language", "text", "words", "lemmas"),
    [
        ("en", "Don't open doors", ["Do", "n't", "open", "doors"], ["do", "not", "open", "door"]),
        (
            "es",
            "¿abren las puertas?",
            ["¿", "abren", "las", "puertas", "?"],
            ["¿", "abrir", "los", "puerta", "?"],
        ),
        ("other", "hola", ["hola"], ["hola"]),
        (None, "hola", ["hola"], ["hola"]),
        ("en", "", [], []),
        ("es", "  \n ", [], []),
    ],
)
def test_text_is_split_and_lemmatized(
    factory: ComponentFactory, language: str | None, text: str, words: list[str], lemmas: list[str]
) -> None:
    """With the rules of English or Spanish; unknown languages as Spanish."""
    message = Message(data={"text": text, "language": language})
    tokens = factory.create(BilingualTokenizer).tokenize(message, "text")
    assert [token.text for token in tokens] == words
    assert [token.lemma.lower() for token in tokens] == lemmas


def test_words_of_residents_are_forgotten(factory: ComponentFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """spaCy keeps every word as long as a pipeline lives, so pipelines do not live long; here a moment."""
    # Nothing is forgotten before it was looked at.
    looked_at = threading.Event()

    class Timer(threading.Timer):
        def run(self) -> None:
            looked_at.wait()
            super().run()

    monkeypatch.setattr(bilingual_tokenizer, "_SECONDS_TO_FORGET", 0.2)
    monkeypatch.setattr(threading, "Timer", Timer)
    component = factory.create(BilingualTokenizer)
    before = blank_pipeline("es")
    component.process([Message(data={"text": "vivo con Zutanita", "language": "es"})])
    assert "Zutanita" in before.vocab.strings
    looked_at.set()
    latest = time.monotonic() + SECONDS_AT_MOST
    while (after := blank_pipeline("es")) is before:
        assert time.monotonic() < latest
        time.sleep(0.05)
    assert "Zutanita" not in after.vocab.strings


def test_tokens_know_where_they_stand(factory: ComponentFactory) -> None:
    """Start and end point into the text as it was typed."""
    text = "¿Y si  vienen 🙂 hoy?"
    message = Message(data={"text": text, "language": "es"})
    for token in factory.create(BilingualTokenizer).tokenize(message, "text"):
        assert text[token.start : token.end] == token.text
