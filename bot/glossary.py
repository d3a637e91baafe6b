"""The glossary: how people say what they are looking for, as lookup tables of data/nlu/glossary.yml.

It finds a need, a place and a language in a text. It must not import Rasa.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.language import LANGUAGES, fold
from bot.places import find_city, find_place
from bot.problems import Problems
from bot.strict_yaml import line_of, read_yaml

_NEED_PREFIX = "need_"
_SPEAKS_PREFIX = "speaks_"
_WORDS = ("near", "near_me", "anywhere", "filler")

# Words that are part of an answer and say nothing of their own.
_SAYING_NOTHING = ("near", "filler")

# Stands for "it does not matter" where a place or a language was asked for.
ANY = "any"

_ZIP = r"\b[0-9]{5}\b"
# A city has at most this many words ("La Canada Flintridge", "Rancho Santa Margarita").
_WORDS_IN_CITY = 4


@dataclass(frozen=True)
class HelpRequest:
    """What a text says of the help that is looked for.

    `needs` are codes of the resource directory in the order in which they are named; `place` is a ZIP
    code, the name of a city or ANY; `speaks` is "en", "es" or ANY. `by_zip` says that the place is a ZIP
    code, `near_me` that something nearby is wanted, `bare` that the text says nothing else.
    """

    needs: tuple[str, ...] = ()
    place: str | None = None
    speaks: str | None = None
    by_zip: bool = False
    near_me: bool = False
    bare: bool = False


class Glossary:
    """Lookup tables by name (see data/nlu/glossary.yml), ready to be searched for."""

    def __init__(self, tables: Mapping[str, Iterable[str]]) -> None:
        """Prepare the tables; an entry ending in * stands for any ending."""
        self.tables = {name: tuple(entries) for name, entries in tables.items()}
        self._patterns = {name: _pattern(entries) for name, entries in self.tables.items() if entries}

    def read(self, text: str) -> HelpRequest:
        """Return what a text says of the help that is looked for."""
        plain = fold(text)
        needs = self._codes(_NEED_PREFIX, plain)
        speaks = self._codes(_SPEAKS_PREFIX, plain)
        near_me = self._finds("near_me", plain)
        anywhere = self._finds("anywhere", plain)
        rest = self._without(plain, self._patterns.keys() - set(_SAYING_NOTHING))
        place, place_words = self._place(" ".join(rest.split()))
        if place_words:
            rest = re.sub(rf"\b{re.escape(place_words)}\b", " ", rest)
        return HelpRequest(
            needs=needs,
            place=place or (ANY if anywhere else None),
            speaks=speaks[0] if speaks else (ANY if anywhere else None),
            by_zip=place is not None and place.isdigit(),
            near_me=near_me and place is None,
            bare=not self._says(rest) and bool(needs or speaks or place or anywhere or near_me),
        )

    def _finds(self, name: str, plain: str) -> bool:
        return name in self._patterns and bool(self._patterns[name].search(plain))

    def _codes(self, prefix: str, plain: str) -> tuple[str, ...]:
        found = {
            name.removeprefix(prefix): match.start()
            for name, pattern in self._patterns.items()
            if name.startswith(prefix) and (match := pattern.search(plain))
        }
        return tuple(sorted(found, key=lambda code: found[code]))

    def _place(self, plain: str) -> tuple[str | None, str | None]:
        """Return the place named in a text, and the words that name it."""
        for match in re.finditer(_ZIP, plain):
            if find_place(match[0]):
                return match[0], match[0]
        words = plain.split()
        for start in range(len(words)):
            for length in range(min(_WORDS_IN_CITY, len(words) - start), 0, -1):
                name = " ".join(words[start : start + length])
                found = find_city(name)
                if found is None:
                    continue
                before, after = " ".join(words[:start]), " ".join(words[start + length :])
                if self._leads_to_place(before) or not self._says(before, after):
                    return found.name, name
        return None, None

    def _leads_to_place(self, before: str) -> bool:
        # Without such a word "Orange", "Industry" or "Commerce" is no city.
        return any(
            before == word or before.endswith(f" {word}") for word in map(fold, self.tables.get("near", ()))
        )

    def _says(self, *texts: str) -> bool:
        """Whether anything is left of the texts without words that say nothing of their own."""
        return bool(self._without(" ".join(texts), _SAYING_NOTHING).strip())

    def _without(self, text: str, names: Iterable[str]) -> str:
        """Return a text without what stands in the tables named, in the order of the tables."""
        wanted = set(names)
        for name, pattern in self._patterns.items():
            if name in wanted:
                text = pattern.sub(" ", text)
        return text


def _pattern(entries: Iterable[str]) -> re.Pattern[str]:
    # Longer phrases first, so that "ayuda legal" is found before "ayuda".
    words = sorted(
        {(fold(entry), entry.strip().endswith("*")) for entry in entries}, key=lambda w: -len(w[0])
    )
    return re.compile(
        r"\b(?:"
        + "|".join(re.escape(word) + (r"\w*" if open_end else "s?") for word, open_end in words)
        + r")\b"
    )


def check_glossary(path: Path, needs: Collection[str], problems: Problems) -> Glossary | None:
    """Read the glossary and note every mistake; `needs` are the codes of the resource directory."""
    document = read_yaml(path, problems)
    if document is None:
        return None
    tables: dict[str, list[str]] = {}
    entries = document.get("nlu") or []
    for index, entry in enumerate(entries):
        line = line_of(entries, index)
        name = entry.get("lookup") if isinstance(entry, CommentedMap) else None
        if not isinstance(name, str) or set(entry) != {"lookup", "examples"}:
            what = "an entry has not exactly `lookup` and `examples`"
            problems.add(path, line, what, "Compare it with the others")
            continue
        if name in tables:
            problems.add(path, line, f"the table `{name}` stands twice", "Put both together")
        tables[name] = [
            example.removeprefix("-").strip()
            for example in str(entry["examples"]).splitlines()
            if example.strip()
        ]
        if not _is_known(name, needs):
            known = [*_WORDS, *(_SPEAKS_PREFIX + language for language in LANGUAGES)]
            mend = (
                f"Use {', '.join(known)}, or {_NEED_PREFIX} with a code of data/resources/taxonomy_terms.csv"
            )
            problems.add(path, line, f"nothing uses the table `{name}`", mend)
        for example in tables[name]:
            if not fold(example):
                problems.add(path, line, f"an entry of `{name}` has no letters", "Write a word, or remove it")
    return Glossary(tables)


def _is_known(name: str, needs: Collection[str]) -> bool:
    if name.startswith(_NEED_PREFIX):
        return name.removeprefix(_NEED_PREFIX) in needs
    return name in _WORDS or name.removeprefix(_SPEAKS_PREFIX) in LANGUAGES
