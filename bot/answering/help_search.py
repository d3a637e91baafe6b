"""A search for help: what is needed, near where, in which language, and how many were shown already.

It travels in the payloads of buttons, so that services are shown, and more of them, without a memory.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bot.directory.places import ANY, Place, find_place
from bot.directory.services import Directory, Service
from bot.text.language import LANGUAGES

# A small screen and a text message hold no more.
MOST_SHOWN = 3
_SHOW = "show"
# Python refuses to read a number of thousands of digits; ours are small.
_MOST_DIGITS = 6


@dataclass(frozen=True)
class HelpSearch:
    """`needs` are codes of the directory, `near` a ZIP code, a city or ANY, `speaks` "en", "es" or ANY."""

    needs: tuple[str, ...]
    near: str | None = None
    speaks: str | None = None
    shown: int = 0

    @property
    def place(self) -> Place | None:
        """The place to search near, if one was named that is known."""
        return find_place(self.near) if self.near and self.near != ANY else None

    def run(self, directory: Directory) -> tuple[list[Service], HelpSearch | None]:
        """Return the next services, best first, and the search for those after them, if there are any."""
        speaks = self.speaks if self.speaks in LANGUAGES else None
        found = directory.search(self.needs, place=self.place, speaks=speaks)
        end = self.shown + MOST_SHOWN
        following = dataclasses.replace(self, shown=end) if len(found) > end else None
        return found[self.shown : end], following

    def payload(self) -> str:
        """Return the search as the payload of a button."""
        return ":".join((_SHOW, ",".join(self.needs), self.near or "", self.speaks or "", str(self.shown)))


def read_payload(payload: str, directory: Directory) -> HelpSearch | None:
    """Return the search in a payload, or None where it is none of ours: it comes from outside."""
    parts = payload.split(":")
    if len(parts) != 5 or parts[0] != _SHOW:
        return None
    _, needs_named, near, speaks, shown = parts
    needs, place = known_needs(needs_named, directory), known_place(near) if near else None
    if needs is None or (near and place is None) or speaks not in (*LANGUAGES, ANY, ""):
        return None
    if not (shown.isascii() and shown.isdigit() and len(shown) <= _MOST_DIGITS):
        return None
    if int(shown) >= len(directory.services):
        return None
    return HelpSearch(needs, place, speaks or None, int(shown))


def known_needs(named: str, directory: Directory) -> tuple[str, ...] | None:
    """Return the needs named with commas between them, each once; None where one is not known."""
    needs = tuple(dict.fromkeys(named.split(",")))
    return needs if all(need in directory.needs for need in needs) else None


def known_place(text: str) -> str | None:
    """Return a ZIP code or city that can be searched near as it is written here, or ANY; otherwise None."""
    place = find_place(text)
    return ANY if text == ANY else place.name if place else None
