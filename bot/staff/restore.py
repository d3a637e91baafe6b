"""A backup is put back: checked whole, then all of it in place, or nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import math
import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from bot.content.paths import BASE, CONTENT, RESOURCES
from bot.database.audit import HEAD_FILE, AuditLog, Entry, check_chain, lock
from bot.database.engine import Database, DatabaseError
from bot.database.tables import AUDIT_LOG, TABLES
from bot.errors import reason_of
from bot.files.atomic import sync, write_whole
from bot.files.locks import exclusive
from bot.messages import Message
from bot.settings import Settings
from bot.staff.backup import BackupError, directory_is_content
from bot.staff.unpacking import insert_rows, published_version, read_rows, unpack
from bot.training.models import ModelError
from bot.training.topics_off import FILE as TOPICS_OFF
from bot.training.topics_off import TopicsOff

RESTORED = "restore"


_WORKPLACE = ".kyr-restore-"


_UNDER_WAY = "restoring.json"


@dataclass(frozen=True)
class _Restore:
    """A restore that was checked: what comes into the database, and which file or folder goes where.

    `workplaces` are the folders that hold what is new, and later what was there before.
    """

    id: str
    who: str
    made: str
    sha256: str
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    moves: Sequence[tuple[Path, Path]]
    workplaces: Sequence[Path]

    def as_json(self) -> str:
        """Return what is needed to finish it after a crash."""
        fields = {**dataclasses.asdict(self), "moves": [[str(a), str(b)] for a, b in self.moves]}
        return json.dumps({**fields, "workplaces": [str(path) for path in self.workplaces]})

    @classmethod
    def from_json(cls, written: str) -> _Restore:
        """Read it back."""
        fields = json.loads(written)
        moves = [(Path(new), Path(place)) for new, place in fields.pop("moves")]
        return cls(**{**fields, "moves": moves, "workplaces": [Path(path) for path in fields["workplaces"]]})


def restore(
    file: Path, settings: Settings, database: Database, who: str, confirm: Callable[[Sequence[str]], bool]
) -> bool:
    """Check an archive, ask `confirm` with what it will replace, and put all of it in place; False where not.

    Everything is put in place or nothing; what was interrupted is finished by `finish_restore`. Raises
    BackupError, DatabaseError, AuditError.
    """
    identity = secrets.token_hex(8)
    places = {
        "content": settings.content_dir,
        "resources": settings.content_dir
        if directory_is_content(settings)
        else settings.resources_dir.parent,
        "models": settings.data_dir,
        "staff": settings.data_dir,
    }
    workplaces = {root: place / f"{_WORKPLACE}{identity}" for root, place in places.items()}
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with exclusive(settings.data_dir, math.inf):
        for place in set(places.values()):
            _remove_workplaces(place)
        try:
            manifest = unpack(file, workplaces)
            rows = read_rows(workplaces["staff"], database, manifest)
            version = published_version(workplaces["models"], manifest)
            moves = _moves(settings, workplaces, version)
            planned = _Restore(
                id=identity,
                who=who,
                made=str(manifest["made"]),
                sha256=hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest(),
                rows=rows,
                moves=moves,
                workplaces=sorted(set(workplaces.values())),
            )
            with database.transaction() as connection:
                _check_history(connection, rows)
            if not confirm(_shown(planned, database, version)):
                return False
            write_whole(settings.data_dir / _UNDER_WAY, planned.as_json())
            sync(settings.data_dir)
            _finish(settings.data_dir, database)
        except OSError as error:
            raise BackupError(Message("file_failed", file=file, what=_failed(error))) from None
        finally:
            if not (settings.data_dir / _UNDER_WAY).exists():
                for workplace in set(workplaces.values()):
                    shutil.rmtree(workplace, ignore_errors=True)
    return True


def finish_restore(data_dir: Path, database: Database) -> bool:
    """Finish a restore that was interrupted, and remove what one has left; say whether it was finished now.

    Raises BackupError, DatabaseError, AuditError.
    """
    note = data_dir / _UNDER_WAY
    if note.exists():
        with exclusive(data_dir, math.inf):
            if not note.exists():
                return False  # whoever was at it has just finished
            try:
                _finish(data_dir, database)
            except OSError as error:
                raise BackupError(Message("restore_interrupted", what=_failed(error))) from None
        return True
    if any(data_dir.glob(f"{_WORKPLACE}*")):
        # Of one that was killed before it changed anything, unless somebody is at it and is being asked.
        with contextlib.suppress(BlockingIOError), exclusive(data_dir, 0):
            _remove_workplaces(data_dir)
    return False


def _remove_workplaces(folder: Path) -> None:
    for left in folder.glob(f"{_WORKPLACE}*"):
        shutil.rmtree(left, ignore_errors=True)


def _failed(error: OSError) -> Message:
    reason = reason_of(error)
    if error.filename:
        return Message("backup_not_in_place_at", reason=reason, file=error.filename)
    return Message("backup_not_in_place", reason=reason)


def _finish(data_dir: Path, database: Database) -> None:
    """Do what is noted as under way; what fails is taken back, what is interrupted is done by the next call.

    Raises OSError and what the database raises.
    """
    note = data_dir / _UNDER_WAY
    planned = _Restore.from_json(note.read_text(encoding="utf-8"))
    audit = AuditLog(database)
    try:
        with database.transaction() as connection:
            try:
                lock(connection)
                _restore_rows(connection, audit, planned)
                _put_in_place(planned.moves)
            except Exception:
                _take_back(planned.moves)
                note.unlink()
                raise
    except DatabaseError as error:
        if all(new.exists() for new, _ in planned.moves):
            note.unlink(missing_ok=True)
            raise
        raise BackupError(Message("restored_without_database", error=error.message)) from None
    audit.keep_head()
    note.unlink()
    sync(data_dir)
    for workplace in planned.workplaces:
        shutil.rmtree(workplace, ignore_errors=True)


def _put_in_place(moves: Sequence[tuple[Path, Path]]) -> None:
    for new, place in moves:
        if new.exists():  # else it was put there before an interruption
            if place.exists():
                os.rename(place, _old(new))
            os.rename(new, place)
    for parent in {path.parent for move in moves for path in move}:
        sync(parent)


def _take_back(moves: Sequence[tuple[Path, Path]]) -> None:
    for new, place in reversed(moves):
        if not new.exists():
            os.rename(place, new)
        if _old(new).exists():
            os.rename(_old(new), place)


def _old(new: Path) -> Path:
    """Return where what stood in the place of something new is kept until all is done."""
    return new.with_name(f"{new.name}.before")


def _restore_rows(connection: Connection, audit: AuditLog, planned: _Restore) -> None:
    mine = json.dumps(planned.id)
    restored = select(AUDIT_LOG.c.after).where(AUDIT_LOG.c.action == RESTORED)
    if any(mine in after for after in connection.execute(restored).scalars()):
        return  # it was committed before it was interrupted
    missing = _check_history(connection, planned.rows)
    for name, rows in planned.rows.items():
        table = TABLES.tables[name]
        if table is AUDIT_LOG:
            rows = missing
        else:
            connection.execute(delete(table))
        insert_rows(connection, table, rows)
    after = {"made": planned.made, "manifest": planned.sha256, "restore": planned.id}
    audit.append(connection, planned.who, RESTORED, "backup", before=None, after=after)


def _check_history(
    connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Sequence[Mapping[str, Any]]:
    """Return the entries of the backup's audit log that are missing here.

    Raises AuditError where the log here is broken, and BackupError where neither is the other's beginning.
    """
    query = select(AUDIT_LOG).order_by(AUDIT_LOG.c.number)
    here = check_chain(Entry(**row) for row in connection.execute(query).mappings())
    backed_up = sorted(rows[AUDIT_LOG.name], key=lambda row: int(row["number"]))
    there = check_chain(Entry(**row) for row in backed_up)
    for number, (one, other) in enumerate(zip(here, there, strict=False)):
        if one != other:
            raise BackupError(Message("restore_destroys_history", number=number, head_file=HEAD_FILE))
    return backed_up[len(here) - 1 :]


def _shown(planned: _Restore, database: Database, version: str | None) -> list[str]:
    rows = ", ".join(f"{len(rows)} rows of {table}" for table, rows in planned.rows.items())
    return [
        f"This backup was made at {planned.made}. It replaces",
        *(f"  {place}" for _, place in planned.moves),
        f"  what is in {database.name}: {rows} (entries of the audit log are only added)",
        f"and publishes model {version}." if version else "and no model.",
        "Answers that are turned off, here or in the backup, are off then.",
        "Restore only what you made yourself: a model is a program.",
    ]


def _moves(
    settings: Settings, workplaces: Mapping[str, Path], version: str | None
) -> list[tuple[Path, Path]]:
    """Return what goes where; the directory goes where it stands here, wherever it stood."""
    content, directory = workplaces["content"] / "content", workplaces["resources"] / "resources"
    is_content = directory_is_content(settings)
    inside = content / (settings.resources_dir.relative_to(settings.content_dir) if is_content else RESOURCES)
    moves = [(content / part, settings.content_dir / part) for part in CONTENT]
    if missing := [str(place) for new, place in moves if not new.exists()]:
        raise BackupError(Message("backup_lacks", missing=missing[0]))
    if (settings.content_dir / BASE).exists() or (content / BASE).exists():
        # A backup without one says nothing of the release that it comes from: then every difference is asked.
        (content / BASE).mkdir(exist_ok=True)
        moves.append((content / BASE, settings.content_dir / BASE))
    if is_content:
        if directory.exists():
            shutil.rmtree(inside, ignore_errors=True)
            shutil.copytree(directory, inside)
    elif directory.exists() or inside.exists():
        if not directory.exists():
            shutil.copytree(inside, directory)
        moves.append((directory, settings.resources_dir))
    if version is not None:
        models = settings.data_dir / "models"
        models.mkdir(exist_ok=True)
        moves.append((workplaces["models"] / "models" / version, models / version))
        moves.append((workplaces["models"] / "published.json", settings.data_dir / "published.json"))
    if off := _turned_off(settings, workplaces["models"]):
        moves.append((off, settings.data_dir / TOPICS_OFF))
    if mounted := [str(place) for _, place in moves if place.is_mount()]:
        raise BackupError(Message("folder_is_a_disk", folder=mounted[0]))
    return moves


def _turned_off(settings: Settings, workplace: Path) -> Path | None:
    """Write which topics are off afterwards, and return the file; None where none are.

    A topic that was turned off here since the backup stays off until somebody turns it on. Raises
    BackupError.
    """
    try:
        off = TopicsOff(workplace / "models").read() | TopicsOff(settings.data_dir).read()
    except ModelError as error:
        raise BackupError(error.message) from None
    if not off:
        return None
    TopicsOff(workplace).write(off)
    return workplace / TOPICS_OFF
