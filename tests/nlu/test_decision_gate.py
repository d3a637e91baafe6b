"""DecisionGate: from the ranking to the intent that Rasa's rules act on."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.decision_gate import DecisionGate
from tests.nlu.conftest import Workbench

pytestmark = pytest.mark.slow

CONFIG = {"answer_at": 0.5, "offer_at": 0.1}


def gated(gate: DecisionGate, *ranking: tuple[str, float], language: str = "en") -> Message:
    message = Message(data={"text": "x", "label_ranking": list(ranking), "language": language})
    return gate.process([message])[0]


@pytest.fixture(params=["trained", "loaded"])
def gate(request: pytest.FixtureRequest, workbench: Workbench, training_data: TrainingData) -> DecisionGate:
    """The component after training, and after it came back from storage: both must do the same."""
    made: DecisionGate = workbench.create(DecisionGate, **CONFIG)
    made.train(training_data)
    loaded: DecisionGate = workbench.load(DecisionGate, **CONFIG)
    return made if request.param == "trained" else loaded


def test_an_answer_is_handed_to_utter_faq(gate: DecisionGate) -> None:
    """As Rasa's own response selector would leave it."""
    message = gated(gate, ("faq/red_card", 0.6), ("greet", 0.4))
    assert message.get("intent") == {"name": "faq", "confidence": 0.6}
    selected = message.get("response_selector")["faq"]["response"]
    assert selected["utter_action"] == "utter_faq/red_card"
    assert message.get("decision")["topic"] == "red_card"


def test_a_topic_without_text_goes_to_the_directory(gate: DecisionGate) -> None:
    """`utter_faq` would stay silent for it."""
    message = gated(gate, ("faq/food_assistance", 0.6))
    assert message.get("intent")["name"] == "no_answer"
    assert message.get("response_selector") is None


def test_a_doubtful_question_is_clarified(gate: DecisionGate) -> None:
    """With the topics to offer."""
    message = gated(gate, ("faq/red_card", 0.4), ("faq/bond", 0.3))
    assert message.get("intent")["name"] == "clarify"
    assert message.get("decision")["offered"] == ("red_card", "bond")


def test_a_third_language_goes_before_every_score(gate: DecisionGate) -> None:
    """Scores of words that the model cannot read mean nothing."""
    assert gated(gate, ("faq/red_card", 0.9), language="other").get("intent")["name"] == "other_language"


def test_no_ranking_is_not_understood(gate: DecisionGate) -> None:
    """A message of emoji alone is asked again."""
    assert gated(gate).get("intent") == {"name": "not_understood", "confidence": 0.0}
