"""The audit log: who changed what, in a chain that shows whether it is still what was written."""

from __future__ import annotations

import dataclasses
import datetime
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.cli.main import main
from bot.database.audit import HEAD_FILE, NOTHING_BEFORE, AuditError, AuditLog, Entry, Head, settings_changes
from bot.database.engine import Database, DatabaseError
from bot.database.tables import AUDIT_LOG
from bot.settings import PROJECT_ROOT, read_settings
from tests.conftest import MakeDatabase
from tests.database.test_engine import url_of

# Another program that adds entries to the same log.
PROGRAM = """
import sys
from pathlib import Path
from bot.database.audit import AuditLog
from bot.database.engine import Database
audit = AuditLog(Database(Path(sys.argv[1]), sys.argv[2]))
for number in range(10):
    audit.record(sys.argv[3], "import", "bond", before=number, after=number + 1)
    audit.verify()
"""


@pytest.fixture
def audit(database: Database) -> AuditLog:
    """A log with four entries."""
    log = AuditLog(database)
    for version in ("m1", "m2"):
        log.record("a clerk", "publish", version, before=None, after={"version": version, "título": "ñ"})
    log.record("luis", "topic off", "bond", before=True, after=False)
    log.record("a clerk", "rollback", "m1", before="m2", after="m1")
    return log


def test_an_entry_says_who_did_what_when_from_what_to_what(audit: AuditLog) -> None:
    """The newest first, of all or of one subject."""
    newest, *_ = entries = audit.entries()
    assert [entry.number for entry in entries] == [4, 3, 2, 1]
    assert (newest.who, newest.action, newest.subject) == ("a clerk", "rollback", "m1")
    assert (newest.before, newest.after) == ('"m2"', '"m1"')
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", newest.time)
    now = datetime.datetime.now(datetime.timezone.utc)
    written = datetime.datetime.strptime(newest.time, "%Y-%m-%dT%H:%M:%S%z")
    assert abs(now - written) < datetime.timedelta(minutes=1)
    assert [entry.number for entry in audit.entries(1)] == [4]
    assert [entry.number for entry in audit.entries(subject="m1")] == [4, 1]
    assert audit.verify() == Head(4, newest.hash)
    assert entries[-1].previous == NOTHING_BEFORE


def test_what_failed_is_not_recorded(audit: AuditLog) -> None:
    """And nothing is done without an entry: both happen or neither."""
    with (
        pytest.raises(ZeroDivisionError),
        audit.recording("a clerk", "publish", "m3", before=None, after="m3"),
    ):
        raise ZeroDivisionError
    assert audit.verify().number == 4


def test_an_empty_log_is_whole(database: Database) -> None:
    """There is nothing in it that could be wrong."""
    assert AuditLog(database).verify() == Head(0, NOTHING_BEFORE)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET who = 'nobody' WHERE number = 2",
        "DELETE FROM audit_log WHERE number = 4",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "INSERT INTO audit_log SELECT 9, time, who, action, subject, before, after, previous, hash "
        "FROM audit_log WHERE number = 2",
    ],
)
def test_the_database_refuses_to_change_an_entry(audit: AuditLog, statement: str) -> None:
    """Whoever asks, and to leave out a number."""
    with pytest.raises(DatabaseError), audit.database.transaction() as connection:
        connection.execute(text(statement))
    assert audit.verify().number == 4


def test_sqlite_refuses_to_replace_an_entry(tmp_path: Path) -> None:
    """Its own way of changing one without saying so."""
    audit = AuditLog(Database(tmp_path))
    audit.record("a clerk", "publish", "m1", before=None, after="m1")
    replace = (
        "INSERT OR REPLACE INTO audit_log SELECT number, time, 'x', action, subject, before, after, "
        "previous, hash FROM audit_log"
    )
    with pytest.raises(DatabaseError), audit.database.transaction() as connection:
        connection.execute(text(replace))
    assert audit.verify().number == 1


def without_triggers(audit: AuditLog) -> None:
    """Do what only somebody with all rights can do."""
    with audit.database.transaction() as connection:
        if audit.database.file is None:
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        else:
            for name in ("update", "delete", "insert"):
                connection.execute(text(f"DROP TRIGGER audit_log_{name}"))


