"""Spreadsheets that are written: all topics, a template, a draft."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.content.paths import FAQ
from bot.editing.columns import EXAMPLE, EXPORTED, MOST_CHARACTERS
from bot.editing.fields import TopicFields, cells_of, clean, state_of
from bot.editing.sheet.reading import SheetError
from bot.editing.sheet.writing import write_sheet
from bot.editing.topic_folder import present_topics, topic_texts
from bot.editing.topic_text import TopicEditError, read_fields
from bot.text.language import LANGUAGES

# Excel shows no more than 253 line breaks in a cell.
_MOST_LINES = 250


_TEMPLATE_QUESTIONS = 5


_NOTES = (
    "One row for each topic. Write below the examples, or over them with an id of your own; rows whose id "
    f"begins with {EXAMPLE} are ignored.",
    "Try with `kyr import SHEET --dry-run` first: it shows what would change and everything that is wrong, "
    "with row and column. Nothing is written before all is right.",
    "A row that is missing deletes nothing. To stop giving an answer, write FALSE in enabled.",
    "When the English answer changes, change the Spanish one too; where it needs no change, import with "
    "`--compared` and the id of the topic.",
)


_DRAFT_NOTES = (
    "A new topic, to be filled in: the questions are what residents asked and got no good answer to. Where "
    "*** stands, words were removed: write whole ones of your own, or take the line out. No names, no "
    "addresses.",
    "Fill in all other columns, in both languages: group, title, questions, answer, short, sources, related, "
    "volatility, reviewed and review_by. Leave approved_by empty until somebody has signed the answer off.",
    *_NOTES[1:2],
    "Bring it in soon, and delete it: residents are promised that their words are forgotten after 90 days.",
)


def export(root: Path, sheet: Path) -> int:
    """Write every topic to a new sheet (.xlsx or .csv); return their number. Raises SheetError."""
    texts = topic_texts(root)
    rows: list[dict[str, str]] = []
    for topic_id, text in texts.items():
        try:
            rows += _rows_of(topic_id, read_fields(text))
        except TopicEditError as error:
            raise SheetError(error.message, file=FAQ / f"{topic_id}.yml") from None
    write_sheet(sheet, rows)
    return len(texts)


def write_template(root: Path, sheet: Path) -> None:
    """Write a new sheet with notes on the columns and two topics as examples. Raises SheetError."""
    rows = []
    present = present_topics(topic_texts(root))
    shown = sorted(present, key=lambda topic_id: (not present[topic_id].fields.answers["en"], topic_id))[:2]
    for topic_id in shown:
        fields = present[topic_id].fields
        few = {language: fields.questions[language][:_TEMPLATE_QUESTIONS] for language in LANGUAGES}
        example = dataclasses.replace(fields, questions=few, approved_by=None)
        rows.append({"id": EXAMPLE + topic_id, **cells_of(example)})
    write_sheet(sheet, rows, notes=_NOTES)


def write_draft(sheet: Path, topic_id: str, language: str, questions: Sequence[str]) -> int:
    """Write a new sheet with a row for a new topic, to be filled in; return how many questions it holds.

    These are the first ones, as many as a cell can hold. Raises SheetError.
    """
    cell = _chunks([" ".join(clean(question).split()) for question in questions])[0]
    write_sheet(sheet, [{"id": topic_id, f"questions_{language}": cell}], notes=_DRAFT_NOTES)
    return len(cell.split("\n"))


def _rows_of(topic_id: str, fields: TopicFields) -> Iterator[dict[str, str]]:
    """Yield the rows of a topic: one, or several where a cell cannot hold all questions."""
    chunks = {language: _chunks(fields.questions[language]) for language in LANGUAGES}
    total = max(1, *(len(found) for found in chunks.values()))
    for index in range(total):
        row = {"id": topic_id if total == 1 else f"{topic_id} ({index + 1} of {total})"}
        if index == 0:
            row |= {**cells_of(fields), EXPORTED: state_of(fields)}
        for language in LANGUAGES:
            row[f"questions_{language}"] = chunks[language][index] if index < len(chunks[language]) else ""
        yield row


def _chunks(questions: Sequence[str]) -> list[str]:
    """Return questions as the texts of as few cells as can hold them."""
    chunks: list[list[str]] = []
    length = MOST_CHARACTERS
    for question in questions:
        # Excel counts what is not in the basic plane, like emoji, twice.
        size = len(question.encode("utf-16-le")) // 2 + 1
        if not chunks or length + size > MOST_CHARACTERS or len(chunks[-1]) >= _MOST_LINES:
            chunks.append([])
            length = 0
        chunks[-1].append(question)
        length += size
    return ["\n".join(chunk) for chunk in chunks]
