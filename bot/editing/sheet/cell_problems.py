"""From a mistake in a topic file to the cell of the sheet that it comes from.

The check knows files and lines; staff who work in a sheet know rows and columns.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.editing.field_problems import TopicPlaces
from bot.editing.sheet.reading import SheetProblem
from bot.editing.sheet.rows import RowReader
from bot.problems import Problem


class SheetPlaces:
    """Knows the rows of the topics that a sheet changes, and the text of their files as it would be."""

    def __init__(self, changed: Mapping[str, tuple[RowReader, str]]) -> None:
        """Take the reader of its rows and the new text of the file for each topic id."""
        self._readers = {topic_id: reader for topic_id, (reader, _) in changed.items()}
        texts = {topic_id: (reader.present, text) for topic_id, (reader, text) in changed.items()}
        self._places = TopicPlaces(texts, "in_sheet")

    def of(self, problem: Problem) -> SheetProblem | None:
        """Return a mistake with its row and column, None where it is not in a topic of the sheet."""
        place = self._places.of(problem)
        if place is None:
            return None
        reader, column = self._readers[place.topic], place.field or "id"
        row = reader.row_of_question(column, place.question) if place.question else reader.row.number
        return SheetProblem(row, column, place.what, place.mend)
