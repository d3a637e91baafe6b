"""Taking a message with several questions apart."""

from __future__ import annotations

import pytest

from bot.text.questions import closing_question, split_questions, strung_matters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can they come in?", []),
        ("Can they come in? ok?", []),
        ("no question at all", []),
        ("", []),
        ("????", []),
        (
            "¿Pueden entrar a mi casa? ¿Y pueden llevarse a mis hijos?",
            ["Pueden entrar a mi casa", "Y pueden llevarse a mis hijos"],
        ),
        (
            "They took my brother. Where is he now?? And can I visit him? Thank you so much",
            ["They took my brother. Where is he now", "And can I visit him"],
        ),
        (
            "me pararon en mi carro y también quiero saber dónde dan comida",
            ["me pararon en mi carro", "quiero saber dónde dan comida"],
        ),
        (
            "can my boss fire me for this, and how do i get a red card",
            ["can my boss fire me for this", "how do i get a red card"],
        ),
        ("they took my wife, and my son too", []),
        ("se llevaron a mi papá y a mi tío", []),
        ("one two three? " * 7, ["one two three"] * 5),
    ],
)
def test_questions_keep_what_was_told_before_them(text: str, expected: list[str]) -> None:
    """At most five; what follows the last question mark is none, nor is a word or two."""
    assert split_questions(text) == expected


def test_the_question_of_a_story_stands_at_its_end() -> None:
    """In a long text the last sentence; in a short one, or in one without an end, there is none."""
    story = "My uncle came here many years ago and has worked ever since. " * 6
    assert closing_question(f"{story}Can they take him at work?") == "Can they take him at work"
    assert closing_question(f"{story}\n¿Y si lo paran manejando? ok") == "Y si lo paran manejando"
    assert closing_question("He came. Can they take him at work?") is None
    assert closing_question("word " * 200) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "they fired me from my job and my rent is due friday, what about my work permit",
            ["they fired me from my job", "my rent is due friday", "what about my work permit"],
        ),
        ("se llevaron a mi papá y a mi tío", []),
        ("mi esposo trabaja de noche, yo no", []),
        ("can they take my car and what happens to my kids?", []),
    ],
)
def test_matters_are_strung_together_by_commas_and_and(text: str, expected: list[str]) -> None:
    """Each says more than three words; with a question mark the questions count."""
    assert strung_matters(text) == expected
