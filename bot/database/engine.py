"""The database for what staff work with: SQLite by default, PostgreSQL by a URL.

It is migrated when it is used for the first time (bot/database/migrations/). A database that is slow, frozen
or away costs at most some seconds, and an error with a plain text.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2 import extensions
from sqlalchemy import create_engine, delete, event, func, insert, text
from sqlalchemy import select as select_from
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import Table

from bot.errors import KyrError, reason_of
from bot.messages import Message
from bot.settings import Settings

DATABASE_FILE = "staff.sqlite3"

_MIGRATIONS = Path(__file__).parent / "migrations"
# Other programs that use Alembic in the same database call theirs "alembic_version".
VERSION_TABLE = "kyr_version"
_OPTIONS = {"version_table": VERSION_TABLE}
# Any number, the same in all processes of this program.
_MIGRATION_LOCK = 0x6B7972
# Alembic works with one database at a time.
_MIGRATING = threading.Lock()

_SECONDS_TO_WAIT_FOR_LOCKS = 5
_SECONDS_A_STATEMENT = 8
# Longer than a statement may take at the server: only one that is frozen or gone says nothing for so long.
_SECONDS_OF_SILENCE = 10
# What a server may still do after it was asked to, while nobody asks anything of it.
_SECONDS_IN_A_TRANSACTION = 120

# What SQLite says, and the key of what is said to people.
_SQLITE_SAYS = {
    "locked": "database_busy",
    "full": "database_disk_full",
    "not a database": "database_none",
    "malformed": "database_damaged",
    "readonly": "database_not_writable",
    "unable to open": "database_not_writable",
    "disk I/O": "database_disk_fails",
}
# What PostgreSQL says, as the beginning of a SQLSTATE or, before there is one, in words.
_POSTGRESQL_SAYS = {
    "28": "server_refuses_password",
    "certificate": "server_certificate",
    "SSL": "server_does_not_encrypt",
    "connection option": "server_knows_no_option",
    "password": "server_refuses_password",
    "pg_hba": "server_refuses_user",
    "42501": "server_gives_no_right",
    "does not exist": "server_has_no_database",
    "53100": "server_disk_full",
    "533": "server_connections",
    "too many": "server_connections",
    "25006": "server_read_only",
    "55P03": "server_locked",
    "40P01": "server_locked",
    "57014": "server_slow",
    "translate host": "server_unknown",
    "refused": "server_not_there",
    "No such file": "server_not_there",
    "no answer": "server_silent",
}


class DatabaseError(KyrError):
    """The database cannot be used; the text says which, why and what to do, never its password."""


class DataRefusedError(DatabaseError):
    """The database is well, and will never take what was to be written."""


class Database:
    """The database of a URL, or else of a file in a data folder; nothing is opened before it is used.

    `data_dir` is where files that belong to it stand, and `version` the migration to bring it to, by default
    the newest. Connections are not kept: there is little to do, and a server that was started again must not
    be met with a dead one.
    """

    def __init__(self, data_dir: Path, url: str = "", *, version: str | None = None) -> None:
        scripts = ScriptDirectory(str(_MIGRATIONS))
        self.data_dir = data_dir
        self.versions = tuple(script.revision for script in scripts.walk_revisions())
        self.version = version or self.versions[0]
        try:
            parsed = make_url(url) if url else URL.create("sqlite", database=str(data_dir / DATABASE_FILE))
        except (ArgumentError, ValueError):
            raise DatabaseError(Message("database_url_unreadable")) from None
        self.file = Path(parsed.database) if parsed.drivername == "sqlite" else None
        host = parsed.host or Message("this_machine")
        server = Message("database_on", database=parsed.database, host=host, port=parsed.port or 5432)
        self.name = str(self.file) if self.file else server
        self._engine = _postgresql(parsed) if self.file is None else _sqlite(self.file)
        # Which file was migrated: somebody may take it away while we run.
        self._ready: object = None

    @classmethod
    def of(cls, settings: Settings) -> Database:
        """Return the one that the settings name; raises DatabaseError where the URL cannot be read."""
        return cls(settings.data_dir, settings.database_url)

    def __repr__(self) -> str:
        return f"Database({self.name!r})"

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Do what is done inside whole or not at all, with the newest tables; raises DatabaseError.

        One at a time with SQLite; PostgreSQL shows each statement what was committed before it.
        """
        with self._plainly():
            self._migrate()
            with self._engine.begin() as connection:
                yield connection

    def empty(self, *tables: Table) -> dict[str, int]:
        """Remove all rows of some tables and what is left of them in the file; return how many there were.

        Raises DatabaseError.
        """
        with self.transaction() as connection:
            counted = {
                table.name: connection.execute(select_from(func.count()).select_from(table)).scalar_one()
                for table in tables
            }
            for table in tables:
                if self.file is None:
                    connection.execute(text(f'TRUNCATE "{table.name}"'))
                else:
                    connection.execute(delete(table))
        if self.file is not None:
            with self._plainly(), contextlib.closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("VACUUM")
        return counted

    def lay_anew(self, table: Table) -> None:
        """Write the rows of a small table anew, in the order of their keys; raises DatabaseError.

        PostgreSQL leaves what was deleted in the table's file for a while, and rows in the order in which
        they came. SQLite overwrites and sorts by itself.
        """
        if self.file is not None:
            return
        with self.transaction() as connection:
            connection.execute(text(f'LOCK TABLE "{table.name}" IN ACCESS EXCLUSIVE MODE'))
            found = connection.execute(select_from(table).order_by(*table.primary_key.columns))
            rows = [dict(row) for row in found.mappings()]
            connection.execute(text(f'TRUNCATE "{table.name}"'))
            if rows:
                connection.execute(insert(table), rows)

    def _migrate(self) -> None:
        found: object = _made(self.file) if self.file is not None else True
        if self._ready != found or (self.file is not None and not self.file.stat().st_size):
            # Nobody else waits for the connection, which a frozen server takes ten seconds to refuse.
            with self._engine.begin() as connection:
                if _current(connection) != self.version:
                    with _MIGRATING:
                        self._upgrade(connection)
            self._ready = found

    def _upgrade(self, connection: Connection) -> None:
        """Bring the tables to the version wanted, in the transaction of a connection."""
        # Read again: somebody else may have done it meanwhile.
        current = _current(connection)
        if current == self.version:
            return
        if current is not None and current not in self.versions:
            raise DatabaseError(
                Message("database_is_newer", database=self.name, current=current, known=self.version)
            )
        if self.file is None:
            # Where two programs start at once, one waits here, and then finds everything done.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes.update(_OPTIONS, connection=connection)
        command.upgrade(config, self.version)

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        """Raise errors of the database as DatabaseError."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, psycopg2.Error) as error:
            # Somebody may have exchanged the database.
            self._ready = None
            # Without the error itself: it may show what was to be written.
            if isinstance(error, (DataError, IntegrityError)):
                raise DataRefusedError(
                    Message("database_fails", database=self.name, what=self._reason(error))
                ) from None
            raise DatabaseError(
                Message("database_fails", database=self.name, what=self._reason(error))
            ) from None

    def _reason(self, error: Exception) -> Message:
        cause: Any = error.orig if isinstance(error, DBAPIError) else error
        known = _POSTGRESQL_SAYS if self.file is None else _SQLITE_SAYS
        code, said = getattr(cause, "pgcode", None) or "", str(cause)
        for sign, key in known.items():
            if (code.startswith(sign) and sign[0].isdigit()) or (not code and sign in said):
                return Message(key)
        kind = f"{type(cause).__name__} {code}".strip()
        return Message("server_fails" if self.file is None else "database_file_fails", kind=kind)


def _current(connection: Connection) -> str | None:
    """Return the version of the tables of a database, None where there are none."""
    # It tells of every step, which is no news for whoever asks for `kyr review`.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    version: str | None = MigrationContext.configure(connection, opts=_OPTIONS).get_current_revision()
    return version


def count_more(connection: Connection, table: Table, number: int = 1, **key: str | int) -> None:
    """Count so many more in the row of a key, in a table with a `count`."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**key, count=number)
    counted = statement.on_conflict_do_update(
        index_elements=[*key], set_={"count": table.c["count"] + number}
    )
    connection.execute(counted)


