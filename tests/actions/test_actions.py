"""The custom actions: which response is uttered, and what comes with it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.fallback import ActionClarify
from actions.resources import ActionFindHelp
from bot.content import Content
from bot.settings import PROJECT_ROOT


def run(action: Action, language: str, **decision: Any) -> dict[str, Any]:
    """Run an action after a message with this decision; return the one thing it utters."""
    tracker = Tracker("x", {"language": language}, {"decision": decision}, [], False, None, {}, "")
    dispatcher = CollectingDispatcher()
    assert action.run(dispatcher, tracker, {}) == []
    (uttered,) = dispatcher.messages
    return dict(uttered)


@pytest.mark.parametrize(
    ("decision", "response", "second"),
    [
        ({"intent": "find_help"}, "utter_find_help", "chirla-hotline"),
        ({"intent": "talk_to_person"}, "utter_talk_to_person", "chirla-hotline"),
        ({"intent": "no_answer", "topic": "food_assistance"}, "utter_find_help", "la-regional-food-bank"),
        ({}, "utter_find_help", "chirla-hotline"),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_help_begins_with_the_citys_programme(
    language: str, decision: dict[str, Any], response: str, second: str
) -> None:
    """Then come the services that fit, in the person's language."""
    uttered = run(ActionFindHelp(), language, **decision)
    assert uttered["response"] == response
    services = uttered["custom"]["services"]
    assert [service["id"] for service in services][:2] == ["hp-with-you", second]
    assert uttered["custom"]["language"] == language
    assert services[1]["cost"] in ("", {"en": "Free", "es": "Gratis"}[language])


def test_clarify_offers_the_likely_topics(project_content: Content) -> None:
    """With "none of these" at the end."""
    uttered = run(ActionClarify(), "es", offered=["ice_at_home", "warrant_types"])
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
    for action in (ActionFindHelp(), ActionClarify()):
        assert f"\n- {action.name()}\n" in domain
