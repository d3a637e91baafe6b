"""The Spanish of what the core says in English: by its key, or else by the sentences in messages.yml.

Problems know their Spanish by their key (bot.problems). Errors, progress and what cannot be read of a sheet
are English alone; staff who read Spanish see what is found here in their place.
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

from bot.problems import Message

FILE = Path(__file__).parent / "messages.yml"

_PLACE = re.compile(r"\{(\d)(?:!([a-z]))?\}")
# What the mark of a place in English says of its value: that it is one word, sentences of one line, or any
# text. Without a mark it stays on one line, and at the end of a message within one sentence.
_WORD, _SENTENCES, _ANY = "w", "s", "a"
# With this mark in Spanish a value is translated where that can be; with "t" it must be.
_IF_POSSIBLE = "m"
_SENTENCE_END = re.compile(r"(?<=[.!?]) +")
_PARTING = re.compile(r"(\n\s*|(?<=[.!?]) +)")
# So many sentences and lines in a row may be one message: its values may hold ends of both.
_MOST_TOGETHER = 8
# A message in a message in a message: deeper ones are made by nobody who means well.
_DEEPEST = 5


class Found(NamedTuple):
    """What a text says in Spanish.

    `known` is how many characters of its English stand in messages.yml, in how many `pieces`.
    """

    known: int
    pieces: int
    text: str

    def better_than(self, other: Found | None) -> bool:
        """Whether more of the text is known, or as much in fewer pieces."""
        return other is None or (self.known, -self.pieces) > (other.known, -other.pieces)


@dataclass(frozen=True)
class Entry:
    """A message with places for what varies: what stands around these, and their marks by number in order.

    `kinds` are the marks in English, `translated` those in Spanish.
    """

    literals: tuple[str, ...]
    kinds: Mapping[str, str]
    translated: Mapping[str, str]
    spanish: str

    @functools.cached_property
    def known(self) -> int:
        """How many characters, without spaces, make a text this message."""
        return sum(not sign.isspace() for literal in self.literals for sign in literal)

    def values(self, text: str) -> dict[str, str] | None:
        """Return the values of its places where a text is this message, each as short as it can be.

        Only a value that may be any text may be empty. This is not done by a regular expression, which could
        take very long over a text that is made for it.
        """
        first, *others = self.literals
        if not text.startswith(first) or not text.endswith(self.literals[-1]):
            return None
        if not others:
            return {} if text == first else None
        found: dict[str, str] = {}
        start, last = len(first), len(text) - len(others[-1])
        for literal, (number, kind) in zip(others, self.kinds.items(), strict=True):
            fewest = 0 if kind == _ANY else 1
            end = last if len(found) == len(others) - 1 else text.find(literal, start + fewest, last)
            if end < start + fewest:
                return None
            found[number] = text[start:end]
            start = end + len(literal)
        return found if all(self._may_be(*each) for each in found.items()) else None

    def _may_be(self, number: str, value: str) -> bool:
        kind = self.kinds[number]
        if kind == _WORD:
            return len(value.split()) == 1 and value == value.strip()
        if kind == _ANY or "\n" in value:
            return kind == _ANY
        is_last = not self.literals[-1] and number == [*self.kinds][-1]
        return kind == _SENTENCES or not (is_last and _SENTENCE_END.search(value))


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
    translated = {number: mark for number, mark in written if mark}
    return Entry(tuple(pieces[::3]), kinds, translated, spanish)


@functools.lru_cache(maxsize=1)
def _entries() -> Entries:
    return Entries(read_entry(one["en"], one["es"]) for one in YAML(typ="safe").load(FILE))


def translate(message: str) -> str | None:
    """Return the Spanish of a message of the core, None where any part of it has none."""
    found = _Reader(_entries()).read(message)
    return found.text if found else None


def said(message: str | Exception, language: str) -> Markup:
    """Return a message of the core for a page in a language; what has no Spanish there is marked English.

    Of an error that has several, each stands on a line. Markup has been said already, and stays.
    """
    if isinstance(message, Exception):
        messages: Iterable[str] = getattr(message, "messages", (str(message),))
        return Markup("\n").join(said(one, language) for one in messages)
    if language == "en" or isinstance(message, Markup):
        return escape(message)
    if isinstance(message, Message):
        return escape(message.in_language(language, translate))
    spanish = translate(message)
    return Markup('<span lang="en">{}</span>').format(message) if spanish is None else escape(spanish)


class _Reader:
    """Takes one message apart, in the way in which most of it is known."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._read: dict[tuple[str, int], Found | None] = {}
        self._depth = 0

    def read(self, text: str) -> Found | None:
        """Return what a text says, as one message or as several in a row."""
        if self._depth >= _DEEPEST:
            return None
        if text[:1] == " ":
            found = self.read(text.lstrip(" "))
            return found and found._replace(text=" " * (len(text) - len(text.lstrip(" "))) + found.text)
        key = text, self._depth
        if key not in self._read:
            self._depth += 1
            one, several = self._one(text), self._several(text)
            self._read[key] = several if several and several.better_than(one) else one
            self._depth -= 1
        return self._read[key]

    def _several(self, text: str) -> Found | None:
        """Return what sentences and lines in a row say."""
        parts = _PARTING.split(text)
        if len(parts) == 1:
            return None
        # What is known before each part, at most; the text is that of the message which ends there.
        before: list[Found | None] = [Found(0, 0, "")]
        # With which part that message begins.
        begins = [0]
        for last in range(len(parts) // 2 + 1):
            best, begin = None, 0
            for first in range(max(0, last + 1 - _MOST_TOGETHER), last + 1):
                until = before[first]
                found = self._one("".join(parts[2 * first : 2 * last + 1])) if until else None
                if until is None or found is None:
                    continue
                both = Found(until.known + found.known, until.pieces + found.pieces, found.text)
                if both.better_than(best):
                    best, begin = both, first
            before.append(best)
            begins.append(begin)
            if not any(before[-_MOST_TOGETHER:]):
                return None
        whole, last = before[-1], len(begins) - 1
        if whole is None:
            return None
        texts: list[str] = []
        while last and (message := before[last]):
            first = begins[last]
            texts = [parts[2 * first - 1] if first else "", message.text, *texts]
            last = first
        return whole._replace(text="".join(texts))

    def _one(self, text: str) -> Found | None:
        """Return what one message says; it may begin with a capital letter, and end with a full stop."""
        best: Found | None = None
        ends = ((text[:-1], "."), (text, "")) if text.endswith(".") else ((text, ""),)
        for sentence, end in ends:
            if (found := self._as_it_stands(sentence)) and found.better_than(best):
                best = found._replace(text=found.text + end)
            if not sentence[:1].isupper():
                continue
            small = self._as_it_stands(sentence[0].lower() + sentence[1:])
            if small and small.better_than(best):
                best = small._replace(text=small.text[:1].upper() + small.text[1:] + end)
        return best

    def _as_it_stands(self, text: str) -> Found | None:
        best: Found | None = None
        for entry in self._entries.beginning(text):
            values = entry.values(text)
            found = self._filled(entry, values) if values is not None else None
            if found and found.better_than(best):
                best = found
        return best

    def _filled(self, entry: Entry, values: dict[str, str]) -> Found | None:
        """Return the Spanish of an entry with its values in place."""
        known, pieces = entry.known, 1
        for number, value in values.items():
            if mark := entry.translated.get(number):
                found = self.read(value)
                if found is not None:
                    known, pieces = known + found.known, pieces + found.pieces
                    values[number] = found.text
                elif mark != _IF_POSSIBLE:
                    return None
        return Found(known, pieces, _PLACE.sub(lambda place: values[place[1]], entry.spanish))
