"""GlossaryExtractor: entities, plain text and what the decision step is told, by the glossary."""

from __future__ import annotations

from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.glossary_extractor import HELP_REQUEST, PLAIN_TEXT, GlossaryExtractor
from tests.nlu.conftest import ComponentFactory, asked


def entities_of(component: GlossaryExtractor, text: str) -> list[tuple[str, str]]:
    message = asked(text)
    component.process([message])
    return [(entity["entity"], entity["value"]) for entity in message.get(ENTITIES)]


def test_it_finds_need_place_and_language_after_training_and_after_loading(
    factory: ComponentFactory, training_data: TrainingData
) -> None:
    """The lookup tables of the training data are kept in the model."""
    trained = factory.create(GlossaryExtractor)
    trained.train(training_data)
    text = "ABOGADA gratis cerca de 90255 que hable español"
    expected = [("need", "legal"), ("place", "90255"), ("speaks", "es")]
    assert entities_of(trained, text) == expected
    assert entities_of(factory.load(GlossaryExtractor), text) == expected


def test_no_words_of_a_message_are_kept_in_its_entities(
    factory: ComponentFactory, training_data: TrainingData
) -> None:
    """Only codes and names of places, so an address leaves its ZIP code and nothing more."""
    component = factory.create(GlossaryExtractor)
    component.train(training_data)
    assert entities_of(component, "food at 2345 Nowhere Street 90255") == [
        ("need", "food"),
        ("place", "90255"),
    ]
    assert entities_of(component, "nothing of the kind") == []


def test_the_decision_step_is_told_what_is_looked_for(
    factory: ComponentFactory, training_data: TrainingData
) -> None:
    """As the property `help_request` of the message."""
    component = factory.create(GlossaryExtractor)
    component.train(training_data)
    message = asked("comida cerca de mí")
    component.process([message])
    request = message.get(HELP_REQUEST)
    assert (request["needs"], request["near_me"], request["bare"]) == (("food",), True, True)


def test_setting_and_time_are_entities(factory: ComponentFactory, training_data: TrainingData) -> None:
    """Where agents are met, and that it happens at this moment."""
    component = factory.create(GlossaryExtractor)
    component.train(training_data)
    assert entities_of(component, "they are at my work right now") == [("setting", "work"), ("time", "now")]


def test_one_word_stands_for_all_that_mean_the_same(
    factory: ComponentFactory, training_data: TrainingData
) -> None:
    """A line added to the glossary changes questions and messages alike, after training and after loading."""
    training_data.entity_synonyms["los verdes"] = "ice"
    trained = factory.create(GlossaryExtractor)
    trained.train(training_data)
    trained.process_training_data(training_data)
    for component in (trained, factory.load(GlossaryExtractor)):
        message = asked("¿Vienen LOS VERDES o la Migra?")
        component.process([message])
        assert message.get(PLAIN_TEXT) == "vienen ice o ice"
    assert all(message.get(PLAIN_TEXT) for message in training_data.intent_examples)


def test_words_are_read_as_they_are_spelled(factory: ComponentFactory, training_data: TrainingData) -> None:
    """Before tokens and features, in messages and in training questions alike."""
    component = factory.create(GlossaryExtractor)
    component.train(training_data)
    message = asked("ayudaaaa hice está en mi casaaa")
    component.process([message])
    assert message.get(PLAIN_TEXT) == "ayuda ice esta en mi casa"
    assert entities_of(component, "fooood near 90255") == [("need", "food"), ("place", "90255")]
