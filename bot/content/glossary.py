"""The glossary: how people say things, as lookup tables of data/nlu/glossary.yml.

It finds in a text what help is looked for, whether and how it goes on from what was said before, and which of
the choices shown is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.topics import FACETS
from bot.directory.places import ANY, find_city, find_place
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import LANGUAGES, fold
from bot.text.spelling import respell

_GLOSSARY = {"nlu": [{"examples": str}]}
_NEED_PREFIX = "need_"
_SPEAKS_PREFIX = "speaks_"
_SETTING_PREFIX = "setting_"
_CHOICE_PREFIX = "choice_"
# The tables of words for each facet of a situation (see bot.content.facets).
FACET_PREFIXES = {name: _SETTING_PREFIX if name == "place" else f"{name}_" for name in FACETS}
# The table of words that say nothing of a person's language.
EITHER_LANGUAGE = "either_language"
# How people say that neither Spanish nor English is their language: a language named, or Spanish denied; and
# what a message that says only this holds besides.
_INTERPRETER = ("own_language", "no_spanish")
_ABOUT_LANGUAGE = "about_language"
# How people say that they do not know the other language.
_ASKS_FOR = {"en": "asks_en", "es": "asks_es"}
_WORDS = (
    "near",
    "near_me",
    "anywhere",
    "filler",
    "now",
    EITHER_LANGUAGE,
    "goes_on",
    "about_that",
    *_INTERPRETER,
    _ABOUT_LANGUAGE,
    *_ASKS_FOR.values(),
)
# How a facet is denied or set right.
_FACET_WORDS = ("not", "not_between", "corrects")
# Where somebody meets agents; each has a topic of its own (see config.yml).
SITUATIONS = ("home", "work", "car", "street", "school", "hospital", "court", "church", "airport")

# Words that are part of an answer and say nothing of their own.
_SAYING_NOTHING = ("near", "filler")

# Choices that are named otherwise than by a number.
LAST, NONE, YES = "last", "none", "yes"

_CHOICES = (*(str(number) for number in range(1, 10)), LAST, NONE, YES)


_ZIP = r"\b[0-9]{5}\b"
# Up to so many words a message may be a part of the conversation before ("how much is it?").
_SHORT = 5
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


@dataclass(frozen=True)
class FollowUp:
    """What a text says of its place in the conversation.

    `goes_on` says that it begins like the continuation of something ("and at work?"), `about_that` that
    it points back ("with that"), `short` that it is too short to stand for itself; `setting` is one of
    SITUATIONS, `bare` says that it names nothing else.
    """

    goes_on: bool = False
    about_that: bool = False
    short: bool = False
    setting: str | None = None
    bare: bool = False


class Glossary:
    """Lookup tables and synonyms (see data/nlu/glossary.yml), ready to be searched for."""

    def __init__(
        self, tables: Mapping[str, Iterable[str]], synonyms: Mapping[str, str] | None = None
    ) -> None:
        """Prepare tables by name, and the word that stands for each synonym.

        An entry ending in * stands for any ending.
        """
        self.tables = {name: tuple(entries) for name, entries in tables.items()}
        self.synonyms = dict(synonyms or {})
        self._patterns = {name: pattern_of(entries) for name, entries in self.tables.items() if entries}
        by_word: dict[str, list[str]] = {}
        for entry, word in self.synonyms.items():
            by_word.setdefault(word, []).append(entry)
        self._words = [(pattern_of(entries), fold(word)) for word, entries in by_word.items()]

    def plain(self, text: str) -> str:
        """Return a text folded, with one word for all that mean the same ("la migra", "ais": ice)."""
        plain = _folded(text)
        for pattern, word in self._words:
            plain = pattern.sub(word, plain)
        return plain

    def read(self, text: str) -> HelpRequest:
        """Return what a text says of the help that is looked for."""
        plain = _folded(text)
        needs = self._codes(_NEED_PREFIX, plain)
        speaks = self._codes(_SPEAKS_PREFIX, plain)
        near_me = self._finds("near_me", plain)
        anywhere = self._finds("anywhere", plain)
        rest = self._without(plain, [name for name in self._patterns if _is_about_help(name)])
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

    def read_follow_up(self, text: str) -> FollowUp:
        """Return what a text says of its place in the conversation."""
        plain = _folded(text)
        opening = self._patterns["goes_on"].match(plain) if "goes_on" in self._patterns else None
        settings = self._codes(_SETTING_PREFIX, plain)
        setting = settings[0] if len(settings) == 1 else None
        rest = plain[opening.end() :] if opening else plain
        if setting:
            rest = self._without(rest, [_SETTING_PREFIX + setting])
        return FollowUp(
            goes_on=opening is not None,
            about_that=self._finds("about_that", plain),
            short=0 < len(plain.split()) <= _SHORT,
            setting=setting,
            bare=setting is not None and not self._says(self._without(rest, ["goes_on"])),
        )

    def says_now(self, text: str) -> bool:
        """Whether a text says that something is happening at this moment."""
        return self._finds("now", _folded(text))

    def needs_interpreter(self, text: str) -> bool:
        """Whether a text says that a person's language is another one, or not Spanish, and nothing else."""
        plain = _folded(text)
        return self._says_only(_INTERPRETER, plain)

    def language_asked_for(self, text: str) -> str | None:
        """Return the language of who says that they do not know the other one, and nothing else."""
        if self.needs_interpreter(text):
            return None
        plain = _folded(text)
        asked = [language for language, table in _ASKS_FOR.items() if self._says_only([table], plain)]
        return asked[0] if len(asked) == 1 else None

    def _says_only(self, names: Collection[str], plain: str) -> bool:
        if not any(self._finds(name, plain) for name in names):
            return False
        return not self._without(self._without(plain, names), [_ABOUT_LANGUAGE, "filler"]).strip()

    def choice(self, text: str) -> int | str | None:
        """Return which choice a text names and says nothing else: a number from 1, LAST, NONE or YES."""
        plain = _folded(text)
        bare = " ".join(self._without(plain, ["filler"]).split())
        for name, pattern in self._patterns.items():
            if name.startswith(_CHOICE_PREFIX) and (pattern.fullmatch(plain) or pattern.fullmatch(bare)):
                choice = name.removeprefix(_CHOICE_PREFIX)
                return int(choice) if choice.isdigit() else choice
        return int(bare) if re.fullmatch("[0-9]{1,2}", bare) else None

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


