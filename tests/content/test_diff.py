"""What differs between two states of the topics."""

from __future__ import annotations

import dataclasses

from bot.content.diff import TopicChange, topic_changes
from bot.content.reading import Content


def test_the_same_topics_have_no_changes(small_content: Content) -> None:
    """Nothing is said where there is nothing to say."""
    assert topic_changes(small_content.topics, small_content.topics) == []


def test_only_what_differs_is_named(small_content: Content) -> None:
    """An answer, a switch and one question: each by the name that the spreadsheet has for it."""
    before = small_content.topics["red_card"]
    answers = {**before.answers, "en": dataclasses.replace(before.answers["en"], short="New")}
    questions = {**before.questions, "en": (*before.questions["en"][1:], "what is that card")}
    after = dataclasses.replace(before, answers=answers, questions=questions, enabled=False)
    (change,) = topic_changes({"red_card": before}, {"red_card": after})
    expected = TopicChange(
        "red_card",
        "changed",
        {
            "enabled": True,
            "short_en": before.answers["en"].short,
            "questions_en": [before.questions["en"][0]],
        },
        {"enabled": False, "short_en": "New", "questions_en": ["what is that card"]},
    )
    assert expected == change


def test_topics_that_come_and_go_are_told_whole(small_content: Content) -> None:
    """What a removed topic said stays in the history."""
    topic = small_content.topics["red_card"]
    (gone,) = topic_changes({"red_card": topic}, {})
    (come,) = topic_changes({}, {"red_card": topic})
    assert (gone.kind, come.kind) == ("removed", "added")
    assert gone.before == come.after and gone.before["answer_en"] == topic.answers["en"].text
