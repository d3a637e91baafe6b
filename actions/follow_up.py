"""Conversation: what follows an answer - "more", or the same in the other language."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.content import current_content
from actions.utterance import utter
from bot.answering.follow_ups import Context
from bot.answering.replies import more, repeat
from bot.answering.reply import response_reply


class ActionMore(Action):
    """Says what goes beyond what was said last: further services, or topics near the last one."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_more"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter it in the person's language."""
        utter(dispatcher, more(current_content(), _again(tracker), tracker.get_slot("language")))
        return []


class ActionSwitchLanguage(Action):
    """Confirms the language that was asked for, and says in it what was said last."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_switch_language"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter both; the gateway learns that the language was asked for."""
        content, language = current_content(), tracker.get_slot("language")
        # A search for help asks its question again by itself.
        searching = bool(tracker.active_loop_name)
        said = None if searching else repeat(content, _again(tracker), language)
        response = "utter_language_switched" if said or searching else "utter_language_switched_at_start"
        confirmed = response_reply(content, response, language)
        dispatcher.utter_message(
            text=confirmed.text, json_message={"language": language, "requested": True, "services": []}
        )
        if said:
            utter(dispatcher, said)
        return []


def _again(tracker: Tracker) -> str | None:
    return Context.read(tracker.latest_message.get("metadata")).again
