"""Facets of a situation from words: who it is about, when, status, authority, place, paper; always as codes.

The words stand in data/nlu/facets.yml and, for places, in data/nlu/glossary.yml; staff add to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.content.glossary import FACET_PREFIXES, pattern_of
from bot.content.topics import FACETS
from bot.text.language import fold

# A denial reaches no further than this, nor does "and what about my children" go on behind it.
_CLAUSE_ENDS = re.compile(r"[,.;:!?¿¡()\n]+|\b(?:pero|sino|but)\b", re.IGNORECASE)
# A correction has at most so many words.
_CORRECTION = 10
# Of these the first that is named counts, of all others the last: "they took my husband, I have children".
_FIRST_COUNTS = ("who",)
# A child is named beside the one whom it is about; alone it is who it is about.
_NAMED_BESIDE = {"who": ("child",)}
# What changes from one subject to the next; who somebody is does not.
_OF_THE_EVENT = ("when", "authority", "place", "paper")


class FacetWords:
    """The words for each value of each facet, ready to be searched for."""

    def __init__(self, tables: Mapping[str, Iterable[str]]) -> None:
        """Take lookup tables by name (see data/nlu/facets.yml); others are passed over."""
        tables = {name: tuple(entries) for name, entries in tables.items()}
        self._values = [
            (facet, value, pattern_of(tables[prefix + value]))
            for facet, prefix in FACET_PREFIXES.items()
            for value in FACETS[facet]
            if tables.get(prefix + value)
        ]
        denied, between = tables.get("not", ()), tables.get("not_between", ())
        self._denied = _just_before(denied, between) if denied else None
        corrects = tables.get("corrects", ())
        self._corrects = pattern_of(corrects) if corrects else None

    def after(self, text: str, known: Mapping[str, str]) -> dict[str, str]:
        """Return the facets, values by name, as they are known after a text; `known` are those before it.

        What is denied is no longer known, and what sets it right takes its place ("no, my brother", "not ICE,
        the police"). Reading the same text once more changes nothing.
        """
        said, denied = self._read(text)
        facets = {name: value for name, value in known.items() if value not in denied.get(name, ())}
        for name, values in said.items():
            value = values[0] if name in _FIRST_COUNTS else values[-1]
            beside = value in _NAMED_BESIDE.get(name, ()) and name in facets
            if not beside or self._sets_right(text):
                facets[name] = value
        return facets

    def sets_right(self, text: str, known: Mapping[str, str]) -> bool:
        """Whether a short text says little else than that something known is otherwise ("no, my brother")."""
        said, denied = self._read(text)
        changed = any(known.get(name) not in (None, *values) for name, values in said.items())
        return changed and len(text.split()) <= _CORRECTION and (bool(denied) or self._sets_right(text))

    def _sets_right(self, text: str) -> bool:
        return self._corrects is not None and bool(self._corrects.match(fold(text)))

    def _read(self, text: str) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
        """Return the values that are said of each facet, in their order, and those that are denied."""
        said: dict[str, list[str]] = {}
        denied: dict[str, set[str]] = {}
        for number, clause in enumerate(filter(None, map(fold, _CLAUSE_ENDS.split(text)))):
            found = sorted(
                (match.start(), -len(match[0]), name, value)
                for name, value, pattern in self._values
                for match in pattern.finditer(clause)
            )
            taken: dict[str, int] = {}
            for start, length, name, value in found:
                if start < taken.get(name, 0):
                    continue  # part of a longer phrase, like "mi hijo" of "mi hijo mayor"
                taken[name] = start - length
                before = self._denied.search(clause[:start]) if self._denied else None
                # "No mi hermano", written without a comma, answers what was said before.
                answers = number == 0 and name == "who" and before is not None and before.start() == 0
                if before and not (answers and value != "me"):
                    denied.setdefault(name, set()).add(value)
                else:
                    said.setdefault(name, []).append(value)
        return said, denied


def of_new_subject(facets: Mapping[str, str]) -> dict[str, str]:
    """Return what is still known where another subject begins: who it is about, and their status."""
    return {name: value for name, value in facets.items() if name not in _OF_THE_EVENT}


def fit(wanted: Mapping[str, Iterable[str]], known: Mapping[str, str]) -> int:
    """Return how many known facets an answer is for, less those that it is not for."""
    return sum(1 if known[name] in values else -1 for name, values in wanted.items() if name in known)


def _just_before(denied: Iterable[str], between: Iterable[str]) -> re.Pattern[str]:
    """Return what finds a denial at the end of a folded text, with at most two small words behind it."""
    small = "|".join(re.escape(fold(word)) for word in between)
    return re.compile(rf"{pattern_of(denied).pattern}(?: (?:{small})){{0,2}} ?$")
