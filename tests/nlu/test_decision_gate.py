"""DecisionGate: from the ranking to the intent that Rasa's rules act on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.decision_gate import DecisionGate
from bot.training.thresholds import THRESHOLDS_FILE
from tests.nlu.conftest import ComponentFactory

pytestmark = pytest.mark.slow

THRESHOLDS = {
    "answer_at": 0.5,
    "doubt_at": 0.2,
    "decline_at": 0.7,
    "offer_at": 0.1,
    "emergency_at": 0.28,
    "emergency_share": 0.7,
    "situation_share": 0.6,
}
CONFIG = {"thresholds": THRESHOLDS, "setting_topics": {"home": "red_card", "work": "bond"}}


def gated(gate: DecisionGate, *ranking: tuple[str, float], language: str = "en") -> Message:
    message = Message(data={"text": "x", "label_ranking": list(ranking), "language": language})
    return gate.process([message])[0]


@pytest.fixture(params=["trained", "loaded"])
def gate(
    request: pytest.FixtureRequest, factory: ComponentFactory, training_data: TrainingData
) -> DecisionGate:
    """The component after training, and after it came back from storage: both must do the same."""
    made: DecisionGate = factory.create(DecisionGate, **CONFIG)
    made.train(training_data)
    loaded: DecisionGate = factory.load(DecisionGate, **CONFIG)
    return made if request.param == "trained" else loaded


def test_an_answer_is_handed_to_utter_faq(gate: DecisionGate) -> None:
    """As Rasa's own response selector would leave it."""
    message = gated(gate, ("faq/red_card", 0.6), ("greet", 0.4))
    assert message.get("intent") == {"name": "faq", "confidence": 0.6}
    selected = message.get("response_selector")["faq"]["response"]
    assert selected["utter_action"] == "utter_faq/red_card"
    decision = message.get("decision")
    assert (decision["topic"], decision["answer"]) == ("red_card", "red_card")


def test_a_topic_without_text_goes_to_the_directory(gate: DecisionGate) -> None:
    """`utter_faq` would stay silent for it."""
    message = gated(gate, ("faq/food_assistance", 0.6))
    assert message.get("intent")["name"] == "no_answer"
    assert message.get("response_selector") is None


@pytest.mark.parametrize(("lost", "answer"), [(0.4, "red_card.lost"), (0.3, "red_card")])
def test_the_answer_for_a_situation_is_handed_to_utter_faq(
    factory: ComponentFactory, training_data: TrainingData, lost: float, answer: str
) -> None:
    """Where its share of the topic is clear; the ranking that comes out is that of answers."""
    texts = training_data.responses["utter_faq/red_card"]
    training_data.responses["utter_faq/red_card.lost"] = texts
    gate: DecisionGate = factory.create(DecisionGate, **CONFIG)
    gate.train(training_data)
    message = gated(gate, ("faq/red_card.lost", lost), ("faq/red_card", 0.6 - lost))
    assert message.get("intent")["name"] == "faq"
    assert message.get("decision")["answer"] == answer
    assert message.get("response_selector")["faq"]["response"]["utter_action"] == f"utter_faq/{answer}"
    assert [entry["name"] for entry in message.get("intent_ranking")] == ["faq/red_card.lost", "faq/red_card"]


def test_the_card_for_the_place_is_never_said_twice_in_a_row(gate: DecisionGate) -> None:
    """By the setting in the words and by what was said last, as the gateway sends it."""
    cards = []
    for again in (None, "say:utter_emergency_home", "say:utter_emergency_again"):
        message = Message(
            data={
                "text": "they are at my door",
                "label_ranking": [("emergency_now", 0.9)],
                "language": "en",
                "follow_up": {"setting": "home"},
                "metadata": {"language": "en", "again": again},
            }
        )
        cards.append(gate.process([message])[0].get("intent")["name"])
    assert cards == ["emergency_home", "emergency_again", "emergency_home"]


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


def test_thresholds_kept_with_the_model_go_before_those_to_begin_with(
    factory: ComponentFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`kyr train` chooses them for each language, and the server names their file."""
    chosen = {"en": {**THRESHOLDS, "answer_at": 0.3}, "es": THRESHOLDS}
    (tmp_path / "thresholds.json").write_text(json.dumps(chosen), encoding="utf-8")
    monkeypatch.setenv(THRESHOLDS_FILE, str(tmp_path / "thresholds.json"))
    gate: DecisionGate = factory.create(DecisionGate, **CONFIG)
    assert gated(gate, ("faq/bond", 0.4), language="en").get("decision")["outcome"] == "answer"
    assert gated(gate, ("faq/bond", 0.4), language="es").get("decision")["outcome"] == "clarify"


def test_several_questions_come_out_as_one_message(gate: DecisionGate) -> None:
    """The first is answered, the others are offered."""

    def question(topic: str, **more: object) -> Message:
        ranking = [(f"faq/{topic}", 0.8)]
        return Message(data={"text": "x", "label_ranking": ranking, "language": "en", **more})

    whole, first, second = question("bond"), question("red_card", part=True), question("bond", part=True)
    assert gate.process([whole, first, second]) == [whole]
    assert whole.get("intent")["name"] == "several_questions"
    assert (whole.get("decision")["topic"], whole.get("decision")["offered"]) == ("red_card", ("bond",))


def test_the_topic_before_decides_a_follow_up(gate: DecisionGate) -> None:
    """As the gateway sends it beside the message."""
    message = Message(
        data={
            "text": "and at work?",
            "label_ranking": [("out_of_scope", 0.9)],
            "language": "en",
            "follow_up": {"goes_on": True, "setting": "work", "bare": True},
            "metadata": {"language": "en", "topic": "red_card", "related": []},
        }
    )
    gate.process([message])
    assert message.get("decision")["topic"] == "bond"
