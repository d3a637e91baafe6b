"""Topics that staff have turned off: they stay off, whatever model answers, until somebody turns them on."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from pathlib import Path

import pytest

from actions.content import current_content
from bot.answering.answers import answer
from bot.cli.main import main
from bot.content.reading import Content
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.gateway import keys
from bot.serving.assistant import assemble
from bot.settings import Settings
from bot.staff.release import Release
from bot.training.models import ModelError, ModelStore
from bot.training.publishing import PublishError, ServingStatusFile
from bot.training.topics_off import FILE, GivenTopics, TopicsOff
from tests.conftest import SMALL_CONTENT
from tests.helpers.models import add_untrained


@pytest.fixture
def release(tmp_path: Path, content_copy: Path) -> Release:
    """An office with two models of the small content; the second is published, and the first was before."""
    store = ModelStore(tmp_path / "var")
    for version in "12":
        add_untrained(store, version)
        store.publish(version)
    audit = AuditLog(Database(tmp_path / "var"))
    return Release(
        content_copy, store, ServingStatusFile(tmp_path / "var"), audit, "a clerk", lambda text: None
    )


def noted(release: Release) -> list[tuple[str, str, str, str]]:
    """Return what the audit log has, the oldest first."""
    entries = release.audit.entries()[::-1]
    return [(entry.action, entry.subject, entry.before, entry.after) for entry in entries]


def test_going_back_brings_no_answer_back_that_was_turned_off(release: Release) -> None:
    """What residents are given is off with either model, and the audit log says nothing else."""
    settings = Settings(data_dir=release.store.data_dir, content_dir=release.content)
    release.turn_off("red_card", "the law may have changed")
    before = (release.content / "data" / "faq" / "red_card.yml").read_bytes()
    for version in "12":
        release.roll_back()
        content = assemble(release.store.get(version), settings).app[keys.CURRENT_MODEL].content
        assert release.store.published_version() == version
        assert not content.topics["red_card"].enabled
        assert "being checked" in answer(content, content.topics["red_card"], "en").text
    assert (release.content / "data" / "faq" / "red_card.yml").read_bytes() == before
    assert noted(release) == [
        (
            "topic off",
            "red_card",
            '{"enabled":true}',
            '{"enabled":false,"reason":"the law may have changed"}',
        ),
        ("rollback", "1", '{"version":"2"}', '{"version":"1"}'),
        ("rollback", "2", '{"version":"1"}', '{"version":"2"}'),
    ]


def test_the_list_of_topics_says_what_residents_get(
    release: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is turned off is off; what was only written into a file is not yet."""
    monkeypatch.setenv("KYR_DATA_DIR", str(release.store.data_dir))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(release.content))
    release.turn_off("red_card", "it may be wrong")
    release.roll_back()
    file = release.content / "data" / "faq" / "food_assistance.yml"
    file.write_text(file.read_text("utf-8").replace("  group:", "  enabled: false\n  group:", 1), "utf-8")
    assert main(["topics"]) == 0
    states = dict(line.split()[1::-1] for line in capsys.readouterr().out.splitlines()[:-1])
    assert states == {"bond": "off", "food_assistance": "directory", "red_card": "off"}


def test_a_topic_may_be_one_that_no_model_knows_or_no_file(release: Release) -> None:
    """A new one is off when it comes; one without a file is given by the model, and can be turned off."""
    said: list[str] = []
    release = dataclasses.replace(release, progress=said.append)
    faq = release.content / "data" / "faq"
    shutil.copy(faq / "red_card.yml", faq / "new.yml")
    (faq / "red_card.yml").unlink()
    release.turn_off("new", "it is not ready")
    release.turn_off("red_card", "it may be wrong")
    release.turn_off("red_card", "it is wrong")
    assert said == [
        "The published version does not have new yet: it counts from the next one on.",
        "Residents do not get red_card from now on.",
        "The answer was turned off before: for residents nothing changes by it now.",
    ]
    assert release.off.read() == {"new", "red_card"}
    with pytest.raises(PublishError, match="There is no topic 'other'"):
        release.turn_off("other", "why")


def test_what_cannot_be_written_is_told_and_changes_nothing(release: Release) -> None:
    """As on a full disk; nothing is noted either."""
    (release.store.data_dir / FILE).mkdir()
    with pytest.raises(PublishError, match=f"^{FILE} could not be written"):
        release.turn_off("red_card", "wrong")
    assert noted(release) == []


def test_whoever_answers_sees_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The action server too, which reads all other content once."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(SMALL_CONTENT))
    content, off = current_content.__wrapped__(), TopicsOff(tmp_path)

    def answered() -> set[str]:
        return {topic.id for topic in content.topics.values() if topic.answered}

    assert answered() == {"food_assistance", "red_card"}
    assert off.add("red_card") and not off.add("red_card")
    assert answered() == {"food_assistance"}
    assert off.remove("red_card") and not off.remove("red_card")
    assert answered() == {"food_assistance", "red_card"}


def test_a_file_that_says_nothing_turns_nothing_on(
    tmp_path: Path, small_content: Content, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever answers goes on as before and says so once; whoever would change it is told what to write."""
    off = TopicsOff(tmp_path)
    off.add("red_card")
    given = GivenTopics(small_content.topics, off)
    (tmp_path / FILE).write_text("[1", encoding="utf-8")
    assert not given["red_card"].enabled and not given["red_card"].enabled
    assert len(caplog.records) == 1
    with pytest.raises(ModelError, match="it does not say which answers are turned off"):
        off.add("bond")


def test_two_who_turn_off_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each sees what the other has written."""
    names = [f"topic_{number}" for number in range(20)]
    threads = [threading.Thread(target=TopicsOff(tmp_path).add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert TopicsOff(tmp_path).read() == set(names)
