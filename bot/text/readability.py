"""How easy a text is to read: school grade of English, ease of Spanish.

English by Flesch-Kincaid, Spanish by Fernández-Huerta on the INFLESZ scale; both by textstat.
"""

from __future__ import annotations

from textstat.textstat import textstatistics

# Grade 7 is what a 12-year-old reads; 65 is the upper half of "normal" on the INFLESZ scale.
HARDEST_GRADE = 7.0
LEAST_EASE = 65.0


def _measuring(language: str) -> textstatistics:
    measuring = textstatistics()
    measuring.set_lang(language)
    return measuring


# One for each language: textstat's own knows one at a time, whatever other threads measure.
_ENGLISH, _SPANISH = _measuring("en_US"), _measuring("es")


def too_hard(text: str, language: str) -> str | None:
    """Return what is too hard about a text ("grade 8.1, 7 at most"), or None."""
    # Marks of lists and quotes are no words, and every line of a list ends a sentence.
    plain = ". ".join(line.lstrip("->0123456789. ") for line in text.splitlines() if line.strip())
    if language == "en":
        grade = _ENGLISH.flesch_kincaid_grade(plain)
        return f"reading grade {grade:.1f}, {HARDEST_GRADE:g} at most" if grade > HARDEST_GRADE else None
    ease = _SPANISH.fernandez_huerta(plain)
    return f"reading ease {ease:.0f}, {LEAST_EASE:g} at least" if ease < LEAST_EASE else None
