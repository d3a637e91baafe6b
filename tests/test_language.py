"""Which language a message is in."""

from __future__ import annotations

import pytest

from bot.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can they come into my house", "en"),
        ("pueden entrar a mi casa", "es"),
        ("ocupo un avogado q no cobre", "es"),
        ("what do i do if la migra comes", "en"),
        ("si viene ICE a mi casa que hago", "es"),
    ],
)
def test_a_clear_message_is_told_without_a_hint(text: str, language: str) -> None:
    """Words decide, with accents or without, with a word of the other language or without."""
    assert detect_language(text) == language


@pytest.mark.parametrize("hint", ["en", "es"])
@pytest.mark.parametrize("text", ["DACA", "ICE", "HP With You", "AB 60", "🙂🙂", "...", "911"])
def test_a_message_without_a_language_takes_that_of_the_page(text: str, hint: str) -> None:
    """Names, numbers and emoji are the same in both languages."""
    assert detect_language(text, hint=hint) == hint
    assert detect_language(text) is None


@pytest.mark.parametrize("hint", ["en", "es"])
def test_the_page_never_overrules_clear_words(hint: str) -> None:
    """A Spanish question on the English page is answered in Spanish, and the other way round."""
    assert detect_language("¿qué hago si tocan la puerta?", hint=hint) == "es"
    assert detect_language("what should I do if they knock?", hint=hint) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "我需要一个律师",
        "이민국이 집에 왔어요",
        "мне нужен адвокат",
        "Tôi cần một luật sư giúp gia đình tôi",
        "Je cherche un avocat pour aider ma famille",
    ],
)
def test_a_third_language_is_told(text: str) -> None:
    """Other scripts at once, Latin letters from a few words on."""
    assert detect_language(text, hint="es") == "other"


def test_words_of_a_name_are_not_a_third_language() -> None:
    """Short messages are never taken for Portuguese or Tagalog."""
    assert detect_language("ok mija", hint="es") in ("en", "es")
    assert detect_language("no bueno", hint="en") in ("en", "es")
