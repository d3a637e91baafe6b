"""The map of follow-ups: what a short message asks for after what was said before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.follow_up_map import FollowUpMap, read_follow_ups
from bot.content.reading import Content
from bot.problems import Problems

TAKEN = "if_arrested_detained.relative_now"


@pytest.mark.parametrize(
    ("text", "before", "kind", "answer", "bare"),
    [
        ("¿Y dónde la tienen?", [TAKEN], "where", "find_detained_person", True),
        ("y los niños", [TAKEN], "children", "children_minors.parents_taken_now", True),
        ("cuánto sale sacarla", [TAKEN], "get_out", "bond.paying", True),
        ("how much", ["bond"], "how_much", "bond.paying", True),
        ("no nos alcanza", ["bond.paying"], "no_money", "bond.no_money", True),
        ("no nos alcanza", ["eviction_notice"], "no_money", "rent_help.cannot_pay", True),
        (
            "and if they move her to another state?",
            [TAKEN],
            "transfer",
            "find_detained_person.not_found_moved",
            True,
        ),
        ("she needs an attorney fast", [TAKEN], "lawyer", "legal_aid_find.detained_today", False),
        ("where", ["fear_stress", TAKEN], "where", "find_detained_person", True),
        ("where", ["red_card", TAKEN], "where", "red_card.where_to_get", True),
        ("a quién le marco", ["tenants_landlord"], "call_whom", None, True),
        ("quién nos ayuda", ["tenants_landlord"], "who_helps", None, True),
        ("cómo se dice en inglés", ["red_card"], "say_it", None, True),
        ("where", [], None, None, None),
        ("where", ["daca"], None, None, None),
        (
            "I was thinking about where I would go with my family if all of this goes wrong",
            [TAKEN],
            None,
            None,
            None,
        ),
    ],
)
def test_a_short_message_asks_for_what_belongs_to_the_situation(
    project_content: Content,
    text: str,
    before: list[str],
    kind: str | None,
    answer: str | None,
    bare: bool | None,
) -> None:
    """Of the answer before, else of one before that; one that says more is only likely to."""
    asked = project_content.follow_ups.asked(text, before, {}, project_content.topics)
    found = (asked.kind, asked.answer, asked.bare) if asked else (None, None, None)
    assert found == (kind, answer, bare)


@pytest.mark.parametrize(
    ("text", "before", "answer"),
    [
        ("where can we eat", "rent_help", "food_assistance"),
        ("regalan despensas", "rent_help.cannot_pay", "food_assistance"),
        ("is there a food bank", "hp_with_you_overview", "food_assistance"),
        ("no tenemos qué comer", "eviction_notice", "food_assistance"),
        ("where do we report it", "ice_at_home.they_left", "find_hotline_report_ice"),
        ("a quién le aviso", "bystander_help", "find_hotline_report_ice"),
        ("cómo denuncio", "ice_in_public", "find_hotline_report_ice"),
        ("can we bail them out", TAKEN, "bond.paying"),
        ("cuánto piden para sacarla", TAKEN, "bond.paying"),
        ("no junto feria", "bond.paying", "bond.no_money"),
        ("we do not have enough", "bond", "bond.no_money"),
        ("cannot afford", "rent_help", "rent_help.cannot_pay"),
        ("busco abogada", TAKEN, "legal_aid_find.detained_today"),
        ("want a lawyer", "worker_rights_wages", "legal_aid_find.free_lawyer"),
        ("si los trasladan", TAKEN, "find_detained_person.not_found_moved"),
        ("transferred him to nevada", TAKEN, "find_detained_person.not_found_moved"),
        ("van a deportarla", TAKEN, "expedited_removal.about_to_be_deported"),
        ("is being deported", TAKEN, "expedited_removal.about_to_be_deported"),
        ("no viene su nombre", "find_detained_person", "find_detained_person.not_found_moved"),
        ("nothing comes up", "find_detained_person", "find_detained_person.not_found_moved"),
        ("si no regresa", "check_in_isap", TAKEN),
        ("if they detain them", "check_in_isap", TAKEN),
        ("toma pastillas", TAKEN, "detention_visit_money_medicine.medicine"),
        ("she has epilepsy medication", TAKEN, "detention_visit_money_medicine.medicine"),
        ("horario de visita", TAKEN, "detention_visit_money_medicine.visit"),
        ("visiting hours", TAKEN, "detention_visit_money_medicine.visit"),
        ("quiero platicar con ella", TAKEN, "detention_visit_money_medicine.call_mail"),
        ("can we call them", TAKEN, "detention_visit_money_medicine.call_mail"),
        ("enviarle feria", TAKEN, "detention_visit_money_medicine.money"),
        ("mail him money", TAKEN, "detention_visit_money_medicine.money"),
        ("her last paycheck", TAKEN, "worker_rights_wages.last_pay_of_detained"),
        ("cobrar su cheque", TAKEN, "worker_rights_wages.last_pay_of_detained"),
        ("dónde dormimos", "domestic_violence", "domestic_violence"),
        ("we need a shelter", "domestic_violence", "domestic_violence"),
        ("afraid of the cops", "domestic_violence", "domestic_violence"),
        ("lee mis mensajes", "domestic_violence", "domestic_violence.being_hurt_now"),
        ("tracks my location", "domestic_violence", "domestic_violence.being_hurt_now"),
        ("our toddler", TAKEN, "children_minors.parents_taken_now"),
        ("vamos atrasados", "rent_help", "rent_help.cannot_pay"),
        ("whats the deadline", "eviction_notice", "eviction_notice.three_day_notice"),
    ],
)
def test_each_kind_is_understood_in_both_languages(
    project_content: Content, text: str, before: str, answer: str
) -> None:
    """Short words lead to the answer that belongs to what was said before."""
    asked = project_content.follow_ups.asked(text, [before], {}, project_content.topics)
    assert asked is not None and asked.answer == answer


def test_what_is_known_of_the_situation_chooses_among_answers(project_content: Content) -> None:
    """Where a child was taken, "where" is another search."""
    for who, answer in (("child", ".child_detained"), ("relative", "")):
        known = {"who": who, "when": "just", "authority": "ice"}
        asked = project_content.follow_ups.asked("where", [TAKEN], known, project_content.topics)
        assert asked is not None and asked.answer == f"find_detained_person{answer}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "money: [bond]",
            "mony: [bond]",
            "follow_ups.yml:7: the situation `rent` leads on from `mony`, which is no kind of follow-up with "
            "answers. Correct it, or add it to `kinds`; there are money.",
        ),
        (
            "money: [bond]",
            "money: [bonds]",
            "follow_ups.yml:7: `money` of the situation `rent` names `bonds`, which is not there. Write the "
            "id of an answer, like bond or bond.refused.",
        ),
        (
            "after: [bond]",
            "after: [bonds]",
            "follow_ups.yml:6: `after` of the situation `rent` names `bonds`, which is not there. Write the "
            "id of an answer, like bond or bond.refused.",
        ),
        (
            "[how much]",
            '[how much, "¿?"]',
            "follow_ups.yml:3: an entry of `money` has no letters. Write a word, or remove it.",
        ),
    ],
)
def test_a_mistake_in_the_map_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """With file, line and mend."""
    text = """kinds:
  money:
    words: [how much]
situations:
  rent:
    after: [bond]
    leads: {money: [bond]}
"""
    assert old in text
    (tmp_path / "follow_ups.yml").write_text(text.replace(old, new), encoding="utf-8")
    problems = Problems(tmp_path)
    read_follow_ups(tmp_path / "follow_ups.yml", {"bond"}, problems)
    assert [str(problem) for problem in problems.found] == [expected]


def test_a_content_may_do_without_the_map(tmp_path: Path) -> None:
    """Then nothing is a follow-up by its words."""
    problems = Problems(tmp_path)
    assert read_follow_ups(tmp_path / "follow_ups.yml", (), problems) == FollowUpMap()
    assert not problems.found
