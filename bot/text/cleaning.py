"""A message as it comes in: how long it may be, what of it is no text, and what is read of a long one."""

from __future__ import annotations

import re
import unicodedata

# What is looked at of a message, and how much of it is read.
LONGEST_MESSAGE = 8000
MOST_CHARACTERS = 1000
# Of a longer message: how it begins, which may be an emergency, and its end, where the question stands.
_MOST_OF_BEGINNING, _MOST_OF_END = 300, 600
_BETWEEN = " … "
_SENTENCE_END = re.compile(r"[.!?…]\s+")


def both_ends(text: str) -> str:
    """Return the beginning and the end of a text of more than 8,000 characters; others as they are.

    Much more than is read of it, so that nothing that matters is lost, and little enough to look at.
    """
    half = LONGEST_MESSAGE // 2
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:half]}{_BETWEEN}{text[-half:]}"


def clean(text: str) -> str:
    """Return a message as plain text on one line, without control characters and halves of letters.

    Leading slashes go too: to Rasa they would be a command ("/restart").
    """
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return "".join(kept).strip().lstrip("/ ")


def shorten(text: str) -> str:
    """Return the beginning and the end of a long message, in whole sentences or words; others as they are."""
    if len(text) <= MOST_CHARACTERS:
        return text
    beginning, end = text[:_MOST_OF_BEGINNING], text[-_MOST_OF_END:]
    ends = [match.end() for match in _SENTENCE_END.finditer(beginning)]
    begins = [match.end() for match in _SENTENCE_END.finditer(end[: _MOST_OF_END // 2])]
    beginning = beginning[: ends[-1]] if ends else beginning.rpartition(" ")[0]
    end = end[begins[0] :] if begins else end.partition(" ")[2]
    return f"{beginning.strip()}{_BETWEEN}{end.strip()}".strip() if end else text[-_MOST_OF_END:]
