"""The language that a browser asks for."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES


def other(language: str) -> str:
    """Return the other of the two languages."""
    return LANGUAGES[1 - LANGUAGES.index(language)]


def preferred_language(accepted: str) -> str:
    """Return "en" or "es" from an Accept-Language header."""
    weighted = []
    for position, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.replace(" ", "").partition(";q=")
        try:
            language = Locale.parse(name, sep="-").language
            weight_given = float(weight or 1)
        except (ValueError, UnknownLocaleError):
            continue
        if 0 < weight_given <= 1:
            weighted.append((weight_given, -position, language))
    spoken = [language for weight, _, language in sorted(weighted, reverse=True) if language in LANGUAGES]
    return spoken[0] if spoken else DEFAULT_LANGUAGE
