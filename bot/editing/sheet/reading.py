"""A spreadsheet file from staff, read without trusting it: Excel (.xlsx) or CSV, cell by cell.

What Excel does to files of its own accord (marks, line breaks, semicolons, dates, hidden rows) is taken as
meant; what would change the meaning in silence (merged cells, formulas, errors, code pages) is refused with
its cell.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter

from bot.editing.columns import COLUMNS, EXPORTED, MOST_CHARACTERS, SHEET, STATED_ONLY
from bot.editing.sheet.cells import ERRORS, Sheet, SheetRow, Value, as_meant
from bot.errors import KyrError, reason_of
from bot.messages import Message, lines

MOST_ROWS = 2000
_MOST_BYTES = 10 * 1024 * 1024
# What all parts of an Excel file may take unpacked, ten times what all topics take, and how many tags
# there may be in them: each one costs memory when it is read.
_MOST_UNPACKED = 20 * 1024 * 1024
_MOST_TAGS = 1_500_000
_MOST_PARTS = 500
_MOST_MERGED = 20
_MOST_CELLS = 200_000
_MOST_COLUMNS = 100
_SHOWN_BEHIND = 12
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ESCAPE_OF_AN_ESCAPE = re.compile("_x005F_(?=x[0-9A-Fa-f]{4}_)")
# How LibreOffice writes a cell that is true or false: it is no formula of anybody's.
_TRUE_OR_FALSE = re.compile(r"=?(?:of:=)?(TRUE|FALSE|VERDADERO|FALSO)\(\)", re.IGNORECASE)
# UTF-8 that was read as the code page of Windows and written as UTF-8 again: "estÃ¡" for "está".
_TWICE_ENCODED = re.compile("[\u00c2\u00c3][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]|\u00e2\u20ac.")
_SPREADSHEET_ML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, order=True)
class SheetProblem:
    """One mistake: its row as the spreadsheet counts, its column, what is wrong and what to do."""

    row: int
    column: str
    what: str
    mend: str

    @property
    def message(self) -> Message:
        """All of it."""
        return Message("mistake_in_cell", row=self.row, column=self.column, what=self.what, mend=self.mend)

    def __str__(self) -> str:
        return self.message


class SheetError(KyrError):
    """A spreadsheet that is refused, or cannot be written: the message says everything that is wrong.

    `problems` say which cells are to blame, `elsewhere` what is wrong outside of the sheet, and `what` the
    rest, without the `file` that it is about.
    """

    def __init__(
        self,
        what: Message | None,
        problems: Iterable[SheetProblem] = (),
        elsewhere: Iterable[Message] = (),
        *,
        file: Path | None = None,
    ) -> None:
        self.what, self.problems, self.elsewhere = what, tuple(problems), tuple(elsewhere)
        told = [*(problem.message for problem in self.problems), *self.elsewhere]
        if what is not None:
            told.append(Message("of_file", file=file, what=what) if file else what)
        super().__init__(lines(told))


@dataclass
class SheetProblems:
    """The mistakes of a spreadsheet met so far."""

    found: list[SheetProblem] = field(default_factory=list)

    def add(self, row: int, column: str, key: str, /, **values: object) -> None:
        """Note one mistake by the key of its texts (see bot.problems), with their values."""
        what, mend = (Message(f"{key}.{part}", **values) for part in ("what", "mend"))
        self.found.append(SheetProblem(row, column, what, mend))


@dataclass
class _Scan:
    """What the text of a worksheet says of itself, before anything is made of it."""

    last_row: int = 0
    last_column: int = 0
    hidden: list[int] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    formulas: set[str] = field(default_factory=set)


def read_sheet(path: Path, problems: SheetProblems) -> Sheet:
    """Read a spreadsheet; notes mistakes of single cells.

    Raises SheetError where nothing of it can be read."""
    try:
        if not path.is_file():
            raise SheetError(Message("no_such_file"), file=path)
        if path.stat().st_size > _MOST_BYTES:
            raise SheetError(Message("sheet_too_large", most=_MOST_BYTES >> 20), file=path)
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(Message("sheet_unreadable", reason=reason_of(error)), file=path) from None
    kind = kind_of(path)
    if content.startswith(_OLD_EXCEL):
        raise SheetError(Message("sheet_of_old_excel"), file=path)
    if kind == ".csv":
        return _read_csv(path, content, problems)
    return _read_excel(path, content, problems)


def kind_of(path: Path) -> str:
    """Return ".xlsx" or ".csv" by the name of a file; raises SheetError for all others."""
    kind = path.suffix.lower()
    if kind in (".xlsm", ".xltm", ".xlsb"):
        raise SheetError(Message("sheet_may_hold_macros"), file=path)
    if kind not in (".xlsx", ".csv"):
        raise SheetError(Message("sheet_of_other_kind"), file=path)
    return kind


def _read_excel(path: Path, content: bytes, problems: SheetProblems) -> Sheet:
    damaged = SheetError(Message("sheet_damaged"), file=path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, warnings.catch_warnings():
            _refuse_bad_archive(path, archive)
            # What the library does not know in a file (styles, extensions) is not needed either.
            warnings.simplefilter("ignore")
            # Only as a stream: a whole workbook would make a cell for each one of a merged area.
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            try:
                shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
                named = [sheet for sheet in shown if sheet.title == SHEET]
                if not shown:
                    raise damaged
                sheet = (named or shown)[0]
                with archive.open(_part_of(sheet)) as part:
                    scan = _scan(path, part)
                for area in scan.merged[:_MOST_MERGED]:
                    _refuse_merged(area, problems)
                rows = (
                    sheet.iter_rows(max_row=scan.last_row, max_col=scan.last_column) if scan.last_row else ()
                )
                table = [[_value_of(cell, scan.formulas) for cell in row] for row in rows]
                return Sheet(_by_column(table, problems), tuple(scan.hidden), book.epoch)
            finally:
                book.close()
    except SheetError:
        raise
    except RuntimeError as error:
        if "password" in str(error):
            raise SheetError(Message("sheet_protected"), file=path) from None
        raise damaged from None
    except Exception:  # a file made to do harm can fail anywhere in the libraries
        raise damaged from None


def _part_of(sheet: Any) -> str:
    """Return the name of a worksheet's part in the archive, which only the library has worked out."""
    return str(sheet._worksheet_path)


