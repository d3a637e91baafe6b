"""The staff spreadsheet: topics out to one sheet, and back in, all of a sheet or nothing.

Staff edit topics in Excel; the files in data/faq stay what counts. What nobody changed in the sheet is not
touched, also when somebody else has changed it in the file since.
"""

from __future__ import annotations

import collections
import datetime
import functools
import re
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.paths import FAQ
from bot.editing.columns import EXAMPLE, EXPORTED
from bot.editing.differences import differences
from bot.editing.fields import ID, TopicFields, clean, state_of, unsigned
from bot.editing.replace import replace_topics
from bot.editing.sheet.cell_problems import SheetPlaces
from bot.editing.sheet.cells import Sheet, SheetRow
from bot.editing.sheet.reading import SheetError, SheetProblem, SheetProblems, read_sheet
from bot.editing.sheet.rows import RowReader
from bot.editing.topic_folder import Present, present_topics, topic_texts
from bot.editing.topic_text import TopicEditError, new_topic_file, with_fields
from bot.errors import reason_of
from bot.messages import Message
from bot.problems import ContentError, Problem
from bot.text.language import LANGUAGES, LanguageIdentifier

_PART = re.compile(r"(\S+) \((\d{1,3}) of (\d{1,3})\)")

Show = Callable[[Message], None]


@dataclass(frozen=True)
class _Change:
    """A topic that the sheet changes or makes: the file's new text, and the rows it comes from."""

    topic_id: str
    reader: RowReader
    before: Present | None
    fields: TopicFields
    text: str

    @property
    def is_unsigned(self) -> bool:
        """Whether somebody had signed off the answer that it changes, and now nobody has."""
        if self.before is None or self.before.fields.signed == self.fields.signed:
            return False
        return bool(self.before.fields.approved_by and not self.fields.approved_by)


def import_sheet(
    root: Path,
    sheet: Path,
    *,
    dry_run: bool = False,
    compared: Collection[str] = (),
    approves: bool = True,
    show: Show,
    today: datetime.date | None = None,
) -> tuple[str, ...]:
    """Bring the topics to what a sheet says, showing each difference; return the ids of those that change.

    `compared` names topics whose Spanish somebody has compared with the English of the sheet. A sheet that
    does not approve signs nothing off: where an answer changes, nobody has approved it any more. Raises
    SheetError with every mistake, and writes nothing, where there is one; so it does in a dry run.
    """
    problems = SheetProblems()
    read = read_sheet(sheet, problems)
    topics = _by_topic(read, root, problems, show)
    if unknown := sorted(set(compared) - set(topics)):
        raise SheetError(Message("compared_not_in_sheet", topics=", ".join(unknown)))
    changes = list(_changes(_Import(root, read, problems, show, approves), topics, compared))
    for change in changes:
        for line in differences(change.topic_id, change.reader.present, change.fields):
            show(line)
        if change.is_unsigned:
            show(Message("must_be_signed_again", topic=change.topic_id))
    if not changes and not problems.found:
        return ()
    # With mistakes in the sheet the rest is checked all the same, so that all are shown at once.
    dry_run = dry_run or bool(problems.found)
    elsewhere = _replace(root, changes, topics, problems, show, dry_run=dry_run, today=today)
    if problems.found or elsewhere:
        found = sorted(set(problems.found))
        raise SheetError(Message("sheet_changed_nothing"), found, elsewhere, file=sheet)
    return tuple(change.topic_id for change in changes)


def _replace(
    root: Path,
    changes: Sequence[_Change],
    topics: Container[str],
    problems: SheetProblems,
    show: Show,
    *,
    dry_run: bool,
    today: datetime.date | None,
) -> list[Message]:
    """Check the changes and put them in place; note mistakes in the sheet, return those outside of it."""
    if not changes:
        return []
    texts = {f"{change.topic_id}.yml": change.text for change in changes}
    before = {f"{change.topic_id}.yml": change.before.text if change.before else None for change in changes}
    places = SheetPlaces({change.topic_id: (change.reader, change.text) for change in changes})
    try:
        outcome = replace_topics(root, texts, before=before, dry_run=dry_run, today=today)
    except ContentError as error:
        return _sort_out(error.problems, places, topics, problems)
    except OSError as error:
        raise SheetError(Message("topics_not_written", reason=reason_of(error))) from None
    for warning in outcome.warnings:
        show(Message("sheet_warning", warning=(places.of(warning) or warning).message))
    if outcome.stood:
        show(Message("content_has_also"))
        for problem in outcome.stood:
            show(Message("stood_before", problem=problem.message))
    return []


def _sort_out(
    found: Sequence[Problem], places: SheetPlaces, topics: Container[str], problems: SheetProblems
) -> list[Message]:
    """Note mistakes at their cells; return those outside of the sheet, whose topics are `topics`."""
    elsewhere: list[Message] = []
    for problem in found:
        place = places.of(problem)
        # A topic whose row is refused is not missing: it would be there.
        if place and problem.key == "related_unknown" and problem.values["topic"] in topics:
            continue
        if place:
            problems.found.append(place)
        else:
            elsewhere.append(problem.message)
    return elsewhere


