"""The Spanish of what the core says in English, by the sentences in messages.yml.

The core speaks English alone, in errors, problems and progress; staff who read Spanish see this in its place.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape
from ruamel.yaml import YAML

FILE = Path(__file__).parent / "messages.yml"

_PLACE = re.compile(r"\{(\d)(?:!([a-z]))?\}")
# What the mark of a place says of its value: in English that it is one word, or any text (without a mark it
# stays on one line, and at the end of a message within one sentence); in Spanish that it is translated, which
# must be possible, or where that is possible.
_WORD, _ANY, _TRANSLATED, _IF_POSSIBLE = "w", "a", "t", "m"
_SENTENCE_END = re.compile(r"(?<=[.!?]) +")
_PARTING = re.compile(r"(\n\s*|(?<=[.!?]) +)")
# So many sentences and lines in a row may be one message: its values may hold ends of both.
_MOST_TOGETHER = 8
# A message in a message in a message: deeper ones are made by nobody who means well.
_DEEPEST = 5


class Found(NamedTuple):
    """What a text says in Spanish, and how many characters of its English stand in messages.yml."""

    known: int
    text: str


@dataclass(frozen=True)
class Entry:
    """A message with places for what varies: what stands around these, and their kinds by number in order."""

    literals: tuple[str, ...]
    kinds: Mapping[str, str]
    spanish: str

    @functools.cached_property
    def known(self) -> int:
        """How many characters, without spaces, make a text this message."""
        return sum(not sign.isspace() for literal in self.literals for sign in literal)

    def values(self, text: str) -> dict[str, str] | None:
        """Return the values of its places where a text is this message, each as short as it can be.

        Not by a regular expression, which could take very long over a text that is made for it.
        """
        first, *others = self.literals
        if not text.startswith(first) or not text.endswith(self.literals[-1]):
            return None
        if not others:
            return {} if text == first else None
        start, ends = len(first), []
        for literal in others[:-1]:
            end = text.find(literal, start + 1)
            if end < 0:
                return None
            ends.append(text[start:end])
            start = end + len(literal)
        if len(text) - len(others[-1]) <= start:
            return None
        ends.append(text[start : len(text) - len(others[-1])])
        found = dict(zip(self.kinds, ends, strict=True))
        return found if all(map(self._may_be, found, ends)) else None

    def _may_be(self, number: str, value: str) -> bool:
        kind = self.kinds[number]
        if kind == _WORD:
            return len(value.split()) == 1 and value == value.strip()
        if kind:
            return True
        is_last = not self.literals[-1] and number == [*self.kinds][-1]
        return "\n" not in value and not (is_last and _SENTENCE_END.search(value))


# By so many characters at their beginning at most entries are looked for.
_START = 16


class Entries:
    """All messages of messages.yml."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_start: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self._by_start[entry.literals[0][:_START]].append(entry)

    def beginning(self, text: str) -> Iterator[Entry]:
        """Yield those that a text may be."""
        for length in range(min(_START, len(text)), -1, -1):
            yield from self._by_start.get(text[:length], ())


def read_entry(english: str, spanish: str) -> Entry:
    """Return a message of messages.yml; raises ValueError where its places do not fit."""
    pieces = _PLACE.split(english)
    kinds = dict(zip(pieces[1::3], (kind or "" for kind in pieces[2::3]), strict=True))
    written = _PLACE.findall(spanish)
    if len(kinds) < len(pieces) // 3 or not {number for number, _ in written} <= kinds.keys():
        raise ValueError(f"the places of “{english}” and of its Spanish do not fit")
    kinds |= {number: kind for number, kind in written if kind}
    return Entry(tuple(pieces[::3]), kinds, spanish)


@functools.lru_cache(maxsize=1)
def _entries() -> Entries:
    return Entries(read_entry(one["en"], one["es"]) for one in YAML(typ="safe").load(FILE))


def translate(message: str) -> str | None:
    """Return the Spanish of a message of the core, None where any part of it has none."""
    found = _Reader(_entries()).read(message)
    return found.text if found else None


