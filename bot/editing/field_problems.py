"""From a mistake in a topic file to the field of the topic that it is in.

The check knows files and lines; staff who write in a sheet or on a page know fields.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.paths import FAQ
from bot.editing.columns import COLUMNS
from bot.editing.fields import TopicFields
from bot.editing.sheet.reading import SheetProblem
from bot.editing.topic_layout import TopicLayout, plain_breaks
from bot.messages import Message, read_messages
from bot.problems import Problem, Twin


@dataclass(frozen=True, order=True)
class FieldProblem:
    """One mistake at a field of a topic, which is named as the spreadsheet does; empty where it is at none.

    `question` is the one that it is about, if any. A warning refuses nothing.
    """

    field: str
    what: str
    mend: str
    warning: bool = False
    question: str = ""
    topic: str = ""


def on_page(problem: SheetProblem) -> FieldProblem:
    """Return a mistake of a row of the spreadsheet as it is said of a page, which knows no cells."""
    return FieldProblem(problem.column, _on_page(problem.what), _on_page(problem.mend))


def _on_page(said: str) -> str:
    if not isinstance(said, Message):
        return said
    name, _, part = said.key.partition(".")
    there = f"{name}.{part}_on_page" in read_messages()
    return Message(f"{name}.{part}_on_page", **said.values) if there else said


class TopicPlaces:
    """Knows topics as they would be."""

    def __init__(self, changed: Mapping[str, tuple[TopicFields | None, str]], where: str) -> None:
        """Take what stood in each topic before, None if it is new, and the new text of its file, by id.

        `where` is the place in which mistakes are mended, "in_sheet" or "on_page".
        """
        self._changed = {topic_id: _Changed(*each) for topic_id, each in changed.items()}
        self._where = where

    def of(self, problem: Problem) -> FieldProblem | None:
        """Return a mistake with its field, None where it is not in one of these topics."""
        twin = problem.twin
        # The other of two places may be in them: a new question that stands elsewhere already.
        at_twin = twin if twin and twin.path != problem.path and self._is_changed(twin.path) else None
        if not self._is_changed(problem.path):
            return self._at_twin(problem, at_twin) if at_twin else None
        topic = self._changed[problem.path.stem]
        if problem.question:
            if at_twin and topic.had(problem.question):
                return self._at_twin(problem, at_twin)
            return self._at(problem, problem.path, problem.field, problem.question)
        return self._at(problem, problem.path, problem.field or topic.field_at(problem.line))

    def _is_changed(self, path: Path) -> bool:
        return path.parent == FAQ and path.stem in self._changed

    def _at_twin(self, problem: Problem, twin: Twin) -> FieldProblem:
        """Return a mistake about two questions at the one that it does not name first."""
        return self._at(problem, twin.path, twin.field, twin.question, "at_twin")

    def _at(
        self, problem: Problem, path: Path, field: str, question: str = "", said: str = "at_field"
    ) -> FieldProblem:
        what, mend = problem.text("what", self._where), problem.text("mend", self._where)
        if what == problem.what:
            what = problem.text("what", said)
        shown = field if field in COLUMNS else ""
        return FieldProblem(shown, what, mend, problem.warning, question, path.stem)


@dataclass(frozen=True)
class _Changed:
    """A topic that changes."""

    present: TopicFields | None
    text: str

    @functools.cached_property
    def _layout(self) -> TopicLayout:
        return TopicLayout(plain_breaks(self.text))

    def field_at(self, line: int) -> str:
        """Return the field at a line, for mistakes that are known by their line alone."""
        field = self._layout.field_at(line) or ""
        return "title_en" if field == "title" else field

    def had(self, question: str) -> bool:
        """Whether a question was there before; where it was, its twin is the new one."""
        asked = self.present.questions.values() if self.present else ()
        return any(question in questions for questions in asked)