@dataclass(frozen=True)
class _Import:
    """What an import works with; the topics are read when they are first needed."""

    root: Path
    sheet: Sheet
    problems: SheetProblems
    show: Show
    approves: bool

    @functools.cached_property
    def texts(self) -> Mapping[str, str]:
        return topic_texts(self.root)

    @functools.cached_property
    def present(self) -> Mapping[str, Present]:
        return present_topics(self.texts)

    @functools.cached_property
    def identifier(self) -> LanguageIdentifier:
        """Tells languages by the words of all present questions."""
        return LanguageIdentifier.learn(
            (
                (question, language)
                for topic in self.present.values()
                for language in LANGUAGES
                for question in topic.fields.questions[language]
            ),
            (),
        )

    def identify(self, text: str) -> str | None:
        """Return the language of a text where it tells."""
        return self.identifier.identify(text)


def _changes(
    work: _Import, topics: Mapping[str, Sequence[SheetRow]], compared: Collection[str]
) -> Iterator[_Change]:
    for topic_id, rows in topics.items():
        number, problems = rows[0].number, work.problems
        before = work.present.get(topic_id)
        if before is None and topic_id in work.texts:
            problems.add(number, "id", "file_unreadable", topic=topic_id)
            continue
        reader = RowReader(rows, before.fields if before else None, problems, work.sheet.epoch, work.identify)
        fields = reader.fields()
        if fields is None:
            continue
        if before and fields == before.fields and topic_id not in compared:
            continue  # most rows end here: writing and reading a file again takes its time
        if not _may_change(topic_id, rows[0], before, fields, work):
            continue
        if not work.approves:
            if not _leaves_approval(rows[0], before, fields, problems):
                continue
            fields = unsigned(before.fields if before else None, fields)
        try:
            if before is None:
                text = new_topic_file(topic_id, fields)
            else:
                text = with_fields(before.text, topic_id, fields, compared=topic_id in compared)
        except TopicEditError as error:
            problems.found.append(SheetProblem(number, "id", error.what, error.mend))
            continue
        if before is None or text != before.text:
            yield _Change(topic_id, reader, before, fields, text)


def _may_change(
    topic_id: str, row: SheetRow, before: Present | None, fields: TopicFields, work: _Import
) -> bool:
    """Whether a row may have its way: not where the file has changed since the row was exported."""
    exported = clean(str(row.cells.get(EXPORTED) or ""))
    if not exported:
        return True
    if before is None:
        work.problems.add(row.number, "id", "exported_topic_gone", topic=topic_id)
        return False
    now, wanted = state_of(before.fields), state_of(fields)
    if now in (exported, wanted):
        return True
    if wanted == exported:
        work.show(Message("changed_since_export", topic=topic_id))
        return False
    work.problems.add(row.number, EXPORTED, "topic_changed_since", topic=topic_id)
    return False


def _leaves_approval(
    row: SheetRow, before: Present | None, fields: TopicFields, problems: SheetProblems
) -> bool:
    """Whether a row signs nothing off; that somebody has, it may say or leave away."""
    if fields.approved_by in (None, before.fields.approved_by if before else None):
        return True
    problems.add(row.number, "approved_by", "approval_by_sheet")
    return False


def _by_topic(sheet: Sheet, root: Path, problems: SheetProblems, show: Show) -> dict[str, list[SheetRow]]:
    """Return the rows of each topic, those that belong together in their order."""
    if sheet.hidden:
        rows = ", ".join(map(str, sheet.hidden[:20]))
        show(Message("hidden_rows_read", rows=rows))
    topics: dict[str, list[SheetRow]] = {}
    parts: dict[str, dict[int, SheetRow]] = collections.defaultdict(dict)
    totals: dict[str, set[int]] = collections.defaultdict(set)
    for row in sheet.rows:
        written = row.cells.get("id")
        name = clean(
            str(int(written) if isinstance(written, float) and written.is_integer() else written or "")
        )
        name = name.strip("\"'“”‘’`")
        part = _PART.fullmatch(name)
        topic_id, number, total = (part[1], int(part[2]), int(part[3])) if part else (name, 1, 1)
        if topic_id.startswith(EXAMPLE) and not (root / FAQ / f"{topic_id}.yml").exists():
            show(Message("example_row_ignored", row=row.number, topic=topic_id))
        elif written is None:
            continue
        elif not ID.fullmatch(topic_id):
            problems.add(row.number, "id", "no_topic_id" if name else "id_cell_empty", name=name[:60])
        elif number in parts[topic_id]:
            first = parts[topic_id][number].number
            problems.add(row.number, "id", "row_twice", name=name, first=first)
        else:
            parts[topic_id][number] = row
            totals[topic_id].add(total)
    for topic_id, found in parts.items():
        numbers, total = sorted(found), max(totals[topic_id])
        first_row = found[numbers[0]]
        if len(totals[topic_id]) > 1 or numbers != list(range(1, total + 1)):
            problems.add(first_row.number, "id", "rows_missing", total=total, topic=topic_id)
            continue
        topics[topic_id] = [found[number] for number in numbers]
        for row in topics[topic_id][1:]:
            for column, value in row.cells.items():
                if value not in ("", None) and column != "id" and not column.startswith("questions_"):
                    first = first_row.number
                    problems.add(row.number, column, "first_row_only", topic=topic_id, first=first)
    return topics
