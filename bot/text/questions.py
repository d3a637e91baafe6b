"""Takes a message with several questions apart."""

from __future__ import annotations

import re

# Whoever asks more at once is answered on the first and offered the next.
MOST_QUESTIONS = 5
# A question of fewer words ("ok?", "sí?") belongs to the one before.
_FEWEST_WORDS = 3

# In a text as long as this one, what is asked stands at the end of a story.
_LONG = 300
_END_OF_SENTENCE = re.compile(r"[.!?…\n\u037e\uff1f]+")

_END_OF_QUESTION = re.compile(r"[?\u037e\uff1f]+")


def split_questions(text: str) -> list[str]:
    """Return the questions of a message, each with what was told before it; none unless there are several."""
    parts = [part.strip(" ¿") for part in _END_OF_QUESTION.split(text)]
    # What follows the last question mark is no question.
    questions = [part for part in parts[:-1] if len(part.split()) >= _FEWEST_WORDS]
    return questions[:MOST_QUESTIONS] if len(questions) > 1 else []


def closing_question(text: str) -> str | None:
    """Return the last sentence of a long text; None for a short one, or where that sentence is long too."""
    sentences = [part.strip(" ¿¡") for part in _END_OF_SENTENCE.split(text)]
    told = [part for part in sentences if len(part.split()) >= _FEWEST_WORDS]
    if len(text) < _LONG or len(told) < 2 or len(told[-1]) >= _LONG:
        return None
    return told[-1]
