"""The staff spreadsheet as a file that is pleasant to work in: Excel (.xlsx) or CSV."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bot.editing.columns import CHOICES, COLUMNS, DATES, EXPORTED, EXPORTED_NOTE, MOST_CHARACTERS, SHEET
from bot.editing.sheet.cells import neutral
from bot.editing.sheet.reading import MOST_ROWS, SheetError, kind_of
from bot.errors import reason_of
from bot.messages import Message

_WIDTHS = {"questions": 50, "answer": 70, "short": 45, "sources": 60, "title": 30, "related": 30, "id": 30}
# Rows as high as their longest cell would fill the screen many times over.
_ROW_HEIGHT = 150
# What Excel takes for a character that it writes in a special way.
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_HEADER_FILL = PatternFill("solid", fgColor="DDE6F0")
_EXPORTED_FILL = PatternFill("solid", fgColor="EEEEEE")


def write_sheet(path: Path, rows: Sequence[Mapping[str, str]], *, notes: Sequence[str] = ()) -> None:
    """Write rows, their cells by column, to a new file; raises SheetError.

    `notes` are what stands on a second sheet above the notes on the columns; a CSV file has none.
    """
    for row in rows:
        for column, text in row.items():
            if len(text) > MOST_CHARACTERS:
                raise SheetError(
                    Message(
                        "cell_overflows",
                        topic=row["id"],
                        column=column,
                        length=len(text),
                        most=MOST_CHARACTERS,
                    )
                )
    content = _as_csv(rows) if kind_of(path) == ".csv" else _as_excel(rows, notes)
    try:
        # Never over a file: it may be the sheet that somebody has worked on for a week.
        with path.open("xb") as file:
            try:
                file.write(content)
            except OSError:
                path.unlink()
                raise
    except FileExistsError:
        raise SheetError(Message("file_exists"), file=path) from None
    except OSError as error:
        raise SheetError(Message("sheet_not_written", reason=reason_of(error)), file=path) from None


def _as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    names = [*COLUMNS, EXPORTED]
    writer.writerow(names)
    writer.writerows([neutral(row.get(name, "")) for name in names] for row in rows)
    # By the mark in front Excel knows that the accents are UTF-8.
    return written.getvalue().encode("utf-8-sig")


def _as_excel(rows: Sequence[Mapping[str, str]], notes: Sequence[str]) -> bytes:
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise SheetError(Message("no_sheet_made"))
    sheet.title = SHEET
    names = [*COLUMNS, EXPORTED]
    for index, name in enumerate(names, start=1):
        cell = sheet.cell(1, index, name)
        cell.font, cell.fill = Font(bold=True), _HEADER_FILL
        note = COLUMNS.get(name, EXPORTED_NOTE)
        cell.comment = Comment(note, "kyr", height=140, width=320)
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = _WIDTHS.get(name.rsplit("_", 1)[0], 14)
        if name in CHOICES:
            # Boxes for yes and no differ between languages of Excel; it translates TRUE itself.
            choice = DataValidation("list", formula1=f'"{",".join(CHOICES[name])}"', allow_blank=True)
            choice.error, choice.errorTitle = f"Choose one of: {', '.join(CHOICES[name])}", name
            sheet.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    for number, row in enumerate(rows, start=2):
        sheet.row_dimensions[number].height = _ROW_HEIGHT
        for index, name in enumerate(names, start=1):
            _fill(sheet.cell(number, index), name, row.get(name, ""))
    sheet.freeze_panes = "B2"
    if notes:
        _add_notes(book, notes)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(cell: Cell | MergedCell, name: str, text: str) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if name == EXPORTED:
        cell.fill = _EXPORTED_FILL
    if not text or isinstance(cell, MergedCell):
        return
    if name in DATES:
        cell.value = datetime.date.fromisoformat(text)
        cell.number_format = "yyyy-mm-dd"
    elif name == "enabled":
        cell.value = text == "TRUE"
    else:
        cell.value = _LIKE_AN_ESCAPE.sub("_x005F_", text)
        # A text, whatever it begins with: "=1+1" must not be calculated.
        cell.data_type = "s"
        if neutral(text) != text:
            cell.quotePrefix = True


def _add_notes(book: Workbook, notes: Sequence[str]) -> None:
    sheet = book.create_sheet("Notes")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 110
    for note in notes:
        sheet.append(["", note])
    for name in (*COLUMNS, EXPORTED):
        sheet.append([name, COLUMNS.get(name, EXPORTED_NOTE)])
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