def _folded(text: str) -> str:
    return fold(respell(text))


def pattern_of(entries: Iterable[str]) -> re.Pattern[str]:
    # Longer phrases first, so that "ayuda legal" is found before "ayuda".
    words = sorted(
        {(_folded(entry), entry.strip().endswith("*")) for entry in entries}, key=lambda w: -len(w[0])
    )
    return re.compile(
        r"\b(?:"
        + "|".join(re.escape(word) + (r"\w*" if open_end else "s?") for word, open_end in words)
        + r")\b"
    )


def check_glossary(paths: Sequence[Path], needs: Collection[str], problems: Problems) -> Glossary | None:
    """Read the files of the glossary and note every mistake; `needs` are the codes of the directory."""
    tables: dict[str, list[str]] = {}
    synonyms: dict[str, str] = {}
    for path in paths:
        document = read_yaml(path, problems, _GLOSSARY)
        if document is None:
            return None
        _read_tables(document, path, needs, problems, tables, synonyms)
    return Glossary(tables, synonyms)


def _read_tables(
    document: CommentedMap,
    path: Path,
    needs: Collection[str],
    problems: Problems,
    tables: dict[str, list[str]],
    synonyms: dict[str, str],
) -> None:
    """Add the tables and synonyms of one file to those read before it."""
    entries = document.get("nlu") or []
    for index, entry in enumerate(entries):
        line = line_of(entries, index)
        kind = next((key for key in ("lookup", "synonym") if key in entry), "")
        name = entry.get(kind)
        if not isinstance(name, str) or set(entry) != {kind, "examples"}:
            problems.add(path, line, "glossary_entry")
            continue
        examples = [
            example.removeprefix("-").strip()
            for example in (entry["examples"] or "").splitlines()
            if example.strip()
        ]
        for example in examples:
            if not fold(example):
                problems.add(path, line, "glossary_without_letters", table=name)
        if kind == "synonym":
            for example in examples:
                if synonyms.setdefault(example, name) != name:
                    other = synonyms[example]
                    problems.add(path, line, "synonym_of_two", word=example, one=other, other=name)
            continue
        if name in tables:
            problems.add(path, line, "glossary_table_twice", table=name)
        tables[name] = examples
        if not _is_known(name, needs):
            problems.add(
                path,
                line,
                "glossary_table_unused",
                table=name,
                words=", ".join(_WORDS),
                speaks=_SPEAKS_PREFIX,
                setting=_SETTING_PREFIX,
                choice=_CHOICE_PREFIX,
                facets=", ".join(f"{facet}_" for facet in FACETS if facet != "place"),
                need=_NEED_PREFIX,
            )


def _is_about_help(name: str) -> bool:
    return name.startswith((_NEED_PREFIX, _SPEAKS_PREFIX)) or name in ("near_me", "anywhere")


def _is_known(name: str, needs: Collection[str]) -> bool:
    prefix, _, code = name.partition("_")
    by_prefix: dict[str, Collection[str]] = {
        _NEED_PREFIX: needs,
        _SPEAKS_PREFIX: LANGUAGES,
        _SETTING_PREFIX: SITUATIONS,
        _CHOICE_PREFIX: _CHOICES,
    }
    by_prefix |= {f"{facet}_": values for facet, values in FACETS.items()}
    return name in (*_WORDS, *_FACET_WORDS) or code in by_prefix.get(f"{prefix}_", ())
