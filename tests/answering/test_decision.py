"""The decision step: answer, offer, decline, ask again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import pytest

from bot.answering.decision import (
    DANGER,
    EMERGENCY,
    Decision,
    DecisionStep,
    Understanding,
    as_goes_on,
    decide,
    decide_on_matters,
    decide_on_parts,
    topic_scores,
)
from bot.content.glossary import HelpRequest
from bot.content.thresholds import Thresholds
from bot.directory.places import ANY

THRESHOLDS = Thresholds(
    answer_at=0.5,
    doubt_at=0.2,
    decline_at=0.7,
    offer_at=0.1,
    emergency_at=0.3,
    emergency_share=0.7,
    situation_share=0.6,
)
DIRECTORY_TOPICS = {"legal": "legal_aid_find"}


def answered(answer: str) -> Decision:
    return Decision("faq", "answer", topic=answer.partition(".")[0], answer=answer)


def decided(*ranking: tuple[str, float]) -> Decision:
    judged = Understanding("en", ranking)
    return decide(judged, THRESHOLDS, with_text={"bond", "daca"}, directory_topics=DIRECTORY_TOPICS)


DOUBTFUL = Decision("clarify", "clarify", offered=("bond",))
CHOICE = Decision("clarify", "clarify", offered=("bond", "daca", "red_card"))
THOUGHT = Decision("danger_now", "emergency", topic="danger_now")
LIFE = Decision("life_in_danger", "emergency", topic="danger_now")
UNKNOWN = Decision("not_understood", "fallback")


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([("faq/bond", 0.5), ("faq/daca", 0.2)], answered("bond")),
        ([("faq/red_card", 0.9)], Decision("no_answer", "answer", topic="red_card", answer="red_card")),
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
        ([("faq/bond", 0.6), ("out_of_scope", 0.11)], answered("bond")),
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
        ([("faq/bond", 0.6), ("emergency_now", 0.3)], answered("bond")),
        ([("faq/bond", 0.4), ("danger_now", 0.3)], THOUGHT),
        ([("danger_now", 0.5), ("emergency_now", 0.4)], THOUGHT),
        ([("life_in_danger", 0.3), ("danger_now", 0.2), ("emergency_now", 0.4)], LIFE),
        ([("danger_now", 0.2), ("life_in_danger", 0.15), ("greet", 0.3)], THOUGHT),
        ([("danger_now", 0.2), ("life_in_danger", 0.2)], LIFE),
        ([("danger_now", 0.15), ("life_in_danger", 0.14), ("greet", 0.3)], UNKNOWN),
        (
            [("emergency_now", 0.4), ("danger_now", 0.4)],
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
        ([("faq/bond", 0.6), ("emergency_now", 0.29)], answered("bond")),
        ([], Decision("not_understood", "fallback")),
    ],
)
def test_scores_become_a_decision(ranking: list[tuple[str, float]], expected: Decision) -> None:
    """Each threshold is inclusive; an emergency goes before everything."""
    assert decided(*ranking) == expected


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        # No answer has enough by itself, but the topic has.
        ([("faq/bond.refused", 0.3), ("faq/bond", 0.25), ("faq/daca", 0.3)], answered("bond")),
        # The situation is clear: its share of the topic is as much as is asked for.
        ([("faq/bond.refused", 0.36), ("faq/bond", 0.24)], answered("bond.refused")),
        ([("faq/bond.refused", 0.35), ("faq/bond", 0.25)], answered("bond")),
        # Two situations, neither of them clear.
        ([("faq/bond.refused", 0.3), ("faq/bond.paying", 0.3)], answered("bond")),
        ([("faq/bond", 0.6)], answered("bond")),
        # A topic without a text of its own.
        (
            [("faq/red_card.lost", 0.9)],
            Decision("no_answer", "answer", topic="red_card", answer="red_card.lost"),
        ),
        # What is offered is as near to what was meant as is clear.
        (
            [("faq/bond.refused", 0.25), ("faq/daca", 0.1), ("faq/daca.renew", 0.1), ("greet", 0.2)],
            Decision("clarify", "clarify", offered=("bond.refused", "daca")),
        ),
        # Of one topic there is one offer, and its score is that of all of them; a single one is no choice.
        (
            [("faq/bond.refused", 0.06), ("faq/bond.paying", 0.05), ("faq/daca", 0.09)],
            Decision("clarify", "clarify", offered=("bond", "daca")),
        ),
        # An emergency must not be lost because its rival is one topic in many pieces.
        (
            [("faq/bond.refused", 0.2), ("faq/bond", 0.2), ("emergency_now", 0.3)],
            Decision("emergency_now", "emergency", topic="emergency_now"),
        ),
        ([("faq/bond.refused", 0.3), ("faq/bond", 0.3), ("emergency_now", 0.3)], answered("bond")),
        # Doubt is measured by the topic too.
        (
            [("faq/bond.refused", 0.3), ("faq/bond", 0.3), ("out_of_scope", 0.12)],
            Decision("clarify", "clarify", offered=("bond",)),
        ),
        ([("faq/bond.refused", 0.3), ("faq/bond", 0.3), ("out_of_scope", 0.11)], answered("bond")),
    ],
)
def test_the_answers_of_a_topic_count_together(ranking: list[tuple[str, float]], expected: Decision) -> None:
    """The topic is decided on by their sum; which of them is given, by its share of it."""
    assert decided(*ranking) == expected


def test_scores_of_answers_are_summed_by_topic() -> None:
    """Intents of the small talk stand beside them as they are; the best comes first."""
    summed = topic_scores([("greet", 0.3), ("faq/bond.refused", 0.25), ("faq/bond", 0.25), ("faq/daca", 0.2)])
    assert summed == [("faq/bond", 0.5), ("greet", 0.3), ("faq/daca", 0.2)]
    assert topic_scores([]) == []


@pytest.mark.parametrize(
    ("ranking", "listed", "expected"),
    [
        ([("faq/bond.refused", 0.3), ("faq/daca", 0.2)], ("daca",), answered("bond")),
        ([("faq/red_card", 0.3), ("greet", 0.2)], ("daca",), "no_answer"),
        ([("faq/daca", 0.6)], ("daca",), answered("daca")),
        # What is likely of nothing is told whom to ask instead.
        ([("faq/bond.refused", 0.2), ("faq/daca", 0.2)], ("daca",), UNKNOWN),
        ([("faq/bond", 0.3)], (), DOUBTFUL),
    ],
)
def test_a_choice_is_never_offered_twice_in_a_row(
    ranking: list[tuple[str, float]], listed: tuple[str, ...], expected: Decision | str
) -> None:
    """The likeliest topic's core answer, right for all situations, comes instead."""
    step = DecisionStep({"en": THRESHOLDS}, {"bond", "daca"}, DIRECTORY_TOPICS)
    decision = step.decide([Understanding("en", tuple(ranking), listed=listed)])
    assert expected in (decision, decision.intent)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([("faq/bond.refused", 0.3), ("faq/daca", 0.2)], answered("bond")),
        ([("faq/bond", 0.2), ("faq/daca", 0.2)], Decision("danger_again", "emergency", topic="danger_now")),
    ],
)
def test_who_was_in_danger_is_not_left_with_a_list(
    ranking: list[tuple[str, float]], expected: Decision
) -> None:
    """A question is answered, and who listens stands behind it; what is likely of nothing gets them again."""
    step = DecisionStep({"en": THRESHOLDS}, {"bond", "daca"}, DIRECTORY_TOPICS)
    assert step.decide([Understanding("en", tuple(ranking), last="danger_now")]) == expected


