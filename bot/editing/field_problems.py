"""From a mistake in a topic file to the field of the topic that it is in.

The check knows files and lines; staff who write in a sheet or on a page know fields.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from bot.content.paths import FAQ
from bot.editing.columns import COLUMNS
from bot.editing.fields import TopicFields, cells_of
from bot.editing.topic_layout import TopicLayout, plain_breaks
from bot.problems import Problem

_LANGUAGES = {"English": "en", "Spanish": "es"}
_IN_LANGUAGE = re.compile(r"\bin (English|Spanish)\b")
_TITLE = re.compile(r"the title \((en|es)\)")
_ELSEWHERE = re.compile(r"(“(?P<text>.*?)”.* in (?P<file>[a-z0-9_]+)\.yml), line (?P<line>\d+)")
_WORDS = re.compile(r"“(.+?)” must not (?:be said|stand alone)")
_NUMBER = re.compile(r"the number ([\d-]+) (?:must not be given|belongs to no service)")
# Where a mistake is by words of it, whatever line the check names.
_BY_WORDS = (
    ("the English answer has changed", "answer_es"),
    ("the words to say aloud", "answer_es"),
    ("names itself", "related"),
    ("the related topic", "related"),
    ("the answer was to be checked again", "review_by"),
    ("review_by", "review_by"),
    ("reviewed is", "reviewed"),
    ("no source", "sources"),
    ("the topic has no answer", "answer_en"),
    ("there is no question in English", "questions_en"),
    ("there is no question in Spanish", "questions_es"),
)


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


class TopicPlaces:
    """Knows topics as they would be."""

    def __init__(self, changed: Mapping[str, tuple[TopicFields | None, str]]) -> None:
        """Take what stood in each topic before, None if it is new, and the new text of its file, by id."""
        self._changed = {topic_id: _Changed(*each) for topic_id, each in changed.items()}

    def of(self, problem: Problem) -> FieldProblem | None:
        """Return a mistake with its field, None where it is not in one of these topics."""
        topic_id, line = problem.path.stem, problem.line
        if PurePath(problem.path).parent != FAQ or topic_id not in self._changed:
            # The other of two places may be in them: a new question that stands elsewhere already.
            other = _ELSEWHERE.search(problem.what)
            return self._twin(problem, other) if other and other["file"] in self._changed else None
        topic = self._changed[topic_id]
        field = topic.field_at(line)
        if "the question “" in problem.what and field.startswith("questions_"):
            other = _ELSEWHERE.search(problem.what)
            if other and other["file"] in self._changed and not topic.is_new(line):
                return self._twin(problem, other)
            return self._at_question(topic_id, line, problem, re.sub(r", line \d+", "", problem.what))
        field = topic.field_by_words(problem.what) or field
        return FieldProblem(field, problem.what, problem.mend, problem.warning, topic=topic_id)

    def _twin(self, problem: Problem, other: re.Match[str]) -> FieldProblem:
        """Return a mistake about two questions at the one that it does not name first."""
        what = f"the question “{other['text']}” stands also, or as good as, in {problem.path.name}"
        return self._at_question(other["file"], int(other["line"]), problem, what)

    def _at_question(self, topic_id: str, line: int, problem: Problem, what: str) -> FieldProblem:
        topic = self._changed[topic_id]
        field, question = topic.field_at(line), topic.question_at(line)
        return FieldProblem(field, what, problem.mend, problem.warning, question, topic_id)


@dataclass(frozen=True)
class _Changed:
    """A topic that changes."""

    present: TopicFields | None
    text: str

    @functools.cached_property
    def _layout(self) -> TopicLayout:
        return TopicLayout(plain_breaks(self.text))

    @functools.cached_property
    def _cells(self) -> Mapping[str, str]:
        return cells_of(self._layout.fields())

    def field_at(self, line: int) -> str:
        """Return the field at a line, empty where none is that staff edit."""
        field = self._layout.field_at(line)
        if field == "title":
            return "title_es" if self._cells["title_en"] and not self._cells["title_es"] else "title_en"
        return field if field and field in COLUMNS else ""

    def question_at(self, line: int) -> str:
        """Return the question at a line."""
        return self._layout.text.split("\n")[line - 1].strip().removeprefix("-").strip()

    def is_new(self, line: int) -> bool:
        """Whether the question at a line was not there before; where it was, its twin is the new one."""
        asked = self.present.questions.values() if self.present else ()
        return all(self.question_at(line) not in questions for questions in asked)

    def field_by_words(self, what: str) -> str:
        """Return the field that a mistake tells of by its words, empty where it does not."""
        for words, field in _BY_WORDS:
            if words in what:
                return field
        if title := _TITLE.search(what):
            return f"title_{title[1]}"
        if (said := _WORDS.search(what)) or (said := _NUMBER.search(what)):
            found = " ".join(said[1].split())
            digits = re.sub(r"\D", "", found)
            for column, cell in self._cells.items():
                if not column.startswith(("title", "answer", "short")):
                    continue
                # Words to say aloud are found without their mark.
                plain = " ".join(re.sub(r"\n\s*>", "\n", cell).split())
                if found in plain or (digits and digits in re.sub(r"\D", "", cell)):
                    return column
        if language := _IN_LANGUAGE.search(what):
            code = _LANGUAGES[language[1]]
            if "holds a brace" in what and not set("{}") & set(self._cells[f"answer_{code}"]):
                return f"short_{code}"
            return f"short_{code}" if "short" in what else f"answer_{code}"
        return ""
