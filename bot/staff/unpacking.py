"""Reading a backup without trusting it: its files unpacked, its rows, and which model it publishes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from sqlalchemy import MetaData, Table, insert
from sqlalchemy.engine import Connection

from bot.database.engine import VERSION_TABLE, Database
from bot.database.tables import ACCOUNT_TABLES, TABLES
from bot.messages import Message
from bot.staff.backup import (
    BYTES_TO_SPARE,
    FORMAT,
    MANIFEST,
    MODEL,
    POINTER,
    ROWS_AT_ONCE,
    BackupError,
    belongs,
    dump,
)
from bot.training.models import ModelError, ModelStore

_MOST_MEMBERS = 20_000
_MOST_BYTES = 4 << 30
_LONGEST_ROW = 1 << 20


def unpack(file: Path, workplaces: Mapping[str, Path]) -> dict[str, Any]:
    """Unpack an archive that may be made to do harm into the workplaces; return its manifest."""
    hashes: dict[str, str] = {}
    left = min(
        _MOST_BYTES, *(shutil.disk_usage(path.parent).free - BYTES_TO_SPARE for path in workplaces.values())
    )
    try:
        with (
            gzip.open(file) as unpacked,
            tarfile.open(
                fileobj=unpacked,
                mode="r|",
                tarinfo=_PlainFile,
            ) as archive,
        ):
            for info in archive:
                name = info.name
                left -= info.size
                if left < 0 or info.size < 0 or len(hashes) >= _MOST_MEMBERS:
                    raise BackupError(Message("backup_too_large", file=file))
                if MANIFEST in hashes or name in hashes or not belongs(name):
                    raise BackupError(Message("backup_foreign_member", file=file, name=name))
                member = archive.extractfile(info)
                assert member is not None  # noqa: S101 - only plain files come this far
                hashes[name] = _write(member, workplaces[_root(name)] / name)
            unpacked.read(1 << 20)  # to its end, where the checksum stands
        manifest = json.loads((workplaces["staff"] / MANIFEST).read_text(encoding="utf-8"))
        found = {name: digest for name, digest in hashes.items() if name != MANIFEST}
        if manifest["format"] != FORMAT:
            raise BackupError(Message("backup_of_newer_program", file=file))
        if manifest["members"] != found:
            raise BackupError(Message("backup_not_whole", file=file))
        return dict(manifest)
    except FileNotFoundError:
        raise BackupError(Message("no_backup", file=file)) from None
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, ValueError, KeyError, TypeError):
        raise BackupError(Message("backup_damaged", file=file)) from None


class _PlainFile(tarfile.TarInfo):
    """A member that is a plain file.

    Anything else (links, devices, folders, headers that hold names or sizes of others) is refused before
    anything is made of it.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _PlainFile:
        """Read a header; raises BackupError where it is not that of a plain file."""
        info = super().frombuf(buf, encoding, errors)
        if info.type != tarfile.REGTYPE:
            raise BackupError(Message("backup_no_plain_file", name=info.name))
        return info


def _root(name: str) -> str:
    return "staff" if name == MANIFEST else name.partition("/")[0]


def _write(source: IO[bytes], target: Path) -> str:
    """Write a file to the disk for good; return its hash."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while block := source.read(1 << 20):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def read_rows(
    workplace: Path, database: Database, manifest: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables as this program has them; those of an older one are brought up to date.

    Raises BackupError where they are not those of a program that this one knows.
    """
    version = manifest.get("database")
    names = {name for name in manifest["members"] if name.startswith("staff/")}
    if version == database.version:
        return _parse(workplace, names, TABLES)
    if version not in database.versions:
        raise BackupError(Message("backup_of_newer_database", version=version, known=database.version))
    older, tables = Database(workplace / "older", version=version), MetaData()
    with older.transaction() as connection:
        tables.reflect(connection)
        for name in {VERSION_TABLE, *ACCOUNT_TABLES.tables} & set(tables.tables):
            tables.remove(tables.tables[name])
        for name, rows in _parse(workplace, names, tables).items():
            insert_rows(connection, tables.tables[name], rows)
    return dump(Database(older.data_dir))


def _parse(workplace: Path, names: Collection[str], tables: MetaData) -> dict[str, list[dict[str, Any]]]:
    if unknown := sorted(set(names) - {f"staff/{name}.jsonl" for name in tables.tables}):
        raise BackupError(Message("backup_unknown_part", name=unknown[0]))
    found: dict[str, list[dict[str, Any]]] = {}
    for name, table in sorted(tables.tables.items()):
        kinds = {column.name: column.type.python_type for column in table.columns}
        rows = found[name] = []
        try:
            with (workplace / f"staff/{name}.jsonl").open(encoding="utf-8") as lines:
                while line := lines.readline(_LONGEST_ROW):
                    row = json.loads(line)
                    if {key: type(value) for key, value in row.items()} != kinds or "\\u0000" in line:
                        raise ValueError
                    rows.append(row)
        except (OSError, ValueError, AttributeError, RecursionError):
            raise BackupError(Message("backup_no_row", row=len(rows) + 1, table=name)) from None
    return found


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for first in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(insert(table), [dict(row) for row in rows[first : first + ROWS_AT_ONCE]])


def published_version(workplace: Path, manifest: Mapping[str, Any]) -> str | None:
    """Return the model that was published; raises BackupError where the backup's models are not that one."""
    models = {match["version"] for name in manifest["members"] if (match := MODEL.fullmatch(name))}
    if not models and POINTER not in manifest["members"]:
        return None
    try:
        (workplace / "models/published.json").rename(workplace / "published.json")
        model = ModelStore(workplace).published()
        if model is not None and models == {model.version} == {model.folder.name}:
            model.verify()
            return model.version
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ModelError):
        pass
    raise BackupError(Message("backup_other_model"))