CARD = Decision(EMERGENCY, "emergency", topic=EMERGENCY)
DECLINED = Decision("out_of_scope", "decline")


def card(name: str) -> Decision:
    return Decision(name, "emergency", topic=DANGER if "danger" in name else EMERGENCY)


@pytest.mark.parametrize(
    ("decision", "setting", "last", "expected"),
    [
        # The card for the place where agents are, where there is one.
        (CARD, None, None, CARD),
        (CARD, "home", None, card("emergency_home")),
        (CARD, "street", None, card("emergency_street")),
        (CARD, "car", None, card("emergency_car")),
        (CARD, "work", None, card("emergency_work")),
        (CARD, "hospital", None, CARD),
        # Never the same twice in a row; another place is new.
        (CARD, None, "emergency_now", card("emergency_again")),
        (CARD, "home", "emergency_home", card("emergency_again")),
        (CARD, "home", "emergency_now", card("emergency_home")),
        (CARD, "car", "emergency_home", card("emergency_car")),
        (CARD, None, "emergency_again", CARD),
        (card("danger_now"), None, "danger_now", card("danger_again")),
        (card("life_in_danger"), None, "life_in_danger", card("danger_again")),
        (card("danger_now"), None, "danger_again", card("danger_now")),
        # A life that is being lost is another card than a thought.
        (card("life_in_danger"), None, "danger_now", card("life_in_danger")),
        (card("danger_now"), None, "life_in_danger", card("danger_now")),
        # Somebody in danger is not left with "I do not understand".
        (DECLINED, None, "danger_now", card("danger_again")),
        (Decision("unclear", "fallback"), None, "life_in_danger", card("danger_again")),
        (Decision("not_understood", "fallback"), None, "danger_again", card("danger_again")),
        (answered("bond"), None, "danger_now", answered("bond")),
        (CARD, None, "danger_now", CARD),
        # After agents, what is not understood is asked again.
        (DECLINED, None, "emergency_now", DECLINED),
        (DOUBTFUL, "home", None, DOUBTFUL),
    ],
)
def test_what_was_said_before_and_the_place_tell_which_card_is_given(
    decision: Decision, setting: str | None, last: str | None, expected: Decision
) -> None:
    """The card for this place, never the same text twice in a row, and nobody in danger is sent away."""
    judged = Understanding("en", setting=setting, last=last)
    assert as_goes_on(decision, judged) == expected