def _made(file: Path) -> tuple[int, int]:
    """Make the file where it is not there, for its owner alone; return which one it is.

    Raises DatabaseError.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            status = os.fstat(handle)
            if status.st_mode & 0o077:
                os.fchmod(handle, 0o600)
            return status.st_dev, status.st_ino
        finally:
            os.close(handle)
    except OSError as error:
        raise DatabaseError(Message("data_file_not_opened", file=file, reason=reason_of(error))) from None


def _sqlite(file: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": _SECONDS_TO_WAIT_FOR_LOCKS, "isolation_level": None},
        future=True,
        hide_parameters=True,
        poolclass=NullPool,
    )

    event.listen(engine, "connect", _forget_what_is_deleted)
    # Not by itself with the first change: two that have read by then would wait for each other.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _forget_what_is_deleted(connection: Any, record: Any) -> None:
    # It is overwritten, and stands neither in a write-ahead log nor in a journal afterwards: "DELETE" removes
    # that with each transaction.
    for pragma in (
        "secure_delete = ON",
        "journal_mode = DELETE",
        "temp_store = MEMORY",
        "synchronous = FULL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _postgresql(url: URL) -> Engine:
    # A server that is frozen, or a network that is cut, would hold the client for ever otherwise.
    extensions.set_wait_callback(_wait_in_time)
    engine = create_engine(
        url,
        connect_args={"application_name": "kyr", "client_encoding": "utf8"},
        future=True,
        hide_parameters=True,
        poolclass=NullPool,
    )

    event.listen(engine, "connect", _bound_time)
    return engine


def _bound_time(connection: Any, record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET statement_timeout = '{_SECONDS_A_STATEMENT}s';"
            f"SET lock_timeout = '{_SECONDS_TO_WAIT_FOR_LOCKS}s';"
            f"SET idle_in_transaction_session_timeout = '{_SECONDS_IN_A_TRANSACTION}s'"
        )
    connection.commit()


def _wait_in_time(connection: Any) -> None:
    """Wait for the server, also while connecting, for as long as it is allowed to be silent."""
    deadline = time.monotonic() + _SECONDS_OF_SILENCE
    while (state := connection.poll()) != extensions.POLL_OK:
        # Not select(), which knows no file numbers from 1024 up, and every resident's connection has one.
        # Made anew, as of a host with several addresses one after the other is tried.
        waiting = select.poll()
        waiting.register(
            connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT
        )
        if not waiting.poll(max(0, deadline - time.monotonic()) * 1000):
            raise psycopg2.OperationalError("no answer")
