"""`kyr backup` and `kyr restore`: everything comes back, into either kind of database, or nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

import bot.database.engine
from bot.cli.main import main
from bot.content.home import copy_content
from bot.content.paths import BASE
from bot.database.accounts import Accounts
from bot.database.audit import HEAD_FILE, AuditLog
from bot.database.engine import Database, DatabaseError
from bot.database.feedback import Feedback, Total
from bot.database.review_queue import NOT_HELPFUL, ReviewQueue, Unanswered
from bot.database.tables import USAGE
from bot.database.usage import Counted, Usage
from bot.files.hashing import folder_hash
from bot.serving.processes import free_port
from bot.settings import PROJECT_ROOT, Settings
from bot.staff.backup import BackupError, back_up
from bot.staff.restore import finish_restore, restore
from bot.training.models import ARCHIVE, CONTENT, THRESHOLDS, ModelStore
from bot.training.topics_off import TopicsOff
from tests.conftest import SMALL_CONTENT, MakeDatabase, PostgresServer
from tests.database.test_engine import url_of

QUESTIONS = [
    Unanswered("qué pasa con las cámaras", "es", 2),
    Unanswered("what about cameras", "en", 1, NOT_HELPFUL, "bond"),
]
WORDS = "four words nobody joins"


# A migration that does something to the rows that are there.
TOMORROW = """
from alembic import op

revision = "tomorrow"
down_revision = "0003"


def upgrade() -> None:
    op.execute("UPDATE review_queue SET language = UPPER(SUBSTR(language, 1, 1)) || SUBSTR(language, 2)")
"""


def agree(shown: Sequence[str]) -> bool:
    return True


def place(folder: Path, name: str = "installation") -> Settings:
    """Make a content folder with nothing kept yet; return the settings for it."""
    content = shutil.copytree(SMALL_CONTENT, folder / name)
    for file in ("domain.yml", "config.yml"):
        if not (content / file).exists():
            shutil.copy(PROJECT_ROOT / file, content / file)
    data_dir = folder / f"{name}-var"
    return Settings(data_dir=data_dir, content_dir=content, resources_dir=content / "data/resources")


def content_of(settings: Settings) -> tuple[str, bytes]:
    """Return what tells one content from another."""
    return folder_hash(settings.content_dir / "data"), (settings.content_dir / "domain.yml").read_bytes()


def publish_model(settings: Settings, version: str) -> None:
    """Keep something that looks like a model, and publish it."""
    store = ModelStore(settings.data_dir)
    with store.workplace() as workplace:
        built = Path(workplace) / "built"
        built.mkdir()
        (built / ARCHIVE).write_bytes(os.urandom(300_000))
        (built / THRESHOLDS).write_text("{}", encoding="utf-8")
        shutil.copytree(settings.content_dir / "data", built / CONTENT / "data")
        store.add(built, version, {"content_hash": "x", "training_hash": "x", "summary": {}})
    store.publish(version)


def fill(settings: Settings, database: Database) -> None:
    """Do what staff and residents do."""
    queue = ReviewQueue(database)
    for _ in range(2):
        queue.add("qué pasa con las cámaras", "es")
    queue.add("what about cameras", "en", reason=NOT_HELPFUL, topic="bond")
    Feedback(database).count("bond", "en", helpful=True)
    Usage(database).count({Counted("2026-11-23", "bond", "en", "sms", "answer"): 1})
    AuditLog(database).record("a clerk", "publish", "20260101-000000-aaaaaaaa", before=None, after="ñ")
    publish_model(settings, "20260101-000000-aaaaaaaa")


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_everything_comes_back(
    make_database: MakeDatabase, tmp_path: Path, postgres_server: PostgresServer, to: str
) -> None:
    """From either kind of database into an empty one of either kind, on another machine."""
    database, here, there = make_database(), place(tmp_path), place(tmp_path, "other")
    fill(here, database)
    (here.content_dir / "data/faq/bond.yml").write_text("changed: ñ", encoding="utf-8")
    before = AuditLog(database).verify()
    file = tmp_path / "backups" / "one.tar.gz"
    back_up(file, here, database)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(list(file.parent.iterdir())) == 1

    url = "" if to == "sqlite" else postgres_server.url(postgres_server.make())
    other = Database(there.data_dir, url)
    (there.content_dir / "data/faq/new.yml").write_text("not in the backup", encoding="utf-8")
    assert restore(file, there, other, "luis", agree)
    assert ReviewQueue(other).questions() == QUESTIONS
    assert Feedback(other).totals() == [Total("bond", "en", 1, 0)]
    with other.transaction() as connection:
        counted = connection.execute(select(USAGE.c.value, USAGE.c["count"])).all()
    assert sorted(counted) == [("answer", 1), ("bond", 1), ("en", 1), ("sms", 1)]
    assert folder_hash(there.content_dir) == folder_hash(here.content_dir)
    model = ModelStore(there.data_dir).published()
    assert model is not None and model.version == "20260101-000000-aaaaaaaa"
    model.verify()
    assert AuditLog(other).verify(before.hash).number == before.number + 1
    (newest,) = AuditLog(other).entries(1)
    assert (newest.who, newest.action, newest.subject) == ("luis", "restore", "backup")
    assert (there.data_dir / HEAD_FILE).read_text(encoding="utf-8") == f"{newest.number} {newest.hash}\n"
    assert not [
        path for path in tmp_path.rglob("*") if ".kyr-restore" in path.name or path.name == "restoring.json"
    ]


def test_what_is_turned_off_here_or_in_the_backup_is_off_then(database: Database, tmp_path: Path) -> None:
    """An earlier state brings no answer back that was turned off since."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    off = TopicsOff(settings.data_dir)
    fill(settings, database)
    off.add("bond")
    back_up(file, settings, database)
    off.remove("bond")
    off.add("red_card")
    assert restore(file, settings, database, "luis", agree)
    assert off.read() == {"bond", "red_card"}


