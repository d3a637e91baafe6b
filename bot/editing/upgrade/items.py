"""What differs between three contents: that which both come from, the city's, and that of a release.

An item is what somebody decides on (an answer, a service, a text), and its parts are what is put together by
itself: where only one side has changed a part, that side's stands; where both have, somebody chooses.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.messages import DataText

BASE, CITY, RELEASE = "base", "city", "release"
SIDES = (BASE, CITY, RELEASE)
Roots = Mapping[str, Path]


class Form(Enum):
    """How the value of a part is written.

    As a text, which can be edited; as lines, of which each stands for itself; as something that can only be
    chosen; as a whole answer; as a row of a table, in JSON; or as the hash of a file.
    """

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"
    ANSWER = "answer"
    ROW = "row"
    FILE = "file"


@dataclass(frozen=True)
class Part:
    """A part of an item by side; None: it is not there. `label` names it as fields of pages are named."""

    key: str
    label: str
    base: str | None
    city: str | None
    release: str | None
    form: Form = Form.TEXT

    @classmethod
    def of(cls, key: str, label: str, values: Mapping[str, str | None], form: Form = Form.TEXT) -> Part:
        """Return a part by its values on each side."""
        return cls(key, label, values[BASE], values[CITY], values[RELEASE], form)

    def value(self, side: str) -> str | None:
        """Return what a side says."""
        found: str | None = getattr(self, side)
        return found

    @property
    def changed_by_city(self) -> bool:
        """Whether the city has changed it, and not as the release has."""
        return self.base != self.city != self.release

    @property
    def changed_by_release(self) -> bool:
        """Whether the release has changed it, and not as the city has."""
        return self.base != self.release != self.city

    @property
    def to_choose(self) -> bool:
        """Whether both have changed it, each in its own way, so that somebody has to choose."""
        return self.changed_by_city and self.changed_by_release and self.form is not Form.LINES

    @property
    def proposed(self) -> str | None:
        """What it becomes where nobody has to choose: what one side has changed, or the lines of both."""
        if not self.changed_by_release:
            return self.city
        return self.release if not self.changed_by_city else self._joined

    @property
    def _joined(self) -> str | None:
        base, city, release = (_lines(self.value(side)) for side in SIDES)
        added = [line for line in release if line not in base and line not in city]
        gone = {line for line in base if line not in release}
        joined = [line for line in city if line not in gone] + added
        return "\n".join(joined) if joined else None

    def shown(self, side: str) -> str:
        """Return what a side says, as it is read by people."""
        value = self.value(side)
        if value is None:
            return ""
        if self.form is not Form.ROW:
            return value
        cells = json.loads(value).items()
        return ", ".join(cell for name, cell in cells if cell and name.rpartition("_")[2] != "id")


def _lines(value: str | None) -> list[str]:
    return value.split("\n") if value else []


@dataclass(frozen=True)
class Item:
    """What somebody decides on. `path` is the file in which it stands, or the folder of its tables."""

    kind: str
    id: str
    title: DataText
    path: Path
    parts: tuple[Part, ...]

    @property
    def waits(self) -> bool:
        """Whether the release has changed something in it that the city does not have."""
        return any(part.changed_by_release for part in self.parts)

    @property
    def to_decide(self) -> bool:
        """Whether somebody has to look at it, because the city has changed it as well."""
        if self.kind == "tests":
            return any(part.to_choose for part in self.parts)
        return self.waits and any(part.changed_by_city for part in self.parts)

    @property
    def is_new(self) -> bool:
        """Whether the release adds it."""
        return all(part.base is None and part.city is None for part in self.parts)

    @property
    def is_gone(self) -> bool:
        """Whether the release has removed it."""
        return all(part.release is None for part in self.parts)

    @property
    def shown_parts(self) -> Sequence[Part]:
        """The parts that the release, or the city beside it, has changed."""
        return [part for part in self.parts if part.changed_by_release or part.changed_by_city]

    def decided(self, chosen: Mapping[str, str | None]) -> Mapping[str, str | None] | None:
        """Return the value of each part with what was chosen; None where something is left to choose."""
        if any(part.to_choose and part.key not in chosen for part in self.parts):
            return None
        return {part.key: chosen.get(part.key, part.proposed) for part in self.parts}

    def is_by_hand(self, values: Mapping[str, str | None]) -> bool:
        """Whether one of these values is on no side, nor made of the lines of both: somebody wrote it."""
        return any(
            values.get(part.key) not in (*map(part.value, SIDES), part.proposed) for part in self.parts
        )

    def taken(self) -> Mapping[str, str | None]:
        """Return the values of the release."""
        return {part.key: part.release for part in self.parts}

    def with_parts(self, parts: Sequence[Part]) -> Item:
        """Return the item with other parts."""
        return dataclasses.replace(self, parts=tuple(parts))
