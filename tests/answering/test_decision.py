"""The decision step: answer, offer, decline, ask again."""

from __future__ import annotations

import dataclasses
import json

import pytest

from bot.answering.decision import Decision, DecisionStep, Understanding, decide, decide_on_parts
from bot.content.glossary import HelpRequest
from bot.content.thresholds import Thresholds
from bot.directory.places import ANY

THRESHOLDS = Thresholds(
    answer_at=0.5, doubt_at=0.2, decline_at=0.7, offer_at=0.1, emergency_at=0.3, emergency_share=0.7
)
DIRECTORY_TOPICS = {"legal": "legal_aid_find"}


def decided(*ranking: tuple[str, float]) -> Decision:
    return decide(ranking, THRESHOLDS, with_text={"bond", "daca"}, directory_topics=DIRECTORY_TOPICS)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([("faq/bond", 0.5), ("faq/daca", 0.2)], Decision("faq", "answer", topic="bond")),
        ([("faq/red_card", 0.9)], Decision("no_answer", "answer", topic="red_card")),
        (
            [("faq/bond", 0.49), ("faq/daca", 0.2), ("greet", 0.15), ("faq/red_card", 0.09)],
            Decision("clarify", "clarify", offered=("bond", "daca")),
        ),
        ([("faq/bond", 0.09), ("greet", 0.05)], Decision("not_understood", "fallback")),
        ([("greet", 0.7), ("faq/bond", 0.3)], Decision("greet", "smalltalk")),
        ([("greet", 0.69), ("faq/bond", 0.3)], Decision("clarify", "clarify", offered=("bond",))),
        ([("more", 0.5), ("faq/bond", 0.3)], Decision("more", "smalltalk")),
        ([("greet", 0.4), ("faq/bond", 0.3)], Decision("clarify", "clarify", offered=("bond",))),
        ([("out_of_scope", 0.7), ("faq/bond", 0.2)], Decision("out_of_scope", "decline")),
        ([("out_of_scope", 0.69), ("faq/bond", 0.2)], Decision("clarify", "clarify", offered=("bond",))),
        ([("out_of_scope", 0.69), ("faq/bond", 0.09)], Decision("not_understood", "fallback")),
        ([("faq/bond", 0.6), ("out_of_scope", 0.11)], Decision("faq", "answer", topic="bond")),
        ([("faq/bond", 0.6), ("out_of_scope", 0.12)], Decision("clarify", "clarify", offered=("bond",))),
        (
            [("chat_privacy", 0.6), ("out_of_scope", 0.2)],
            Decision("chat_privacy", "answer", topic="chat_privacy"),
        ),
        ([("out_of_scope", 0.4), ("faq/bond", 0.4)], Decision("clarify", "clarify", offered=("bond",))),
        ([("unclear", 0.7)], Decision("unclear", "fallback")),
        ([("chat_privacy", 0.7)], Decision("chat_privacy", "answer", topic="chat_privacy")),
        (
            [("faq/bond", 0.4), ("emergency_now", 0.3)],
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
        ([("faq/bond", 0.6), ("emergency_now", 0.3)], Decision("faq", "answer", topic="bond")),
        ([("faq/bond", 0.4), ("danger_now", 0.3)], Decision("danger_now", "decline")),
        ([("danger_now", 0.5), ("emergency_now", 0.4)], Decision("danger_now", "decline")),
        (
            [("emergency_now", 0.4), ("danger_now", 0.4)],
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
        ([("faq/bond", 0.6), ("emergency_now", 0.29)], Decision("faq", "answer", topic="bond")),
        ([], Decision("not_understood", "fallback")),
    ],
)
def test_scores_become_a_decision(ranking: list[tuple[str, float]], expected: Decision) -> None:
    """Each threshold is inclusive; an emergency goes before everything."""
    assert decided(*ranking) == expected


def test_who_can_help_with_that_means_the_topic_before() -> None:
    """Where help is looked for and the words point back; without a topic before it is a search."""
    found = [
        decide(
            [(label, 0.35)], THRESHOLDS, with_text={"bond"}, directory_topics=DIRECTORY_TOPICS, about=about
        )
        for label, about in (("find_help", "bond"), ("faq/legal_aid_find", "bond"), ("faq/bond", "daca"))
    ]
    helped = Decision("help_with_that", "smalltalk", topic="bond")
    assert found == [helped, helped, Decision("clarify", "clarify", offered=("bond",))]