def chained(entries: Sequence[Entry], previous: str) -> list[Entry]:
    """Give entries the hashes that they would have behind another one."""
    made = []
    for entry in entries:
        entry = dataclasses.replace(entry, previous=previous, hash="")
        made.append(dataclasses.replace(entry, hash=entry.computed_hash()))
        previous = made[-1].hash
    return made


@pytest.mark.parametrize("field", ["time", "who", "action", "subject", "before", "after", "previous"])
def test_a_changed_field_is_found(audit: AuditLog, field: str) -> None:
    """Each of them, by the number of its entry."""
    without_triggers(audit)
    with audit.database.transaction() as connection:
        changed = update(AUDIT_LOG).where(AUDIT_LOG.c.number == 2)
        connection.execute(changed.values(**{field: NOTHING_BEFORE[:19]}))
    with pytest.raises(AuditError, match="Entry 2 of the audit log was changed: its hash is of something"):
        audit.verify()


def test_an_entry_that_was_changed_with_its_hash_is_found(audit: AuditLog) -> None:
    """By the next one, which continues what it was."""
    without_triggers(audit)
    (second,) = audit.entries(subject="m2")
    forged = dataclasses.replace(second, who="nobody", hash="")
    with audit.database.transaction() as connection:
        changed = update(AUDIT_LOG).where(AUDIT_LOG.c.number == 2)
        connection.execute(changed.values(who="nobody", hash=forged.computed_hash()))
    with pytest.raises(
        AuditError, match="Entry 2 of the audit log was changed, removed or inserted: entry 3"
    ):
        audit.verify()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_entry_is_found(audit: AuditLog, number: int) -> None:
    """Named."""
    without_triggers(audit)
    with audit.database.transaction() as connection:
        connection.execute(delete(AUDIT_LOG).where(AUDIT_LOG.c.number == number))
    with pytest.raises(AuditError, match=f"Entry {number} of the audit log was removed"):
        audit.verify()


def test_an_inserted_entry_is_found(audit: AuditLog) -> None:
    """Also with all later numbers moved up."""
    without_triggers(audit)
    (second,) = audit.entries(subject="m2")
    (slipped_in,) = chained([dataclasses.replace(second, number=3)], second.hash)
    with audit.database.transaction() as connection:
        for number in (4, 3):
            moved = update(AUDIT_LOG).where(AUDIT_LOG.c.number == number)
            connection.execute(moved.values(number=number + 1))
        connection.execute(insert(AUDIT_LOG).values(**dataclasses.asdict(slipped_in)))
    with pytest.raises(AuditError, match="Entry 4 of the audit log was changed: its hash is of something"):
        audit.verify()


@pytest.mark.parametrize("forge", [False, True])
def test_a_tail_that_was_cut_off_or_made_anew_is_found(audit: AuditLog, forge: bool) -> None:
    """By the last hash, which was kept beside the data; further entries do not make it good."""
    newest = audit.entries(1)[0]
    without_triggers(audit)
    with audit.database.transaction() as connection:
        connection.execute(delete(AUDIT_LOG).where(AUDIT_LOG.c.number == 4))
        if forge:
            (other,) = chained([dataclasses.replace(newest, who="nobody")], newest.previous)
            connection.execute(insert(AUDIT_LOG).values(**dataclasses.asdict(other)))
    for _ in range(2):
        with pytest.raises(AuditError) as found:
            audit.verify()
        assert f"(entry 4, {newest.hash}) is not among them: the newest were removed" in str(found.value)
        audit.record("a clerk", "publish", "m3", before=None, after="m3")