def test_an_earlier_state_comes_back_and_history_goes_on(database: Database, tmp_path: Path) -> None:
    """Over what is there; the audit log keeps the entries made since, and says that it was gone back."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    fill(settings, database)
    back_up(file, settings, database)
    ReviewQueue(database).remove(["what about cameras"])
    AuditLog(database).record("a clerk", "publish", "m2", before="m1", after="m2")
    for _ in range(2):
        assert restore(file, settings, database, "luis", agree)
    assert ReviewQueue(database).questions() == QUESTIONS
    actions = [entry.action for entry in AuditLog(database).entries()]
    assert actions == ["restore", "restore", "publish", "publish"]
    AuditLog(database).verify()


def test_a_backup_of_an_older_program_comes_back(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows go through the migrations made since, here one that a program of tomorrow has."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    fill(settings, database)
    back_up(file, settings, database)
    migrations = Path(shutil.copytree(PROJECT_ROOT / "bot/database/migrations", tmp_path / "migrations"))
    (migrations / "versions/0004_tomorrow.py").write_text(TOMORROW, encoding="utf-8")
    monkeypatch.setattr(bot.database.engine, "_MIGRATIONS", migrations)
    newer = Database(database.data_dir, url_of(database))
    assert (newer.version, newer.versions) == ("tomorrow", ("tomorrow", "0003", "0002", "0001"))
    assert restore(file, settings, newer, "luis", agree)
    texts = {(one.text, one.language) for one in ReviewQueue(newer).questions()}
    assert texts == {("qué pasa con las cámaras", "Es"), ("what about cameras", "En")}
    AuditLog(newer).verify()


def test_a_backup_from_before_people_had_addresses_comes_back(database: Database, tmp_path: Path) -> None:
    """And leaves who may sign in as it is, with address, code and what was sent."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    fill(settings, database)
    back_up(file, settings, database)
    write(file, edited("manifest.json", b'"database": "0003"', b'"database": "0002"')(members(file)))
    ReviewQueue(database).remove(["what about cameras"])
    accounts = Accounts(database, AuditLog(database))
    account, code = accounts.invite("boss", "clerk-1", "editor", email="ana@hpca.gov", language="es")
    key = accounts.key("device")
    assert restore(file, settings, database, "luis", agree)
    assert ReviewQueue(database).questions() == QUESTIONS
    assert accounts.holder("clerk-1", code) == account and accounts.key("device") == key
    assert b"ana@hpca.gov" not in b"".join(members(file).values())


