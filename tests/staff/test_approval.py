"""Whoever wrote an answer does not approve it, by what the audit log tells."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.clock import current_date
from bot.database.audit import AuditLog, Entry
from bot.database.engine import Database, DatabaseError
from bot.editing.fields import state_of
from bot.editing.topic_text import read_fields
from bot.staff.approval import ApprovalError, approve, authors, refuse_author
from bot.staff.edits import note_changes, note_import
from bot.staff.release import Release
from bot.training.models import ModelStore
from bot.training.publishing import PublishError, ServingStatusFile
from tests.conftest import SMALL_CONTENT

CARD = Path("data") / "faq" / "red_card.yml"


@pytest.fixture
def audit(database: Database) -> AuditLog:
    """An empty log."""
    return AuditLog(database)


def edit(
    audit: AuditLog, who: str, after: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> None:
    note_changes(audit, who, "edit", "bond", before or {}, after)


def test_authors_are_those_who_changed_what_is_signed_off(audit: AuditLog) -> None:
    """In the console or by a sheet; whoever changed other things has not written the answer."""
    assert authors(audit, "bond") == set()
    edit(audit, "ana", {"answer_en": "No."})
    edit(audit, "luis", {"questions_en": ["what is bond"], "review_by": "2027-01-01", "approved_by": ""})
    audit.record(
        "carla (terminal)", "import", "bond", before={"sources": "a | b"}, after={"sources": "c | d"}
    )
    audit.record("dora", "edit", "red_card", before={}, after={"answer_en": "Yes."})
    audit.record("eva", "topic off", "bond", before=None, after={"reason": "wrong"})
    assert authors(audit, "bond") == {"ana", "carla (terminal)"}


def test_an_approval_ends_what_was_written_before(audit: AuditLog) -> None:
    """Whoever approved has read it all; who changes it later has to find somebody else."""
    edit(audit, "ana", {"answer_en": "No."})
    audit.record(
        "luis", "approve: answer", "bond", before={"approved_by": None}, after={"approved_by": "luis"}
    )
    assert authors(audit, "bond") == set()
    edit(audit, "luis", {"title_es": "Fianza"})
    assert authors(audit, "bond") == {"luis"}
    audit.record("ana", "approve", "bond", before=None, after={"approved_by": "ana"})
    assert authors(audit, "bond") == set()


def test_an_author_is_refused_wherever_the_name_was_used(audit: AuditLog) -> None:
    """The sentence says when that was and what to do."""
    edit(audit, "ana (terminal)", {"short_en": "No."})
    refuse_author(audit, "bond", "luis")
    with pytest.raises(ApprovalError) as refused:
        refuse_author(audit, "bond", "Ana")
    assert str(refused.value) == (
        f"Whoever wrote an answer cannot approve it: ana (terminal) wrote it on {current_date()}. "
        "Somebody else has to read and approve it."
    )


def publish(audit: AuditLog, who: str, version: str, after: Mapping[str, Any]) -> None:
    """Note what `Release` notes where a model is published that answers otherwise."""
    audit.record(who, "publish", version, before={"version": "1"}, after={"version": version})
    audit.record(who, "publish: answer", "bond", before={"answer_en": "Old."}, after=after)


def test_who_is_asked_for_and_not_the_whole_log_is_read(
    audit: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Years of other changes do not make an approval slow."""
    for number in range(30):
        audit.record("dora", "train", f"other-{number}", before=None, after=None)
    audit.record("ana", "train", "2", before=None, after=None)
    publish(audit, "luis", "2", {"answer_en": "By hand."})
    read = []

    def counted(**fields: Any) -> Entry:
        read.append(Entry(**fields))
        return read[-1]

    monkeypatch.setattr("bot.database.audit.Entry", counted)
    assert authors(audit, "bond") == {"luis", "ana"}
    assert len(read) < 10


def test_who_publishes_what_others_wrote_has_not_written_it(audit: AuditLog) -> None:
    """Before or after it was approved; sources are noted in two ways."""
    edit(audit, "ana", {"answer_en": "No.\n\nNever.", "sources": "a | b\nc | d"})
    publish(audit, "luis", "2", {"answer_en": "No.\n\nNever.", "sources": ["a | b", "c | d"]})
    assert authors(audit, "bond") == {"ana"}
    audit.record("luis", "approve", "bond", before=None, after={"approved_by": "luis"})
    publish(audit, "luis", "3", {"answer_en": "No.\n\nNever.", "approved_by": "luis"})
    assert authors(audit, "bond") == set()


