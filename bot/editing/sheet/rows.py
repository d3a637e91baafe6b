"""A row of the staff spreadsheet and what it says of a topic, in both directions.

Cells are read as people and Excel write them: spaces that cannot be seen, dates in several forms, SÍ for
TRUE. A value that means what already stands in the topic is taken from there, so that what nobody changed
stays byte for byte.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.content.topics import FACETS, URL, Source
from bot.content.training_data import LANGUAGE_MESSAGES
from bot.editing.columns import CHOICES
from bot.editing.fields import ID, SERVICE_ID, TopicFields, cells_of, clean, normal, written_source
from bot.editing.sheet.cells import SheetRow, Value
from bot.editing.sheet.reading import SheetProblems
from bot.messages import Message
from bot.text.language import LANGUAGES

_TWINS = {"title": "titles", "questions": "questions", "answer": "answers", "short": "shorts"}
_YES = {"true", "verdadero", "yes", "sí", "si", "y", "s", "1"}
_NO = {"false", "falso", "no", "n", "0"}
_QUOTES = "\"'“”‘’«»`"
# What stands before the items of lists; Word writes dots and boxes as letters of a font of its own.
_BULLET = re.compile(r"[-•·▪◦‣●○■□–—*]\s+|o\t\s*")
_DOTS_OF_WORD = re.compile("^([ \t]*)[\uf0b7\uf0a7\uf0d8]", re.MULTILINE)
_NUMBER = re.compile(r"(\d{1,2})[.)]\s+")
# A tag or an entity: the pages show plain text and would show it as it is.
_MARKUP = re.compile(r"<\s*[/!?]?\s*[A-Za-z]|&(?:[A-Za-z]{2,8}|#x?[0-9A-Fa-f]{1,6});")
_SOURCE = re.compile(r"(.+?)\s*\|\s*([^|]+)")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]0?0:00(?::00)?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
# The days of 1954 to 2119 as spreadsheets count them.
_SERIALS = range(20_000, 80_000)
# Of a cell with questions only so many new lines in the wrong language, and so many times those in the
# right one, say that the cell is wrong: residents mix languages.
_FEWEST_WRONG = 3
# Shorter pieces of a text do not tell their language well enough.
_FEWEST_WORDS = 4
_MOST_PIECES = 40

Identify = Callable[[str], str | None]


class RowReader:
    """Reads the fields of one topic from its rows (more than one where its questions fill several)."""

    def __init__(
        self,
        rows: Sequence[SheetRow],
        present: TopicFields | None,
        problems: SheetProblems,
        epoch: datetime.datetime,
        identify: Identify,
    ) -> None:
        """Take the topic as it stands, None if it is new; `epoch` is the day that dates are counted from."""
        self.row, self.rows = rows[0], rows
        self.present, self.problems, self.epoch, self.identify = present, problems, epoch, identify
        self.cells_now = cells_of(present) if present else {}

    def fields(self) -> TopicFields | None:
        """Return what the rows say, None after noting what cannot be taken."""
        before = len(self.problems.found)
        refused = any(value is None for row in self.rows for value in row.cells.values())
        twins = {
            (part, language): self._twin(part, language)
            for part in ("title", "answer", "short")
            for language in LANGUAGES
        }
        answered = any(twins[part, lang] for part in ("answer", "short") for lang in LANGUAGES)
        self._require_texts(twins, answered)
        questions = {language: self._questions(f"questions_{language}") for language in LANGUAGES}
        fields = TopicFields(
            group=self._choice("group"),
            volatility=self._choice("volatility"),
            titles={language: twins["title", language] for language in LANGUAGES},
            questions=questions,
            answers={language: twins["answer", language] for language in LANGUAGES},
            shorts={language: twins["short", language] for language in LANGUAGES},
            sources=self._sources(needed=answered),
            related=self._names("related", ID),
            facets=self._facets(),
            call=self._names("call", SERVICE_ID),
            next=self._names("next", ID),
            asks={language: self._text(f"ask_{language}") for language in LANGUAGES},
            order=self._names("order", ID),
            reviewed=self._date("reviewed", needed=answered),
            review_by=self._date("review_by", needed=answered),
            approved_by=self._approved_by(),
            enabled=self._enabled(),
        )
        if refused or len(self.problems.found) > before:
            return None
        self._check_languages(fields)
        return fields if len(self.problems.found) == before else None

    def row_of_question(self, column: str, question: str) -> int:
        """Return the number of the row in whose cell a question stands, of the first if in none."""
        for row in self.rows:
            if normal(question) in normal(str(row.cells.get(column) or "")).split("\n"):
                return row.number
        return self.row.number

    def _add(self, column: str, key: str, /, *, row: SheetRow | None = None, **values: object) -> None:
        self.problems.add((row or self.row).number, column, key, **values)

    def _text(self, column: str, row: SheetRow | None = None) -> str:
        """Return the text of a cell; empty after noting why it cannot be taken."""
        value = (row or self.row).cells.get(column)
        if isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
            made = Message("true_or_false" if isinstance(value, bool) else "a_date_or_time")
            self._add(column, "excel_made", row=row, made=made)
            return ""
        if isinstance(value, float) and not value.is_integer():
            self._add(column, "excel_made_number", row=row, number=value)
            return ""
        text = clean(value if isinstance(value, str) else "" if value is None else str(int(value)))
        text = _DOTS_OF_WORD.sub(r"\1•", text)
        if bad := next((c for c in text if not c.isprintable() and c not in "\n\t"), None):
            self._add(column, "unseen_character", row=row, code=f"U+{ord(bad):04X}")
            return ""
        if markup := _MARKUP.search(text):
            found = text[markup.start() : markup.start() + 20].split("\n")[0]
            self._add(column, "markup", row=row, found=found)
            return ""
        return text

    def _as_present(self, column: str, text: str) -> bool:
        return self.present is not None and normal(text) == normal(self.cells_now[column])

    def _twin(self, part: str, language: str) -> str:
        column = f"{part}_{language}"
        text = self._text(column)
        if self.present and self._as_present(column, text):
            kept: str = getattr(self.present, _TWINS[part])[language]
            return kept
        return _with_lists(text) if part == "answer" else " ".join(text.split())

    def _require_texts(self, twins: Mapping[tuple[str, str], str], answered: bool) -> None:
        answered_now = self.present is not None and any(self.present.answers.values())
        for (part, language), text in twins.items():
            column = f"{part}_{language}"
            if text or self._is_refused(column) or not (part == "title" or answered or answered_now):
                continue
            self._add(column, "cell_empty" if part == "title" else "text_cell_empty")

    def _is_refused(self, column: str) -> bool:
        """Whether the cell has a problem noted already."""
        noted = {problem.column for problem in self.problems.found if problem.row == self.row.number}
        return column in noted or self.row.cells.get(column) is None

    def _questions(self, column: str) -> tuple[str, ...]:
        language = column[-2:]
        present = self.present.questions[language] if self.present else ()
        kept = {normal(question): question for question in present}
        found = []
        for row in self.rows:
            for line in self._text(column, row).split("\n"):
                question = kept.get(normal(line)) or " ".join(_BULLET.sub("", line, count=1).split())
                if question:
                    found.append(kept.get(normal(question), question))
        if not found and not self._is_refused(column):
            self._add(column, "question_cell_empty")
        return present if list(map(normal, found)) == list(map(normal, present)) else tuple(found)

    def _choice(self, column: str) -> str:
        text = self._text(column).strip(_QUOTES + " ").casefold()
        if column == "group" and not text and "." in str(self.row.cells.get("id")):
            return ""  # that of its topic
        if text not in CHOICES[column] and not self._is_refused(column):
            self._add(column, "cell_not_allowed", said=text[:40], allowed=", ".join(CHOICES[column]))
        return text

    def _approved_by(self) -> str | None:
        text = self._text("approved_by")
        if self.present and self._as_present("approved_by", text):
            return self.present.approved_by
        return " ".join(text.split()) or None

    def _enabled(self) -> bool:
        value = self.row.cells.get("enabled")
        said = str(int(value)) if isinstance(value, (int, float)) else str(value or "")
        said = clean(said).strip(_QUOTES + " ").casefold()
        if not said:
            return self.present.enabled if self.present else True
        if said not in _YES | _NO:
            self._add("enabled", "cell_not_true_or_false", said=said[:40])
        return said in _YES

    def _names(self, column: str, allowed: re.Pattern[str]) -> tuple[str, ...]:
        names = [name.strip(_QUOTES) for name in re.split(r"[,;\s]+", self._text(column))]
        names = [name for name in names if name]
        for name in names:
            if not allowed.fullmatch(name):
                self._add(column, "related_no_id", name=name[:60])
        return tuple(names)

    def _facets(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for piece in filter(None, (piece.strip() for piece in re.split(r"[;\n]", self._text("facets")))):
            name, is_one, values = (part.strip() for part in piece.partition("="))
            allowed = FACETS.get(name.casefold(), ())
            said = tuple(value.strip().casefold() for value in values.split(",") if value.strip())
            if not is_one or not said or not set(said) <= set(allowed):
                named = ", ".join(allowed or FACETS)
                self._add("facets", "cell_not_allowed", said=piece[:40], allowed=named)
            else:
                found[name.casefold()] = said
        return found

    def _sources(self, *, needed: bool) -> tuple[Source, ...]:
        kept = {normal(written_source(s)): s for s in self.present.sources} if self.present else {}
        found = []
        lines = [line.strip() for line in self._text("sources").split("\n") if line.strip()]
        for line in lines:
            if normal(line) in kept:
                found.append(kept[normal(line)])
                continue
            parts = _SOURCE.fullmatch(line)
            title = " ".join(parts[1].split()) if parts else ""
            url = parts[2].strip(_QUOTES + " <>") if parts else ""
            if not title:
                self._add("sources", "no_source_line", written=line[:60])
            elif not URL.fullmatch(url) or set(url) & set(_QUOTES + "<>|\\"):
                self._add("sources", "no_web_address", address=url[:60])
            else:
                found.append(Source(title, url))
        if needed and not lines and not self._is_refused("sources"):
            self._add("sources", "source_cell_empty")
        return tuple(found)

    def _date(self, column: str, *, needed: bool) -> datetime.date | None:
        value = self.row.cells.get(column)
        if value is None:
            return None
        present: datetime.date | None = getattr(self.present, column) if self.present else None
        if isinstance(value, str) and not clean(value):
            if needed:
                self._add(column, "date_cell_empty")
            return None
        days = possible_dates(value, self.epoch)
        if len(days) == 1:
            return days[0]
        if present in days:
            # Excel has rewritten the day that was exported in the order of its country.
            return present
        if days:
            self._add(column, "date_of_two", written=clean(str(value)), one=days[0], other=days[1])
        else:
            self._add(column, "no_date", written=clean(str(value))[:40])
        return None

    def _check_languages(self, fields: TopicFields) -> None:
        """Note texts that are new and in the other language."""
        for language in LANGUAGES:
            for part, attribute in _TWINS.items():
                column, text = f"{part}_{language}", getattr(fields, attribute)[language]
                if part == "questions":
                    known = set(self.present.questions[language]) if self.present else set()
                    wrong = mostly_in_another(
                        [q for q in text if q not in known], language, self.identify, fewest=_FEWEST_WRONG
                    )
                else:
                    pieces = () if self._as_present(column, text) else pieces_of(text)
                    wrong = mostly_in_another(pieces, language, self.identify)
                if wrong:
                    self._add(
                        column, "other_language", language=LANGUAGE_MESSAGES[language], wrong=wrong[:60]
                    )


def _with_lists(text: str) -> str:
    """Return a text in which items of lists begin with "- " or "1. ", whatever Word has made of them."""
    found = []
    for line in text.split("\n"):
        bare = line.strip()
        if match := _BULLET.match(bare):
            line = f"- {bare[match.end() :]}"
        elif match := _NUMBER.match(bare):
            line = f"{match[1]}. {bare[match.end() :]}"
        found.append(line)
    return "\n".join(found)


def mostly_in_another(
    pieces: Iterable[str], language: str, identify: Identify, *, fewest: int = 1
) -> str | None:
    """Return the first piece of text in another language, where these outnumber the rest."""
    telling = [piece for piece in pieces if len(piece.split()) >= _FEWEST_WORDS]
    step = max(1, len(telling) // _MOST_PIECES)
    said = [(piece, identify(piece)) for piece in telling[::step]]
    wrong = [piece for piece, found in said if found not in (language, None)]
    right = sum(found == language for _, found in said)
    return wrong[0] if len(wrong) >= max(fewest, 2 * right + 1) else None


def pieces_of(text: str) -> list[str]:
    """Return the sentences of a text without the words to say aloud, which are always English."""
    lines = [line for line in text.split("\n") if not line.startswith(">")]
    return [piece for line in lines for piece in re.split(r"(?<=[.!?:;])\s+", line) if piece]


def possible_dates(value: Value, epoch: datetime.datetime) -> list[datetime.date]:
    """Return the days that a cell may mean: none, one, or two where day and month may change places."""
    if isinstance(value, datetime.datetime):
        return [value.date()] if value.time() == datetime.time() else []
    if isinstance(value, datetime.date):
        return [value]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return []
    text = clean(str(value)).strip(_QUOTES + " ").removesuffix(".0")
    if text.isdecimal() and len(text) <= 6 and int(text) in _SERIALS:
        return [(epoch + datetime.timedelta(days=int(text))).date()]
    if parts := _YEAR_FIRST.fullmatch(text):
        orders = {(int(parts[1]), int(parts[2]), int(parts[3]))}
    elif parts := _YEAR_LAST.fullmatch(text):
        one, other, year = int(parts[1]), int(parts[2]), int(parts[3])
        orders = {(year, one, other), (year, other, one)}
    else:
        return []
    found = []
    for order in sorted(orders):
        try:
            found.append(datetime.date(*order))
        except ValueError:
            continue
    return found
