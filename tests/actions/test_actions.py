"""The custom actions: what is uttered, what comes with it, and what is forgotten afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.fallback import ActionAnswerSeveral, ActionClarify
from actions.find_help import ActionAskNeed, ActionFindHelp, ActionLeaveSearch, ValidateFindHelpForm
from actions.follow_up import ActionMore, ActionSwitchLanguage
from bot.content.reading import Content
from bot.settings import PROJECT_ROOT

FORGOTTEN = [SlotSet(slot, None) for slot in ("need", "near", "speaks")]


def tracker_of(
    language: str, slots: dict[str, Any], decision: dict[str, Any], metadata: dict[str, Any] | None = None
) -> Tracker:
    message = {"decision": decision, "metadata": metadata}
    return Tracker("x", {"language": language, **slots}, message, [], False, None, {}, "")


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
    assert uttered["text"] == project_content.text_of(response, language)
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
        "chirla-office",
    ]
    assert [button["payload"] for button in uttered["buttons"]] == ["show:legal:90255:es:3", "find"]


def test_the_question_for_the_need_names_those_of_the_directory(project_content: Content) -> None:
    """Every need that is offered is a button; what topics alone use is not."""
    uttered, events = run(ActionAskNeed(), "es")
    assert uttered["text"] == project_content.text_of("utter_ask_need", "es")
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
    assert uttered["text"] == project_content.text_of("utter_clarify", "es")
    assert uttered["custom"]["again"] == "offer:ice_at_home,warrant_types"
    assert [button["payload"] for button in uttered["buttons"]] == [
        "topic:ice_at_home",
        "topic:warrant_types",
        "none",
    ]
    assert uttered["buttons"][0]["title"] == project_content.topics["ice_at_home"].title["es"]


def test_of_several_questions_the_first_is_answered(project_content: Content) -> None:
    """By the answer for its situation, whose words the gateway knows; the others are offered."""
    dispatcher = CollectingDispatcher()
    decision = {"topic": "ice_at_home", "answer": "ice_at_home.at_door", "offered": ["bond", "daca.travel"]}
    ActionAnswerSeveral().run(dispatcher, tracker_of("en", {}, decision), {})
    answered, offered = dispatcher.messages
    assert answered["custom"] == {
        "language": "en",
        "topic": "ice_at_home.at_door",
        "again": "topic:ice_at_home.at_door",
    }
    assert [button["payload"] for button in offered["buttons"]] == ["topic:bond", "topic:daca.travel"]


def after(action: Action, again: str | None, language: str = "es") -> list[dict[str, Any]]:
    """Return what an action utters where `again` stands for what was said last."""
    dispatcher = CollectingDispatcher()
    action.run(dispatcher, tracker_of(language, {}, {}, {"again": again}), {})
    return list(dispatcher.messages)


@pytest.mark.parametrize(
    ("again", "same"),
    [
        ("topic:bond", "topic:bond"),
        ("say:utter_emergency_now", "say:utter_emergency_now"),
        ("offer:bond,daca", "offer:bond,daca"),
        ("show:food:90255::3", "show:food:90255::3"),
        ("find", "find"),
    ],
)
def test_a_language_asked_for_holds_and_the_last_answer_comes_in_it(
    project_content: Content, again: str, same: str
) -> None:
    """An answer, the emergency card, choices, services or the question of the search."""
    confirmed, said = after(ActionSwitchLanguage(), again)
    assert confirmed["text"] == project_content.text_of("utter_language_switched", "es")
    assert confirmed["custom"]["requested"] is True
    assert (said["custom"]["language"], said["custom"]["again"]) == ("es", same)


def test_a_language_asked_for_in_a_search_is_confirmed_alone(project_content: Content) -> None:
    """The search asks its question again by itself."""
    dispatcher = CollectingDispatcher()
    tracker = tracker_of("es", {}, {}, {"again": "find"})
    tracker.active_loop = {"name": "find_help_form"}
    ActionSwitchLanguage().run(dispatcher, tracker, {})
    (confirmed,) = dispatcher.messages
    assert confirmed["text"] == project_content.text_of("utter_language_switched", "es")


def test_a_language_asked_for_at_the_start_is_confirmed(project_content: Content) -> None:
    """With the question what the person wants to know."""
    (confirmed,) = after(ActionSwitchLanguage(), None, "en")
    assert confirmed["text"] == project_content.text_of("utter_language_switched_at_start", "en")


@pytest.mark.parametrize(
    ("again", "response", "first_button"),
    [
        ("more:bond", "utter_more_on_this", "topic:bond."),
        ("show:legal:::0", "utter_more_help", "show:legal:::6"),
        ("show:consulate:::6", "utter_no_more_help", "find"),
        (None, "utter_what_can_you_do", None),
    ],
)
def test_more_goes_on_from_what_was_said_last(
    project_content: Content, again: str | None, response: str, first_button: str | None
) -> None:
    """Further services, or what is near the topic; otherwise what the bot can do."""
    (uttered,) = after(ActionMore(), again)
    assert uttered["text"] == project_content.text_of(response, "es")
    payloads = [button["payload"] for button in uttered["buttons"]]
    assert payloads[0].startswith(first_button) if first_button else payloads == []


def test_more_of_an_answer_is_what_goes_beyond_its_first_screen(project_content: Content) -> None:
    """And not the first screen again."""
    (uttered,) = after(ActionMore(), "topic:bond", "en")
    screen, more = (
        getattr(project_content.topics["bond"].answers["en"], part) for part in ("screen", "more")
    )
    assert uttered["text"].startswith(more.split("\n")[0]) and screen.split("\n")[0] not in uttered["text"]
    assert uttered["custom"]["again"] == "more:bond"


def test_who_can_help_with_that_names_services_of_the_topic_before() -> None:
    """And shows them for themselves, without the answer again."""
    uttered, _ = run(ActionFindHelp(), "en", intent="help_with_that", topic="worker_rights_wages")
    assert uttered["custom"]["topic"] is None
    assert uttered["custom"]["again"].startswith("show:") and uttered["custom"]["services"]


def test_every_action_of_the_domain_exists() -> None:
    """The names in domain.yml are those that the classes give."""
    domain = (PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8")
    actions = (
        ActionAnswerSeveral(),
        ActionAskNeed(),
        ActionClarify(),
        ActionFindHelp(),
        ActionLeaveSearch(),
        ActionMore(),
        ActionSwitchLanguage(),
        ValidateFindHelpForm(),
    )
    for action in actions:
        assert f"\n- {action.name()}\n" in domain
