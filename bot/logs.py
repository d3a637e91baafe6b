"""What may be logged: no words of residents, at any level."""

from __future__ import annotations

import logging
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


class WithholdWords(logging.Filter):
    """Lets a record say where it comes from and what kind of error it is, and nothing more.

    For loggers of libraries that put what was received, or who sent it, into their messages: aiohttp's
    parser prints the offending line of a malformed request and the address it came from.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Take words and traceback out of the record."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "no details"
        record.msg, record.args = f"a request failed ({kind})", ()
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        return True
