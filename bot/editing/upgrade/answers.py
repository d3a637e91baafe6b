"""Answers in an upgrade: by the fields that staff edit, and what else stands in their files."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.editing.columns import COLUMNS
from bot.editing.fields import TopicFields, cells_of, unsigned
from bot.editing.topic_text import TopicEditError, read_fields, rest_of, with_fields
from bot.editing.upgrade.items import CITY, RELEASE, SIDES, Form, Item, Part, Roots
from bot.messages import DataText
from bot.text.language import LANGUAGES

WHOLE, REST = "whole", "rest"
# The columns of both languages, by the attribute of the fields that holds them.
_BY_LANGUAGE = {"title": "titles", "answer": "answers", "short": "shorts", "ask": "asks"}
_QUESTIONS = "questions"


def answer_item(path: Path, texts: Mapping[str, str | None]) -> Item | None:
    """Return what differs in an answer, by the texts of its file on each side; None where nothing does."""
    try:
        fields = {side: None if text is None else read_fields(text) for side, text in texts.items()}
    except TopicEditError:
        return None
    shown = next(one for side in (RELEASE, CITY, *SIDES) if (one := fields[side]) is not None)
    title = DataText(*(shown.titles[language] or path.stem for language in LANGUAGES))
    item = Item("answer", path.stem, title, path, ())
    if None in texts.values():
        return item.with_parts([_whole(texts)])
    cells = {
        side: {**cells_of(one), REST: rest_of(texts[side] or "")}
        for side, one in fields.items()
        if one is not None
    }
    parts = [
        Part.of(name, name, {side: cells[side][name] for side in SIDES}, _form(name))
        for name in (*(column for column in COLUMNS if column != "id"), REST)
        if len({cells[side][name] for side in SIDES}) > 1
    ]
    # Where nothing but remarks and the form of the file differs, it stays as the city has it.
    return item.with_parts(parts or [_whole({**texts, RELEASE: texts[CITY]})])


def _whole(texts: Mapping[str, str | None]) -> Part:
    return Part.of(WHOLE, WHOLE, texts, Form.ANSWER)


def _form(column: str) -> Form:
    name, _, language = column.rpartition("_")
    if language not in LANGUAGES:
        return Form.CHOICE
    return Form.LINES if name == _QUESTIONS else Form.TEXT


def write_answer(root: Path, item: Item, values: Mapping[str, str | None], roots: Roots) -> None:
    """Write an answer with these values below `root`; raises TopicEditError."""
    place = root / item.path
    if WHOLE in values:
        text = values[WHOLE]
    elif values == item.taken():
        text = _text(roots[RELEASE] / item.path)
    else:
        sides = {side: _text(roots[side] / item.path) for side in SIDES}
        fields = {side: read_fields(one) for side, one in sides.items()}
        rest = next(part for part in item.parts if part.key == REST) if REST in values else None
        takes_rest = rest is not None and values[REST] == rest.release != rest.city
        wanted = _signed_as_before(fields, _with(fields, values))
        text = with_fields(sides[RELEASE if takes_rest else CITY], item.id, wanted, compared=True)
    if text is None:
        place.unlink(missing_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())


def _signed_as_before(fields: Mapping[str, TopicFields], wanted: TopicFields) -> TopicFields:
    """Return the fields signed off by whom a side says who has read just these words; else by nobody."""
    for side in (CITY, RELEASE):
        signed = unsigned(fields[side], dataclasses.replace(wanted, approved_by=fields[side].approved_by))
        if signed.approved_by:
            return signed
    return dataclasses.replace(wanted, approved_by=None)


def _with(fields: Mapping[str, TopicFields], values: Mapping[str, str | None]) -> TopicFields:
    """Return the city's fields with these values, which are those of a side or were written by hand."""
    found: dict[str, Any] = {}
    cells = {side: cells_of(one) for side, one in fields.items()}
    for column, value in values.items():
        if column == REST:
            continue
        name, _, language = column.rpartition("_")
        if language in LANGUAGES and name == _QUESTIONS:
            lines = tuple(line for line in (value or "").split("\n") if line.strip())
            found[_QUESTIONS] = {**found.get(_QUESTIONS, fields[CITY].questions), language: lines}
        elif language in LANGUAGES and name in _BY_LANGUAGE:
            attribute = _BY_LANGUAGE[name]
            present = found.get(attribute, getattr(fields[CITY], attribute))
            found[attribute] = {**present, language: value or ""}
        else:
            side = next(side for side in SIDES[::-1] if cells[side][column] == value)
            found[column] = getattr(fields[side], column)
    return dataclasses.replace(fields[CITY], **found)


def _text(path: Path) -> str:
    return path.read_bytes().decode()
