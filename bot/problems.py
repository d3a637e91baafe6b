"""What is wrong with a piece of content, said so that its owner can mend it.

Readers of content (topics, conversation, resources) add every mistake they meet to a `Problems`
list instead of stopping at the first, so that `kyr check` can show all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import KyrError


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it is, what is wrong and what to do about it.

    A warning is about what makes the bot worse, but not wrong: nothing is refused because of it.
    """

    path: Path
    line: int
    what: str
    mend: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: {kind}{self.what}. {self.mend}."


@dataclass
class Problems:
    """The mistakes met so far; paths are shown relative to `root` where they lie under it.

    `documents` are the YAML files read on the way (None: cannot be read), so that checks which need
    the same file read it, and complain of it, once.
    """

    root: Path
    found: list[Problem] = field(default_factory=list)
    documents: dict[Path, Any] = field(default_factory=dict)

    def add(self, path: Path, line: int, what: str, mend: str, *, warning: bool = False) -> None:
        """Note one mistake at a line (counted from 1) of a file."""
        shown = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        self.found.append(Problem(shown, line, what, mend, warning))


class ContentError(KyrError):
    """Content that cannot be used; `problems` says why, one sentence each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))