def test_a_backup_of_the_first_version_comes_back(database: Database, tmp_path: Path) -> None:
    """That of a program which knew neither accounts nor how often it was used."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    fill(settings, database)
    back_up(file, settings, database)
    first = without("staff/usage.jsonl")(members(file))
    write(file, edited("manifest.json", b'"database": "0003"', b'"database": "0001"')(first))
    ReviewQueue(database).remove(["what about cameras"])
    accounts = Accounts(database, AuditLog(database))
    clerk = accounts.add("a terminal", "clerk-1", "editor", WORDS)
    assert restore(file, settings, database, "luis", agree)
    assert ReviewQueue(database).questions() == QUESTIONS
    assert Feedback(database).totals() == [Total("bond", "en", 1, 0)]
    assert accounts.list() == [clerk]
    AuditLog(database).verify()


def test_accounts_are_in_no_backup_and_stay_as_they_are(make_database: MakeDatabase, tmp_path: Path) -> None:
    """A backup travels, and whoever was let in or kept out since it was made still is."""
    settings, other, file = place(tmp_path), place(tmp_path, "other"), tmp_path / "one.tar.gz"
    database, empty = make_database(), make_database()
    fill(settings, database)
    accounts = Accounts(database, AuditLog(database))
    accounts.add("a terminal", "clerk-1", "editor", WORDS)
    accounts.add("a terminal", "clerk-2", "editor", WORDS)
    back_up(file, settings, database)
    found = members(file)
    assert sorted(name for name in found if name.startswith("staff/")) == [
        f"staff/{table}.jsonl" for table in ("audit_log", "feedback", "review_queue", "usage")
    ]
    assert not any(b"argon2id" in data for data in found.values())

    accounts.remove("a terminal", "clerk-1")
    changed = accounts.set_password("a terminal", "clerk-2", f"not {WORDS}")
    added = accounts.add("a terminal", "clerk-3", "approver", WORDS)
    assert restore(file, settings, database, "luis", agree)
    assert accounts.list() == [changed, added]
    assert accounts.check("clerk-2", f"not {WORDS}") == changed

    assert restore(file, other, empty, "luis", agree)
    assert Accounts(empty, AuditLog(empty)).list() == []


def test_a_backup_that_would_bring_accounts_is_refused(tmp_path: Path) -> None:
    """Whoever made it wants to be let in."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    database = Database(settings.data_dir)
    back_up(file, settings, database)
    row = {"name": "eve", "role": "approver", "password_hash": "x", "changed": "x"}
    for version in (b'"0003"', b'"0001"'):
        found = {**members(file), "staff/accounts.jsonl": json.dumps(row).encode()}
        if version == b'"0001"':
            found.pop("staff/usage.jsonl")
        write(tmp_path / "two.tar.gz", edited("manifest.json", b'"0003"', version)(found))
        with pytest.raises(BackupError, match=r"'staff/accounts\.jsonl' does not belong in a backup"):
            restore(tmp_path / "two.tar.gz", settings, database, "luis", agree)
    assert Accounts(database, AuditLog(database)).list() == []


def test_another_history_is_not_destroyed(make_database: MakeDatabase, tmp_path: Path) -> None:
    """What to do instead is said; nothing has changed."""
    here, there, file = place(tmp_path), place(tmp_path, "other"), tmp_path / "one.tar.gz"
    database, other = make_database(), make_database()
    fill(here, database)
    back_up(file, here, database)
    AuditLog(other).record("a clerk", "import", "bond", before=None, after=1)
    before = folder_hash(there.content_dir)
    with pytest.raises(BackupError, match="differ from entry 1 on, and restoring would destroy history"):
        restore(file, there, other, "luis", agree)
    assert folder_hash(there.content_dir) == before
    assert AuditLog(other).verify().number == 1 and ReviewQueue(other).questions() == []


def test_who_does_not_agree_has_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command shows what it would replace and asks; with --yes it does not ask."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    monkeypatch.setenv("KYR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(settings.content_dir))
    fill(settings, Database(settings.data_dir))
    assert main(["backup", str(file)]) == 0
    said = capsys.readouterr().out
    assert "3 rows of" not in said and "2 rows of review_queue" in said and "20260101" in said
    assert main(["backup", str(file)]) == 1
    assert "there is a file of that name already" in capsys.readouterr().err
    ReviewQueue(Database(settings.data_dir)).add("later", "en")
    monkeypatch.setattr(sys, "stdin", io.StringIO("no\n"))
    assert main(["restore", str(file)]) == 1
    said = capsys.readouterr().out
    assert str(settings.content_dir / "domain.yml") in said and "Nothing was changed." in said
    assert len(ReviewQueue(Database(settings.data_dir)).questions()) == 3
    assert main(["restore", "--yes", str(file)]) == 0
    assert "Restored." in capsys.readouterr().out
    assert ReviewQueue(Database(settings.data_dir)).questions() == QUESTIONS


