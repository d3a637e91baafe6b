"""Conversation: "who can help me" - names services of the resource directory."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.content import current_content
from bot.replies import GENERAL_NEEDS, PEOPLE_TO_TALK_TO, help_response


class ActionFindHelp(Action):
    """Names the city's programme and the services that fit what was asked for."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_find_help"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter a named response with the services beside it, in the person's language."""
        content = current_content()
        language = tracker.get_slot("language")
        decision = tracker.latest_message.get("decision") or {}
        topic = content.topics.get(decision.get("topic") or "")
        if topic is not None:
            response, needs = help_response(topic), topic.services
        elif decision.get("intent") == "talk_to_person":
            response, needs = "utter_talk_to_person", PEOPLE_TO_TALK_TO
        else:
            response, needs = "utter_find_help", GENERAL_NEEDS
        services = [service.describe(language) for service in content.directory.search(needs)]
        dispatcher.utter_message(
            response=response,
            json_message={
                "language": language,
                "topic": topic.id if topic else None,
                "services": services,
            },
        )
        return []
