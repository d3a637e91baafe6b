"""What may be logged: nothing that a resident typed, at any level.

Rasa and rasa-sdk print the words of residents in many places. Their output therefore never reaches a
log as it is; of each line only its level and the part of the program it comes from are passed on.
"""

from __future__ import annotations

import re

_RASA_LINE = re.compile(
    r"(?:\x1b\[[0-9;]*m)*[\d:. \-]+(?P<level>WARNING|ERROR|CRITICAL) +(?P<logger>[a-z_.]+) +- "
)


def loggable(line: str) -> str | None:
    """Return what may be said of a line of a child's output: its level and origin, or None."""
    match = _RASA_LINE.match(line)
    if match is None:
        return None
    return f"{match['level']} in {match['logger']} (text withheld: it may hold a resident's words)"
