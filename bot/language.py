"""Which language a text is in: English, Spanish, another one, or not to be told.

The statistical work is lingua's; this module decides what its figures mean for short messages of
residents who mix both languages. It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

LANGUAGES = ("en", "es")
OTHER = "other"

# Names that are the same in both languages say nothing about the language of a message, yet
# lingua takes "HP With You" for English and "DACA" for Spanish.
_NAMES = re.compile(
    r"\b(hp with you|huntington park|city hall|red card|sanctuary city|know your rights|food bank"
    r"|medi-?cal|calfresh|calworks|chirla|daca|ice|hp|i-?\d{3}|u visa|tps|sb ?\d+|ab ?\d+)\b",
    re.IGNORECASE,
)

# Below this certainty (0 to 1; 0.5 is a coin toss) the language of the conversation decides.
_SURE = 0.65

# Words, and certainty, from which a Latin-script text is believed to be in a third language. Short
# messages never are: "ok mija", "no bueno" or a name would be mistaken for Portuguese or Tagalog. Of
# some 7,500 English, Spanish and mixed questions none reached 0.73 in a third language.
_OTHER_WORDS = 4
_OTHER_SURE = 0.8

_THIRD_LANGUAGES = (
    Language.CHINESE,
    Language.KOREAN,
    Language.JAPANESE,
    Language.VIETNAMESE,
    Language.TAGALOG,
    Language.ARABIC,
    Language.ARMENIAN,
    Language.PERSIAN,
    Language.RUSSIAN,
    Language.HINDI,
    Language.PORTUGUESE,
    Language.FRENCH,
    Language.GERMAN,
    Language.ITALIAN,
)


@functools.cache
def _pair_detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.SPANISH).build()


@functools.cache
def _wide_detector() -> LanguageDetector:
    wide = (Language.ENGLISH, Language.SPANISH, *_THIRD_LANGUAGES)
    return LanguageDetectorBuilder.from_languages(*wide).build()


def detect_language(text: str, *, hint: str | None = None) -> str | None:
    """Return "en", "es", "other", or None where the text alone does not tell and there is no hint.

    `hint` is the language of the page or of the conversation so far; it decides doubtful texts
    ("DACA?", "ok") but never overrules a clear one.
    """
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return hint
    if _share_of_latin(letters) < 0.5:
        return OTHER
    plain = _NAMES.sub(" ", text)
    if not any(character.isalpha() for character in plain):
        return hint
    spanish = _pair_detector().compute_language_confidence(plain, Language.SPANISH)
    language, certainty = ("es", spanish) if spanish >= 0.5 else ("en", 1 - spanish)
    if _is_third_language(plain):
        return OTHER
    if certainty < _SURE:
        return hint or language
    return language


def fold(text: str) -> str:
    """Return a text without accents, case, punctuation and extra spaces, for comparison."""
    plain = unicodedata.normalize("NFKD", text.lower())
    kept = "".join(
        character if character.isalnum() or character.isspace() else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    return " ".join(kept.split())


def _share_of_latin(letters: list[str]) -> float:
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin / len(letters)


def _is_third_language(text: str) -> bool:
    if len(text.split()) < _OTHER_WORDS:
        return False
    best = _wide_detector().compute_language_confidence_values(text)[0]
    return best.language in _THIRD_LANGUAGES and best.value >= _OTHER_SURE
