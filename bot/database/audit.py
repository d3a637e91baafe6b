"""The audit log: who changed which content, model or setting, when, from what to what.

Entries are added and never changed: each carries a hash over itself and the entry before, so that whoever
changes, removes or slips in one has to make all later ones anew, and the last of their hashes is known
outside of the database. No word of a resident and no secret gets in.
"""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import Connection

from bot.clock import utc_now
from bot.database.engine import Database, DatabaseError
from bot.database.tables import AUDIT_LOG
from bot.errors import KyrError, reason_of
from bot.files.atomic import write_whole
from bot.files.hashing import canonical_json
from bot.messages import Message
from bot.settings import Settings, read_settings

HEAD_FILE = "audit-head"
# Stands behind the name of whoever works at the terminal.
TERMINAL = " (terminal)"
# What the first entry continues.
NOTHING_BEFORE = "0" * 64


class AuditError(KyrError):
    """The audit log is not what was written, or not all of it; the text says from which entry on."""


@dataclass(frozen=True)
class Entry:
    """One change. `time` is in UTC ("2026-07-20T08:00:00Z"); `before` and `after` are JSON texts."""

    number: int
    time: str
    who: str
    action: str
    subject: str
    before: str
    after: str
    previous: str
    hash: str = ""

    def computed_hash(self) -> str:
        """Return the SHA-256, in hexadecimal digits, of all fields but the hash itself."""
        fields = {**dataclasses.asdict(self), "hash": None}
        return hashlib.sha256(canonical_json(fields).encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """How many entries there are, and the hash of the last one."""

    number: int = 0
    hash: str = NOTHING_BEFORE


def operator() -> str:
    """Return who works at this terminal."""
    try:
        name = getpass.getuser()
    except (ImportError, KeyError, OSError):  # no such user on this system, as in some containers
        name = str(os.getuid())
    return name + TERMINAL


@dataclass(frozen=True)
class AuditLog:
    """The log in a database. Every method raises DatabaseError."""

    database: Database

    def record(self, who: str, action: str, subject: str, *, before: Any, after: Any) -> Entry:
        """Add an entry; `before` and `after` are what JSON can hold, None for nothing."""
        with self.recording(who, action, subject, before=before, after=after) as entry:
            pass
        return entry

    @contextlib.contextmanager
    def recording(self, who: str, action: str, subject: str, *, before: Any, after: Any) -> Iterator[Entry]:
        """Add an entry for what is done inside: no change without an entry, and none for what failed.

        Nothing inside may use the database by itself: with SQLite it would wait for this. See `append`.
        """
        with self.database.transaction() as connection:
            entry = self.append(connection, who, action, subject, before=before, after=after)
            yield entry
        self.keep_head()

    def append(
        self, connection: Connection, who: str, action: str, subject: str, *, before: Any, after: Any
    ) -> Entry:
        """Add an entry in a transaction; whoever began that calls `keep_head` after it."""
        lock(connection)
        head = _head(connection)
        fields = (utc_now(), who, action, subject, canonical_json(before), canonical_json(after), head.hash)
        entry = Entry(head.number + 1, *fields)
        entry = dataclasses.replace(entry, hash=entry.computed_hash())
        connection.execute(insert(AUDIT_LOG).values(**dataclasses.asdict(entry)))
        return entry

    def entries(
        self,
        limit: int | None = None,
        subject: str | None = None,
        *,
        before: int | None = None,
        action: str | None = None,
        who: str | None = None,
    ) -> list[Entry]:
        """Return the newest entries (before that number), the newest first, of one subject or of all.

        With `action` and `who` only those of one kind, or by one person.
        """
        query = select(AUDIT_LOG).order_by(AUDIT_LOG.c.number.desc()).limit(limit)
        for column, wanted in (("subject", subject), ("action", action), ("who", who)):
            if wanted is not None:
                query = query.where(AUDIT_LOG.c[column] == wanted)
        if before is not None:
            query = query.where(AUDIT_LOG.c.number < before)
        with self.database.transaction() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]

    def subjects_of(self, who: Collection[str]) -> set[str]:
        """Return everything that any of these people did something with."""
        query = select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.who.in_(who)).distinct()
        with self.database.transaction() as connection:
            return set(connection.execute(query).scalars())

    def last_changes(self) -> dict[str, tuple[str, str]]:
        """Return when and by whom each subject was changed last; publishing changes no topic."""
        newest = select(func.max(AUDIT_LOG.c.number)).where(~AUDIT_LOG.c.action.like("%: answer"))
        newest = newest.group_by(AUDIT_LOG.c.subject)
        query = select(AUDIT_LOG.c.subject, AUDIT_LOG.c.time, AUDIT_LOG.c.who)
        query = query.where(AUDIT_LOG.c.number.in_(newest))
        with self.database.transaction() as connection:
            return {subject: (time, who) for subject, time, who in connection.execute(query)}

    def last_sign_ins(self) -> dict[str, str]:
        """Return when (UTC) each account was signed in to last, since it was added last."""
        query = select(AUDIT_LOG.c.subject, AUDIT_LOG.c.action, AUDIT_LOG.c.time)
        query = query.where(AUDIT_LOG.c.action.in_(("sign-in", "user added"))).order_by(AUDIT_LOG.c.number)
        found: dict[str, str] = {}
        with self.database.transaction() as connection:
            for subject, action, time in connection.execute(query):
                found.pop(subject, None)
                if action == "sign-in":
                    found[subject] = time
        return found

    def verify(self, earlier: str | None = None) -> Head:
        """Return how many entries there are, and the last hash; raises AuditError where one was changed.

        The last hash that was kept beside the data, and `earlier` where given, must be in the chain: without
        them nobody could see that the newest entries are gone.
        """
        # Read first: others may add entries, and keep a later one, at any time.
        file, kept = self.database.data_dir / HEAD_FILE, self._kept_head()
        with self.database.transaction() as connection:
            entries = [Entry(**row) for row in connection.execute(select(AUDIT_LOG)).mappings()]
        hashes = check_chain(entries)
        if kept.number and (len(hashes) <= kept.number or hashes[kept.number] != kept.hash):
            raise AuditError(
                Message(
                    "audit_newest_removed", count=len(entries), file=file, number=kept.number, hash=kept.hash
                )
            )
        if earlier is not None and earlier not in hashes[1:]:
            raise AuditError(Message("audit_hash_unknown", hash=earlier))
        return Head(len(entries), hashes[-1])

    def keep_head(self) -> None:
        """Keep the last hash beside the data, where cutting off entries does not reach it.

        One that is not in the chain any more, or cannot be read, stays: `verify` will complain of it.
        """
        file = self.database.data_dir / HEAD_FILE
        with self.database.transaction() as connection:
            lock(connection)
            head = _head(connection)
            with contextlib.suppress(AuditError):
                kept = self._kept_head()
                if _head(connection, kept.number) == kept:
                    try:
                        write_whole(file, f"{head.number} {head.hash}\n")
                    except OSError as error:
                        raise DatabaseError(
                            Message(
                                "audit_head_not_kept", number=head.number, file=file, reason=reason_of(error)
                            )
                        ) from None

    def _kept_head(self) -> Head:
        """Return what is kept beside the data; a head that no log has where it cannot be read."""
        file = self.database.data_dir / HEAD_FILE
        try:
            number, _, digest = file.read_text(encoding="utf-8").strip().partition(" ")
            return Head(int(number), digest)
        except FileNotFoundError:
            return Head()
        except (OSError, ValueError) as error:
            raise AuditError(
                Message("audit_head_unreadable", file=file, reason=type(error).__name__)
            ) from None