def test_a_step_decides_in_the_light_of_the_last_card() -> None:
    """From the scores to the card, as the model does it."""
    step = DecisionStep({"en": THRESHOLDS}, {"bond"}, DIRECTORY_TOPICS)
    alarm = (("emergency_now", 0.8),)
    first, second = (
        step.decide([Understanding("en", alarm, setting="work", last=last)])
        for last in (None, "emergency_work")
    )
    assert (first.intent, second.intent) == ("emergency_work", "emergency_again")
    unknown = step.decide([Understanding("en", (("greet", 0.2),), last="danger_now")])
    assert unknown == Decision("danger_again", "emergency", topic="danger_now")


FIRST_STEPS = {"arrest": ("arrest", "bond", "work.taken"), "violence": ("violence",)}


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        # Several of them together are as likely as one must be to be answered: only which one is not clear.
        (
            [("faq/bond.refused", 0.3), ("faq/arrest", 0.15), ("faq/work.taken", 0.12), ("faq/daca", 0.1)],
            Decision(
                "first_steps",
                "clarify",
                topic="arrest",
                offered=("bond.refused", "work.taken"),
                answer="arrest",
            ),
        ),
        # Another answer of the same topic is not one of them.
        (
            [("faq/bond", 0.3), ("faq/work.raid", 0.3)],
            Decision("clarify", "clarify", offered=("bond", "work.raid")),
        ),
        ([("faq/bond", 0.3), ("faq/daca", 0.25)], Decision("clarify", "clarify", offered=("bond", "daca"))),
        ([("faq/bond", 0.3), ("faq/arrest", 0.25), ("out_of_scope", 0.6)], None),
        ([("faq/bond", 0.6)], answered("bond")),
        (
            [("faq/violence", 0.3), ("faq/violence.now", 0.2), ("out_of_scope", 0.12)],
            Decision("first_steps", "clarify", topic="violence", offered=(), answer="violence"),
        ),
    ],
)
def test_whoever_was_hurt_gets_first_steps_where_it_is_not_clear_what_is_asked(
    ranking: Sequence[tuple[str, float]], expected: Decision | None
) -> None:
    """Not a bare list; where it may be none of the bot's business, it is a list as ever."""
    decision = decide(
        Understanding("en", tuple(ranking)),
        THRESHOLDS,
        with_text={"bond", "daca", "violence"},
        directory_topics=DIRECTORY_TOPICS,
        first_steps=FIRST_STEPS,
    )
    assert decision == expected if expected else decision.intent == "clarify"


def test_who_can_help_with_that_means_the_topic_before() -> None:
    """Where help is looked for and the words point back; without a topic before it is a search."""
    found = [
        decide(
            Understanding("en", ((label, 0.35),), about=about),
            THRESHOLDS,
            with_text={"bond"},
            directory_topics=DIRECTORY_TOPICS,
        )
        for label, about in (("find_help", "bond"), ("faq/legal_aid_find", "bond"), ("faq/bond", "daca"))
    ]
    helped = Decision("help_with_that", "smalltalk", topic="bond")
    assert found == [helped, helped, Decision("clarify", "clarify", offered=("bond",))]


