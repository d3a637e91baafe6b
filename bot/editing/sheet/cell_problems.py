"""From a mistake in a topic file to the cell of the sheet that it comes from.

The check knows files and lines; staff who work in a sheet know rows and columns.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.editing.field_problems import TopicPlaces
from bot.editing.sheet.reading import SheetProblem
from bot.editing.sheet.rows import RowReader
from bot.problems import Problem

# How a mistake is mended in a sheet, by words of it, where that differs from a file.
_MENDED = {
    "the English answer has changed": "Compare the two and change the Spanish, or import again with "
    "`--compared TOPIC`",
    "the words to say aloud": "Write the same English words after > in answer_en and answer_es",
    "the related topic": "Use the id of a topic",
    "the answer was to be checked again": "Check its sources, and write the new dates",
    "no source": "Write who says so, a line each: title | https://address",
    "the topic has no answer": "Write the answers, or FALSE in enabled until there are some",
}


class SheetPlaces:
    """Knows the rows of the topics that a sheet changes, and the text of their files as it would be."""

    def __init__(self, changed: Mapping[str, tuple[RowReader, str]]) -> None:
        """Take the reader of its rows and the new text of the file for each topic id."""
        self._readers = {topic_id: reader for topic_id, (reader, _) in changed.items()}
        self._places = TopicPlaces(
            {topic_id: (reader.present, text) for topic_id, (reader, text) in changed.items()}
        )

    def of(self, problem: Problem) -> SheetProblem | None:
        """Return a mistake with its row and column, None where it is not in a topic of the sheet."""
        place = self._places.of(problem)
        if place is None:
            return None
        reader, column = self._readers[place.topic], place.field or "id"
        row = reader.row_of_question(column, place.question) if place.question else reader.row.number
        mended = [mend for words, mend in _MENDED.items() if words in place.what]
        mend = mended[0].replace("TOPIC", place.topic) if mended else place.mend
        return SheetProblem(row, column, place.what, mend)
