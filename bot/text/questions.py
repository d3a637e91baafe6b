"""Takes a message with several questions apart."""

from __future__ import annotations

import re

# Whoever asks more at once is answered on the first and offered the next.
MOST_QUESTIONS = 5
# A question of fewer words ("ok?", "sí?") belongs to the one before.
_FEWEST_WORDS = 3
# Without question marks a part must say more, so that "my wife, and my son too" stays one.
_FEWEST_WORDS_UNMARKED = 4

# In a text as long as this one, what is asked stands at the end of a story.
_LONG = 300
_END_OF_SENTENCE = re.compile(r"[.!?…\n\u037e\uff1f]+")

_END_OF_QUESTION = re.compile(r"[?\u037e\uff1f]+")
# With these a further matter begins, also where nobody writes a question mark, or where it was dictated.
_FURTHER = re.compile(
    r"(?:,|;|\n)\s*(?:y|and|also|también)\s+"
    r"|[\s,;.]+(?:and also|y también|y además|y aparte|y otra cosa|y otra pregunta|otra pregunta|otra cosa"
    r"|another thing|another question|one more thing|plus)[\s,:]+",
    re.IGNORECASE,
)

# Whoever is in a hurry or dictates strings matters together with no more than these.
_STRUNG = re.compile(r"\s*[,;\n]\s*(?:(?:y|e|and|but|pero)\s+)?|\s+(?:y|e|and)\s+", re.IGNORECASE)


def split_questions(text: str) -> list[str]:
    """Return the questions of a message, each with what was told before it; none unless there are several.

    Where nothing is marked as a question, it is parted where the words begin a further matter.
    """
    if _END_OF_QUESTION.search(text):
        parts = [part.strip(" ¿") for part in _END_OF_QUESTION.split(text)]
        # What follows the last question mark is no question.
        questions = [part for part in parts[:-1] if len(part.split()) >= _FEWEST_WORDS]
    else:
        parts = [part.strip(" ,;.") for part in _FURTHER.split(text)]
        questions = parts if all(len(part.split()) >= _FEWEST_WORDS_UNMARKED for part in parts) else []
    return questions[:MOST_QUESTIONS] if len(questions) > 1 else []


def strung_matters(text: str) -> list[str]:
    """Return the matters of a message strung together by commas or "and"; none unless there are several.

    Many a single matter is told so too: they tell something only where the whole message leaves doubt.
    """
    if _END_OF_QUESTION.search(text) or len(text) >= _LONG:
        return []
    parts = [part.strip(" ,;.") for part in _STRUNG.split(text)]
    several = len(parts) > 1 and all(len(part.split()) >= _FEWEST_WORDS_UNMARKED for part in parts)
    return parts[:MOST_QUESTIONS] if several else []


def closing_question(text: str) -> str | None:
    """Return the last sentence of a long text; None for a short one, or where that sentence is long too."""
    sentences = [part.strip(" ¿¡") for part in _END_OF_SENTENCE.split(text)]
    told = [part for part in sentences if len(part.split()) >= _FEWEST_WORDS]
    if len(text) < _LONG or len(told) < 2 or len(told[-1]) >= _LONG:
        return None
    return told[-1]
