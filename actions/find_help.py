"""Conversation: "who can help me" - asks what is needed and near where, and names services."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import current_content
from actions.utterance import utter
from bot.answering.help import ask_need, help_for
from bot.answering.help_search import HelpSearch, known_place

_FORGET = [SlotSet(slot, None) for slot in ("need", "near", "speaks")]


class ActionAskNeed(Action):
    """Asks what is needed, with a button for each need of the directory."""

    def name(self) -> str:
        """Return the name by which the form asks for its slot `need`."""
        return "action_ask_find_help_form_need"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter the question in the person's language."""
        utter(dispatcher, ask_need(current_content(), tracker.get_slot("language")))
        return []


class ValidateFindHelpForm(FormValidationAction):
    """Takes an answer to "near where?" only if it is a place that is known."""

    def name(self) -> str:
        """Return the name by which Rasa finds the validation of the form."""
        return "validate_find_help_form"

    def validate_near(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep a ZIP code, a city or ANY; nothing is kept of anything else, and the question comes again."""
        if place := known_place(value):
            return {"near": place}
        dispatcher.utter_message(response="utter_place_not_known")
        return {"near": None}


class ActionFindHelp(Action):
    """Names the services that fit what was asked for, the city's programme first where it fits."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_find_help"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter a named response with the services beside it, and forget what was searched for."""
        content, language = current_content(), tracker.get_slot("language")
        decision = tracker.latest_message.get("decision") or {}
        topic = content.topics.get(decision.get("topic") or "")
        search = HelpSearch(
            tuple(tracker.get_slot("need") or ()), tracker.get_slot("near"), tracker.get_slot("speaks")
        )
        utter(dispatcher, help_for(content, decision.get("intent", ""), topic, search, language))
        return list(_FORGET)


class ActionLeaveSearch(Action):
    """Ends the search for help without a result."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_leave_search"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Forget what was searched for."""
        return [ActiveLoop(None), SlotSet("requested_slot", None), *_FORGET]
