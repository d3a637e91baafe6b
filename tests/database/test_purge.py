"""`kyr purge` and `kyr review`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main
from bot.database.audit import AuditLog
from bot.database.engine import DATABASE_FILE, Database
from bot.database.feedback import Feedback
from bot.database.purge import purge
from bot.database.review_queue import NOT_HELPFUL, ReviewQueue
from bot.database.usage import Counted, Usage
from bot.serving.processes import free_port
from tests.conftest import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """What `kyr` works with: something in it, and something that is none of the residents'."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path))
    url = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.make())
        monkeypatch.setenv("KYR_DATABASE_URL", url)
    database = Database(tmp_path, url)
    ReviewQueue(database).add("what about cameras", "en")
    ReviewQueue(database).add("puedo quedarme callado", "es", reason=NOT_HELPFUL, topic="bond")
    Feedback(database).count("red_card", "es", helpful=True)
    Usage(database).count({Counted("2026-11-23", "red_card", "es", "sms", "answer"): 1})
    AuditLog(database).record("a clerk", "publish", "m1", before=None, after="m1")
    (tmp_path / "published.json").write_text("{}", encoding="utf-8")
    return database


def test_review_lists_what_was_asked_in_vain(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """How often, in which language, in which words, and which answer did not help."""
    assert main(["review"]) == 0
    printed = capsys.readouterr().out
    assert "  1  en  what about cameras\n    asked in vain 1\n" in printed
    assert "  1  es  puedo quedarme callado\n    did not help 1 (topic bond)\n" in printed


def test_purge_removes_all_of_it_and_nothing_else(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is named is gone, a second time there is nothing; models and the audit log stay."""
    assert main(["purge"]) == 0
    assert capsys.readouterr().out == (
        "Removed: 2 rows of the review queue\n"
        "Removed: 1 rows of counted feedback\n"
        "Removed: 4 rows of counted usage\n"
    )
    assert (database.data_dir / "published.json").exists()
    assert AuditLog(database).verify().number == 1
    assert main(["purge"]) == 0 and capsys.readouterr().out == "Nothing was kept.\n"
    assert main(["review"]) == 0
    assert capsys.readouterr().out == "There are no questions without an answer.\n"
    assert main(["feedback"]) == 0
    assert capsys.readouterr().out == "Nobody has said yet whether an answer helped.\n"


def test_nothing_of_it_is_left_in_the_file(tmp_path: Path) -> None:
    """Nor beside it; what was purged is not there for whoever reads the disk's files."""
    database = Database(tmp_path)
    for number in range(150):
        ReviewQueue(database).add(f"{number} " + "what about cameras " * 40, "en")
        Feedback(database).count(f"topic{number}", "es", helpful=True)
        Usage(database).count({Counted("2026-11-23", f"used{number}", "es", "sms", "answer"): 1})
    before = (tmp_path / DATABASE_FILE).read_bytes()
    assert b"about cameras" in before and b"topic7" in before and b"used7" in before
    purge(database, "")
    (file,) = tmp_path.iterdir()
    after = file.read_bytes()
    assert b"cameras" not in after and b"topic7" not in after and b"used7" not in after
    assert len(after) < len(before) / 2, "and the file has become small"


def test_review_says_where_nothing_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That it is a setting."""
    purge(database, "")
    monkeypatch.setenv("KYR_KEEP_UNANSWERED", "0")
    assert main(["review"]) == 0
    assert "not kept (KYR_KEEP_UNANSWERED=0)" in capsys.readouterr().out


def test_a_redis_that_does_not_answer_is_named(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what happens to its content anyway; its address, which may hold a password, is not shown."""
    monkeypatch.setenv("KYR_REDIS_URL", f"redis://:secret@127.0.0.1:{free_port()}/0")
    assert main(["purge"]) == 1
    said = capsys.readouterr().err
    assert "Redis does not answer (ConnectionError). Start it and run `kyr purge` again" in said
    assert "secret" not in said
