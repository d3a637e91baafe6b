"""Which language a text is in: English, Spanish, another one, or not to be told.

Short messages of residents who mix both languages are judged by how often each word stands in the training
questions of each language; the statistics of letters (lingua) decide what is left, and third languages.
"""

from __future__ import annotations

import collections
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from bot.text.spelling import respell

# Those that residents are answered in, by their names in English.
LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}
LANGUAGES = tuple(LANGUAGE_NAMES)
OTHER = "other"
# Where neither the words nor the page say anything: as the initial value of the slot in domain.yml.
DEFAULT_LANGUAGE = "es"

# A word leans to the language in whose questions it is so many times as frequent.
_TIMES_AS_FREQUENT = 4
# Seen less often, a word says nothing: it may be a slip.
_TIMES_SEEN = 3
# Up to so many words, letters say nothing ("Boyle Heights" looks English); only known words count.
_SHORT = 3
# Words decide alone where one language has this share more of them than the other, and two at least.
_CLEAR_SHARE = 1 / 3
_CLEAR_WORDS = 2

# Below this certainty (0 to 1; 0.5 is a coin toss) the language of the conversation decides.
_SURE = 0.65

# Words, and certainty, from which a Latin-script text is believed to be in a third language. Short
# messages never are: "ok mija", "no bueno" or a name would be mistaken for Portuguese or Tagalog. Of
# some 7,500 English, Spanish and mixed questions none reached 0.73 in a third language.
_OTHER_WORDS = 4
# Nor is a text where this share of the words is known from questions; asking takes milliseconds.
_KNOWN_SHARE = 0.7
_OTHER_SURE = 0.8
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Letters with a stop, as languages of Mexico and Guatemala write them ("k'iche'"): a text with so many words
# of that kind, and less than half of its words known, is in one of them.
_WITH_STOP = re.compile(r"\b\w*(?:ch|tz|[kqbt])['’ʼ`´][aeiouäëïöü]\w*", re.IGNORECASE)
_STOPS = 2
_KNOWN_OF_OTHERS = 0.5

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


class LanguageIdentifier:
    """Tells the language of a message; knows the words of the training questions."""

    def __init__(self, leaning: Mapping[str, int], names: Sequence[str]) -> None:
        """Take words, folded, with 1 (Spanish) or -1 (English), and names that are the same in both."""
        self.leaning, self.names = dict(leaning), tuple(names)
        parts = sorted((r"[\W_]+".join(map(re.escape, fold(name).split())) for name in names), key=len)
        self._names = re.compile(rf"\b(?:{'|'.join(reversed(parts))})\b", re.IGNORECASE) if parts else None

    @classmethod
    def learn(cls, questions: Iterable[tuple[str, str]], names: Sequence[str]) -> LanguageIdentifier:
        """Learn how words lean from questions with the language of each."""
        seen: dict[str, collections.Counter[str]] = {
            language: collections.Counter() for language in LANGUAGES
        }
        for text, language in questions:
            seen[language].update(set(fold(text).split()))
        english, spanish = (seen[language] for language in LANGUAGES)
        # Half an occurrence more: a word seen in one language alone still has a finite ratio.
        total_en, total_es = sum(english.values()) or 1, sum(spanish.values()) or 1
        leaning = {}
        for word in english.keys() | spanish.keys():
            if english[word] + spanish[word] < _TIMES_SEEN or not word.isalpha():
                continue
            ratio = ((spanish[word] + 0.5) / total_es) / ((english[word] + 0.5) / total_en)
            if ratio >= _TIMES_AS_FREQUENT:
                leaning[word] = 1
            elif ratio <= 1 / _TIMES_AS_FREQUENT:
                leaning[word] = -1
        return cls(leaning, names)

    def identify(self, text: str, *, hint: str | None = None) -> str | None:
        """Return "en", "es", "other", or None where the text alone does not tell and there is no hint.

        `hint` is the language of the page or of the conversation so far; it decides doubtful texts
        ("DACA?", "ok") but never overrules a clear one.
        """
        letters = [character for character in text if character.isalpha()]
        if not letters:
            return hint
        if _share_of_latin(letters) < 0.5:
            return OTHER
        respelled = respell(text)
        plain = self._names.sub(" ", respelled) if self._names else respelled
        words = [word for word in fold(plain).split() if word.isalpha()]
        if not words:
            return hint
        leaning = [word for word in words if word in self.leaning]
        known = [self.leaning[word] for word in leaning]
        if len(known) < _KNOWN_SHARE * len(words) and _is_third_language(plain):
            return OTHER
        if len(_WITH_STOP.findall(text)) >= _STOPS and len(known) < _KNOWN_OF_OTHERS * len(words):
            return OTHER
        # "k thx" is no Spanish: a letter alone stands for a word of either.
        balance = sum(known) if any(len(word) > 1 for word in leaning) else 0
        if len(words) <= _SHORT or abs(balance) >= max(_CLEAR_WORDS, _CLEAR_SHARE * len(known)):
            return "es" if balance > 0 else "en" if balance < 0 else hint
        return _by_letters(plain, hint)


def fold(text: str) -> str:
    """Return a text without accents, case, punctuation and extra spaces, for comparison."""
    plain = unicodedata.normalize("NFKD", text.lower())
    if not plain.isascii():
        plain = "".join(character for character in plain if not unicodedata.combining(character))
    return _BETWEEN_WORDS.sub(" ", plain).strip()


@functools.cache
def _pair_detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.SPANISH).build()


@functools.cache
def _wide_detector() -> LanguageDetector:
    wide = (Language.ENGLISH, Language.SPANISH, *_THIRD_LANGUAGES)
    return LanguageDetectorBuilder.from_languages(*wide).build()


def _by_letters(text: str, hint: str | None) -> str:
    spanish = _pair_detector().compute_language_confidence(text, Language.SPANISH)
    language, certainty = ("es", spanish) if spanish >= 0.5 else ("en", 1 - spanish)
    return hint or language if certainty < _SURE else language


def _share_of_latin(letters: list[str]) -> float:
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin / len(letters)


def _is_third_language(text: str) -> bool:
    if len(text.split()) < _OTHER_WORDS:
        return False
    best = _wide_detector().compute_language_confidence_values(text)[0]
    return best.language in _THIRD_LANGUAGES and best.value >= _OTHER_SURE