def test_a_rewrite_by_hand_is_found_where_it_was_published(audit: AuditLog) -> None:
    """Nobody noted who changed the file: those who trained and published it are taken for the authors."""
    edit(audit, "ana", {"answer_en": "No."})
    audit.record("luis", "approve", "bond", before=None, after={"approved_by": "luis"})
    audit.record("carla (terminal)", "train", "2", before=None, after={"topics": ["bond"]})
    publish(audit, "dora", "2", {"answer_en": "Yes, always."})
    assert authors(audit, "bond") == {"carla (terminal)", "dora"}


@pytest.fixture
def release(audit: AuditLog, content_copy: Path, tmp_path: Path) -> Release:
    """An office that has published nothing yet."""
    store, serving = ModelStore(tmp_path / "var"), ServingStatusFile(tmp_path / "var")
    return Release(content_copy, store, serving, audit, "luis", lambda text: None)


def state(release: Release) -> str:
    return state_of(read_fields((release.content / CARD).read_text(encoding="utf-8")))


def test_who_has_not_written_it_approves_what_was_read(release: Release) -> None:
    """It stands in the topic and in the log, which then knows no author any more."""
    note_changes(release.audit, "ana", "edit", "red_card", {}, {"answer_en": "x"})
    approve(release, "red_card", "luis, 2026-11-26", seen=state(release))
    assert "luis, 2026-11-26" in (release.content / CARD).read_text(encoding="utf-8")
    assert release.audit.entries(1)[0].action == "approve"
    assert authors(release.audit, "red_card") == set()


def test_what_has_changed_since_it_was_read_is_not_approved(release: Release) -> None:
    """Somebody may write while somebody else reads."""
    seen, file = state(release), release.content / CARD
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("group: rights", "group: help"), encoding="utf-8")
    with pytest.raises(PublishError, match=r"^The topic red_card was changed since it was read"):
        approve(release, "red_card", "luis", seen=seen)
    assert "approved_by: null" in file.read_text(encoding="utf-8")
    note_changes(release.audit, "luis", "edit", "red_card", {}, {"answer_en": "x"})
    with pytest.raises(ApprovalError):
        approve(release, "red_card", "luis", seen=state(release))
    assert "approved_by: null" in file.read_text(encoding="utf-8")


def test_a_change_that_could_not_be_noted_stands_and_that_is_said(tmp_path: Path) -> None:
    """Nobody is to make it a second time."""
    away = AuditLog(Database(tmp_path / "var", "postgresql://kyr:x@127.0.0.1:1/none"))
    with pytest.raises(DatabaseError) as failed:
        note_changes(away, "ana", "edit", "bond", {}, {"answer_en": "No."})
    assert str(failed.value).startswith(
        "The content is changed now (bond), but nothing of that is in the audit log. The PostgreSQL database"
    )
    assert str(failed.value).endswith("Do not make the change again; write down elsewhere who made it.")


def test_an_import_is_noted_as_a_whole_or_not_at_all(audit: AuditLog, content_copy: Path) -> None:
    """Only what differs, by the columns of the sheet."""
    before = {"red_card": (content_copy / CARD).read_text(encoding="utf-8")}
    new = before["red_card"].replace("group: rights", "group: help")
    (content_copy / CARD).write_text(new, encoding="utf-8")
    shutil.copyfile(SMALL_CONTENT / CARD, content_copy / "data" / "faq" / "blue_card.yml")
    note_import(audit, "ana", before, content_copy, ["red_card", "blue_card"])
    added, changed = audit.entries()
    assert (changed.who, changed.action, changed.subject) == ("ana", "import", "red_card")
    assert (changed.before, changed.after) == ('{"group":"rights"}', '{"group":"help"}')
    assert (added.subject, added.before) == ("blue_card", "{}") and '"answer_en":' in added.after
    assert datetime.datetime.fromisoformat(added.time.replace("Z", "+00:00"))
    with pytest.raises(FileNotFoundError):
        note_import(audit, "ana", before, content_copy, ["bond", "gone"])
    assert len(audit.entries()) == 2
