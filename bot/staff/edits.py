"""Edits of content, noted in the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.content.paths import FAQ
from bot.database.audit import AuditLog
from bot.database.engine import DatabaseError
from bot.editing.differences import changed_cells
from bot.editing.topic_text import read_fields, read_text
from bot.messages import Message


def note_changes(
    audit: AuditLog, who: str, action: str, topic: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Note what an "edit" has changed in a topic (see bot.editing.differences.changed_cells).

    Raises DatabaseError.
    """
    _note_all(audit, who, action, {topic: (before, after)})


def note_import(
    audit: AuditLog,
    who: str,
    before: Mapping[str, str],
    content: Path,
    topics: Iterable[str],
) -> None:
    """Note the topics that an import has changed; `before` are the texts of topic files, by id, as they were.

    All of them are noted, or none. Raises DatabaseError.
    """
    changes = {
        topic: changed_cells(
            read_fields(before[topic]) if topic in before else None,
            read_fields(read_text(content / FAQ / f"{topic}.yml")),
        )
        for topic in topics
    }
    _note_all(audit, who, "import", changes)


def _note_all(
    audit: AuditLog, who: str, action: str, changes: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> None:
    try:
        with audit.database.transaction() as connection:
            for topic, (before, after) in changes.items():
                audit.append(connection, who, action, topic, before=before, after=after)
    except DatabaseError as error:
        raise DatabaseError(
            Message("edit_not_noted", changes=", ".join(changes), error=error.message)
        ) from None
    audit.keep_head()
