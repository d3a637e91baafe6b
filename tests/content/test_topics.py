"""Topics: when an answer expires, and what state it is in."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.content.reading import Content
from bot.content.topics import Answer, Topic, page_path, situations_of, topic_of, turned_off

# The topics of the first release, whose addresses are printed, shared and counted in reports.
FIRST_TOPICS = (
    *("bond", "call_police_911", "carry_documents", "children_minors", "city_contact", "daca"),
    *("deportation_order_court", "dont_sign", "family_preparedness", "file_complaint_discrimination"),
    *("find_detained_person", "find_hotline_report_ice", "food_assistance"),
    *("hp_with_you_eligibility_apply", "hp_with_you_overview", "ice_at_church", "ice_at_courthouse"),
    *("ice_at_home", "ice_at_hospital", "ice_at_school", "ice_at_work", "ice_in_car", "ice_in_public"),
    *("identify_agents_impersonators", "if_arrested_detained", "legal_aid_find", "notario_fraud"),
    *("ordinance_city_facilities", "ordinance_data_privacy", "ordinance_exceptions_judicial_warrant"),
    *("ordinance_overview", "ordinance_police_cooperation", "ordinance_private_right_of_action"),
    *("ordinance_transparency_reporting", "ordinance_when_effective_vote"),
    *("public_benefits_public_charge", "recording_agents", "red_card", "right_to_lawyer"),
    *("right_to_remain_silent", "sanctuary_meaning_limits", "tenants_landlord", "travel_airport"),
    *("victim_crime_uvisa", "warrant_types", "worker_rights_wages"),
)


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
    """All 75, in both languages or from the directory, and every answer for one situation."""
    topics = project_content.topics
    assert sum(topic.is_core for topic in topics.values()) == 75
    assert len(topics) - 75 >= 95, "about 170 answers and more"
    for topic in topics.values():
        assert topic.answered, topic.id
        assert topic.is_core or topic.answers.keys() == {"en", "es"}, topic.id
        assert topic.topic in topics and topics[topic.topic].is_core, topic.id


def test_the_topics_of_the_first_release_keep_their_ids_and_addresses(project_content: Content) -> None:
    """A link that somebody has kept leads to the core answer, which leads on to the situations."""
    assert len(FIRST_TOPICS) == 46
    for name in FIRST_TOPICS:
        topic = project_content.topics[name]
        assert topic.is_core and page_path(topic.id, "es") == f"/es/{name}"


def test_what_belongs_to_a_topic_stands_in_its_core_answer(project_content: Content) -> None:
    """The answers for single situations take their group and services from there."""
    for topic in project_content.topics.values():
        core = project_content.topics[topic.topic]
        assert (topic.group, topic.services) == (core.group, core.services), topic.id
        assert topic.is_core or not (topic.ask or topic.order or topic.related), topic.id


@pytest.mark.parametrize(
    ("text", "screen", "more", "law_now"),
    [
        ("First.\n\n1. One.", "First.\n\n1. One.", "", ""),
        ("First.\n\n+++\n\nMore.\n\nYet more.", "First.", "More.\n\nYet more.", ""),
        ("First.\n\n---\n\nThe courts.", "First.", "", "The courts."),
        ("First.\n\n+++\n\nMore.\n\n---\n\nThe courts.", "First.", "More.", "The courts."),
        ("First.\n+++ \nMore.\n---\t\nThe courts.", "First.", "More.", "The courts."),
        ("A +++ B\n--- C", "A +++ B\n--- C", "", ""),
        ("", "", "", ""),
    ],
)
def test_an_answer_has_a_first_screen_more_and_what_expires(
    text: str, screen: str, more: str, law_now: str
) -> None:
    """Parted by lines that hold nothing but +++ or ---."""
    said = Answer("en", text, "Short.")
    assert (said.screen, said.more, said.law_now) == (screen, more, law_now)


def test_an_id_says_its_topic_and_its_page() -> None:
    """bond.refused belongs to bond, and has an address below it."""
    assert (topic_of("bond"), topic_of("bond.refused")) == ("bond", "bond")
    assert page_path("bond", "en") == "/en/bond"
    assert page_path("bond.refused", "es") == "/es/bond/refused"


@pytest.fixture
def situated(small_content: Content) -> dict[str, Topic]:
    """Topics of which the red card has answers for three situations."""
    card = small_content.topics["red_card"]
    answers = {
        f"red_card.{name}": dataclasses.replace(card, id=f"red_card.{name}") for name in ("a", "b", "c")
    }
    return {**answers, **small_content.topics, "red_card": dataclasses.replace(card, order=("c",))}


def test_situations_come_in_the_order_of_their_topic(situated: dict[str, Topic]) -> None:
    """First those that it names, then the others; another topic has its own, or none."""
    assert [one.id for one in situations_of(situated, "red_card")] == [
        "red_card.c",
        "red_card.a",
        "red_card.b",
    ]
    assert situations_of(situated, "bond") == situations_of(situated, "nothing") == []
    assert situated["red_card"].is_core and not situated["red_card.a"].is_core
    assert situated["red_card.a"].topic == "red_card"


def test_a_topic_is_turned_off_with_all_its_answers(situated: dict[str, Topic]) -> None:
    """And one answer by itself."""

    def given(*off: str) -> list[str]:
        topics = turned_off(situated, off)
        return [name for name, topic in topics.items() if name.startswith("red") and topic.enabled]

    assert given("red_card") == []
    assert given("red_card.a") == ["red_card.b", "red_card.c", "red_card"]
    assert given("bond", "nothing.at_all") == ["red_card.a", "red_card.b", "red_card.c", "red_card"]
