"""The texts that residents see, as those who edit them find them: in groups, under names in their words."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

from bot.editing.resident_texts import ResidentText

_FILE = Path(__file__).parent / "text_catalog.yml"
# So much of a text stands for its name, where it has none.
_MOST_LETTERS = 60


@dataclass(frozen=True)
class Group:
    """Texts that belong together; `titles` are the names of texts, by key or by its beginning and `*`.

    `message` says whether they are sent as messages, so that they can be seen as such.
    """

    name: str
    title: Mapping[str, str]
    where: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str] | None]
    message: bool = False


@dataclass(frozen=True)
class Listed:
    """A text with the group that it belongs to, and its name by language."""

    text: ResidentText
    group: Group
    title: Mapping[str, str] = field(default_factory=dict)


@functools.cache
def groups() -> tuple[Group, ...]:
    """Return the groups in the order in which they are shown."""
    entries = YAML(typ="safe").load(_FILE)["groups"]
    return tuple(
        Group(one["name"], one["title"], one["where"], one["texts"], one.get("message", False))
        for one in entries
    )


def listed(texts: Iterable[ResidentText]) -> dict[str, Listed]:
    """Return texts by key, in the order of their groups; what belongs to none stands with the last."""
    found = {text.key: text for text in texts}
    placed: dict[str, Listed] = {}
    for group in groups():
        for pattern, title in group.titles.items():
            for key in found:
                if key not in placed and _means(pattern, key):
                    placed[key] = Listed(found[key], group, title or _first_words(found[key]))
    for key, text in found.items():
        if key not in placed:
            placed[key] = Listed(text, groups()[-1], _first_words(text))
    return placed


def _means(pattern: str, key: str) -> bool:
    return fnmatch.fnmatchcase(key, pattern)


def _first_words(text: ResidentText) -> dict[str, str]:
    return {language: _shortened(text.of(language)) for language in ("en", "es")}


def _shortened(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _MOST_LETTERS else f"{line[:_MOST_LETTERS].rsplit(' ', 1)[0]} …"
