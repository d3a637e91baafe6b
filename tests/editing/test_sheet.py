"""The staff spreadsheet: out and in again without a change, all or nothing, and nothing it does no harm."""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.cli.main import main
from bot.content.checks import check_content
from bot.content.reading import Content
from bot.editing.columns import COLUMNS, EXPORTED
from bot.editing.sheet.exporting import export, write_template
from bot.editing.sheet.importing import import_sheet
from bot.editing.sheet.reading import MOST_ROWS, SheetError
from bot.editing.sheet.rows import mostly_in_another, pieces_of, possible_dates
from bot.editing.topic_text import read_fields
from bot.settings import PROJECT_ROOT

KINDS = [".xlsx", ".csv"]
CARD = "data/faq/red_card.yml"
NAMES = [*COLUMNS, EXPORTED]
EPOCH = datetime.datetime(1899, 12, 30)


def snapshot(content: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(content)): path.read_bytes() for path in content.rglob("*") if path.is_file()
    }


def imported(content: Path, sheet: Path, **options: Any) -> list[str]:
    """Import a sheet; return what is shown."""
    shown: list[str] = []
    import_sheet(content, sheet, show=shown.append, **options)
    return shown


def refused(content: Path, sheet: Path, **options: Any) -> list[str]:
    """Import a sheet that must be refused and change nothing; return the mistakes, without the last line."""
    before = snapshot(content)
    with pytest.raises(SheetError) as error:
        import_sheet(content, sheet, show=lambda line: None, **options)
    assert snapshot(content) == before
    lines = str(error.value).splitlines()
    return lines[:-1] if lines[-1].endswith("nothing was changed. Mend this and import again.") else lines


@pytest.fixture
def exported(content_copy: Path, tmp_path: Path) -> Path:
    """An Excel sheet of the small content: bond in row 2, food_assistance in 3, red_card in 4."""
    sheet = tmp_path / "topics.xlsx"
    assert export(content_copy, sheet) == 3
    return sheet


def edit_sheet(sheet: Path, edit: Callable[[Worksheet], object]) -> None:
    """Change a sheet as somebody does in Excel."""
    book = openpyxl.load_workbook(sheet)
    edit(book["Topics"])
    book.save(sheet)


def put(sheet: Path, cells: Mapping[tuple[int, str], object]) -> None:
    """Write values into cells, by row and column."""

    def fill(rows: Worksheet) -> None:
        for (row, column), value in cells.items():
            rows.cell(row, NAMES.index(column) + 1).value = value  # type: ignore[assignment]

    edit_sheet(sheet, fill)


def cell(sheet: Path, row: int, column: str) -> str:
    return str(openpyxl.load_workbook(sheet)["Topics"].cell(row, NAMES.index(column) + 1).value or "")


def as_csv(rows: list[list[str]], **options: Any) -> bytes:
    written = io.StringIO()
    csv.writer(written, **options).writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def new_row(**cells: str) -> list[str]:
    """Return a whole row of a new topic, with other cells where they are given."""
    row = {
        "id": "blue_card",
        "group": "rights",
        "title_en": "The blue card",
        "title_es": "La tarjeta azul",
        "questions_en": "what is a blue card",
        "questions_es": "qué es una tarjeta azul",
        "answer_en": "The blue card is blue.",
        "answer_es": "La tarjeta azul es azul.",
        "short_en": "It is blue.",
        "short_es": "Es azul.",
        "sources": "A page | with a bar | https://example.org/a",
        "related": "red_card",
        "volatility": "stable",
        "reviewed": "2026-11-22",
        "review_by": "2027-11-22",
        **cells,
    }
    return [row.get(name, "") for name in NAMES]


@pytest.mark.parametrize("kind", KINDS)
def test_the_real_topics_out_and_in_again_change_no_byte(tmp_path: Path, kind: str) -> None:
    """All of them, those with more questions than a cell shows too."""
    content = tmp_path / "content"
    shutil.copytree(PROJECT_ROOT / "data", content / "data")
    shutil.copy(PROJECT_ROOT / "domain.yml", content)
    before, sheet = snapshot(content), tmp_path / f"topics{kind}"
    export(content, sheet)
    assert imported(content, sheet) == []
    assert snapshot(content) == before


