"""What a page is for, what to do on it and what its words mean: texts/help.yml, by the page's address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_MARKS = re.compile(r"[^a-z0-9]+")
_BEGIN = "help_"


def help_name(path: str) -> str:
    """Return the name of the help for an address as the router has it: help_topics_topic_off."""
    return _BEGIN + (_MARKS.sub("_", path.lower()).strip("_") or "today")


def help_of(path: str | None, strings: Mapping[str, str]) -> str:
    """Return the help for an address; what is only sent to has that of the page it is sent from.

    For what is no address of the console (None), and where nothing was written, it is the help in general.
    """
    for name in _names(path):
        if name in strings:
            return strings[name]
    return strings[f"{_BEGIN}elsewhere"]


def _names(path: str | None) -> Iterator[str]:
    while path and path != "/":
        yield help_name(path)
        path = path.rpartition("/")[0]
    if path == "/":
        yield help_name(path)
