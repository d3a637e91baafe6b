"""What changes in a topic, in lines for people and for the audit log."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.content.diff import differing
from bot.editing.fields import TopicFields, cells_of
from bot.messages import Message
from bot.text.language import LANGUAGES

_WIDTH = 60
_LEAD = 15
_SHOWN = 3


def differences(topic_id: str, before: TopicFields | None, after: TopicFields) -> Iterator[Message]:
    """Yield the changes of a topic, a line each: "+" a new topic, "~" a change."""
    if before is None:
        counts = {f"questions_{language}": len(after.questions[language]) for language in LANGUAGES}
        yield Message("topic_new", topic=topic_id, title=after.titles["en"], **counts)
        return
    old, new = cells_of(before), cells_of(after)
    changed = [column for column in old if old[column] != new[column]]
    for column in changed:
        told: dict[str, object] = {"topic": topic_id, "column": column}
        if column.startswith("questions_"):
            language = column[-2:]
            yield _counted(told, before.questions[language], after.questions[language])
        else:
            was, now = _excerpts(old[column], new[column])
            yield Message("cell_changed", **told, before=was, after=now)
    if not changed:
        yield Message("said_to_be_compared", topic=topic_id)
    if after.approved_by and after.approved_by == before.approved_by and _said(before) != _said(after):
        yield Message("approval_stays", topic=topic_id, approved_by=after.approved_by)


def changed_cells(before: TopicFields | None, after: TopicFields) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the spreadsheet says of a topic before and after, where that differs.

    Of questions, a list of those that came or went.
    """
    return differing(_cells(before) if before else {}, _cells(after))


def _cells(fields: TopicFields) -> dict[str, Any]:
    return {
        name: cell.splitlines() if name.startswith("questions_") else cell
        for name, cell in cells_of(fields).items()
    }


def _said(fields: TopicFields) -> tuple[str, ...]:
    return (*fields.answers.values(), *fields.shorts.values())


def _counted(told: Mapping[str, object], before: Sequence[str], after: Sequence[str]) -> Message:
    old, new = collections.Counter(before), collections.Counter(after)
    added, gone = list((new - old).elements()), list((old - new).elements())
    if not added and not gone:
        return Message("questions_reordered", **told)
    counts = [f"+{len(added)}"] * bool(added) + [f"-{len(gone)}"] * bool(gone)
    shown = [f"+ “{_cut(text, 0)}”" for text in added[:_SHOWN]]
    shown += [f"- “{_cut(text, 0)}”" for text in gone[:_SHOWN]]
    listed = {"counts": " ".join(counts), "questions": ", ".join(shown)}
    if rest := len(added) + len(gone) - len(shown):
        return Message("questions_changed_and_more", **told, **listed, more=rest)
    return Message("questions_changed", **told, **listed)


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Return both texts, long ones from where they begin to differ."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    start = max(0, same - _LEAD) if max(len(old), len(new)) > _WIDTH else 0
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    if not text:
        return Message("nothing_there")
    piece = " ".join(text[start : start + _WIDTH].split())
    return f"{'…' if start else ''}{piece}{'…' if len(text) > start + _WIDTH else ''}"
