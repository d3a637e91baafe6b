"""What the program says to people, by key: English and Spanish side by side in data.

The texts stand in the file messages.yml of the room that says them, those of problems in problems.yml. The
command line prints the English; the console says them in the language of whoever reads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent


def message_files() -> list[Path]:
    """Return the files with the texts of messages."""
    return [_FOLDER / "problems.yml", *sorted(_FOLDER.rglob("messages.yml"))]


@functools.lru_cache(maxsize=1)
def read_messages() -> Mapping[str, Mapping[str, str]]:
    """Return all texts by language, each by its key: "no_source.mend", "english"."""
    texts: dict[str, Mapping[str, str]] = {}
    for file in message_files():
        for key, entry in YAML(typ="safe").load(file).items():
            parts = {key: entry} if "en" in entry else {f"{key}.{part}": text for part, text in entry.items()}
            texts.update(parts)
    return texts


class DataText(str):
    """A text of the content within a message: a string in English, with its Spanish."""

    spanish: str

    def __new__(cls, english: str, spanish: str) -> DataText:
        text = super().__new__(cls, english)
        text.spanish = spanish
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return DataText, (str(self), self.spanish)


class Message(str):
    """A text of `read_messages` with its values: a string in English, which can say itself in Spanish too.

    A value that is a message itself is said in the same language.
    """

    key: str
    values: Mapping[str, object]

    def __new__(cls, key: str, /, **values: object) -> Message:
        """Raises KeyError where there is no such text, or no value for a place in it."""
        message = super().__new__(cls, read_messages()[key]["en"].format_map(values))
        message.key, message.values = key, values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.key,), dict(self.values)

    def as_json(self) -> dict[str, Any]:
        """Return the message as JSON can hold it, for `from_json`."""

        def value(one: object) -> object:
            if isinstance(one, Message):
                return one.as_json()
            return {"en": str(one), "es": one.spanish} if isinstance(one, DataText) else str(one)

        return {"key": self.key, "values": {name: value(one) for name, one in self.values.items()}}

    @classmethod
    def from_json(cls, told: Mapping[str, Any] | str) -> Message:
        """Return the message of `as_json`, or one that says a text, which an older program has kept.

        Raises KeyError where this program has no such message.
        """
        if isinstance(told, str):
            return cls("told", text=told)

        def value(one: Any) -> str:
            if isinstance(one, str):
                return one
            return DataText(one["en"], one["es"]) if "en" in one else cls.from_json(one)

        return cls(told["key"], **{name: value(one) for name, one in told["values"].items()})

    def in_language(self, language: str, shown: Callable[[str, object], object] | None = None) -> str:
        """Return the text in a language, "en" or "es".

        `shown` returns how a value is to be said, by its name and itself: a title in the place of an id.
        """

        def value(name: str, one: object) -> object:
            if isinstance(one, Message):
                return one.in_language(language, shown)
            if isinstance(one, DataText):
                return one.spanish if language == "es" else one
            return shown(name, one) if shown else one

        values = {name: value(name, one) for name, one in self.values.items()}
        return read_messages()[self.key][language].format_map(values)


def lines(messages: Iterable[Message]) -> Message:
    """Return messages, one at least, as one with a line for each."""
    found = list(messages)
    while len(found) > 1:
        # Two by two, so that a thousand lines are ten deep: what is said of them is said by recursion.
        pairs = zip(found[::2], found[1::2], strict=False)
        odd = found[len(found) // 2 * 2 :]
        found = [*(Message("line_below", above=above, below=below) for above, below in pairs), *odd]
    return found[0]