ANSWERED = {name: Decision("faq", "answer", topic=name) for name in ("bond", "daca", "red_card", "a", "b")}
DOUBTFUL = Decision("clarify", "clarify", offered=("bond",))
ALARM = Decision("emergency_now", "emergency", topic="emergency_now")


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        (DOUBTFUL, [], DOUBTFUL),
        (ANSWERED["bond"], [ANSWERED["bond"], ANSWERED["bond"]], ANSWERED["bond"]),
        (DOUBTFUL, [ANSWERED["bond"], DOUBTFUL], DOUBTFUL),
        (
            ANSWERED["daca"],
            [ANSWERED["bond"], DOUBTFUL, ANSWERED["daca"]],
            Decision("several_questions", "answer", topic="bond", offered=("daca",)),
        ),
        (
            DOUBTFUL,
            list(ANSWERED.values()),
            Decision("several_questions", "answer", topic="bond", offered=("daca", "red_card", "a")),
        ),
        (DOUBTFUL, [ANSWERED["bond"], ANSWERED["daca"], ALARM], ALARM),
        (ALARM, [ANSWERED["bond"], ANSWERED["daca"]], ALARM),
    ],
)
def test_of_several_questions_the_first_is_answered(
    whole: Decision, parts: list[Decision], expected: Decision
) -> None:
    """Where two are surely about different topics; an emergency in any of them goes first."""
    assert decide_on_parts(whole, parts) == expected


def test_each_language_has_thresholds_of_its_own() -> None:
    """And a third language is not judged at all."""
    strict = dataclasses.replace(THRESHOLDS, answer_at=0.9)
    step = DecisionStep({"en": THRESHOLDS, "es": strict}, {"bond"}, DIRECTORY_TOPICS)
    ranking = (("faq/bond", 0.8),)
    outcomes = [step.decide([Understanding(language, ranking)]).outcome for language in ("en", "es", "other")]
    assert outcomes == ["answer", "clarify", "decline"]


def test_what_was_judged_survives_json() -> None:
    """As it goes from Rasa to `kyr train`."""
    judged = Understanding("en", (("faq/bond", 0.8),), HelpRequest(("legal",), "Bell"), "bond")
    assert Understanding.from_json(json.loads(json.dumps(dataclasses.asdict(judged)))) == judged


def test_at_most_three_topics_are_offered() -> None:
    """More do not fit a small screen."""
    ranking = [(f"faq/{name}", 0.2) for name in "abcde"]
    assert decided(*ranking).offered == ("a", "b", "c")


LEGAL, HEALTH = HelpRequest(("legal",)), HelpRequest(("health",))
SURE_OF_BOND, SURE_OF_LAWYER = ("faq/bond", 0.8), ("faq/legal_aid_find", 0.8)
SEARCH = Decision("search_help", "answer", topic="legal_aid_find")


@pytest.mark.parametrize(
    ("best", "request_", "expected"),
    [
        # A ZIP code says that help is looked for, whatever the question is like.
        (SURE_OF_BOND, HelpRequest(("legal",), "90255", by_zip=True), SEARCH),
        (
            ("faq/bond", 0.2),
            HelpRequest(("health",), "90255", by_zip=True),
            Decision("search_help", "smalltalk"),
        ),
        # The name of a city or a language only says so beside a question on finding help.
        (SURE_OF_LAWYER, HelpRequest(("legal",), "Bell"), SEARCH),
        (SURE_OF_LAWYER, HelpRequest(("legal",), speaks="es"), SEARCH),
        (SURE_OF_BOND, HelpRequest(("legal",), "Bell"), Decision("faq", "answer", topic="bond")),
        (
            ("faq/bond", 0.2),
            HelpRequest(("legal",), "Bell"),
            Decision("clarify", "clarify", offered=("bond",)),
        ),
        # The need alone is answered as a question is, or searched for where nothing else was said.
        (SURE_OF_LAWYER, LEGAL, Decision("no_answer", "answer", topic="legal_aid_find")),
        (("find_help", 0.8), HEALTH, Decision("search_help", "smalltalk")),
        (("faq/bond", 0.2), HelpRequest(("legal",), bare=True), SEARCH),
        (("faq/bond", 0.2), LEGAL, Decision("clarify", "clarify", offered=("bond",))),
        # "Near me" is asked near where.
        (SURE_OF_LAWYER, HelpRequest(("legal",), near_me=True), Decision("find_help", "smalltalk")),
        # A place alone begins a search, unless it is part of a question.
        (("unclear", 0.8), HelpRequest(place="90255", bare=True), Decision("find_help", "smalltalk")),
        (("unclear", 0.8), HelpRequest(place="Bell"), Decision("unclear", "fallback")),
        (SURE_OF_BOND, HelpRequest(place="Bell", bare=True), Decision("faq", "answer", topic="bond")),
        (("unclear", 0.8), HelpRequest(place=ANY, bare=True), Decision("unclear", "fallback")),
        # Nothing comes before an emergency.
        (
            ("emergency_now", 0.4),
            HelpRequest(("legal",), "90255", by_zip=True),
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
    ],
)
def test_a_search_for_help_is_told_from_a_question(
    best: tuple[str, float], request_: HelpRequest, expected: Decision
) -> None:
    """By what the words say of need, place and language, and by what the classifier is sure of."""
    decision = decide(
        [best],
        THRESHOLDS,
        with_text={"bond"},
        directory_topics=DIRECTORY_TOPICS,
        request=request_,
    )
    assert decision == expected
