"""The database for staff data: SQLite and a real PostgreSQL, new, old, newer, locked, frozen and broken."""

from __future__ import annotations

import concurrent.futures
import os
import resource
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, text

import bot.database.engine
from bot.database.engine import DATABASE_FILE, Database, DatabaseError, DataRefusedError
from bot.database.feedback import Feedback, Total
from bot.database.review_queue import ReviewQueue
from bot.database.tables import ACCOUNT_TABLES, FEEDBACK, TABLES
from bot.serving.processes import free_port
from bot.settings import PROJECT_ROOT
from tests.conftest import MakeDatabase, PostgresServer
from tests.helpers.waiting import SECONDS_AT_MOST

# Another program that uses a database of ours; what it does follows as an argument.
PROGRAM = """
import sys
from pathlib import Path
from bot.database.engine import Database
from bot.database.feedback import Feedback
for _ in range(5):
    Feedback(Database(Path(sys.argv[1]), sys.argv[2])).count("bond", "en", helpful=True)
"""


def url_of(database: Database) -> str:
    return str(database._engine.url.render_as_string(hide_password=False))


def test_the_migrations_make_the_tables_that_the_program_uses(database: Database) -> None:
    """Neither more nor less, in both kinds of database."""
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "kyr_version"})
        assert compare_metadata(context, [TABLES, ACCOUNT_TABLES]) == []


def test_programs_that_start_at_once_do_not_get_in_each_others_way(database: Database) -> None:
    """One migrates, the others wait; all that they write is there."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(database.data_dir), url_of(database)]
    running = [subprocess.Popen(command, cwd=PROJECT_ROOT) for _ in range(4)]  # noqa: S603 - our own arguments
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert Feedback(database).totals() == [Total("bond", "en", 20, 0)]


def test_what_a_database_never_takes_is_told_apart(database: Database) -> None:
    """Trying again would not help: a row without what it must have, or one that is there already."""
    row = {"week": "2026-11-23", "topic": "bond", "language": "en", "helpful": 1}
    with pytest.raises(DataRefusedError), database.transaction() as connection:
        connection.execute(insert(FEEDBACK).values(**row, count=None))
    with pytest.raises(DataRefusedError), database.transaction() as connection:
        for _ in range(2):
            connection.execute(insert(FEEDBACK).values(**row, count=1))


def test_threads_do_not_either(make_database: MakeDatabase) -> None:
    """Nor do several databases in one program."""
    stores = [Feedback(make_database()) for _ in range(3)] * 4
    with concurrent.futures.ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda store: store.count("bond", "en", helpful=True), stores))
    assert [store.totals() for store in stores[:3]] == [[Total("bond", "en", 4, 0)]] * 3


def test_nobody_waits_for_the_connection_of_somebody_else(tmp_path: Path) -> None:
    """Neither another user of a frozen server nor one of another database."""
    with (
        socket.create_server(("127.0.0.1", 0)) as frozen,
        concurrent.futures.ThreadPoolExecutor(2) as threads,
    ):
        frozen.settimeout(5)
        port = frozen.getsockname()[1]
        away = Feedback(Database(tmp_path / "away", f"postgresql://kyr@127.0.0.1:{port}/kyr"))
        waiting = [threads.submit(away.totals) for _ in range(2)]
        connections = [frozen.accept()[0] for _ in range(2)]
        assert Feedback(Database(tmp_path / "here")).totals() == []
        assert not any(one.done() for one in waiting)
        for connection in connections:
            connection.close()
        assert all(isinstance(one.exception(), DatabaseError) for one in waiting)


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    """Rather than written to in an older way."""
    with database.transaction() as connection:
        connection.execute(text("UPDATE kyr_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError) as refused:
        Feedback(Database(database.data_dir, url_of(database))).totals()
    assert str(refused.value) == (
        f"{database.name}: it belongs to a newer program (its version is 9999, this program knows "
        f"{database.version}). Use that program, or restore a backup of this one elsewhere."
    )


def test_what_fails_half_way_was_never_done(database: Database) -> None:
    """Also where the error is none of the database's."""
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute(text("INSERT INTO feedback VALUES ('2026-07-20', 'bond', 'en', 1, 1)"))
        raise ZeroDivisionError
    assert Feedback(database).totals() == []


