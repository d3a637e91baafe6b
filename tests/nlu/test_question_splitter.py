"""QuestionSplitter: the questions of a message beside it."""

from __future__ import annotations

from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.question_splitter import PART, QuestionSplitter
from tests.nlu.conftest import ComponentFactory, asked


def test_the_parts_follow_their_message_with_its_metadata(factory: ComponentFactory) -> None:
    """A message with one question has none."""
    several = asked("Can ICE come in? And can I record them? Thanks", language="en")
    one = asked("Can ICE come in?", language="en")
    found = factory.create(QuestionSplitter).process([several, one])
    assert [(message.get("text"), message.get(PART)) for message in found] == [
        ("Can ICE come in? And can I record them? Thanks", None),
        ("Can ICE come in", True),
        ("And can I record them", True),
        ("Can ICE come in?", None),
    ]
    assert {message.get("metadata")["language"] for message in found} == {"en"}


def test_the_question_behind_a_story_is_a_part(factory: ComponentFactory) -> None:
    """A story of many words hides what is asked at its end."""
    story = "My uncle came here many years ago and has worked ever since. " * 6
    found = factory.create(QuestionSplitter).process([asked(f"{story}Can they take him at work?")])
    assert [message.get("text") for message in found[1:]] == ["Can they take him at work"]


def test_training_questions_stay_whole(factory: ComponentFactory, training_data: TrainingData) -> None:
    """Each has one label."""
    before = len(training_data.intent_examples)
    component = factory.create(QuestionSplitter)
    assert len(component.process_training_data(training_data).intent_examples) == before
