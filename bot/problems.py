"""What is wrong with a piece of content, said so that its owner can mend it.

Readers of content (topics, conversation, resources) add every mistake they meet to a `Problems`
list instead of stopping at the first, so that `kyr check` can show all of them at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import KyrError
from bot.messages import Message, lines, read_messages


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
        super().__init__(lines(self.messages))
