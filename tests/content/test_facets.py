"""Facets: what the words of a message say of the situation, and what sets it right."""

from __future__ import annotations

import pytest

from bot.content.facets import fit, of_new_subject
from bot.content.reading import Content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Se llevaron a mi cuñado anoche", {"who": "relative", "when": "just"}),
        ("my sister has been locked up, they came weeks ago", {"who": "relative", "when": "later"}),
        ("me agarraron y estoy detenida", {"who": "me"}),
        ("los federales están afuera de mi trabajo", {"when": "now", "authority": "ice", "place": "work"}),
        ("la migra took my tío this morning", {"who": "relative", "when": "just", "authority": "ice"}),
        ("what if they stop me and I only have TPS", {"when": "if", "status": "tps"}),
        ("el sheriff paró a mi vecino", {"who": "other", "authority": "police"}),
        ("soy maestra, un niño llora", {"who": "institution"}),
        ("trae una orden firmada por un juez", {"paper": "judge_warrant"}),
        ("my husband was taken and my kids are alone", {"who": "relative"}),
        ("cuánto cuesta", {}),
    ],
)
def test_words_say_what_is_known_of_the_situation(
    project_content: Content, text: str, expected: dict[str, str]
) -> None:
    """In both languages and where they are mixed, as codes."""
    assert project_content.facet_words.after(text, {}) == expected


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("no, mi hermano", {"who": "me"}, {"who": "relative"}),
        ("no mi hermano", {"who": "me"}, {"who": "relative"}),
        ("sorry, not my brother, my neighbor", {"who": "relative"}, {"who": "other"}),
        ("not ICE, the police", {"authority": "ice"}, {"authority": "police"}),
        ("no fue la migra, fue la policía", {"authority": "ice"}, {"authority": "police"}),
        ("it wasn't ICE", {"authority": "ice", "who": "relative"}, {"who": "relative"}),
        ("no es ciudadana", {"status": "citizen"}, {}),
        ("no encuentro a mi hermano", {"who": "me"}, {"who": "relative"}),
        ("¿y mis hijos?", {"who": "relative"}, {"who": "relative"}),
        ("no, mi hija", {"who": "relative"}, {"who": "child"}),
        ("gracias", {"who": "relative", "when": "just"}, {"who": "relative", "when": "just"}),
    ],
)
def test_what_is_denied_or_set_right_takes_the_place_of_what_was_known(
    project_content: Content, text: str, known: dict[str, str], expected: dict[str, str]
) -> None:
    """With a comma or without; what is named beside somebody changes nothing, nor does reading it again."""
    after = project_content.facet_words.after(text, known)
    assert after == expected
    assert project_content.facet_words.after(text, after) == expected


def test_another_subject_keeps_who_it_is_about() -> None:
    """When it happened, and who came, belong to the subject before."""
    known = {"who": "relative", "status": "none", "when": "now", "authority": "ice", "place": "home"}
    assert of_new_subject(known) == {"who": "relative", "status": "none"}


def test_an_answer_fits_what_is_known_by_each_facet_that_it_names() -> None:
    """One that it is for counts for it, one that it is not for against it, what is not known not at all."""
    wanted = {"who": ("relative", "other"), "when": ("later",), "status": ("tps",)}
    assert fit(wanted, {"who": "relative"}) == 1
    assert fit(wanted, {"who": "me", "when": "now"}) == -2
    assert fit(wanted, {"place": "home"}) == 0


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("no, mi hermano", {"who": "me"}, True),
        ("it was not ICE, it was the police", {"authority": "ice"}, True),
        ("no, mi hermano", {}, False),
        ("no, mi hermano", {"who": "relative"}, False),
        ("se llevaron a mi vecino", {"who": "relative"}, False),
        ("gracias", {"who": "me"}, False),
    ],
)
def test_a_short_message_that_sets_something_known_right_is_told(
    project_content: Content, text: str, known: dict[str, str], expected: bool
) -> None:
    """It asks for the answer before once more, as it is for what is true."""
    assert project_content.facet_words.sets_right(text, known) is expected


def test_the_answer_of_a_topic_that_fits_is_found(project_content: Content) -> None:
    """The core answer where nothing tells."""
    known = {"who": "relative", "authority": "police"}
    found = project_content.answer_that_fits("if_arrested_detained", known)
    assert found == "if_arrested_detained.dont_know_police_or_ice"
    assert project_content.answer_that_fits("if_arrested_detained", {}) == "if_arrested_detained"


@pytest.mark.parametrize(
    ("topic", "paper", "expected"),
    [
        ("eviction_notice", "three_day_notice", "eviction_notice.three_day_notice"),
        ("eviction_notice", "court_papers", "eviction_notice.court_papers"),
        ("ice_at_home", "judge_warrant", "ice_at_home.judge_warrant"),
        ("ice_at_home", "deportation_order", "ice_at_home.deportation_order_home"),
        ("deportation_order_court", "deportation_order", "deportation_order_court.old_order"),
        ("dont_sign", "to_sign", "dont_sign.before"),
        ("warrant_types", "judge_warrant", "warrant_types.judge_signed"),
    ],
)
def test_the_paper_that_somebody_holds_tells_which_answer(
    project_content: Content, topic: str, paper: str, expected: str
) -> None:
    """Each paper that words can tell is told by an answer."""
    assert project_content.answer_that_fits(topic, {"paper": paper}) == expected
