"""The custom actions: what is uttered, what comes with it, and what is forgotten afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.fallback import ActionClarify
from actions.find_help import ActionAskNeed, ActionFindHelp, ActionLeaveSearch, ValidateFindHelpForm
from bot.content import Content
from bot.settings import PROJECT_ROOT

FORGOTTEN = [SlotSet(slot, None) for slot in ("need", "near", "speaks")]


def tracker_of(language: str, slots: dict[str, Any], decision: dict[str, Any]) -> Tracker:
    return Tracker("x", {"language": language, **slots}, {"decision": decision}, [], False, None, {}, "")


def run(
    action: Action, language: str, *, slots: dict[str, Any] | None = None, **decision: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run an action after a message with this decision; return the one thing it utters, and its events."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, tracker_of(language, slots or {}, decision), {})
    (uttered,) = dispatcher.messages
    return dict(uttered), events


@pytest.mark.parametrize(
    ("slots", "decision", "response", "second"),
    [
        ({"need": ["food"]}, {"intent": "search_help"}, "utter_find_help", "la-regional-food-bank"),
        ({}, {"intent": "talk_to_person"}, "utter_talk_to_person", "chirla-hotline"),
        (
            {},
            {"intent": "no_answer", "topic": "food_assistance"},
            "utter_find_help",
            "la-regional-food-bank",
        ),
        ({"need": ["nonsense"]}, {}, "utter_find_help", "chirla-hotline"),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_help_begins_with_the_citys_programme_where_it_fits(
    project_content: Content,
    language: str,
    slots: dict[str, Any],
    decision: dict[str, Any],
    response: str,
    second: str,
) -> None:
    """Then come the services that fit, three at most, in the person's language."""
    uttered, events = run(ActionFindHelp(), language, slots=slots, **decision)
    assert uttered["text"] == project_content.say(response, language)
    services = uttered["custom"]["services"]
    assert [service["id"] for service in services][:2] == ["hp-with-you", second]
    assert len(services) <= 3
    assert uttered["custom"]["language"] == language
    assert events == FORGOTTEN


def test_a_search_near_a_place_and_in_a_language(project_content: Content) -> None:
    """The slots of the form reach the directory, and "more" is offered with all of them."""
    uttered, _ = run(
        ActionFindHelp(),
        "es",
        slots={"need": ["legal"], "near": "90255", "speaks": "es"},
        intent="search_help",
    )
    assert [service["id"] for service in uttered["custom"]["services"]][:2] == [
        "hp-with-you",
        "chirla-hotline",
    ]
    assert [button["payload"] for button in uttered["buttons"]] == ["show:legal:90255:es:3", "find"]


def test_the_question_for_the_need_names_those_of_the_directory(project_content: Content) -> None:
    """Every need that is offered is a button; what topics alone use is not."""
    uttered, events = run(ActionAskNeed(), "es")
    assert uttered["response"] == "utter_ask_need"
    offered = [need for need in project_content.directory.needs.values() if need.offered]
    assert [(b["title"], b["payload"]) for b in uttered["buttons"]] == [
        (need.name["es"], f"find:{need.code}") for need in offered
    ]
    assert {"legal", "detention", "food", "housing", "hotline", "school", "health", "worker"} <= {
        need.code for need in offered
    }
    assert events == []


@pytest.mark.parametrize("near", ["90255", "Bell Gardens", "any"])
def test_a_known_place_is_kept(near: str) -> None:
    """A ZIP code, a city, or that it does not matter."""
    dispatcher = CollectingDispatcher()
    tracker = tracker_of("en", {}, {})
    assert ValidateFindHelpForm().validate_near(near, dispatcher, tracker, {}) == {"near": near}
    assert dispatcher.messages == []


@pytest.mark.parametrize("near", ["2345 Nowhere Street", "00000", "mi casa", ""])
def test_anything_else_is_not_kept(near: str) -> None:
    """Above all no address: the question is asked again."""
    dispatcher = CollectingDispatcher()
    tracker = tracker_of("en", {}, {})
    assert ValidateFindHelpForm().validate_near(near, dispatcher, tracker, {}) == {"near": None}
    assert [message["response"] for message in dispatcher.messages] == ["utter_place_not_known"]


def test_leaving_the_search_forgets_it() -> None:
    """Nothing is asked again later, and nothing that was said is used for another search."""
    dispatcher = CollectingDispatcher()
    events = ActionLeaveSearch().run(dispatcher, tracker_of("en", {"need": ["food"]}, {}), {})
    assert events == [ActiveLoop(None), SlotSet("requested_slot", None), *FORGOTTEN]
    assert dispatcher.messages == []


def test_clarify_offers_the_likely_topics(project_content: Content) -> None:
    """With "none of these" at the end."""
    uttered, _ = run(ActionClarify(), "es", offered=["ice_at_home", "warrant_types"])
    assert uttered["response"] == "utter_clarify"
    assert [button["payload"] for button in uttered["buttons"]] == [
        "topic:ice_at_home",
        "topic:warrant_types",
        "none",
    ]
    assert uttered["buttons"][0]["title"] == project_content.topics["ice_at_home"].title["es"]


def test_every_action_of_the_domain_exists() -> None:
    """The names in domain.yml are those that the classes give."""
    domain = (PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8")
    actions = (
        ActionAskNeed(),
        ActionClarify(),
        ActionFindHelp(),
        ActionLeaveSearch(),
        ValidateFindHelpForm(),
    )
    for action in actions:
        assert f"\n- {action.name()}\n" in domain
