"""Conversation: "did you mean" - offers topics when it is not sure which one was asked about."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.content import current_content
from bot.replies import clarify


class ActionClarify(Action):
    """Offers the topics that the decision step found likely, and "none of these"."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_clarify"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter the question with a button a topic, in the person's language."""
        decision = tracker.latest_message.get("decision") or {}
        language = tracker.get_slot("language")
        reply = clarify(current_content(), decision.get("offered", ()), language)
        dispatcher.utter_message(response="utter_clarify", buttons=reply.as_json()["buttons"])
        return []