def check_chain(entries: Iterable[Entry]) -> list[str]:
    """Return the hashes of entries in order, behind the one that the first continues; raises AuditError."""
    hashes = [NOTHING_BEFORE]
    for number, entry in enumerate(sorted(entries, key=lambda entry: entry.number), start=1):
        wrong = None
        if entry.number > number:
            wrong = Message("audit_removed", number=number)
        elif entry.number < number:
            wrong = Message("audit_inserted", number=entry.number)
        elif entry.hash != entry.computed_hash():
            wrong = Message("audit_changed", number=number)
        elif entry.previous != hashes[-1]:
            wrong = Message("audit_continues_other", number=number - 1 or 1, following=number)
        if wrong:
            raise AuditError(Message("audit_entry_wrong", wrong=wrong))
        hashes.append(entry.hash)
    return hashes


def lock(connection: Connection) -> None:
    """Let nobody else add entries until the end of the transaction; with SQLite nobody can anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE audit_log IN SHARE ROW EXCLUSIVE MODE"))


def _head(connection: Connection, number: int | None = None) -> Head:
    """Return the last entry's number and hash, or those of the entry of a number; nothing where it is not."""
    query = select(AUDIT_LOG.c.number, AUDIT_LOG.c.hash).order_by(AUDIT_LOG.c.number.desc()).limit(1)
    if number is not None:
        query = query.where(AUDIT_LOG.c.number == number)
    row = connection.execute(query).first()
    return Head(*row) if row else Head()


SETTINGS = "settings"


def settings_changes(audit: AuditLog, settings: Settings, who: str) -> list[Entry]:
    """Record which settings are others than at the last start; return the entries.

    Before the first start they are taken to be the defaults. Of secrets only whether they are set is known.
    """
    with audit.database.transaction() as connection:
        lock(connection)
        query = select(AUDIT_LOG.c.subject, AUDIT_LOG.c.after).where(AUDIT_LOG.c.action == SETTINGS)
        rows = connection.execute(query.order_by(AUDIT_LOG.c.number))
        before = shown_settings(read_settings({})) | {name: json.loads(after) for name, after in rows}
        made = [
            audit.append(connection, who, SETTINGS, name, before=before.get(name), after=value)
            for name, value in shown_settings(settings).items()
            if before.get(name) != value
        ]
    if made:
        audit.keep_head()
    return made


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON can hold them, by their names in the environment.

    Of secrets stands there whether they are set.
    """
    shown = {}
    for field in dataclasses.fields(settings):
        prefix = "" if field.name.startswith(("twilio_", "telegram_")) else "KYR_"
        value = getattr(settings, field.name)
        if not field.repr:
            value = "set" if value else "not set"
        elif isinstance(value, tuple):
            value = [str(each) for each in value]
        elif not isinstance(value, (bool, int, str)):
            value = str(value)
        shown[f"{prefix}{field.name}".upper()] = value
    return shown
