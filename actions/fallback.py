"""Conversation: not sure what is meant - offers topics, behind first steps where somebody was taken or hurt;
several questions at once - answers the first."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.content import current_content
from actions.utterance import utter
from bot.answering.answers import answer
from bot.answering.replies import also_asked, clarify, first_steps


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
        utter(
            dispatcher, clarify(current_content(), decision.get("offered", ()), tracker.get_slot("language"))
        )
        return []


class ActionFirstSteps(Action):
    """Gives the first steps where somebody was taken, hurt or is in fear, and asks what it is about."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_first_steps"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter the first steps with a button a topic, in the person's language."""
        decision = tracker.latest_message.get("decision") or {}
        steps = first_steps(
            current_content(), decision["answer"], decision["offered"], tracker.get_slot("language")
        )
        utter(dispatcher, steps)
        return []


class ActionAnswerSeveral(Action):
    """Answers the first of several questions and offers the topics of the others."""

    def name(self) -> str:
        """Return the name used in data/rules.yml."""
        return "action_answer_several"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter the answer, then the offer."""
        content, language = current_content(), tracker.get_slot("language")
        decision = tracker.latest_message.get("decision") or {}
        utter(dispatcher, answer(content, content.topics[decision["answer"]], language))
        utter(dispatcher, also_asked(content, decision["offered"], language))
        return []
