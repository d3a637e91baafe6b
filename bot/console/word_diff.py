"""What differs between two texts, word by word, for a page."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
SAME, REMOVED, ADDED = "same", "removed", "added"


def word_differences(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of both texts in order, each with "same", "removed" or "added"."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    for kind, old_start, old_end, new_start, new_end in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            yield SAME, "".join(old[old_start:old_end])
            continue
        if old_end > old_start:
            yield REMOVED, "".join(old[old_start:old_end])
        if new_end > new_start:
            yield ADDED, "".join(new[new_start:new_end])