def test_an_error_does_not_show_what_was_to_be_written(database: Database) -> None:
    """It may be words of a resident."""
    with pytest.raises(DatabaseError) as failed, database.transaction() as connection:
        for _ in range(2):
            connection.execute(
                text("INSERT INTO review_queue VALUES ('w', 'es', '', '', :text, 1)"),
                {"text": "me llamo Ana"},
            )
    assert "Ana" not in str(failed.value) and "could not be used (" in str(failed.value)
    assert failed.value.__suppress_context__


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Also where somebody has made it with other rights."""
    file = tmp_path / "var" / DATABASE_FILE
    Feedback(Database(file.parent)).totals()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    Feedback(Database(file.parent)).totals()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [DATABASE_FILE]


def test_a_file_that_was_taken_away_is_made_anew(tmp_path: Path) -> None:
    """A running assistant goes on."""
    database = Database(tmp_path)
    ReviewQueue(database).add("what about cameras", "en")
    (tmp_path / DATABASE_FILE).unlink()
    ReviewQueue(database).add("what about cameras", "en")
    assert [one.count for one in ReviewQueue(database).questions()] == [1]


def test_a_database_that_was_made_anew_is_used_after_one_error(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """A running assistant goes on here too."""
    name = postgres_server.make()
    feedback = Feedback(Database(tmp_path, postgres_server.url(name)))
    feedback.totals()
    postgres_server.run(f"DROP DATABASE {name}")
    postgres_server.run(f"CREATE DATABASE {name}")
    with pytest.raises(DatabaseError):
        feedback.totals()
    feedback.count("bond", "en", helpful=True)
    assert feedback.totals() == [Total("bond", "en", 1, 0)]


def write_nonsense(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1000)


def damage(file: Path) -> None:
    Feedback(Database(file.parent)).totals()
    with file.open("r+b") as opened:
        opened.seek(100)
        opened.write(b"\xff" * 3000)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (write_nonsense, "the file is no database. Move it away (a new one is made) and bring the data back"),
        (damage, "the file is damaged. Move it away (a new one is made) and bring the data back"),
        (Path.mkdir, "the file for staff data cannot be opened (Is a directory). Change its rights"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    """With what to do."""
    spoil(tmp_path / DATABASE_FILE)
    with pytest.raises(DatabaseError) as failed:
        Feedback(Database(tmp_path)).count("bond", "en", helpful=True)
    assert str(failed.value).startswith(f"{tmp_path / DATABASE_FILE}: {said}")


def test_a_locked_file_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds (here one), not for ever."""
    monkeypatch.setattr(bot.database.engine, "_SECONDS_TO_WAIT_FOR_LOCKS", 1)
    Feedback(Database(tmp_path)).totals()
    other = sqlite3.connect(tmp_path / DATABASE_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="another program has been writing to it for more than 5 seconds"):
        Feedback(Database(tmp_path)).totals()
    assert 0.9 < time.monotonic() - began < SECONDS_AT_MOST
    other.close()


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """And what was there before is still there."""
    database = Database(tmp_path)
    queue = ReviewQueue(database)
    queue.add("first", "en")
    program = """
import resource, signal, sys
from pathlib import Path
from bot.database.engine import Database, DatabaseError
from bot.database.review_queue import ReviewQueue
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database(Path(sys.argv[1]))
size = database.file.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    for number in range(1000):
        ReviewQueue(database).add(f"{number} " + "words " * 300, "en")
except DatabaseError as error:
    print(error)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    said = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert "the disk" in said.stdout or "could not be used" in said.stdout, said
    assert "first" in {one.text for one in queue.questions()}


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Without the name and password that stand in its address."""
    port = free_port()
    with pytest.raises(DatabaseError) as failed:
        Feedback(Database(tmp_path, f"postgresql://ana:secret@127.0.0.1:{port}/kyr")).totals()
    assert str(failed.value) == (
        f"The PostgreSQL database 'kyr' on 127.0.0.1:{port}: no server answers there. "
        "Start it, or correct KYR_DATABASE_URL."
    )


