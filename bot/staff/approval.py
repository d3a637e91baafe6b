"""Whoever wrote an answer does not approve it: what the audit log tells of who wrote it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.clock import in_office
from bot.content.topics import Topic
from bot.database.audit import TERMINAL, AuditLog, Entry
from bot.errors import KyrError
from bot.messages import Message
from bot.staff.release import Release
from bot.text.language import LANGUAGES

# What is signed off, by the columns of the spreadsheet (see bot.editing.topic_layout.TopicFields.signed).
_SIGNED = {"sources", *(f"{part}_{lang}" for part in ("title", "answer", "short") for lang in LANGUAGES)}
WRITING = ("edit", "import")
_PUBLISHED = "publish: answer"
# Taken over from a release: nobody here has written it.
_TAKEN = "upgrade"
_APPROVING = ("approve", "approve: answer")


class ApprovalError(KyrError):
    """An approval by somebody who may not give it; the text says why and what to do."""


def authors(audit: AuditLog, topic: str) -> set[str]:
    """Return who wrote the answer to a topic as it stands, by what is in the audit log. Raises DatabaseError.

    These are all who have changed a title, an answer, its short version or a source since the topic was last
    approved: in the console and by a spreadsheet, and where a text was published that nobody had written
    there, those who trained and published it. The log does not know who changed a file by hand, nor that it
    was changed before it is published; and of changes that could not be noted (see
    bot.staff.release.note_changes) it knows nothing. Whoever can change files can do without this program.
    """
    return set(_written_by(audit, topic))


def refuse_author(audit: AuditLog, topic: str, who: str) -> None:
    """Raise ApprovalError where somebody wrote the answer to a topic, here or at the terminal."""
    for author, entry in _written_by(audit, topic).items():
        if _person(author) == _person(who):
            day = in_office(entry.time).date()
            raise ApprovalError(Message("author_cannot_approve", author=author, day=day))


def unsigned(topics: Mapping[str, Topic]) -> list[str]:
    """Return which topics have an answer that nobody has approved."""
    return [name for name, topic in topics.items() if topic.answers and not topic.approved_by]


def written_by(audit: AuditLog, who: str, topics: Collection[str]) -> set[str]:
    """Return which of the topics have an answer that somebody wrote, here or at the terminal."""
    candidates = audit.subjects_of((who, f"{who}{TERMINAL}")) & {*topics}
    return {topic for topic in candidates if _person(who) in map(_person, authors(audit, topic))}


def approve(release: Release, topic: str, approved_by: str, *, seen: str) -> None:
    """Write down who has signed an answer off, and publish that, unless its author wants to.

    `seen` is the state in which it was read (bot.editing.sheet.rows.state_of): what has changed since was
    not. Raises ApprovalError, and what `Release.approve` does.
    """
    refuse_author(release.audit, topic, release.who)
    release.approve(topic, approved_by, seen=seen)


def _written_by(audit: AuditLog, topic: str) -> dict[str, Entry]:
    """Return the authors, each with the last entry that tells of it."""
    found: dict[str, Entry] = {}
    # Every text that somebody wrote or changed, by its name: what else is published was changed by hand.
    noted: set[tuple[str, str]] = set()
    for entry in reversed(audit.entries(subject=topic)):
        if entry.action in _APPROVING:
            found.clear()
        elif entry.action in (*WRITING, _PUBLISHED, _TAKEN):
            before, after = _signed_in(entry.before), _signed_in(entry.after)
            if entry.action == _PUBLISHED:
                if not after <= noted:
                    found |= dict.fromkeys((entry.who, *_trained_by(audit, entry)), entry)
            elif entry.action != _TAKEN and (before or after):
                found[entry.who] = entry
            noted |= before | after
    return found


def _signed_in(told: str) -> set[tuple[str, str]]:
    """Return what is signed off of that which an entry tells, each with its name."""
    cells: dict[str, Any] = json.loads(told) or {}
    # Sources are a list in what is noted of models, and lines in what is noted of sheets.
    return {
        (name, " ".join((cell if isinstance(cell, str) else "\n".join(cell)).split()))
        for name, cell in cells.items()
        if name in _SIGNED
    }


def _trained_by(audit: AuditLog, published: Entry) -> Iterator[str]:
    """Yield who trained the model by whose publication an answer has changed."""
    number = published.number
    for publication in audit.entries(1, before=number, action="publish", who=published.who):
        trained = audit.entries(subject=publication.subject, before=number, action="train")
        yield from (entry.who for entry in trained)


def _person(who: str) -> str:
    """Return a name without where it was used: one name is taken for one person."""
    return who.removesuffix(TERMINAL).casefold()
