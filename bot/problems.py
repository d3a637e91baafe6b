"""What is wrong with a piece of content, said so that its owner can mend it.

Readers of content (topics, conversation, resources) add every mistake they meet to a `Problems`
list instead of stopping at the first, so that `kyr check` can show all of them at once.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.errors import KyrError

MESSAGES = Path(__file__).with_suffix(".yml")


@functools.lru_cache(maxsize=1)
def read_messages() -> Mapping[str, Mapping[str, str]]:
    """Return the texts of problems.yml by language, each by its key: "no_source.mend", "english"."""
    texts: dict[str, Mapping[str, str]] = {}
    for key, entry in YAML(typ="safe").load(MESSAGES).items():
        parts = {key: entry} if "en" in entry else {f"{key}.{part}": text for part, text in entry.items()}
        texts.update(parts)
    return texts


class DataText(str):
    """A text of the content within a message: whoever says the message has to know its Spanish."""


class Message(str):
    """A text of problems.yml with its values: a string in English, which can say itself in Spanish too.

    A value that is a message itself is said in the same language.
    """

    key: str
    values: Mapping[str, object]

    def __new__(cls, key: str, /, **values: object) -> Message:
        """Raises KeyError where there is no such text, or no value for a place in it."""
        message = super().__new__(cls, read_messages()[key]["en"].format_map(values))
        message.key, message.values = key, values
        return message

    def as_json(self) -> dict[str, Any]:
        """Return the message as JSON can hold it, for `from_json`."""

        def value(one: object) -> object:
            if isinstance(one, Message):
                return one.as_json()
            return {"data": str(one)} if isinstance(one, DataText) else str(one)

        return {"key": self.key, "values": {name: value(one) for name, one in self.values.items()}}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Message:
        """Return the message of `as_json`."""

        def value(one: Any) -> str:
            if isinstance(one, str):
                return one
            return DataText(one["data"]) if "data" in one else cls.from_json(one)

        return cls(told["key"], **{name: value(one) for name, one in told["values"].items()})

    def in_language(self, language: str, translate: Callable[[str], str | None]) -> str:
        """Return the text in a language.

        `translate` gives the texts of the content in that language, None where it cannot.
        """

        def value(one: object) -> object:
            if isinstance(one, Message):
                return one.in_language(language, translate)
            return (translate(one) or one) if isinstance(one, DataText) else one

        values = {name: value(one) for name, one in self.values.items()}
        return read_messages()[self.key][language].format_map(values)


@dataclass(frozen=True)
class Twin:
    """The question that another one repeats: its file, its field and its text."""

    path: Path
    field: str
    question: str


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, and the key in problems.yml of what is wrong and of what to do about it.

    `field` is the one of a topic that it is in, named as the spreadsheet does (answer_es), and `question` the
    question in it; both are empty where the line alone is known. A warning is about what makes the bot
    worse, but not wrong: nothing is refused because of it.
    """

    path: Path
    line: int
    key: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)
    warning: bool = False
    field: str = ""
    question: str = ""
    twin: Twin | None = None

    @property
    def what(self) -> Message:
        """What is wrong."""
        return self.text("what")

    @property
    def mend(self) -> Message:
        """What to do about it."""
        return self.text("mend")

    def text(self, part: str, where: str = "") -> Message:
        """Return "what" or "mend" as it is said at a place ("in_sheet"), where that differs."""
        elsewhere = f"{self.key}.{part}_{where}"
        key = elsewhere if elsewhere in read_messages() else f"{self.key}.{part}"
        return Message(key, **self.values)

    @property
    def message(self) -> Message:
        """All of it: where it is, what is wrong and what to do."""
        key = "warning_at_line" if self.warning else "mistake_at_line"
        return Message(key, file=self.path, line=self.line, what=self.what, mend=self.mend)

    def __str__(self) -> str:
        return self.message

    def __lt__(self, other: Problem) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[Path, int, str, str, bool]:
        return self.path, self.line, self.what, self.mend, self.warning


@dataclass
class Problems:
    """The mistakes met so far; paths are shown relative to `root` where they lie under it.

    `documents` are the YAML files read on the way (None: cannot be read), so that checks which need
    the same file read it, and complain of it, once.
    """

    root: Path
    found: list[Problem] = dataclasses.field(default_factory=list)
    documents: dict[Path, Any] = dataclasses.field(default_factory=dict)

    def add(
        self,
        path: Path,
        line: int,
        key: str,
        /,
        *,
        warning: bool = False,
        field: str = "",
        question: str = "",
        twin: Twin | None = None,
        **values: object,
    ) -> None:
        """Note one mistake at a line (counted from 1) of a file; `values` are those of its texts."""
        if question:
            values["question"] = question
        self.found.append(Problem(self.shown(path), line, key, values, warning, field, question, twin))

    def shown(self, path: Path) -> Path:
        """Return a path as it is shown."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path


class ContentError(KyrError):
    """Content that cannot be used; `problems` says why, and so do `messages`, a line each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        self.messages = tuple(problem.message for problem in problems)
        super().__init__("\n".join(self.messages))