def _refuse_bad_archive(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    # What a part says of its size is also what is read of it at most.
    size = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or size > _MOST_UNPACKED or _tags(path, archive, parts) > _MOST_TAGS:
        raise SheetError(Message("sheet_too_large_unpacked", most=_MOST_UNPACKED >> 20), file=path)
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise SheetError(Message("sheet_holds_macros"), file=path)


def _tags(path: Path, archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> int:
    """Return how many tags may stand in all parts; raises SheetError where entities are declared."""
    count = 0
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        end = b""
        with archive.open(part) as stream:
            while block := stream.read(1 << 16):
                count += block.count(b"<")
                # Excel declares nothing, and writes no text with NUL in it, as UTF-16 has.
                if is_xml and (_DECLARES.search(end + block) or b"\0" in block):
                    raise SheetError(Message("sheet_part_odd", part=part.filename), file=path)
                end = block[-10:]
    return count


def _scan(path: Path, part: Any) -> _Scan:
    """Measure a worksheet without building anything of it; raises SheetError where it is too large."""
    scan = _Scan()
    row = column = cells = 0
    for event, element in iterparse(part, events=("start", "end")):
        tag = element.tag.removeprefix(_SPREADSHEET_ML)
        if event == "start":
            if tag == "row":
                number = int(element.get("r", row + 1))
                if number <= row:
                    raise SheetError(Message("sheet_row_odd", row=number), file=path)
                row, column = number, 0
                if element.get("hidden") in ("1", "true"):
                    scan.hidden.append(row)
            elif tag == "c":
                cells += 1
                place = element.get("r")
                column = _column_number(place) if place else column + 1
            elif tag == "mergeCell":
                scan.merged.append(element.get("ref", ""))
            continue
        if tag == "c":
            if element.find(f"{_SPREADSHEET_ML}f") is not None:
                scan.formulas.add(f"{get_column_letter(column)}{row}")
            if len(element):
                scan.last_row, scan.last_column = row, max(scan.last_column, column)
            if cells > _MOST_CELLS or scan.last_row > MOST_ROWS + 1 or scan.last_column > _MOST_COLUMNS:
                raise SheetError(
                    Message(
                        "sheet_too_wide",
                        row=row,
                        column=get_column_letter(column),
                        most_rows=MOST_ROWS,
                        most_columns=_MOST_COLUMNS,
                    ),
                    file=path,
                )
        if tag in ("row", "mergeCell"):
            element.clear()
    return scan


def _column_number(place: str) -> int:
    letters, _ = coordinate_from_string(place)
    return column_index_from_string(letters)


def _refuse_merged(area: str, problems: SheetProblems) -> None:
    first = area.split(":")[0]
    _, row = coordinate_from_string(first)
    problems.add(int(row), Message("cell", name=first), "cells_merged", area=area)


_REFUSED_FORMULA, _REFUSED_ERROR = object(), object()


def _value_of(cell: Any, formulas: set[str]) -> Any:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" and isinstance(value, str) and (said := _TRUE_OR_FALSE.fullmatch(value)):
        return said[1].upper() in ("TRUE", "VERDADERO")
    if cell.data_type == "f" or f"{get_column_letter(cell.column)}{cell.row}" in formulas:
        return _REFUSED_FORMULA
    if cell.data_type == "e":
        return _REFUSED_ERROR
    return _ESCAPE_OF_AN_ESCAPE.sub("_", value) if isinstance(value, str) else value


def _read_csv(path: Path, content: bytes, problems: SheetProblems) -> Sheet:
    how = Message("save_as_csv")
    if content.startswith(b"PK\x03\x04"):
        raise SheetError(Message("sheet_misnamed"), file=path)
    if content.startswith(_UTF_16):
        raise SheetError(Message("sheet_is_utf16", how=how), file=path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SheetError(Message("sheet_line_not_utf8", line=line, how=how), file=path) from None
    if "\0" in text:
        raise SheetError(Message("sheet_is_no_text", how=how), file=path)
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as Excel for the Mac saves it
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep="):
        text = rest  # a line with which Excel is told what parts the cells
        first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    table: list[list[Any]] = []
    try:
        for cells in reader:
            if len(table) > MOST_ROWS:
                raise SheetError(Message("sheet_too_long", most=MOST_ROWS), file=path)
            table.append([_csv_value(cell) for cell in cells])
    except csv.Error as error:
        raise SheetError(
            Message("sheet_line_no_csv", line=reader.line_num, error=error, how=how), file=path
        ) from None
    return Sheet(_by_column(table, problems))


def _csv_value(cell: str) -> Any:
    if said := _TRUE_OR_FALSE.fullmatch(cell):
        return said[1]
    return _REFUSED_FORMULA if cell.startswith("=") else as_meant(cell)


def _by_column(table: Sequence[Sequence[Any]], problems: SheetProblems) -> tuple[SheetRow, ...]:
    """Return the rows below the header with their cells by column, noting what cannot be taken."""
    names = _header(table, problems)
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        if all(isinstance(cell, str) and not cell.strip() for cell in cells):
            continue
        rows.append(SheetRow(number, dict(_cells(number, cells, names, problems))))
    return tuple(rows)


def _header(table: Sequence[Sequence[Any]], problems: SheetProblems) -> list[str]:
    # A formula or an error is no name, and shown as what it is.
    named = [cell if isinstance(cell, (str, int, float)) else "#" for cell in table[0]] if table else []
    written = [" ".join(str(cell).split()).strip("'\"").lower() for cell in named]
    known = [*COLUMNS, EXPORTED]
    for index, name in enumerate(written):
        place = Message("cell", name=f"{get_column_letter(index + 1)}1")
        if name and name not in known:
            problems.add(1, place, "column_unknown", column=name[:40], allowed=", ".join(known))
        elif name and name in written[:index]:
            problems.add(1, place, "column_twice", column=name)
    missing = [name for name in COLUMNS if name not in written]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        problems.add(1, missing[0], "columns_missing", columns=names)
    if problems.found:
        raise SheetError(None, problems.found)
    return written


def _cells(
    number: int, cells: Sequence[Any], names: Sequence[str], problems: SheetProblems
) -> Iterator[tuple[str, Value]]:
    for index, value in enumerate(cells):
        name = names[index] if index < len(names) else ""
        place = name or Message("cell", name=f"{get_column_letter(index + 1)}{number}")
        taken = _taken(number, place, value, problems)
        if name:
            yield name, taken
        elif taken not in ("", None):
            problems.add(number, place, "cell_outside")
    for name in names[len(cells) :]:
        if name and name not in STATED_ONLY:
            problems.add(number, name, "row_cut_off")
        if name:
            yield name, "" if name in STATED_ONLY else None


def _taken(number: int, place: str, value: Any, problems: SheetProblems) -> Value:
    """Return the value of a cell, None after noting why it cannot be taken."""
    if value is _REFUSED_FORMULA:
        problems.add(number, place, "cell_formula")
    elif value is _REFUSED_ERROR or (isinstance(value, str) and value.strip() in ERRORS):
        problems.add(number, place, "cell_error")
    elif isinstance(value, str) and len(value) > MOST_CHARACTERS:
        problems.add(number, place, "cell_too_long", length=len(value), most=MOST_CHARACTERS)
    elif isinstance(value, str) and (twice := _TWICE_ENCODED.search(value)):
        start = value.rfind(" ", 0, twice.start()) + 1
        found = value[start : twice.end() + _SHOWN_BEHIND].split()[0]
        problems.add(number, place, "cell_twice_encoded", found=found, meant=_once_encoded(found))
    else:
        taken: Value = value
        return taken
    return None


def _once_encoded(text: str) -> str:
    """Return what was meant by a text that was encoded twice; as it is where that cannot be told."""
    try:
        # Five bytes have no letter in the code page of Windows, and come as they are.
        single = (letter.encode("cp1252", errors="ignore") or letter.encode("latin-1") for letter in text)
        return b"".join(single).decode()
    except UnicodeError:
        return text