@pytest.mark.parametrize("kind", KINDS)
def test_awkward_texts_out_and_in_again_change_no_byte(content_copy: Path, tmp_path: Path, kind: str) -> None:
    """What looks like a formula, a number, an escape, a date; spaces, comments and Windows' line breaks."""
    path = content_copy / CARD
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("{en: The red card,", '{en: "=1+1",'),
        ("es: La tarjeta roja}", "es: '2026-11'} # seen"),
        ("    - what is a red card\n", "    - '=cmd|x'!A1\n    -   +1 \u00a0 two _x000D_ _x0041_\n"),
        ("    - qué es la tarjeta roja\n", "    - \"@so\"\n    - '''-x\n    - 😀\n"),
        ("      short: The card states", "      short: -The card\u00a0states"),
        ("{title: A page,", '{title: "=A | page",'),
        ("approved_by: null", "approved_by: '007'"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_bytes(text.replace("\n", "\r\n").encode())
    before, sheet = snapshot(content_copy), tmp_path / f"topics{kind}"
    export(content_copy, sheet)
    assert imported(content_copy, sheet) == []
    assert snapshot(content_copy) == before
    if kind == ".csv":
        assert b",'=1+1,2026-11," in sheet.read_bytes()
    else:
        written = openpyxl.load_workbook(sheet)["Topics"]["C4"]
        assert (written.value, written.data_type, written.quotePrefix) == ("=1+1", "s", True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_topic_becomes_a_new_file(content_copy: Path, tmp_path: Path, kind: str) -> None:
    """And passes the check; topics without a row stay."""
    sheet = tmp_path / f"new{kind}"
    if kind == ".csv":
        sheet.write_bytes(as_csv([NAMES, new_row()]))
    else:
        book = openpyxl.Workbook()
        for row in (NAMES, new_row()):
            book.active.append(row)  # type: ignore[union-attr]
        book.save(sheet)
    before = snapshot(content_copy)
    line = "+ blue_card: new, “The blue card”, 1 questions_en and 1 questions_es"
    assert imported(content_copy, sheet, dry_run=True) == [line]
    assert snapshot(content_copy) == before
    assert imported(content_copy, sheet) == [line]
    after = snapshot(content_copy)
    text = after.pop("data/faq/blue_card.yml").decode()
    assert after == before
    assert '  - {title: "A page | with a bar", url: "https://example.org/a"}\n' in text
    assert check_content(content_copy) == []
    assert imported(content_copy, sheet) == []


def test_changes_are_shown_and_made(content_copy: Path, exported: Path) -> None:
    """A dry run shows the same and writes nothing."""
    put(
        exported,
        {
            (2, "group"): "help",
            (
                3,
                "questions_en",
            ): "where is the food bank\nwho has food on sundays\nwhere is bread",
            (4, "enabled"): False,
            (4, "short_en"): "The card says what your rights are.",
            (4, "short_es"): "La tarjeta dice cuáles son sus derechos.",
            (4, "sources"): "A page | https://example.org/page\nB | https://example.org/b",
        },
    )
    before = snapshot(content_copy)
    shown = [
        "~ bond: group: rights -> help",
        "~ food_assistance: questions_en: +2: + “who has food on sundays”, + “where is bread”",
        "~ red_card: short_en: The card states your rights. -> The card says what your rights are.",
        "~ red_card: short_es: La tarjeta dice sus derechos. -> La tarjeta dice cuáles son sus derechos.",
        "~ red_card: sources: A page | https://example.org/page -> "
        "A page | https://example.org/page B | https://example.org/b",
        "~ red_card: enabled: TRUE -> FALSE",
    ]
    assert imported(content_copy, exported, dry_run=True) == shown
    assert snapshot(content_copy) == before
    assert imported(content_copy, exported) == shown
    assert check_content(content_copy) == []
    assert b"enabled: false  # no checked answer yet\n" in (content_copy / "data/faq/bond.yml").read_bytes()
    assert imported(content_copy, exported) == []


# What is written into which cells of the sheet, and every line of the refusal.
MISTAKES: dict[str, tuple[dict[tuple[int, str], object], list[str]]] = {
    "HTML in an answer": (
        {(4, "answer_en"): "The card <b>no</b>"},
        ["Row 4, answer_en: “<b>no</b>” is HTML, which the pages would show as it is. Write plain text."],
    ),
    "address that is no web address": (
        {(4, "sources"): "A | javascript:alert(1)\nB\nC | “https://c.org”\nD | ftp://d.org"},
        [
            "Row 4, sources: the line “B” is no source. Write: title | https://address.",
            "Row 4, sources: “ftp://d.org” is no web address. Write it in full, beginning with https://.",
            "Row 4, sources: “javascript:alert(1)” is no web address. Write it in full, beginning with https://.",
        ],
    ),
    "Spanish cell in English": (
        {
            (4, "answer_es"): "You do not have to open the door.",
            (4, "answer_en"): "Say what you want.",
        },
        [
            "Row 4, answer_es: the text does not read as Spanish: “You do not have to open the door.”. "
            "Write it in Spanish; check that no two cells changed places."
        ],
    ),
    "formula": (
        {(4, "title_en"): "=1+1", (2, "group"): '=HYPERLINK("http://evil.example")'},
        [
            f"Row {row}, {column}: the cell holds a formula. "
            "Write what it should say; a text that begins with = needs ' before it."
            for row, column in ((2, "group"), (4, "title_en"))
        ],
    ),
    "letters encoded twice": (
        {
            (4, "short_es"): "La tarjeta estÃ¡ aquÃ\u00ad.",
            (4, "title_en"): "Donâ€™t sign",
            (4, "title_es"): "Â¿QuÃ© es?",
        },
        [
            f"Row 4, {column}: the cell says “{found}”, probably “{meant}”: its letters with accents were "
            "damaged when the file was saved or opened. Write it anew, or open the file again with the "
            "encoding UTF-8 and save it so."
            for column, found, meant in (
                ("short_es", "estÃ¡", "está"),
                ("title_en", "Donâ€™t", "Don’t"),
                ("title_es", "Â¿QuÃ©", "¿Qué"),
            )
        ],
    ),
    "error of Excel's": (
        {(4, "title_en"): "#REF!"},
        ["Row 4, title_en: the cell holds an error of Excel's. Write what it should say."],
    ),
    "text that became a date or number": (
        {(4, "title_en"): datetime.date(2025, 6, 1), (4, "title_es"): 1.5, (4, "short_en"): True},
        [
            "Row 4, short_en: Excel has made TRUE or FALSE of the text. "
            "Make the cell Text (Format Cells), then write it again.",
            "Row 4, title_en: Excel has made a date or time of the text. "
            "Make the cell Text (Format Cells), then write it again.",
            "Row 4, title_es: Excel has made the number 1.5 of the text. "
            "Make the cell Text (Format Cells), then write it again.",
        ],
    ),
    "dates": (
        {(4, "reviewed"): "3/4/2027", (4, "review_by"): "soon"},
        [
            "Row 4, review_by: “soon” is no date. Write year-month-day, like 2026-11-22.",
            "Row 4, reviewed: “3/4/2027” may be 2027-03-04 or 2027-04-03. "
            "Write year-month-day, like 2026-11-22.",
        ],
    ),
    "cells left empty": (
        dict.fromkeys(
            [(4, name) for name in ("answer_en", "short_es", "reviewed", "sources", "questions_en")]
        ),
        [
            "Row 4, answer_en: the cell is empty. "
            "Write it; to stop giving the answer, write FALSE in enabled.",
            "Row 4, questions_en: the cell is empty. "
            "Write one question at least, as a resident would ask it.",
            "Row 4, reviewed: the cell is empty. Write the day, like 2026-11-22.",
            "Row 4, short_es: the cell is empty. "
            "Write it; to stop giving the answer, write FALSE in enabled.",
            "Row 4, sources: the cell is empty. Write who says so, a line each: title | https://address.",
        ],
    ),
    "choices": (
        {(4, "group"): "Duties", (4, "enabled"): "perhaps", (4, "related"): "Bond, ../x"},
        [
            "Row 4, enabled: the cell says “perhaps”. Write TRUE or FALSE.",
            "Row 4, group: the cell says “duties”. Use one of: ordinance, hp_with_you, rights, help.",
            "Row 4, related: “../x” is no id of a topic. Write ids like bond, parted by commas.",
            "Row 4, related: “Bond” is no id of a topic. Write ids like bond, parted by commas.",
        ],
    ),
    "ids": (
        {(2, "id"): "../bond", (3, "id"): "Food", (4, "id"): "x" * 61},
        [
            "Row 2, id: “../bond” cannot be the id of a topic. "
            "Write small letters a to z, digits and _, at most 60, like bond.",
            "Row 3, id: “Food” cannot be the id of a topic. "
            "Write small letters a to z, digits and _, at most 60, like bond.",
            f"Row 4, id: “{'x' * 60}” cannot be the id of a topic. "
            "Write small letters a to z, digits and _, at most 60, like bond.",
        ],
    ),
    "id that was renamed": (
        {(2, "id"): "bail"},
        [
            "Row 2, id: there is no topic bail, but the row was exported from one. "
            "Write the id as it was; for a new topic, empty the cell `exported`."
        ],
    ),
    "the English alone changes": (
        {(4, "short_en"): "The card says what your rights are."},
        [
            "Row 4, answer_es: the English answer has changed since the Spanish one was reviewed. "
            "Compare the two and change the Spanish, or import again with `--compared red_card`."
        ],
    ),
    "what the check finds": (
        {
            (4, "short_en"): "Call 213-555-0100 {now}.",
            (4, "short_es"): "x" * 301,
            (4, "title_es"): "T" * 61,
            (4, "related"): "nowhere",
            (4, "answer_es"): "La tarjeta dice sus derechos.",
            (3, "questions_es"): "dónde regalan comida\nqué es la tarjeta roja",
        },
        [
            "Row 3, questions_es: the question “qué es la tarjeta roja” stands also, or as good as, "
            "in red_card.yml. "
            "Keep it once, where its answer is.",
            "Row 4, answer_es: the words to say aloud (lines with >) differ between the two languages. "
            "Write the same English words after > in answer_en and answer_es.",
            "Row 4, short_en: the answer in English holds a brace. Write it without { and }.",
            "Row 4, short_es: the short in Spanish lacks 213-555-0100, which its twin has. "
            "Numbers, phones and addresses must be the same in both.",
            "Row 4, short_es: the short version of the answer in Spanish has 301 characters, 300 at most. "
            "Shorten it.",
            "Row 4, title_es: the title (es) has 61 characters, 60 at most. "
            "Shorten it: it is a button on small screens.",
        ],
    ),
    "related topic that does not exist": (
        {(4, "related"): "nowhere, red_card"},
        [
            "Row 4, related: the related topic `nowhere` does not exist. Use the id of a topic.",
            "Row 4, related: the topic names itself (`red_card`) as related. Remove it.",
        ],
    ),
    "review too late": (
        {(4, "review_by"): datetime.date(2029, 1, 1)},
        [
            "Row 4, review_by: this day is 771 days after the sources were last checked; this answer may "
            "stand 365 days without a check. Write 2027-11-22 or an earlier day after 2026-11-22."
        ],
    ),
    "number that must not be given": (
        {(4, "short_en"): "Call 323-582-6161.", (4, "short_es"): "Llame al 323-582-6161."},
        [
            "Row 4, short_en: the number 323-582-6161 must not be given to residents: No source confirms "
            "that this is the City Hall number. Remove it, or call the number and clear it first.",
            "Row 4, short_en: the phone number 323-582-6161 is typed in. Name its service in its place, like "
            "[chirla-hotline]: the directory puts the number in.",
            "Row 4, short_es: the number 323-582-6161 must not be given to residents: No source confirms "
            "that this is the City Hall number. Remove it, or call the number and clear it first.",
            "Row 4, short_es: the phone number 323-582-6161 is typed in. Name its service in its place, like "
            "[chirla-hotline]: the directory puts the number in.",
        ],
    ),
    "character that cannot be seen": (
        {(4, "title_en"): "The \ue000 card"},
        ["Row 4, title_en: the character U+E000 cannot be seen. Remove it, or write the text anew."],
    ),
}


@pytest.mark.parametrize(("cells", "expected"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_named_with_row_column_and_mend(
    content_copy: Path, exported: Path, cells: dict[tuple[int, str], object], expected: list[str]
) -> None:
    """Every one of a sheet at once, and nothing is written."""
    put(exported, cells)
    assert refused(content_copy, exported) == expected


def test_one_bad_row_keeps_all_others_out(content_copy: Path, exported: Path) -> None:
    """And what the check finds in the good ones is told in the same breath."""
    put(exported, {(2, "group"): "x", (3, "questions_en"): "what is a red card", (4, "related"): "bond"})
    assert refused(content_copy, exported) == [
        "Row 2, group: the cell says “x”. Use one of: ordinance, hp_with_you, rights, help.",
        "Row 3, questions_en: the question “what is a red card” stands also, or as good as, in red_card.yml. "
        "Keep it once, where its answer is.",
    ]


def test_somebody_has_compared_the_two_languages(content_copy: Path, exported: Path) -> None:
    """Then the English may change alone; a name without a row is refused."""
    put(exported, {(4, "short_en"): "The card says what your rights are."})
    assert refused(content_copy, exported, compared=["nowhere"]) == [
        "--compared names nowhere, which has no row in the sheet. Check the name."
    ]
    assert len(imported(content_copy, exported, compared=["red_card"])) == 1
    assert check_content(content_copy) == []


def test_mistakes_that_stood_there_before_do_not_block(content_copy: Path, exported: Path) -> None:
    """They are told of; a topic that cannot be read is only refused where its row changes."""
    bond = content_copy / "data/faq/bond.yml"
    bond.write_text(bond.read_text(encoding="utf-8").replace("group: rights", "group: [x"), encoding="utf-8")
    put(exported, {(4, "related"): "bond", (2, "id"): None})
    edit_sheet(exported, lambda rows: rows.delete_rows(2))
    assert imported(content_copy, exported) == [
        "~ red_card: related: food_assistance -> bond",
        "Not because of this sheet, the content has also:",
        "  data/faq/bond.yml:5: this is not valid YAML (expected ',' or ']', but got ':'). "
        "Compare the line and the one above it with another file: spaces, colons, quotes.",
    ]
    put(exported, {(2, "id"): "bond"})
    assert refused(content_copy, exported) == [
        "Row 2, id: data/faq/bond.yml cannot be read. Mend the file first; `kyr check` says what is wrong."
    ]


def test_a_topic_that_changed_since_the_export_is_not_overwritten(content_copy: Path, exported: Path) -> None:
    """Where the row has not changed it stays as it is now; where it has, the row is refused."""
    path = content_copy / CARD
    newer = path.read_bytes().replace(b"- where do I get the card", b"- where do they hand out the card")
    path.write_bytes(newer)
    assert imported(content_copy, exported) == [
        "= red_card: has been changed since the export, and not in the sheet; it stays as it is now"
    ]
    assert path.read_bytes() == newer
    put(exported, {(4, "group"): "help"})
    assert refused(content_copy, exported) == [
        "Row 4, exported: the topic red_card has been changed since this sheet was exported. "
        "Export again, and make your change in the new sheet."
    ]
    put(exported, {(4, EXPORTED): None})
    assert len(imported(content_copy, exported)) == 2


def test_the_template_is_imported_without_its_examples(content_copy: Path, tmp_path: Path) -> None:
    """Two of them, with notes on the columns; the rows that staff add count."""
    sheet = tmp_path / "template.xlsx"
    write_template(content_copy, sheet)
    book = openpyxl.load_workbook(sheet)
    rows = book["Topics"]
    assert [rows.cell(1, index).value for index in range(1, len(NAMES) + 1)] == NAMES
    assert [rows.cell(row, 1).value for row in (2, 3, 4)] == ["example_red_card", "example_bond", None]
    assert all(rows.cell(1, index).comment for index in range(1, len(NAMES) + 1))
    assert rows.freeze_panes == "B2"
    assert {rule.formula1 for rule in rows.data_validations.dataValidation} == {
        '"ordinance,hp_with_you,rights,help"',
        '"stable,litigated"',
        '"TRUE,FALSE"',
    }
    assert len(list(book["Notes"].iter_rows())) > len(NAMES)
    edit_sheet(sheet, lambda rows: rows.append(new_row()))
    assert imported(content_copy, sheet) == [
        "Row 2 is an example of the template (example_red_card) and is ignored",
        "Row 3 is an example of the template (example_bond) and is ignored",
        "+ blue_card: new, “The blue card”, 1 questions_en and 1 questions_es",
    ]


def test_questions_that_no_cell_can_hold_fill_several_rows(content_copy: Path, tmp_path: Path) -> None:
    """None of the rows may be missing, and only the first may say anything else."""
    path = content_copy / "data/faq/bond.yml"
    text = path.read_text(encoding="utf-8")
    many = "".join(f"    - question {number} of the long list\n" for number in range(600))
    path.write_text(text.replace("    - how much is bond\n", many), encoding="utf-8")
    sheet, before = tmp_path / "topics.xlsx", snapshot(content_copy)
    export(content_copy, sheet)
    assert [cell(sheet, row, "id") for row in (2, 3, 4, 5)] == [
        *(f"bond ({part} of 3)" for part in (1, 2, 3)),
        "food_assistance",
    ]
    assert imported(content_copy, sheet) == []
    assert snapshot(content_copy) == before
    put(sheet, {(4, "group"): "help"})
    assert refused(content_copy, sheet) == [
        "Row 4, group: only the first row of bond may hold this. Empty the cell, or write it in row 2."
    ]
    edit_sheet(sheet, lambda rows: rows.delete_rows(4))
    assert refused(content_copy, sheet) == [
        "Row 2, id: of the 3 rows with the questions of bond not all are there, or there are others. "
        "Put them back as they were exported, or export again."
    ]


def test_what_excel_does_to_a_sheet_changes_nothing(content_copy: Path, exported: Path) -> None:
    """Line breaks of Windows, spaces, dates as numbers, words for yes, hidden and empty rows, new order."""
    before = snapshot(content_copy)
    put(
        exported,
        {
            (2, "enabled"): "FALSO",
            (3, "enabled"): "sí",
            (4, "enabled"): 1,
            (4, "reviewed"): 46348,
            (4, "review_by"): datetime.datetime(2027, 11, 22),
            (4, "answer_en"): cell(exported, 4, "answer_en").replace("\n", "_x000D_\n") + "\u00a0\n",
            (4, "answer_es"): cell(exported, 4, "answer_es").replace("\n", "\r\n"),
            (4, "questions_en"): "\u200bwhat is  a red card \n\n• where do I get the card",
            (4, "group"): " Rights ",
            (4, "related"): "“food_assistance”;",
        },
    )

    def rearrange(rows: Worksheet) -> None:
        rows.insert_rows(3)
        rows.row_dimensions[5].hidden = True
        for row in rows.iter_rows():
            row[2].value, row[3].value = row[3].value, row[2].value
        rows["C1"].value = " Title_ES "

    edit_sheet(exported, rearrange)
    assert imported(content_copy, exported) == ["Hidden rows of the sheet are read as well: 5"]
    assert snapshot(content_copy) == before


def test_an_answer_that_was_signed_off_is_not_changed_unnoticed(content_copy: Path, exported: Path) -> None:
    """Who signed it off has not seen the new one."""
    put(exported, {(4, "approved_by"): "City"})
    assert imported(content_copy, exported) == ["~ red_card: approved_by: (nothing) -> City"]
    put(
        exported,
        {
            (4, EXPORTED): None,
            (4, "short_en"): "The card states all your rights.",
            (4, "short_es"): "La tarjeta dice todos sus derechos.",
        },
    )
    assert imported(content_copy, exported)[-1] == (
        "! red_card: the answer changes, and approved_by still says City. "
        "Empty the cell if it must be signed off again"
    )


def test_a_sheet_that_approves_nothing_signs_nothing_off(content_copy: Path, exported: Path) -> None:
    """Neither a present answer nor a new topic; an approval may be left away, and goes with its answer."""
    put(exported, {(4, "approved_by"): "City"})
    assert refused(content_copy, exported, approves=False) == [
        "Row 4, approved_by: only an approver signs an answer off, in the console. "
        "Empty the cell, or leave it as it was exported."
    ]
    assert imported(content_copy, exported) == ["~ red_card: approved_by: (nothing) -> City"]
    export(content_copy, exported.with_name("again.xlsx"))
    again = exported.with_name("again.xlsx")
    put(again, {(4, "questions_en"): "what is a red card\nwhat is it for"})
    assert len(imported(content_copy, again, approves=False)) == 1
    assert read_fields((content_copy / CARD).read_text(encoding="utf-8")).approved_by == "City"
    export(content_copy, exported.with_name("third.xlsx"))
    third = exported.with_name("third.xlsx")
    put(third, {(4, "sources"): "A page | https://example.org/other"})
    assert imported(content_copy, third, approves=False) == [
        "~ red_card: sources: A page | https://example.org/page -> A page | https://example.org/other",
        "~ red_card: approved_by: City -> (nothing)",
        "! red_card: the answer changes, so it must be signed off again",
    ]
    assert read_fields((content_copy / CARD).read_text(encoding="utf-8")).approved_by is None
    put(third, {(4, EXPORTED): None, (4, "approved_by"): ""})
    assert imported(content_copy, third, approves=False) == []
    new = exported.with_name("new.csv")
    new.write_bytes(as_csv([NAMES, new_row(approved_by="City")]))
    assert [line.split(":")[0] for line in refused(content_copy, new, approves=False)] == [
        "Row 2, approved_by"
    ]


def test_a_refusal_can_be_shown_as_a_table(content_copy: Path, exported: Path) -> None:
    """Each cell with what is wrong and what to do, also where the sheet has not all columns."""
    put(exported, {(4, "title_es"): "x" * 61, (2, "group"): "y"})
    with pytest.raises(SheetError) as error:
        import_sheet(content_copy, exported, show=lambda line: None)
    assert [(one.row, one.column) for one in error.value.problems] == [(2, "group"), (4, "title_es")]
    assert error.value.problems[0].what == "the cell says “y”" and error.value.elsewhere == ()
    sheet = exported.with_name("columns.csv")
    sheet.write_bytes(as_csv([NAMES[1:]]))
    with pytest.raises(SheetError) as error:
        import_sheet(content_copy, sheet, show=lambda line: None)
    assert [(one.row, one.column) for one in error.value.problems] == [(1, "id")]


def shared(sheet: Path) -> None:
    """Move the texts of an Excel file to where Excel itself keeps them, in pieces of one look each."""
    texts: list[bytes] = []

    def move(match: re.Match[bytes]) -> bytes:
        half = len(match[2]) // 2 if match[2].isascii() and b"&" not in match[2] else 0
        pieces = (match[2][:half], match[2][half:])
        texts.append(b"".join(b'<r><t xml:space="preserve">' + piece + b"</t></r>" for piece in pieces))
        return b't="s"' + match[1] + b"<v>%d</v>" % (len(texts) - 1)

    cells = re.compile(rb't="inlineStr"([^>]*>)<is><t[^>]*>(.*?)</t></is>', re.DOTALL)
    rewrite(sheet, SHEET_PART, lambda text: cells.sub(move, text))
    name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    items = b"".join(b"<si>" + text + b"</si>" for text in texts)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    rewrite(sheet, "[Content_Types].xml", lambda text: text.replace(b"</Types>", part))
    rewrite(sheet, "xl/sharedStrings.xml", lambda _: b'<sst xmlns="' + name + b'">' + items + b"</sst>")


def test_texts_as_excel_keeps_them_are_read(content_copy: Path, exported: Path) -> None:
    """In a table of their own, some of them in pieces of different looks."""
    before = snapshot(content_copy)
    shared(exported)
    assert cell(exported, 4, "title_en") == "The red card"
    assert imported(content_copy, exported) == []
    assert snapshot(content_copy) == before


def test_smart_quotes_in_an_answer_are_kept(content_copy: Path, exported: Path) -> None:
    """They are a change like any other, and shown."""
    put(
        exported,
        {
            (4, "short_en"): "The card states your “rights”.",
            (4, "short_es"): "La tarjeta dice sus “derechos”.",
        },
    )
    assert len(imported(content_copy, exported)) == 2
    assert read_fields((content_copy / CARD).read_text(encoding="utf-8")).shorts["en"] == (
        "The card states your “rights”."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_cells_that_libreoffice_makes_of_yes_and_no_are_taken(
    content_copy: Path, tmp_path: Path, kind: str
) -> None:
    """It writes them as formulas, =TRUE() and =FALSE()."""
    sheet, before = tmp_path / f"topics{kind}", snapshot(content_copy)
    export(content_copy, sheet)
    if kind == ".xlsx":
        put(sheet, {(2, "enabled"): "=FALSE()", (3, "enabled"): "=TRUE()"})
    else:
        text = sheet.read_text("utf-8-sig")
        sheet.write_text(text.replace(",FALSE,", ",=FALSE(),").replace(",TRUE,", ",=TRUE(),"), "utf-8-sig")
    assert imported(content_copy, sheet) == []
    assert snapshot(content_copy) == before


def test_lists_as_word_writes_them_become_lists(content_copy: Path, exported: Path) -> None:
    """Dots and boxes of its own font, dashes, and numbers with parentheses; words to say aloud stay."""
    items = "•\tOne.\n\uf0b7 Two.\no\tThree.\n– Four.\n\n1)\tFirst.\n2. Second."
    put(
        exported,
        {
            (4, "answer_en"): f"The card states your rights.\n\n{items}\n\n> I want to remain silent.",
            (
                4,
                "answer_es",
            ): "La tarjeta dice sus derechos.\n\n• Uno.\n· Dos.\n▪ Tres.\n— Cuatro.\n\n1) Primero.\n"
            "2) Segundo.\n\n> I want to remain silent.",
        },
    )
    imported(content_copy, exported)
    answers = read_fields((content_copy / CARD).read_text(encoding="utf-8")).answers
    assert answers["en"].split("\n\n")[1:3] == ["- One.\n- Two.\n- Three.\n- Four.", "1. First.\n2. Second."]
    assert answers["es"].split("\n\n")[1:3] == [
        "- Uno.\n- Dos.\n- Tres.\n- Cuatro.",
        "1. Primero.\n2. Segundo.",
    ]


@pytest.mark.parametrize(
    "change", ["semicolons", "tabs", "sep line", "no mark", "unix", "mac", "dates of Excel"]
)
def test_a_csv_file_as_excel_saves_it_is_read(content_copy: Path, tmp_path: Path, change: str) -> None:
    """Whatever country it is from."""
    sheet, before = tmp_path / "topics.csv", snapshot(content_copy)
    export(content_copy, sheet)
    rows = list(csv.reader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"), newline="")))
    options: dict[str, Any] = {}
    if change in ("semicolons", "sep line"):
        options["delimiter"] = ";"
    if change == "tabs":
        options["delimiter"] = "\t"
    if change == "dates of Excel":
        rows = [[value.replace("2026-11-22", "11/22/2026") for value in row] for row in rows]
    ends = {"unix": "\n", "mac": "\r"}.get(change, "\r\n")
    if change == "mac":
        rows = [[value.replace("\n", "\r") for value in row] for row in rows]
    content = as_csv(rows, lineterminator=ends, **options)
    if change == "sep line":
        content = content.replace(b"\xef\xbb\xbf", b"sep=;\r\n")
    if change == "no mark":
        content = content.removeprefix(b"\xef\xbb\xbf")
    sheet.write_bytes(content)
    assert imported(content_copy, sheet) == []
    assert snapshot(content_copy) == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            as_csv([NAMES, new_row()]).decode("utf-8-sig").encode("cp1252"),
            "line 2 is not UTF-8 text, so that",
        ),
        (as_csv([NAMES]).decode("utf-8-sig").encode("utf-16"), "the file is Unicode text of another kind"),
        (b"PK\x03\x04", "this is an Excel file with the name of a CSV file. Rename it to .xlsx."),
        (b"id\0", "this is no text. In Excel, save it as CSV UTF-8 (Comma delimited)."),
        (as_csv([NAMES]) + b'"bond', "line 2 is no CSV (unexpected end of data)."),
        (as_csv([NAMES, *([str(number)] for number in range(10_000))]), "the sheet has more than 2000 rows."),
        (b"", "Row 1, id: the first row lacks `id`, `group`, "),
        (as_csv([[*NAMES, "color"]]), "Row 1, cell Y1: unknown column `color`. Use only: id, group, "),
        (as_csv([[*NAMES, "id"]]), "Row 1, cell Y1: the column `id` stands twice. Remove one of the two."),
        (as_csv([NAMES[1:]]), "Row 1, id: the first row lacks `id`. Put the columns back; "),
        (as_csv([NAMES, [*new_row(), "x"]]), "Row 2, cell Y2: a cell stands outside of all columns. Move it"),
        (
            as_csv([NAMES, new_row()[:3]]),
            "Row 2, answer_en: the row ends before this cell. Write the row in full",
        ),
        (as_csv([NAMES, new_row(title_en="=1+1")]), "Row 2, title_en: the cell holds a formula. "),
        (as_csv([NAMES, new_row(id="x" * 61)]), "Row 2, id: “xxx"),
        (as_csv([NAMES, new_row(id="")]), "Row 2, id: the cell is empty. "),
        (
            as_csv([NAMES, new_row(answer_en="x" * 32_768)]),
            "Row 2, answer_en: the cell has 32768 characters, ",
        ),
        (as_csv([NAMES, new_row(), new_row()]), "Row 3, id: blue_card stands in row 2 too. "),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_csv_file_that_cannot_be_used_is_refused(
    content_copy: Path, tmp_path: Path, content: bytes, expected: str
) -> None:
    """With what to do in Excel."""
    sheet = tmp_path / "topics.csv"
    sheet.write_bytes(content)
    first = refused(content_copy, sheet)[0]
    assert first.removeprefix(f"{sheet}: ").startswith(expected)


def rewrite(sheet: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change a part of an Excel file, as somebody does who means harm."""
    with zipfile.ZipFile(sheet) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(sheet, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def many_rows(sheet: Path) -> None:
    """Fill in ten thousand rows."""

    def fill(rows: Worksheet) -> None:
        for number in range(10_000):
            rows.append([f"topic_{number}"])

    edit_sheet(sheet, fill)


SHEET_PART = "xl/worksheets/sheet1.xml"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
# What is done to an Excel file, and how the refusal begins.
HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "large": (lambda sheet: os.truncate(sheet, 50 * 1024 * 1024), "the file is larger than 10 MB"),
    "zip bomb": (
        lambda sheet: rewrite(sheet, "xl/media/bomb.xml", lambda _: b" " * 200_000_000),
        "unpacked, the file would be larger than 20 MB",
    ),
    "many tags": (
        lambda sheet: rewrite(
            sheet, "xl/sharedStrings.xml", lambda _: b"<a>" + b"<i/>" * 2_000_000 + b"</a>"
        ),
        "unpacked, the file would be larger than 20 MB or have more parts",
    ),
    "entities in the sheet": (
        lambda sheet: rewrite(sheet, SHEET_PART, lambda text: BOMB + text.split(b"?>", 1)[-1]),
        "the part xl/worksheets/sheet1.xml is not as Excel writes it.",
    ),
    "entities in the texts": (
        lambda sheet: rewrite(sheet, "xl/sharedStrings.xml", lambda text: BOMB + text.split(b"?>", 1)[-1]),
        "the part xl/sharedStrings.xml is not as Excel writes it.",
    ),
    "password": (
        lambda sheet: sheet.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000),
        "the file is protected by a password, or of an Excel before 2007.",
    ),
    "macros": (
        lambda sheet: rewrite(sheet, "xl/vbaProject.bin", lambda _: b"macro"),
        "the file holds macros. Save it as Excel Workbook (.xlsx) without macros.",
    ),
    "cut in half": (
        lambda sheet: os.truncate(sheet, sheet.stat().st_size // 2),
        "the file is damaged or no Excel file.",
    ),
    "no Excel file": (lambda sheet: sheet.write_bytes(b"hello"), "the file is damaged or no Excel file."),
    "empty": (lambda sheet: sheet.write_bytes(b""), "the file is damaged or no Excel file."),
    "bytes turned": (
        lambda sheet: sheet.write_bytes(sheet.read_bytes()[:900] + b"\xff" * 60 + sheet.read_bytes()[960:]),
        "the file is damaged or no Excel file.",
    ),
    "10,000 rows": (
        many_rows,
        "the sheet holds cells down to row 2002 and out to column",
    ),
    "cell far away": (
        lambda sheet: edit_sheet(sheet, lambda rows: rows.cell(1_048_576, 16_384, "x")),
        "the sheet holds cells down to row 1048576 and out to column XFD;",
    ),
    "rows out of order": (
        lambda sheet: rewrite(sheet, SHEET_PART, lambda text: text.replace(b'<row r="4"', b'<row r="2"')),
        "row 2 stands twice or out of order. Save it in Excel again.",
    ),
    "all cells merged": (
        lambda sheet: rewrite(
            sheet,
            SHEET_PART,
            lambda text: text.replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
            ),
        ),
        "Row 2, cell A2: the cells A2:XFD1048576 are merged, so that all but one of them are empty.",
    ),
}


@pytest.mark.parametrize(("harm", "expected"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_file_is_refused(
    content_copy: Path, exported: Path, harm: Callable[[Path], object], expected: str
) -> None:
    """In seconds, in a sentence, and with nothing half-done."""
    harm(exported)
    assert refused(content_copy, exported)[0].removeprefix(f"{exported}: ").startswith(expected)


def test_merged_cells_are_refused_where_they_are(content_copy: Path, exported: Path) -> None:
    """They would empty cells in silence."""
    edit_sheet(exported, lambda rows: rows.merge_cells("G3:G4"))
    lines = refused(content_copy, exported)
    assert lines[0] == (
        "Row 3, cell G3: the cells G3:G4 are merged, so that all but one of them are empty. "
        "Unmerge them and fill in each one."
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("topics.xlsm", "the file may hold macros."),
        ("topics.xls", "only .xlsx and .csv files can be used."),
        ("nowhere.xlsx", "there is no such file. Check the name."),
        (".", "there is no such file. Check the name."),
    ],
)
def test_other_files_are_refused(content_copy: Path, tmp_path: Path, name: str, expected: str) -> None:
    """By their names, before anything of them is read."""
    sheet = tmp_path / name
    if name.startswith("topics"):
        sheet.write_bytes(b"x")
    assert refused(content_copy, sheet)[0].removeprefix(f"{sheet}: ").startswith(expected)


def test_a_sheet_is_never_written_over_another(content_copy: Path, exported: Path) -> None:
    """It may hold the work of a week."""
    before = exported.read_bytes()
    for write in (export, write_template):
        with pytest.raises(SheetError, match="there is such a file already"):
            write(content_copy, exported)
    with pytest.raises(SheetError, match="cannot be written"):
        export(content_copy, exported.parent / "nowhere" / "topics.csv")
    with pytest.raises(SheetError, match="files can be used"):
        export(content_copy, exported.parent / "topics.ods")
    assert exported.read_bytes() == before


def test_a_full_disk_during_an_import_leaves_all_as_it_was(
    content_copy: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is told in a sentence."""

    def failing(handle: int) -> None:
        raise OSError(28, "No space left on device")

    put(exported, {(2, "group"): "help"})
    monkeypatch.setattr(os, "fsync", failing)
    assert refused(content_copy, exported) == [
        "The topics could not be written (No space left on device). All files are as before."
    ]


def test_no_text_of_the_project_is_taken_for_the_other_language(project_content: Content) -> None:
    """A clerk must not be kept from importing what is right."""
    identify = project_content.language_identifier.identify
    wrong = []
    for topic in project_content.topics.values():
        for language, answer in topic.answers.items():
            for text in (topic.title[language], answer.text, answer.short):
                wrong.append(mostly_in_another(pieces_of(text), language, identify))
            asked = topic.questions[language]
            wrong.append(mostly_in_another(asked, language, identify, fewest=3))
            wrong += [
                mostly_in_another(asked[n : n + 5], language, identify, fewest=3) for n in range(0, 250, 5)
            ]
    assert [text for text in wrong if text] == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22", ["2026-11-22"]),
        (" 2026/11/2 ", ["2026-11-02"]),
        ("2026-11-22 00:00:00", ["2026-11-22"]),
        ("11/22/2026", ["2026-11-22"]),
        ("22.11.2026", ["2026-11-22"]),
        ("11/11/2026", ["2026-11-11"]),
        ("3/4/2027", ["2027-03-04", "2027-04-03"]),
        ("46348", ["2026-11-22"]),
        (46348.0, ["2026-11-22"]),
        (datetime.datetime(2026, 11, 22), ["2026-11-22"]),
        (datetime.datetime(2026, 11, 22, 5), []),
        ("13/13/2026", []),
        ("11/22/26", []),
        (46348.5, []),
        (True, []),
        (datetime.time(1), []),
        ("2026-02-30", []),
    ],
)
def test_days_are_read_in_all_their_forms(written: Any, expected: list[str]) -> None:
    """Where two days are possible, both are said."""
    assert [day.isoformat() for day in possible_dates(written, EPOCH)] == expected


def test_a_day_that_excel_has_rewritten_is_the_one_that_was_exported(
    content_copy: Path, tmp_path: Path
) -> None:
    """3/4/2027 may be two days; where one of them stands there already, nobody has changed it."""
    path = content_copy / CARD
    path.write_text(path.read_text(encoding="utf-8").replace("2027-11-22", "2027-03-04"), encoding="utf-8")
    sheet = tmp_path / "topics.csv"
    export(content_copy, sheet)
    sheet.write_bytes(sheet.read_bytes().replace(b"2027-03-04", b"3/4/2027"))
    assert imported(content_copy, sheet) == []


def test_rows_are_as_many_as_allowed(content_copy: Path, tmp_path: Path) -> None:
    """The last one is read like the first; empty ones do not count as topics."""
    sheet = tmp_path / "topics.csv"
    sheet.write_bytes(as_csv([NAMES, *([""] * len(NAMES) for _ in range(MOST_ROWS - 1)), new_row()]))
    assert len(imported(content_copy, sheet, dry_run=True)) == 1


def test_the_commands(
    content_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What they print, and how they end."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(content_copy))
    sheet = tmp_path / "topics.xlsx"
    assert main(["export", str(sheet)]) == 0
    assert main(["import", str(sheet)]) == 0
    put(sheet, {(2, "group"): "help"})
    assert main(["import", str(sheet), "--dry-run"]) == 0
    assert main(["import", str(sheet)]) == 0
    template = tmp_path / "template.csv"
    assert main(["template", str(template)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Wrote 3 topics to {sheet}. `kyr import {sheet}` takes them back.",
        "Nothing to change: the topics are as the sheet says.",
        "~ bond: group: rights -> help",
        "Topics that would change: 1. Nothing was written; leave out --dry-run to do it.",
        "~ bond: group: rights -> help",
        "Topics changed: 1. Next, `kyr train` and `kyr publish` put them to use.",
        f"Wrote {template}. Fill it in, then try `kyr import {template} --dry-run`.",
    ]
    put(sheet, {(4, "group"): "x", (4, EXPORTED): None})
    assert main(["import", str(sheet)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "Row 4, group: the cell says “x”. Use one of: ordinance, hp_with_you, rights, help.",
        f"{sheet}: nothing was changed. Mend this and import again.",
    ]
