"""One archive of everything that staff made: the database, the content, the published model; and back.

What is in the database is written as text, so that it can go from one kind of database to another. An archive
is read as if somebody had made it to do harm: nothing is changed before all of it was checked. Only the model
cannot be checked: it is a program, so an archive must come from whoever may run programs here.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import math
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select, text

from bot.content.paths import BASE, CONTENT
from bot.database.audit import Entry, check_chain
from bot.database.engine import Database
from bot.database.tables import AUDIT_LOG, TABLES
from bot.errors import KyrError, reason_of
from bot.files.atomic import sync
from bot.files.locks import exclusive
from bot.messages import Message
from bot.settings import Settings
from bot.training.models import ModelStore
from bot.training.topics_off import FILE as TOPICS_OFF

FORMAT = 1
MANIFEST = "manifest.json"
POINTER = "models/published.json"
_TOPICS_OFF = f"models/{TOPICS_OFF}"
MODEL = re.compile(r"models/(?P<version>[0-9A-Za-z-]{1,64})/.+")
_TABLE = re.compile(r"staff/[a-z_]{1,60}\.jsonl")
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")
# So much of the disk is left free.
BYTES_TO_SPARE = 64 << 20
# So many rows at a time, and none longer.
ROWS_AT_ONCE = 500

_UNFINISHED = ".kyr-backup-"


class BackupError(KyrError):
    """A backup that cannot be made or used; the text says why and what to do."""


def back_up(file: Path, settings: Settings, database: Database) -> list[str]:
    """Write an archive that only its owner can read; return what is in it.

    It is there wholly or not at all. Raises BackupError, DatabaseError, AuditError and ModelError.
    """
    if file.exists():
        raise BackupError(Message("backup_exists", file=file))
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        # Nobody else backs up or restores the same data meanwhile.
        with exclusive(settings.data_dir, math.inf):
            file.parent.mkdir(parents=True, exist_ok=True)
            for left in file.parent.glob(f"{_UNFINISHED}*"):
                left.unlink()  # of a run that was killed; questions of residents are in it
            handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=_UNFINISHED)
            try:
                with os.fdopen(handle, "wb") as target:
                    said = _write_archive(target, settings, database)
                    target.flush()
                    os.fsync(target.fileno())
                os.replace(temporary, file)
                sync(file.parent)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise BackupError(Message("backup_not_written", file=file, reason=reason_of(error))) from None
    return said


def _write_archive(target: IO[bytes], settings: Settings, database: Database) -> list[str]:
    hashes: dict[str, str] = {}
    staff = dump(database)
    model = ModelStore(settings.data_dir).published()
    if model is not None:
        model.verify()
    with tarfile.open(fileobj=target, mode="w:gz", format=tarfile.USTAR_FORMAT, compresslevel=6) as archive:

        def add(name: str, file: IO[bytes], size: int) -> None:
            if not belongs(name):
                raise BackupError(Message("backup_odd_name", name=name))
            info = tarfile.TarInfo(name)
            info.size, info.mode = size, 0o600
            reader = _Hashing(file)
            try:
                archive.addfile(info, reader)
            except ValueError:
                raise BackupError(Message("backup_long_name", name=name)) from None
            hashes[name] = reader.digest.hexdigest()

        for table, rows in staff.items():
            lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
            add(f"staff/{table}.jsonl", io.BytesIO(lines), len(lines))
        for name, path in _files(settings, model.version if model else None):
            with path.open("rb") as opened:
                add(name, opened, os.fstat(opened.fileno()).st_size)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        manifest = {"format": FORMAT, "made": now, "database": database.version, "members": hashes}
        lines = json.dumps(manifest, indent=1).encode()
        add(MANIFEST, io.BytesIO(lines), len(lines))
    in_database = ", ".join(f"{len(rows)} rows of {table}" for table, rows in staff.items())
    return [
        f"the database: {in_database}",
        f"the content of {settings.content_dir}",
        f"the published model {model.version} (others can be trained again)" if model else "no model",
    ]


def dump(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables as they were at one moment; raises AuditError where the log is none."""
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        rows = {
            name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for name, table in sorted(TABLES.tables.items())
        }
    check_chain(Entry(**row) for row in rows[AUDIT_LOG.name])
    return rows


def _files(settings: Settings, version: str | None) -> Iterator[tuple[str, Path]]:
    """Yield the files of content, directory and model, by their names in the archive."""
    for part in (*CONTENT, BASE):
        yield from _below(f"content/{part}", settings.content_dir / part)
    if not directory_is_content(settings):
        yield from _below("resources", settings.resources_dir)
    yield from _below(_TOPICS_OFF, settings.data_dir / TOPICS_OFF)
    if version is not None:
        yield POINTER, settings.data_dir / "published.json"
        yield from _below(f"models/{version}", settings.data_dir / "models" / version)


def directory_is_content(settings: Settings) -> bool:
    return settings.resources_dir.is_relative_to(settings.content_dir / "data")


def _below(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield name, path
    for found in sorted(path.rglob("*")):
        if found.is_file():
            yield f"{name}/{found.relative_to(path).as_posix()}", found


class _Hashing:
    """A file that hashes what is read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes."""
        block = self._file.read(size)
        self.digest.update(block)
        return block


def belongs(name: str) -> bool:
    parts = name.split("/")
    if len(parts) > 20 or any(not _NAME.fullmatch(part) or part in (".", "..") for part in parts):
        return False
    if name in (MANIFEST, POINTER, _TOPICS_OFF, "content/domain.yml", "content/config.yml"):
        return True
    if parts[0] == "staff":
        return bool(_TABLE.fullmatch(name))
    return (
        bool(MODEL.fullmatch(name))
        or (parts[0] == "resources" and len(parts) > 1)
        or (parts[0] == "content" and parts[1:2] in (["data"], [BASE]) and len(parts) > 2)
    )
