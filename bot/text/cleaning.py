"""A message as it comes in: how long it may be, and what of it is no text."""

from __future__ import annotations

import unicodedata

MOST_CHARACTERS = 1000


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
