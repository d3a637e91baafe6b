"""Follow-ups: the ranking of labels in the light of what was said before."""

from __future__ import annotations

import dataclasses

import pytest

from bot.answering.follow_ups import Context, ranking_in_context, weighed_by_facets, with_what_is_asked
from bot.content.glossary import FollowUp
from bot.content.reading import Content

SETTINGS = {"home": "ice_at_home", "work": "ice_at_work"}
RANKING = [("faq/wages", 0.5), ("faq/warrants", 0.25), ("out_of_scope", 0.25)]
AT_WORK = FollowUp(goes_on=True, setting="work", bare=True)
WHAT_IF = FollowUp(goes_on=True)
HOME = Context(topic="ice_at_home", related=("warrants",))


@pytest.mark.parametrize(
    ("follow_up", "context", "expected"),
    [
        (AT_WORK, HOME, [("faq/ice_at_work", 1.0)]),
        (AT_WORK, Context(topic="bond", related=("ice_at_home",)), [("faq/ice_at_work", 1.0)]),
        (
            AT_WORK,
            Context(topic="bond"),
            [
                ("faq/wages", pytest.approx(0.6)),
                ("faq/warrants", pytest.approx(0.3)),
                ("out_of_scope", pytest.approx(0.1)),
            ],
        ),
        (AT_WORK, Context(), RANKING),
        (FollowUp(setting="work", bare=True), HOME, RANKING),
        (
            WHAT_IF,
            HOME,
            [
                ("faq/warrants", pytest.approx(0.5625)),
                ("faq/wages", pytest.approx(0.375)),
                ("out_of_scope", pytest.approx(0.0625)),
            ],
        ),
        (
            FollowUp(short=True),
            Context(topic="wages"),
            [("faq/wages", 0.75), ("faq/warrants", 0.125), ("out_of_scope", 0.125)],
        ),
        (WHAT_IF, Context(), RANKING),
        (FollowUp(), HOME, RANKING),
    ],
)
def test_a_follow_up_leans_on_the_topic_before(
    follow_up: FollowUp, context: Context, expected: list[tuple[str, float]]
) -> None:
    """To the topic of the setting named, or to topics near it; any other message stands for itself."""
    ranked = ranking_in_context(RANKING, follow_up, context, setting_topics=SETTINGS, related_weight=3)
    assert ranked == expected


def test_an_emergency_loses_nothing_in_a_conversation() -> None:
    """ "They are here" after a question about the door."""
    ranking = [("emergency_now", 0.5), ("faq/ice_at_home", 0.4), ("greet", 0.1)]
    ranked = ranking_in_context(
        ranking, FollowUp(short=True), HOME, setting_topics=SETTINGS, related_weight=3
    )
    assert [label for label, _ in ranked] == ["emergency_now", "faq/ice_at_home", "greet"]


@pytest.mark.parametrize("follow_up", [FollowUp(), FollowUp(short=True), FollowUp(about_that=True)])
@pytest.mark.parametrize("alarm", ["emergency_now", "danger_now"])
def test_a_short_message_in_a_conversation_is_no_likelier_to_be_an_alarm(
    follow_up: FollowUp, alarm: str
) -> None:
    """ "Mine runs out in March" after an answer on DACA; nor is it less likely."""
    ranking = [("out_of_scope", 0.5), (alarm, 0.1), ("faq/warrants", 0.1), ("greet", 0.3)]
    ranked = ranking_in_context(
        ranking, follow_up, HOME, setting_topics=SETTINGS, related_weight=3, same_weight=2
    )
    assert dict(ranked)[alarm] == pytest.approx(0.1) and sum(score for _, score in ranked) == pytest.approx(1)


def test_who_has_had_the_card_for_an_emergency_says_next_what_became_of_it() -> None:
    """What is near it weighs more than a second alarm."""
    ranking = [("emergency_now", 0.4), ("faq/if_arrested_detained.relative_now", 0.3), ("greet", 0.3)]
    context = Context(topic="emergency_now", related=("if_arrested_detained",))
    ranked = ranking_in_context(
        ranking, FollowUp(goes_on=True), context, setting_topics=SETTINGS, related_weight=3
    )
    assert ranked[0][0] == "faq/if_arrested_detained.relative_now"


def test_all_answers_of_a_topic_lean_with_it() -> None:
    """As much for each, so that the situation stays as clear as it was."""
    ranking = [("faq/wages", 0.4), ("faq/warrants.on_a_phone", 0.3), ("faq/warrants", 0.3)]
    ranked = ranking_in_context(ranking, WHAT_IF, HOME, setting_topics=SETTINGS, related_weight=3)
    assert [label for label, _ in ranked] == ["faq/warrants.on_a_phone", "faq/warrants", "faq/wages"]
    assert [score for _, score in ranked] == pytest.approx([0.9 / 2.2, 0.9 / 2.2, 0.4 / 2.2])


