"""What a spreadsheet holds: rows with their cells by column; and cells that are formulas or errors."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

# As Excel writes that a formula failed, in English and in Spanish.
ERRORS = [
    "#N/A",
    "#N/D",
    "#REF!",
    "#¡REF!",
    "#NAME?",
    "#¿NOMBRE?",
    "#VALUE!",
    "#¡VALOR!",
    "#DIV/0!",
    "#¡DIV/0!",
    "#NUM!",
    "#¡NUM!",
    "#NULL!",
    "#¡NULO!",
    "#SPILL!",
    "#CALC!",
    "#####",
]
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# None stands for a cell that was refused, which is noted, and "" for an empty one.
Value = str | bool | int | float | datetime.date | datetime.time | datetime.timedelta | None


@dataclass(frozen=True)
class SheetRow:
    """A row that is not empty: its number as the spreadsheet counts, and its cells by column."""

    number: int
    cells: Mapping[str, Value]


@dataclass(frozen=True)
class Sheet:
    """The rows below the header; `epoch` is the day from which the file counts days."""

    rows: tuple[SheetRow, ...]
    hidden: tuple[int, ...] = ()
    epoch: datetime.datetime = datetime.datetime(1899, 12, 30)


def neutral(text: str) -> str:
    """Return a text as it stands in a CSV cell: after an apostrophe where it looks like a formula."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA_SIGNS) else text


def as_meant(text: str) -> str:
    """Return the text of a CSV cell without that apostrophe."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_SIGNS) else text
