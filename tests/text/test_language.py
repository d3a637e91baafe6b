"""Which language a message is in."""

from __future__ import annotations

import pytest

from bot.content.reading import Content
from bot.text.language import LanguageIdentifier


@pytest.fixture(scope="module")
def identifier(project_content: Content) -> LanguageIdentifier:
    """Knows the words of the project's questions."""
    return project_content.language_identifier


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can they come into my house", "en"),
        ("pueden entrar a mi casa", "es"),
        ("ocupo un avogado q no cobre", "es"),
        ("what do i do if la migra comes", "en"),
        ("si viene ICE a mi casa que hago", "es"),
        ("hello", "en"),
        ("at work?", "en"),
        ("hola", "es"),
        ("mas", "es"),
        ("la segunda", "es"),
    ],
)
def test_a_clear_message_is_told_without_a_hint(
    identifier: LanguageIdentifier, text: str, language: str
) -> None:
    """Words decide, with accents or without, with a word of the other language or without."""
    assert identifier.identify(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can la migra entrar a mi casa", "es"),
        ("my patron no me paga las horas", "es"),
        ("my esposo was detenido ayer en la corte", "es"),
        ("i need un abogado for my mom", "en"),
        ("mi landlord wants to kick me out of the house", "en"),
        ("que hago si vienen to my house por la noche", "es"),
    ],
)
@pytest.mark.parametrize("hint", ["en", "es"])
def test_of_two_languages_the_one_with_more_words_counts(
    identifier: LanguageIdentifier, text: str, language: str, hint: str
) -> None:
    """Whatever the page's language is."""
    assert identifier.identify(text, hint=hint) == language


@pytest.mark.parametrize("hint", ["en", "es"])
@pytest.mark.parametrize(
    "text",
    [
        *("DACA", "ICE?", "HP With You", "AB 60", "I-589", "🙂🙂", "...", "911", "2"),
        *(
            "ok",
            "OK",
            "no",
            "k thx",
            "Boyle Heights",
            "Maywood",
            "bail?",
            "ok no",
            "visa",
            "la migra",
            "Florence Ave",
        ),
    ],
)
def test_a_message_without_a_language_takes_that_of_the_page(
    identifier: LanguageIdentifier, text: str, hint: str
) -> None:
    """Names, numbers, emoji and words that both languages use."""
    assert identifier.identify(text, hint=hint) == hint
    assert identifier.identify(text) is None


@pytest.mark.parametrize("hint", ["en", "es"])
def test_the_page_never_overrules_clear_words(identifier: LanguageIdentifier, hint: str) -> None:
    """A Spanish question on the English page is answered in Spanish, and the other way round."""
    assert identifier.identify("¿qué hago si tocan la puerta?", hint=hint) == "es"
    assert identifier.identify("what should I do if they knock?", hint=hint) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "我需要一个律师",
        "이민국이 집에 왔어요",
        "мне нужен адвокат",
        "Tôi cần một luật sư giúp gia đình tôi",
        "Je cherche un avocat pour aider ma famille",
        "eu preciso de um advogado para minha família",
    ],
)
def test_a_third_language_is_told(identifier: LanguageIdentifier, text: str) -> None:
    """Other scripts at once, Latin letters from a few words on."""
    assert identifier.identify(text, hint="es") == "other"


@pytest.mark.parametrize(
    "text", ["Utz awach, k'o jun nuk'aslemal", "Ma'alob k'iin, bix a k'aaba'", "Jas k'u ri' kab'an wi"]
)
def test_a_mayan_language_is_told_by_its_letters(identifier: LanguageIdentifier, text: str) -> None:
    """It is not answered as if it were Spanish; a name of such a language in a question changes nothing."""
    assert identifier.identify(text, hint="es") == "other"
    assert identifier.identify("mi tía habla q'anjob'al y k'iche' y tiene corte", hint="en") == "es"
    assert identifier.identify("my aunt speaks Q'anjob'al, who can translate in court", hint="es") == "en"


@pytest.mark.parametrize(
    ("text", "language"), [("ayudaaaa viene la migraaaa", "es"), ("heeelp pleaseeee they are hereee", "en")]
)
def test_stretched_words_tell_the_language(identifier: LanguageIdentifier, text: str, language: str) -> None:
    """As the words that they are."""
    assert identifier.identify(text) == language


def test_words_of_a_name_are_not_a_third_language(identifier: LanguageIdentifier) -> None:
    """Short messages are never taken for Portuguese or Tagalog."""
    assert identifier.identify("ok mija", hint="es") in ("en", "es")
    assert identifier.identify("no bueno", hint="en") in ("en", "es")


def test_a_word_learned_from_questions_decides_a_short_message() -> None:
    """Three occurrences make a word known; one that both languages use stays without a side."""
    both = [("taco now", "en"), ("taco ya", "es")] * 3
    learned = LanguageIdentifier.learn([*both, *[("zorro ya", "es")] * 5], ["zurdo ya"])
    assert learned.leaning == {"now": -1, "ya": 1, "zorro": 1}
    assert learned.identify("zorro") == "es"
    assert learned.identify("taco") is None
    assert learned.identify("Zurdo-ya") is None