def test_a_message_that_stands_for_itself_is_mostly_on_the_same_matter() -> None:
    """What is sure of another one still wins; and it is mostly the bot's business."""
    ranked = ranking_in_context(
        RANKING, FollowUp(), HOME, setting_topics=SETTINGS, related_weight=3, same_weight=2
    )
    assert dict(ranked) == {
        "faq/wages": pytest.approx(0.5 / 1.125),
        "faq/warrants": pytest.approx(0.5 / 1.125),
        "out_of_scope": pytest.approx(0.125 / 1.125),
    }
    sure = [("faq/wages", 0.9), ("faq/warrants", 0.1)]
    ranked = ranking_in_context(
        sure, FollowUp(), HOME, setting_topics=SETTINGS, related_weight=3, same_weight=2
    )
    assert ranked[0][0] == "faq/wages"


def test_what_was_offered_last_is_near() -> None:
    """Whoever says it in other words mostly means one of these."""
    context = Context(again="offer:warrants.on_a_phone,daca")
    ranked = ranking_in_context(
        RANKING, FollowUp(short=True), context, setting_topics=SETTINGS, related_weight=3
    )
    assert context.listed == ("warrants.on_a_phone", "daca")
    assert ranked[0][0] == "faq/warrants"
    assert Context(again="topic:daca").listed == ()


@pytest.mark.parametrize(
    ("context", "best"),
    [
        (Context(asked="bond.paying"), "faq/bond.paying"),
        (Context(asked="daca"), "faq/wages"),
        (Context(asked="daca", bare=True), "faq/daca"),
        (Context(who_helps=True, bare=True), "find_help"),
        (Context(), "faq/wages"),
    ],
)
def test_what_a_follow_up_asks_for_by_its_words_weighs(context: Context, best: str) -> None:
    """It wins alone where nothing else is said; beside other words what is sure of another topic wins."""
    ranking = [("faq/wages", 0.7), ("faq/bond", 0.3)]
    ranked = with_what_is_asked(ranking, context, asked_share=0.4, bare_share=0.8)
    assert ranked[0][0] == best
    assert sum(score for _, score in ranked) == pytest.approx(1)


def test_facets_share_the_score_of_a_topic_out_anew() -> None:
    """An answer that fits gains, one that is for something else loses; no topic gains on another."""
    ranking = [("faq/bond", 0.4), ("faq/bond.refused", 0.2), ("faq/daca", 0.4)]
    ranked = dict(weighed_by_facets(ranking, {"bond": -1, "bond.refused": 1, "daca": 2}, 2))
    assert ranked == {
        "faq/bond": pytest.approx(0.2),
        "faq/bond.refused": pytest.approx(0.4),
        "faq/daca": pytest.approx(0.4),
    }
    assert weighed_by_facets(ranking, {}, 2) == ranking


@pytest.mark.parametrize(
    ("again", "card"),
    [
        ("say:utter_emergency_now", "emergency_now"),
        ("say:utter_emergency_home", "emergency_home"),
        ("say:utter_emergency_again", "emergency_again"),
        ("say:utter_danger_now", "danger_now"),
        ("say:utter_life_in_danger", "life_in_danger"),
        ("say:utter_danger_again", "danger_again"),
        ("say:utter_greet", None),
        ("topic:emergency_now", None),
        (None, None),
    ],
)
def test_the_card_that_was_said_last_is_known(again: str | None, card: str | None) -> None:
    """So that it is not said twice in a row."""
    assert Context(again=again).card == card


def test_a_context_survives_as_metadata() -> None:
    """Also with more beside it, and where there is none."""
    context = Context("es", True, "bond", ("daca",), "topic:bond")
    assert Context.read({**context.as_metadata(), "more": 1}) == context
    assert Context.read(None) == Context()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("and at work?", FollowUp(goes_on=True, setting="work", bare=True)),
        ("¿Y en el trabajo?", FollowUp(goes_on=True, setting="work", bare=True)),
        ("what about in my car", FollowUp(goes_on=True, setting="car", bare=True)),
        ("y en la escuela de mis hijos", FollowUp(goes_on=True, setting="school")),
        ("what if they have a warrant?", FollowUp(goes_on=True)),
        ("who can help me with that?", FollowUp(about_that=True)),
        ("¿quién me ayuda con eso?", FollowUp(about_that=True)),
        ("can ICE enter my home?", FollowUp(setting="home")),
        ("at home or at work", FollowUp(goes_on=True)),
        ("", FollowUp()),
    ],
)
def test_words_that_go_on_or_point_back_are_found(
    project_content: Content, text: str, expected: FollowUp
) -> None:
    """By the glossary, which staff can add to."""
    found = project_content.glossary.read_follow_up(text)
    assert dataclasses.replace(found, short=False) == expected


@pytest.mark.parametrize(
    ("text", "short"), [("how much is it?", True), ("and if they come to my work", False), ("", False)]
)
def test_a_message_of_a_few_words_may_be_a_part_of_what_was_said(
    project_content: Content, text: str, short: bool
) -> None:
    """Up to five."""
    assert project_content.glossary.read_follow_up(text).short is short
