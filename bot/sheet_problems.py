"""From a mistake in a topic file to the cell of the sheet that it comes from.

The check knows files and lines; staff who work in a sheet know rows and columns. This module must not
import Rasa or aiohttp.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from bot.problems import Problem
from bot.sheet_file import SheetProblem
from bot.sheet_rows import RowReader, cells_of, columns_of
from bot.topic_files import read_fields
from bot.topic_layout import field_at
from bot.topic_update import FAQ

_LANGUAGES = {"English": "en", "Spanish": "es"}
_IN_LANGUAGE = re.compile(r"\bin (English|Spanish)\b")
_TITLE = re.compile(r"the title \((en|es)\)")
_ELSEWHERE = re.compile(r"(“(?P<text>.*?)”.* in (?P<file>[a-z0-9_]+)\.yml), line (?P<line>\d+)")
_WORDS = re.compile(r"“(.+?)” must not be said")
_NUMBER = re.compile(r"the number ([\d-]+) must not be given")
# How a mistake is mended in a sheet, where that differs from a file: words of it, column, mend.
_IN_A_SHEET = (
    (
        "the words to say aloud",
        "answer_es",
        "Write the same English words after > in answer_en and answer_es",
    ),
    ("names itself", "related", "Remove it"),
    ("the related topic", "related", "Use the id of a topic"),
    ("the answer was to be checked again", "review_by", "Check its sources, and write the new dates"),
    ("review_by", "review_by", None),
    ("reviewed is", "reviewed", None),
    ("no source", "sources", "Write who says so, a line each: title | https://address"),
    ("the topic has no answer", "answer_en", "Write the answers, or FALSE in enabled until there are some"),
)


class SheetPlaces:
    """Knows the rows of the topics that a sheet changes, and the text of their files as it would be."""

    def __init__(self, changed: Mapping[str, tuple[RowReader, str]]) -> None:
        """Take the reader of its rows and the new text of the file for each topic id."""
        self._changed = changed

    def of(self, problem: Problem) -> SheetProblem | None:
        """Return a mistake with its row and column, None where it is not in a topic of the sheet."""
        topic_id, line = problem.path.stem, problem.line
        if PurePath(problem.path).parent != FAQ or topic_id not in self._changed:
            # The other of two places may be in the sheet: a new question that stands elsewhere already.
            other = _ELSEWHERE.search(problem.what)
            if other is None or other["file"] not in self._changed:
                return None
            what = f"the question “{other['text']}” stands also, or as good as, in {problem.path.name}"
            return self._question(other["file"], int(other["line"]), what, problem.mend)
        reader, text = self._changed[topic_id]
        field = field_at(text, line)
        if "the question “" in problem.what and field and field.startswith("questions_"):
            other = _ELSEWHERE.search(problem.what)
            if other and other["file"] in self._changed and not self._is_new(topic_id, line):
                what = f"the question “{other['text']}” stands also, or as good as, in {problem.path.name}"
                return self._question(other["file"], int(other["line"]), what, problem.mend)
            what = re.sub(r", line \d+", "", problem.what)
            return self._question(topic_id, line, what, problem.mend)
        if "the English answer has changed" in problem.what:
            mend = f"Compare the two and change the Spanish, or import again with `--compared {topic_id}`"
            return SheetProblem(reader.row.number, "answer_es", problem.what, mend)
        for words, place, mended in _IN_A_SHEET:
            if words in problem.what:
                return SheetProblem(reader.row.number, place, problem.what, mended or problem.mend)
        column = _column_by_words(problem.what, text) or columns_of(field or "id")
        return SheetProblem(reader.row.number, column, problem.what, problem.mend)

    def _is_new(self, topic_id: str, line: int) -> bool:
        """Whether the sheet brings the question at a line; where it does not, its twin is the new one."""
        reader, text = self._changed[topic_id]
        asked = reader.present.questions.values() if reader.present else ()
        return all(_question_at(text, line) not in questions for questions in asked)

    def _question(self, topic_id: str, line: int, what: str, mend: str) -> SheetProblem:
        reader, text = self._changed[topic_id]
        column, question = field_at(text, line) or "id", _question_at(text, line)
        return SheetProblem(reader.row_of_question(column, question), column, what, mend)


def _question_at(text: str, line: int) -> str:
    return text.split("\n")[line - 1].strip().removeprefix("-").strip()


def _column_by_words(what: str, text: str) -> str | None:
    """Return the column that a mistake tells of by its words, where it does."""
    if title := _TITLE.search(what):
        return f"title_{title[1]}"
    cells = cells_of(read_fields(text))
    if (said := _WORDS.search(what)) or (said := _NUMBER.search(what)):
        found = " ".join(said[1].split())
        digits = re.sub(r"\D", "", found)
        for column, cell in cells.items():
            if not column.startswith(("title", "answer", "short")):
                continue
            if found in " ".join(cell.split()) or (digits and digits in re.sub(r"\D", "", cell)):
                return column
    if language := _IN_LANGUAGE.search(what):
        code = _LANGUAGES[language[1]]
        if "holds a brace" in what and not set("{}") & set(cells[f"answer_{code}"]):
            return f"short_{code}"
        return f"short_{code}" if "short" in what else f"answer_{code}"
    return None
