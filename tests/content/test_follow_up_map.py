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
