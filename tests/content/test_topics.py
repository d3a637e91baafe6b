"""Topics: when an answer expires, and what state it is in."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.content.reading import Content


@pytest.mark.parametrize(
    ("today", "approved_by", "state"),
    [
        ("2026-11-22", None, "checked"),
        ("2026-11-22", "City Attorney", "approved"),
        ("2027-10-22", "City Attorney", "approved"),
        ("2027-10-23", "City Attorney", "due"),
        ("2027-11-22", None, "due"),
        ("2027-11-23", "City Attorney", "overdue"),
    ],
)
def test_the_state_of_an_answer(
    small_content: Content, today: str, approved_by: str | None, state: str
) -> None:
    """Due thirty days before its review date, overdue the day after it, whoever signed it."""
    topic = dataclasses.replace(small_content.topics["red_card"], approved_by=approved_by)
    assert topic.state(datetime.date.fromisoformat(today)) == state


def test_topics_without_an_answer_of_their_own_have_states_too(small_content: Content) -> None:
    """Switched off, or answered from the directory."""
    today = datetime.date(2026, 11, 22)
    assert small_content.topics["bond"].state(today) == "off"
    assert small_content.topics["food_assistance"].state(today) == "directory"


def test_every_topic_of_the_project_is_answered(project_content: Content) -> None:
    """All 46, in both languages or from the directory."""
    assert len(project_content.topics) == 46
    for topic in project_content.topics.values():
        assert topic.answered, topic.id