def test_a_directory_that_stands_elsewhere_goes_where_it_stands_here(tmp_path: Path) -> None:
    """Whichever of the two installations keeps it apart."""
    inside, apart = place(tmp_path), place(tmp_path, "other")
    folder = Path(shutil.copytree(apart.resources_dir, tmp_path / "apart" / "directory"))
    apart = Settings(data_dir=apart.data_dir, content_dir=apart.content_dir, resources_dir=folder)
    for number, (source, target) in enumerate([(inside, apart), (apart, inside)]):
        (source.resources_dir / "marked.csv").write_text(f"{number}", encoding="utf-8")
        file = tmp_path / f"{number}.tar.gz"
        back_up(file, source, Database(tmp_path / f"from{number}"))
        assert restore(file, target, Database(tmp_path / f"to{number}"), "luis", agree)
        assert (target.resources_dir / "marked.csv").read_text(encoding="utf-8") == f"{number}"


def test_the_release_that_the_content_comes_from_comes_back_with_it(tmp_path: Path) -> None:
    """Of a backup without one nothing is known of it: what is here says nothing of that content."""
    source, target = place(tmp_path), place(tmp_path, "other")
    copy_content(SMALL_CONTENT, source.content_dir / BASE)
    copy_content(SMALL_CONTENT, target.content_dir / BASE)
    (source.content_dir / BASE / "data/marked.yml").write_text("of the source", encoding="utf-8")
    back_up(tmp_path / "one.tar.gz", source, Database(tmp_path / "from"))
    assert restore(tmp_path / "one.tar.gz", target, Database(tmp_path / "to"), "luis", agree)
    assert folder_hash(target.content_dir / BASE) == folder_hash(source.content_dir / BASE)
    shutil.rmtree(source.content_dir / BASE)
    back_up(tmp_path / "two.tar.gz", source, Database(tmp_path / "from"))
    assert restore(tmp_path / "two.tar.gz", target, Database(tmp_path / "to"), "luis", agree)
    assert not any((target.content_dir / BASE).iterdir())


def members(file: Path) -> dict[str, bytes]:
    """Return what is in an archive."""
    with tarfile.open(file) as archive:
        return {info.name: archive.extractfile(info).read() for info in archive}  # type: ignore[union-attr] # plain files


def write(file: Path, contents: Mapping[str, bytes], *more: tarfile.TarInfo, manifest: bool = True) -> None:
    """Write an archive with a manifest that fits, as whoever means harm would."""
    contents = {name: data for name, data in contents.items() if name != "manifest.json"} | (
        {"manifest.json": contents["manifest.json"]} if "manifest.json" in contents else {}
    )
    if manifest:
        written = json.loads(contents["manifest.json"])
        written["members"] = {
            name: hashlib.sha256(data).hexdigest()
            for name, data in contents.items()
            if name != "manifest.json"
        }
        contents = {**contents, "manifest.json": json.dumps(written).encode()}
    with tarfile.open(file, "w:gz") as archive:
        for info in more:
            archive.addfile(info, io.BytesIO(b"x" * info.size))
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def without(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda found: {key: data for key, data in found.items() if key != name}


def changed(name: str, data: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda found: {**found, name: data}


def edited(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def edit(found: dict[str, bytes]) -> dict[str, bytes]:
        assert old in found[name]
        return {**found, name: found[name].replace(old, new)}

    return edit


MODEL = "models/20260101-000000-aaaaaaaa"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        *(
            (changed(name, b"x"), "does not belong in a backup")
            for name in (
                *("../outside", "/etc/outside", "content/../../outside", "content/data/../../../outside"),
                *("content/data//x", "content/data/./x", "content\\outside", "staff/x.csv", "outside"),
                *("staff/other.jsonl", "staff/kyr_version.jsonl"),
                *(
                    "content/bot/app.py",
                    "content/.env",
                    "models/../published.json",
                    "resources",
                    "content/data/\n",
                ),
                *("content/data/" + "x/" * 30 + "x", "published.json", "models/x"),
            )
        ),
        (
            changed("models/20990101-000000-bbbbbbbb/report.json", b"{}"),
            "The model in the backup is not the one",
        ),
        (without("models/published.json"), "The model in the backup is not the one"),
        (changed(f"{MODEL}/{ARCHIVE}", b"another program"), "The model in the backup is not the one"),
        (changed("models/published.json", b'{"version": "../.."}'), "The model in the backup is not the one"),
        (changed("models/published.json", b"[]"), "The model in the backup is not the one"),
        (without("content/domain.yml"), "The backup has nothing to put in the place of"),
        (without("staff/feedback.jsonl"), "Row 1 of feedback in the backup is none"),
        (changed("staff/feedback.jsonl", b"{}\n"), "Row 1 of feedback in the backup is none"),
        (changed("staff/feedback.jsonl", b"[" * 200_000), "Row 1 of feedback in the backup is none"),
        (edited("staff/feedback.jsonl", b'"count": 1', b'"count": true'), "Row 1 of feedback"),
        (edited("staff/feedback.jsonl", b'"count": 1', b'"count": "1"'), "Row 1 of feedback"),
        (edited("staff/review_queue.jsonl", b"cameras", b"\\u0000"), "Row 1 of review_queue"),
        (edited("staff/audit_log.jsonl", b'"a clerk"', b'"eve"'), "Entry 1 of the audit log was changed"),
        (
            edited("staff/audit_log.jsonl", b'"number": 1', b'"number": 2'),
            "Entry 1 of the audit log was removed",
        ),
        (
            edited("manifest.json", b'"database": "0', b'"database": "9'),
            "The backup is of a newer program",
        ),
        (edited("manifest.json", b'"format": 1', b'"format": 2'), "it was made by a newer program"),
        (changed("content/data/faq", b"a file and a folder at once"), "could not be put in place"),
    ],
)
def test_an_archive_that_was_made_to_do_harm_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, bytes]], dict[str, bytes]], said: str
) -> None:
    """With a manifest that fits; nothing is changed and nothing is left, here or anywhere else."""
    settings, file = place(tmp_path / "a"), tmp_path / "b" / "one.tar.gz"
    database = Database(settings.data_dir)
    fill(settings, database)
    back_up(file, settings, database)
    write(file, spoil(members(file)))
    before = folder_hash(tmp_path)
    with pytest.raises((BackupError, Exception), match=said) as refused:
        restore(file, settings, database, "luis", agree)
    assert type(refused.value).__name__ in ("BackupError", "AuditError")
    assert folder_hash(tmp_path) == before


