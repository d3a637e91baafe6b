"""Near-duplicates: questions of two topics that a model cannot tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.checks import check_content
from bot.text.near_duplicates import TrainingQuestion, near_duplicates

BEFORE = "Where do I find an accredited representative?"


def asked(text: str, intent: str, language: str = "en") -> TrainingQuestion:
    return TrainingQuestion(text, intent, language, Path("x.yml"), 1)


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("where do i find an acredited representitive", True),
        ("An accredited representative: where do I find?", True),
        ("Where do I find the accredited representative?", False),
        (BEFORE, False),
        ("Where do I find an accredited doctor?", False),
        ("Where do I find 2 accredited representative?", False),
    ],
)
def test_spelling_and_order_make_no_other_question(text: str, alike: bool) -> None:
    """A word or a number does; the same to the letter is a mistake that is named elsewhere."""
    pair = asked(BEFORE, "faq/a"), asked(text, "faq/b")
    assert list(near_duplicates(pair)) == ([pair] if alike else [])


def test_within_a_topic_or_between_languages_nothing_is_said() -> None:
    """Variants of one question are welcome."""
    text = "where do i find an acredited representitive"
    assert not list(near_duplicates([asked(BEFORE, "faq/a"), asked(text, "faq/a")]))
    assert not list(near_duplicates([asked(BEFORE, "faq/a"), asked(text, "faq/b", "es")]))


def test_they_are_warnings_with_file_and_line(content_copy: Path) -> None:
    """Nothing is refused because of them."""
    path = content_copy / "data" / "faq" / "red_card.yml"
    text = path.read_text(encoding="utf-8")
    first = text.index("    - ")
    path.write_text(
        text[:first] + "    - how mutch is the bond to get out\n" + text[first:], encoding="utf-8"
    )
    other = content_copy / "data" / "faq" / "bond.yml"
    text = other.read_text(encoding="utf-8")
    first = text.index("    - ")
    other.write_text(
        text[:first] + "    - how much is the bond to get out\n" + text[first:], encoding="utf-8"
    )
    (found,) = check_content(content_copy)
    assert found.warning
    assert str(found) == (
        "data/faq/red_card.yml:18: warning: the question “how mutch is the bond to get out” is as good as "
        "“how much is the bond to get out” in bond.yml, line 13. "
        "Keep one of them, or say in it what makes it another question."
    )