def said(message: str, language: str) -> Markup:
    """Return a message of the core for a page in a language; what has no Spanish there is marked English.

    Markup has been said already, and stays.
    """
    if language == "en" or isinstance(message, Markup):
        return escape(message)
    spanish = translate(message)
    return Markup('<span lang="en">{}</span>').format(message) if spanish is None else escape(spanish)


class _Reader:
    """Takes one message apart, in the way in which most of it is known."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._read: dict[str, Found | None] = {}
        self._depth = 0

    def read(self, text: str) -> Found | None:
        """Return what a text says, as one message or as several in a row."""
        if self._depth >= _DEEPEST:
            return None
        if text[:1] == " ":
            found = self.read(text.lstrip(" "))
            return found and Found(found.known, " " * (len(text) - len(text.lstrip(" "))) + found.text)
        if text not in self._read:
            self._depth += 1
            self._read[text] = _better(self._one(text), self._several(text))
            self._depth -= 1
        return self._read[text]

    def _several(self, text: str) -> Found | None:
        """Return what sentences and lines in a row say."""
        parts = _PARTING.split(text)
        if len(parts) == 1:
            return None
        # How much of the pieces before each one is known, at most.
        known: list[int | None] = [0]
        # Of the best way to each piece, the message that ends with it, and with which piece that begins.
        steps: list[tuple[int, Found]] = []
        for last in range(len(parts) // 2 + 1):
            best: tuple[int, int, Found] | None = None
            for first in range(max(0, last + 1 - _MOST_TOGETHER), last + 1):
                before = known[first]
                if before is None:
                    continue
                found = self._one("".join(parts[2 * first : 2 * last + 1]))
                if found and (best is None or before + found.known > best[0]):
                    best = before + found.known, first, found
            known.append(best[0] if best else None)
            steps.append(best[1:] if best else (0, Found(0, "")))
            if not any(each is not None for each in known[-_MOST_TOGETHER:]):
                return None
        if known[-1] is None:
            return None
        said: list[str] = []
        piece = len(steps)
        while piece:
            first, found = steps[piece - 1]
            said[:0] = [parts[2 * first - 1] if first else "", found.text]
            piece = first
        return Found(known[-1], "".join(said))

    def _one(self, text: str) -> Found | None:
        """Return what one message says; it may begin with a capital letter, and end with a full stop."""
        best = self._as_it_stands(text)
        if text.endswith("."):
            best = _better(best, _with(self._as_it_stands(text[:-1]), end="."))
        if text[:1].isupper():
            small = text[0].lower() + text[1:]
            best = _better(best, _with(self._as_it_stands(small), capital=True))
            if text.endswith("."):
                best = _better(best, _with(self._as_it_stands(small[:-1]), capital=True, end="."))
        return best

    def _as_it_stands(self, text: str) -> Found | None:
        best: Found | None = None
        for entry in self._entries.beginning(text):
            values = entry.values(text)
            if values is not None:
                best = _better(best, self._filled(entry, values))
        return best

    def _filled(self, entry: Entry, values: dict[str, str]) -> Found | None:
        """Return the Spanish of an entry with its values in place."""
        known = entry.known
        for number, value in values.items():
            if entry.kinds[number] in (_TRANSLATED, _IF_POSSIBLE):
                found = self.read(value)
                if found is not None:
                    known += found.known
                    values[number] = found.text
                elif entry.kinds[number] == _TRANSLATED:
                    return None
        return Found(known, _PLACE.sub(lambda place: values[place[1]], entry.spanish))


def _better(one: Found | None, other: Found | None) -> Found | None:
    """Return the one of which more is known, the first of equals."""
    if one is None or other is None:
        return one or other
    return other if other.known > one.known else one


def _with(found: Found | None, *, capital: bool = False, end: str = "") -> Found | None:
    if found is None:
        return None
    text = found.text[:1].upper() + found.text[1:] if capital else found.text
    return Found(found.known, text + end)
