"""How easy a text is to read: school grade of English, ease of Spanish.

English by Flesch-Kincaid, Spanish by Fernández-Huerta on the INFLESZ scale; both by textstat.
"""

from __future__ import annotations

from textstat.textstat import textstatistics

from bot.messages import Message

# Grade 7 is what a 12-year-old reads; 65 is the upper half of "normal" on the INFLESZ scale.
HARDEST_GRADE = 7.0
LEAST_EASE = 65.0


def _measuring(language: str) -> textstatistics:
    measuring = textstatistics()
    measuring.set_lang(language)
    return measuring


# One for each language: textstat's own knows one at a time, whatever other threads measure.
_ENGLISH, _SPANISH = _measuring("en_US"), _measuring("es")


def too_hard(text: str, language: str) -> Message | None:
    """Return what is too hard about a text ("grade 8.1, 7 at most"), or None."""
    # Marks of lists and quotes are no words, and every line of a list ends a sentence.
    plain = ". ".join(line.lstrip("->0123456789. ") for line in text.splitlines() if line.strip())
    if language == "en":
        grade = _ENGLISH.flesch_kincaid_grade(plain)
        if grade <= HARDEST_GRADE:
            return None
        return Message("reading_grade", measured=f"{grade:.1f}", most=f"{HARDEST_GRADE:g}")
    ease = _SPANISH.fernandez_huerta(plain)
    if ease >= LEAST_EASE:
        return None
    return Message("reading_ease", measured=f"{ease:.0f}", least=f"{LEAST_EASE:g}")
