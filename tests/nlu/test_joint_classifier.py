"""JointClassifier: the contract of a trainable component, and that topics and small talk compete."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.joint_classifier import JointClassifier
from tests.nlu.conftest import ComponentFactory, prepared

pytestmark = pytest.mark.slow


def ranking(component: JointClassifier, factory: ComponentFactory, text: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = component.process([prepared(factory, text)])[0].get("label_ranking")
    return found


@pytest.fixture
def trained(factory: ComponentFactory, featurized: TrainingData) -> JointClassifier:
    component: JointClassifier = factory.create(JointClassifier)
    component.train(featurized)
    return component


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("what is the red card", "faq/red_card"),
        ("cuánto cuesta la fianza", "faq/bond"),
        ("hola", "greet"),
        ("where can I find a food bank", "faq/food_assistance"),
    ],
)
def test_topics_and_small_talk_are_told_apart(
    trained: JointClassifier, factory: ComponentFactory, text: str, label: str
) -> None:
    """One ranking holds both, and its scores add up to 1."""
    scores = ranking(trained, factory, text)
    assert scores[0][0] == label
    assert sum(score for _, score in scores) == pytest.approx(1)
    topics = {"faq/red_card", "faq/bond", "faq/food_assistance"}
    assert {name for name, _ in scores} == {*topics, "greet", "out_of_scope", "emergency_now"}


def test_a_loaded_component_gives_the_same_ranking(
    trained: JointClassifier, factory: ComponentFactory
) -> None:
    """Train, process, persist, load."""
    loaded = factory.load(JointClassifier)
    for text in ("what is the red card", "hola", "dónde hay comida", "🙂"):
        assert ranking(loaded, factory, text) == ranking(trained, factory, text)


def test_training_twice_gives_the_same_model(
    trained: JointClassifier, factory: ComponentFactory, featurized: TrainingData
) -> None:
    """The same content always answers the same."""
    before = ranking(trained, factory, "dónde hay comida")
    trained.train(featurized)
    assert ranking(trained, factory, "dónde hay comida") == before


def test_a_message_without_known_letters_has_no_ranking(
    trained: JointClassifier, factory: ComponentFactory
) -> None:
    """It is asked again rather than answered by chance."""
    assert ranking(trained, factory, "🙂🙂") == []