def test_what_a_server_refuses_is_named(tmp_path: Path, postgres_server: PostgresServer) -> None:
    """A wrong password, a database that is not there, a user without rights, one that may only read."""
    name = postgres_server.make()
    postgres_server.run("DROP USER IF EXISTS reader")
    postgres_server.run("CREATE USER reader PASSWORD 'reader'")
    url = postgres_server.url(name)
    wrong = {
        url.replace("se%3Acr%40t", "wrong"): "it refuses the name or the password. Correct them in",
        url.replace(name, "other"): "there is no such database or user. Make it (createdb), or correct",
        url.replace("kyr:se%3Acr%40t", "reader:reader"): "this user has no right to do that.",
        url.replace("127.0.0.1", "nowhere.invalid"): "there is no host of that name. Correct",
        f"{url}?sslmode=require": "it does not encrypt as KYR_DATABASE_URL asks for",
        f"{url}?wrong=1": "KYR_DATABASE_URL holds an option that PostgreSQL does not have",
        f"{url}?options=-c%20default_transaction_read_only=on": "it can only be read. Use the primary",
    }
    for address, said in wrong.items():
        with pytest.raises(DatabaseError) as failed:
            Feedback(Database(tmp_path, address)).count("bond", "en", helpful=True)
        assert f": {said}" in str(failed.value)
        assert not any(secret in str(failed.value) for secret in ("wrong", "se:cr", "se%3A", "reader"))


@pytest.fixture
def frozen(postgres_server: PostgresServer) -> Iterator[Callable[[], None]]:
    """Freeze the server until the end of the test."""
    yield lambda: postgres_server.signal(signal.SIGSTOP)
    postgres_server.signal(signal.SIGCONT)


@pytest.mark.parametrize("connected", [False, True])
def test_a_frozen_server_costs_some_seconds_and_no_more(
    tmp_path: Path,
    postgres_server: PostgresServer,
    frozen: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    connected: bool,
) -> None:
    """Ten (here two), also in the middle of a transaction; afterwards everything is as before."""
    monkeypatch.setattr(bot.database.engine, "_SECONDS_OF_SILENCE", 2)
    database = Database(tmp_path, postgres_server.url(postgres_server.make()))
    Feedback(database).count("bond", "en", helpful=True)
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="the server does not answer"):
        if connected:
            with database.transaction() as connection:
                frozen()
                connection.execute(text("DELETE FROM feedback"))
        else:
            frozen()
            Feedback(database).totals()
    assert time.monotonic() - began < SECONDS_AT_MOST
    postgres_server.signal(signal.SIGCONT)
    assert Feedback(database).totals() == [Total("bond", "en", 1, 0)]


def test_a_statement_that_takes_too_long_is_ended(
    tmp_path: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the server, which has other things to do."""
    monkeypatch.setattr(bot.database.engine, "_SECONDS_A_STATEMENT", 1)
    database = Database(tmp_path, postgres_server.url(postgres_server.make()))
    with (
        pytest.raises(DatabaseError, match="a statement took longer than it may"),
        database.transaction() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(60)"))
    query = "SELECT query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    assert "pg_sleep" not in str(postgres_server.run(query))


def test_a_server_is_reached_while_many_residents_are_connected(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """Each is an open file, and what waits for the server must know such high numbers of files."""
    database = Database(tmp_path, postgres_server.url(postgres_server.make()))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    opened: list[int] = []
    try:
        while not opened or opened[-1] < 1100:
            opened.append(os.open(os.devnull, os.O_RDONLY))
        Feedback(database).count("bond", "en", helpful=True)
    finally:
        for file in opened:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert Feedback(database).totals() == [Total("bond", "en", 1, 0)]


def test_nothing_of_its_address_is_shown(tmp_path: Path) -> None:
    """However it is printed."""
    database = Database(tmp_path, "postgresql://ana:secret@db.example.org/kyr")
    assert repr(database) == "Database(\"The PostgreSQL database 'kyr' on db.example.org:5432\")"