ANSWERED = {name: answered(name) for name in ("bond", "daca", "red_card", "a", "b")}
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
            Decision("several_questions", "answer", topic="bond", offered=("daca",), answer="bond"),
        ),
        (
            DOUBTFUL,
            list(ANSWERED.values()),
            Decision(
                "several_questions",
                "answer",
                topic="bond",
                offered=("daca", "red_card", "a"),
                answer="bond",
            ),
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
    judged = Understanding(
        "en", (("faq/bond", 0.8),), HelpRequest(("legal",), "Bell"), "bond", "home", "emergency_now"
    )
    assert Understanding.from_json(json.loads(json.dumps(dataclasses.asdict(judged)))) == judged


def test_of_several_questions_each_keeps_its_situation() -> None:
    """What is answered first and what is offered are answers, where their situations are clear."""
    parts = [answered("bond.refused"), answered("bond.paying"), answered("daca.renew")]
    assert decide_on_parts(DOUBTFUL, parts) == Decision(
        "several_questions", "answer", topic="bond", offered=("daca.renew",), answer="bond.refused"
    )


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
        (SURE_OF_BOND, HelpRequest(("legal",), "Bell"), answered("bond")),
        (
            ("faq/bond", 0.2),
            HelpRequest(("legal",), "Bell"),
            Decision("clarify", "clarify", offered=("bond",)),
        ),
        # The need alone is answered as a question is, or searched for where nothing else was said.
        (
            SURE_OF_LAWYER,
            LEGAL,
            Decision("no_answer", "answer", topic="legal_aid_find", answer="legal_aid_find"),
        ),
        (("find_help", 0.8), HEALTH, Decision("search_help", "smalltalk")),
        (("faq/bond", 0.2), HelpRequest(("legal",), bare=True), SEARCH),
        (("faq/bond", 0.2), LEGAL, Decision("clarify", "clarify", offered=("bond",))),
        # "Near me" is asked near where.
        (SURE_OF_LAWYER, HelpRequest(("legal",), near_me=True), Decision("find_help", "smalltalk")),
        # A place alone begins a search, unless it is part of a question.
        (("unclear", 0.8), HelpRequest(place="90255", bare=True), Decision("find_help", "smalltalk")),
        (("unclear", 0.8), HelpRequest(place="Bell"), Decision("unclear", "fallback")),
        (SURE_OF_BOND, HelpRequest(place="Bell", bare=True), answered("bond")),
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
        Understanding("en", (best,), request_),
        THRESHOLDS,
        with_text={"bond"},
        directory_topics=DIRECTORY_TOPICS,
    )
    assert decision == expected


def test_the_question_at_the_end_of_a_story_counts_where_the_story_leaves_doubt() -> None:
    """Where the whole is sure, it counts; an emergency in either goes first."""
    bond, daca = answered("bond"), answered("daca")
    assert decide_on_parts(DOUBTFUL, [bond]) == bond
    assert decide_on_parts(Decision("out_of_scope", "decline"), [bond]) == bond
    assert decide_on_parts(daca, [bond]) == daca
    alarm = Decision("emergency_now", "emergency", topic="emergency_now")
    assert decide_on_parts(alarm, [bond]) == decide_on_parts(bond, [alarm]) == alarm


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        (
            CHOICE,
            [UNKNOWN, answered("daca"), answered("bond.refused")],
            Decision(
                "several_questions",
                "answer",
                topic="daca",
                offered=("bond.refused", "red_card"),
                answer="daca",
            ),
        ),
        (
            CHOICE,
            [answered("bond.refused"), UNKNOWN],
            Decision(
                "several_questions",
                "answer",
                topic="bond",
                offered=("daca", "red_card"),
                answer="bond.refused",
            ),
        ),
        (CHOICE, [answered("daca"), UNKNOWN], CHOICE),
        (CHOICE, [answered("tps"), answered("rent_help")], CHOICE),
        (CHOICE, [ALARM, THOUGHT], CHOICE),
        (DOUBTFUL, [answered("bond"), UNKNOWN], answered("bond")),
        (answered("tps"), [answered("tps"), UNKNOWN], answered("tps")),
        (answered("tps"), [answered("rent_help"), ALARM], answered("tps")),
        (
            answered("tps"),
            [answered("bond.refused"), answered("tps"), answered("rent_help")],
            Decision("several_questions", "answer", topic="tps", offered=("bond.refused",), answer="tps"),
        ),
        (UNKNOWN, [answered("bond"), answered("daca")], UNKNOWN),
    ],
)
def test_matters_strung_together_say_which_of_the_choice_is_meant(
    whole: Decision, parts: list[Decision], expected: Decision
) -> None:
    """The likeliest, or two that were likely, and what is offered behind an answer; never more than the whole
    message may be about, and no alarm."""
    likely = [f"faq/{topic}" for topic in ("tps", "bond", "daca", "red_card")]
    assert decide_on_matters(whole, parts, likely) == expected
