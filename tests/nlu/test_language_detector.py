"""LanguageDetector: the language of a message, as property and as entity."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.language_detector import LanguageDetector
from tests.nlu.conftest import ComponentFactory, asked

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "page", "language", "slot"),
    [
        ("can they come in", "es", "en", "en"),
        ("¿pueden entrar a la casa?", "en", "es", "es"),
        ("DACA", "en", "en", "en"),
        ("DACA", "", "es", "es"),
        ("我需要一个律师", "en", "other", "en"),
        ("", "en", "en", "en"),
        ("hola amigo mío", "klingon", "es", "es"),
    ],
)
def test_words_then_page_then_spanish(
    factory: ComponentFactory, text: str, page: str, language: str, slot: str
) -> None:
    """The slot can only become a language that the bot speaks."""
    message = factory.create(LanguageDetector).process([asked(text, language=page)])[0]
    assert message.get("language") == language
    assert [(e["entity"], e["value"]) for e in message.get("entities")] == [("language", slot)]


def test_a_language_asked_for_is_the_one_replied_in(factory: ComponentFactory) -> None:
    """Whatever the words are in; they are still read in their own."""
    message = asked("¿pueden entrar a la casa?")
    message.set("metadata", {"language": "en", "held": True})
    factory.create(LanguageDetector).process([message])
    assert message.get("language") == "es"
    assert [entity["value"] for entity in message.get("entities")] == ["en"]


def test_it_keeps_entities_of_others(factory: ComponentFactory) -> None:
    """It adds to what other components have found."""
    message = asked("hola amigo")
    message.set("entities", [{"entity": "place", "value": "home"}])
    factory.create(LanguageDetector).process([message])
    assert [e["entity"] for e in message.get("entities")] == ["place", "language"]


def test_training_questions_have_the_language_of_their_file(
    factory: ComponentFactory, training_data: TrainingData
) -> None:
    """Spanglish in the Spanish part counts as Spanish."""
    factory.create(LanguageDetector).process_training_data(training_data)
    languages = {m.get("text"): m.get("language") for m in training_data.intent_examples}
    assert languages["hello"] == "en" and languages["hola"] == "es"
    assert languages["cuánto es la fianza"] == "es"