@pytest.mark.parametrize(
    "member",
    [
        special("content/data/link", tarfile.SYMTYPE, "/etc/passwd"),
        special("content/data/link", tarfile.LNKTYPE, "content/domain.yml"),
        special("content/data/device", tarfile.CHRTYPE),
        special("content/data/pipe", tarfile.FIFOTYPE),
        special("content/data/folder", tarfile.DIRTYPE),
        special("content/data/sparse", tarfile.GNUTYPE_SPARSE),
        special("content/data/" + "long" * 100, tarfile.REGTYPE),
    ],
    ids=lambda info: str(info.type),
)
def test_what_is_no_plain_file_is_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    """Links, devices, pipes, folders, and headers that hold the name or size of the next."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    database = Database(settings.data_dir)
    back_up(file, settings, database)
    write(file, members(file), member)
    with pytest.raises(BackupError, match="is no plain file"):
        restore(file, settings, database, "luis", agree)


def test_what_was_changed_on_the_way_is_refused(tmp_path: Path) -> None:
    """A byte of a member, a member that is missing, one that is there twice, an archive that was cut off."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    database = Database(settings.data_dir)
    fill(settings, database)
    back_up(file, settings, database)
    whole, found = file.read_bytes(), members(file)
    write(file, {**found, "content/domain.yml": found["content/domain.yml"] + b" "}, manifest=False)
    with pytest.raises(BackupError, match="not whole, or something in it was changed"):
        restore(file, settings, database, "luis", agree)
    write(file, without("content/config.yml")(found), manifest=False)
    with pytest.raises(BackupError, match="not whole, or something in it was changed"):
        restore(file, settings, database, "luis", agree)
    twice = tarfile.TarInfo("content/domain.yml")
    write(file, found, twice, manifest=False)
    with pytest.raises(BackupError, match="does not belong in a backup"):
        restore(file, settings, database, "luis", agree)
    write(file, without("manifest.json")(found), manifest=False)
    with pytest.raises(BackupError, match="no backup of `kyr backup`"):
        restore(file, settings, database, "luis", agree)
    for length in (0, 10, 1000, len(whole) // 2, len(whole) - 9):
        file.write_bytes(whole[:length])
        with pytest.raises(BackupError, match=r"damaged, or no backup|not whole|no such file"):
            restore(file, settings, database, "luis", agree)
    file.unlink()
    with pytest.raises(BackupError, match="there is no such file"):
        restore(file, settings, database, "luis", agree)


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    """By what its headers say, before it is unpacked, in little memory and time."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    info = tarfile.TarInfo("content/data/zeros")
    info.size = 7 << 30
    with gzip.open(file, "wb") as archive:
        archive.write(info.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 100_000)
    with pytest.raises(BackupError, match="larger than the disk, or than any backup"):
        restore(file, settings, Database(settings.data_dir), "luis", agree)


def test_what_cannot_be_put_in_place_is_taken_back(database: Database, tmp_path: Path) -> None:
    """Here the folder for models, which comes last: content and database are what they were."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    fill(settings, database)
    back_up(file, settings, database)
    (settings.content_dir / "domain.yml").write_text("later", encoding="utf-8")
    ReviewQueue(database).add("later", "en")
    pointer = settings.data_dir / "published.json"

    def break_and_agree(shown: Sequence[str]) -> bool:
        # What is new is gone by the time it should be put in place.
        (workplace,) = settings.data_dir.glob(".kyr-restore-*")
        shutil.rmtree(workplace / "models")
        shutil.rmtree(settings.data_dir / "models")
        (settings.data_dir / "models").write_text("a file", encoding="utf-8")
        (workplace / "models").mkdir()
        (workplace / MODEL).write_text("x", encoding="utf-8")
        return True

    before = pointer.read_bytes()
    with pytest.raises(BackupError, match=r"could not be put in place.*Nothing was changed"):
        restore(file, settings, database, "luis", break_and_agree)
    assert (settings.content_dir / "domain.yml").read_text(encoding="utf-8") == "later"
    assert pointer.read_bytes() == before
    assert "later" in {one.text for one in ReviewQueue(database).questions()}
    assert AuditLog(database).verify().number == 1
    assert not finish_restore(settings.data_dir, database)


# Restores, and is killed by whoever has started it.
PROGRAM = """
import sys
from pathlib import Path
from bot.staff.restore import restore
from bot.database.engine import Database
from bot.settings import Settings
file, data_dir, content_dir, url = sys.argv[1:]
content = Path(content_dir)
settings = Settings(data_dir=Path(data_dir), content_dir=content, resources_dir=content / "data/resources")
def agree(shown):
    print("agreed", flush=True)
    return True
restore(Path(file), settings, Database(Path(data_dir), url), "luis", agree)
"""


def test_whenever_it_is_killed_nothing_is_half(database: Database, tmp_path: Path) -> None:
    """Either it was never begun, or the next command finishes it; time after time."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    fill(settings, database)
    back_up(file, settings, database)
    restored_content = content_of(settings)
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(file), str(settings.data_dir)]
    command += [str(settings.content_dir), url_of(database)]
    finished = 0
    for number, seconds in enumerate((0, 0.01, 0.03, 0.06, 0.3)):
        (settings.content_dir / "domain.yml").write_text(f"later {number}", encoding="utf-8")
        (settings.content_dir / "data/faq/later.yml").write_text(f"{number}", encoding="utf-8")
        ReviewQueue(database).add("later", "en")
        later_content, entries = content_of(settings), AuditLog(database).verify().number
        with subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603
            assert process.stdout is not None and process.stdout.readline() == b"agreed\n"
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        finish_restore(settings.data_dir, database)
        assert not list(settings.data_dir.glob(".kyr-restore-*")), "it holds questions of residents"
        texts = {one.text for one in ReviewQueue(database).questions()}
        number_of_entries = AuditLog(database).verify().number
        state = (content_of(settings), "later" in texts, number_of_entries - entries)
        assert state in [(later_content, True, 0), (restored_content, False, 1)]
        finished += state[2]
        assert restore(file, settings, database, "luis", agree)
        assert content_of(settings) == restored_content
        assert not list(tmp_path.rglob(".kyr-restore-*"))
    assert finished, "at least once it was far enough to be finished"


def test_a_server_that_is_away_is_named_and_nothing_is_changed(tmp_path: Path) -> None:
    """Neither by a backup nor by a restore."""
    settings, file = place(tmp_path), tmp_path / "one.tar.gz"
    back_up(file, settings, Database(settings.data_dir))
    away = Database(settings.data_dir, f"postgresql://127.0.0.1:{free_port()}/kyr")
    before = folder_hash(settings.content_dir)
    with pytest.raises(DatabaseError, match="no server answers there"):
        restore(file, settings, away, "luis", agree)
    with pytest.raises(DatabaseError, match="no server answers there"):
        back_up(tmp_path / "two.tar.gz", settings, away)
    assert folder_hash(settings.content_dir) == before and not (tmp_path / "two.tar.gz").exists()