def test_a_hash_that_was_written_down_elsewhere_must_be_there(
    audit: AuditLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that also a whole log that was made anew, with the hash beside it, is found."""
    monkeypatch.setenv("KYR_DATA_DIR", str(audit.database.data_dir))
    monkeypatch.setenv("KYR_DATABASE_URL", url_of(audit.database))
    assert main(["audit", "verify"]) == 0
    written_down = capsys.readouterr().out.split()[-1]
    audit.record("a clerk", "publish", "m3", before=None, after="m3")
    assert main(["audit", "verify", "--head", written_down]) == 0
    assert capsys.readouterr().out.startswith("5 entries, none changed")
    entries = audit.entries()[::-1]
    without_triggers(audit)
    with audit.database.transaction() as connection:
        connection.execute(delete(AUDIT_LOG))
        for entry in chained([dataclasses.replace(entry, who="nobody") for entry in entries], NOTHING_BEFORE):
            connection.execute(insert(AUDIT_LOG).values(**dataclasses.asdict(entry)))
    (audit.database.data_dir / HEAD_FILE).unlink()
    assert main(["audit", "verify"]) == 0
    assert main(["audit", "verify", "--head", written_down]) == 1
    assert f"No entry of the audit log has the hash {written_down}" in capsys.readouterr().err


def test_the_log_is_listed(
    audit: AuditLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each, the newest first."""
    monkeypatch.setenv("KYR_DATA_DIR", str(audit.database.data_dir))
    monkeypatch.setenv("KYR_DATABASE_URL", url_of(audit.database))
    assert main(["audit", "-n", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("Z  ")[1] for line in lines] == [
        'a clerk  rollback  m1  "m2" -> "m1"',
        "luis  topic off  bond  true -> false",
    ]
    assert main(["audit", "--topic", "bond"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["audit", "--subject", "unknown"]) == 0
    assert capsys.readouterr().out == "The audit log has no such entry.\n"


def test_a_head_that_cannot_be_read_is_named(audit: AuditLog) -> None:
    """Entries are still added; the file is left as it is."""
    file = audit.database.data_dir / HEAD_FILE
    file.write_text("nonsense", encoding="utf-8")
    audit.record("a clerk", "publish", "m3", before=None, after="m3")
    with pytest.raises(AuditError, match="cannot be read"):
        audit.verify()
    assert file.read_text(encoding="utf-8") == "nonsense"


def test_programs_that_add_entries_at_once_make_one_chain(make_database: MakeDatabase) -> None:
    """No number twice, none left out, and the hash kept beside is the last one."""
    database = make_database()
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(database.data_dir), url_of(database)]
    running = [subprocess.Popen([*command, name], cwd=PROJECT_ROOT) for name in "abcd"]  # noqa: S603 - our own arguments
    assert [process.wait(120) for process in running] == [0] * 4
    head = AuditLog(database).verify()
    assert head.number == 40
    kept = (database.data_dir / HEAD_FILE).read_text(encoding="utf-8")
    assert kept == f"40 {head.hash}\n"
    with database.transaction() as connection:
        names = connection.execute(select(AUDIT_LOG.c.who)).scalars().all()
    assert {name: names.count(name) for name in "abcd"} == dict.fromkeys("abcd", 10)


def test_changed_settings_are_recorded_and_secrets_are_not(database: Database, tmp_path: Path) -> None:
    """What is not as by default, then what is not as before; of secrets only whether they are set."""
    audit = AuditLog(database)
    assert settings_changes(audit, read_settings({}), "a clerk") == []
    environment = {
        "KYR_DATA_DIR": str(tmp_path),
        "KYR_CONTENT_DIR": str(PROJECT_ROOT / "var" / "content"),
        "KYR_EMBED_ORIGINS": "https://www.hpca.gov",
        "KYR_TRUSTED_PROXIES": "10.0.0.0/8",
        "KYR_DATABASE_URL": "postgresql://ana:secret@127.0.0.1/kyr",
        "TELEGRAM_BOT_TOKEN": "1:secret",
        "TELEGRAM_SECRET_TOKEN": "secret",
    }
    settings_changes(audit, read_settings(environment), "a clerk")
    assert {(one.subject, one.before, one.after) for one in audit.entries()} == {
        ("KYR_DATA_DIR", f'"{PROJECT_ROOT / "var"}"', f'"{tmp_path}"'),
        ("KYR_EMBED_ORIGINS", "[]", '["https://www.hpca.gov"]'),
        ("KYR_TRUSTED_PROXIES", "[]", '["10.0.0.0/8"]'),
        ("KYR_DATABASE_URL", '"not set"', '"set"'),
        ("TELEGRAM_BOT_TOKEN", '"not set"', '"set"'),
        ("TELEGRAM_SECRET_TOKEN", '"not set"', '"set"'),
    }
    assert settings_changes(audit, read_settings(environment), "a clerk") == []
    changed = settings_changes(audit, read_settings({**environment, "TELEGRAM_BOT_TOKEN": ""}), "luis")
    assert [(one.who, one.subject, one.before, one.after) for one in changed] == [
        ("luis", "TELEGRAM_BOT_TOKEN", '"set"', '"not set"')
    ]
    assert "secret" not in str([(one.before, one.after) for one in audit.entries()])
