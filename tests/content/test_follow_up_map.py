"""The map of follow-ups: what a short message asks for after what was said before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.follow_up_map import FollowUpMap, read_follow_ups
from bot.content.reading import Content
from bot.problems import Problems

TAKEN = "if_arrested_detained.relative_now"
SET = Path(__file__).with_name("follow_ups.tsv")


@pytest.mark.parametrize(
    ("text", "before", "kind", "answer", "bare"),
    [
        ("¿Y dónde la tienen?", [TAKEN], "where_is", "find_detained_person", True),
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
        ("where is she", ["fear_stress", TAKEN], "where_is", "find_detained_person", True),
        ("where", ["fear_stress", TAKEN], None, None, None),
        ("where", ["file_complaint_discrimination", TAKEN], "where", "find_detained_person", True),
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
    """Of the answer before, else of one before that; one that says more is only likely to.

    A word that could be about anything means the last answer that it can be about.
    """
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


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        line.split("\t")
        for line in SET.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ],
)
def test_follow_ups_lead_on_and_new_questions_do_not(
    project_content: Content, before: str, text: str, expected: str
) -> None:
    """Messages as residents write them, and new ones with the same words."""
    asked = project_content.follow_ups.asked(text, before.split(","), {}, project_content.topics)
    assert (asked.answer or asked.kind if asked else "-") == expected


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        ("no tengo lana", "bond", ("money", True)),
        ("no tengo nada de dinero", "bond", ("money", True)),
        ("no tengo lana para pañales", "bond", ("money", False)),
        ("no tengo", "bond", None),
        ("ábranle", "bond", ("open", True)),
        ("precios", "bond", ("price", True)),
        ("y el precio", "bond", ("price", True)),
        ("el precio del gas", "bond", None),
        ("el precio de abrir", "rent_help", None),
    ],
)
def test_words_of_a_kind_are_patterns(
    tmp_path: Path, project_content: Content, text: str, before: str, expected: tuple[str, bool] | None
) -> None:
    """a/b is either, (a) may be missing, a* has any ending, an s may follow.

    What stands under `alone` counts only where nothing is said that leads nowhere here.
    """
    path = tmp_path / "follow_ups.yml"
    path.write_text(
        """kinds:
  money: {words: [no tengo (nada) (de) lana/dinero]}
  open: {words: [abr*]}
  price: {alone: [precio]}
beside: [y/el, de]
situations:
  rent: {after: [rent_help], leads: {price: [rent_help]}}
  bond: {after: [bond], leads: {money: [bond.no_money], price: [bond.paying], open: [bond.paying]}}
""",
        encoding="utf-8",
    )
    problems = Problems(tmp_path)
    follow_ups = read_follow_ups(path, set(project_content.topics), problems)
    asked = follow_ups.asked(text, [before], {}, project_content.topics)
    assert (asked and (asked.kind, asked.bare)) == expected
    assert not problems.found


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
            '[how much, "(el) ¿?"]',
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
