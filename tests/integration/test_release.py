"""What staff do with single answers, and with a model that the gate stops."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from bot.content.home import copy_content
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.editing.topic_text import read_fields
from bot.staff.release import Release, StoppedError
from bot.training.models import Model, ModelStore
from bot.training.publishing import PublishError, ServingStatusFile
from bot.training.train import rebuild_answers, train
from tests.conftest import SMALL_CONTENT

pytestmark = pytest.mark.slow


@pytest.fixture
def release(small_model: Model, tmp_path: Path) -> Release:
    """An office with the small content and its model, published but not served."""
    copy_content(SMALL_CONTENT, tmp_path / "content")
    shutil.copytree(small_model.folder, tmp_path / "var" / "models" / small_model.version)
    store = ModelStore(tmp_path / "var")
    store.publish(small_model.version)
    audit = AuditLog(Database(tmp_path / "var"))
    return Release(
        tmp_path / "content", store, ServingStatusFile(tmp_path / "var"), audit, "a clerk", lambda text: None
    )


def published(release: Release) -> Model:
    found = release.store.published()
    assert found is not None
    return found


def topic_file(release: Release, topic: str) -> Path:
    return release.content / "data" / "faq" / f"{topic}.yml"


def is_on(release: Release, topic: str) -> bool:
    """Whether residents are given the answer to a topic."""
    return published(release).content.topics[topic].enabled and topic not in release.off.read()


def test_only_the_answer_that_is_turned_off_changes(release: Release) -> None:
    """A broken file does not keep it on; nothing is published, and what somebody is still writing stays."""
    topic_file(release, "red_card").write_text("half of a topic", encoding="utf-8")
    before = published(release).version
    release.turn_off("red_card", "the law may have changed")
    assert published(release).version == before
    assert release.off.read() == {"red_card"}
    (entry,) = release.audit.entries()
    assert (entry.who, entry.action, entry.subject) == ("a clerk", "topic off", "red_card")
    assert "the law may have changed" in entry.after


def test_an_answer_is_turned_on_through_the_gate(release: Release) -> None:
    """What stops the model with it keeps it off; then it is given again, and no other one is with it."""
    release.turn_off("red_card", "wrong")
    release.turn_off("food_assistance", "wrong")
    overdue = published(release).content_dir / "data" / "faq" / "red_card.yml"
    in_time = overdue.read_text(encoding="utf-8")
    past = re.sub(r"reviewed: .*", "reviewed: 2026-01-01", in_time)
    overdue.write_text(re.sub(r"review_by: .*", "review_by: 2026-01-02", past), encoding="utf-8")
    with pytest.raises(StoppedError):
        dataclasses.replace(release, store=ModelStore(release.store.data_dir)).turn_on("red_card")
    assert release.off.read() == {"food_assistance", "red_card"}
    overdue.write_text(in_time, encoding="utf-8")
    before = published(release).version
    release.turn_on("red_card")
    assert is_on(release, "red_card") and not is_on(release, "food_assistance")
    assert published(release).version == before
    (entry,) = release.audit.entries(1)
    assert (entry.action, entry.subject, entry.after) == ("topic on", "red_card", '{"enabled":true}')


def test_an_answer_that_its_file_stops_is_turned_on_in_the_file_too(release: Release) -> None:
    """Also where it was turned off besides: then residents are given it again."""
    file = topic_file(release, "red_card")
    file.write_text(file.read_text("utf-8").replace("  group:", "  enabled: false\n  group:", 1), "utf-8")
    candidate = rebuild_answers(release.content, release.store, lambda text: None)
    assert candidate is not None
    release.publish(candidate.version)
    release.turn_off("red_card", "wrong")
    assert not is_on(release, "red_card")
    release.turn_on("red_card")
    assert is_on(release, "red_card")
    assert read_fields(file.read_text(encoding="utf-8")).enabled


def test_an_answer_is_turned_off_while_the_database_is_away(release: Release, tmp_path: Path) -> None:
    """A wrong answer does more harm than a gap in the log, which is told."""
    said: list[str] = []
    (tmp_path / "var" / "staff.sqlite3").write_bytes(b"no database at all" * 100)
    away = Release(
        release.content,
        release.store,
        release.serving,
        AuditLog(Database(tmp_path / "var")),
        "x",
        said.append,
    )
    away.turn_off("red_card", "wrong")
    assert not is_on(release, "red_card")
    assert said[-1].startswith("It is done, but could not be noted in the audit log.")


def test_an_unknown_topic_is_named(release: Release) -> None:
    """Also one that is a path."""
    for topic in ("nothing", "../content/data/faq/bond", ""):
        with pytest.raises(PublishError, match="There is no topic"):
            release.turn_off(topic, "why")


def test_an_approval_is_written_down_and_published(release: Release) -> None:
    """In the content that staff edit and in what residents are answered from."""
    release.approve("red_card", "City Attorney's Office, 2026-11-26")
    assert published(release).content.topics["red_card"].approved_by == "City Attorney's Office, 2026-11-26"
    assert "City Attorney's Office" in topic_file(release, "red_card").read_text(encoding="utf-8")


def test_a_stopped_model_is_published_only_for_a_reason(release: Release) -> None:
    """The reason and what stood against it are kept."""
    gate = release.content / "data" / "gate.yml"
    gate.write_text(gate.read_text().replace("es: {right: 0.00", "es: {right: 0.999"))
    candidate = asyncio.run(train(release.content, release.store, lambda text: None))
    with pytest.raises(StoppedError) as stopped:
        release.publish(candidate.version)
    assert [stop.rule for stop in stopped.value.verdict.stops] == ["floor"]
    assert published(release).version != candidate.version
    release.publish(candidate.version, despite="the council asked for it")
    assert published(release).version == candidate.version
    actions = {entry.action: entry.after for entry in release.audit.entries()}
    assert "the council asked for it" in actions["publish"] and "publish stopped" in actions


def test_an_answer_is_turned_off_while_a_training_is_under_way(release: Release) -> None:
    """A wrong answer cannot wait a minute; nothing has to be learnt for it."""
    with release.store.workplace() as training:
        release.turn_off("red_card", "wrong")
        assert training.is_dir()
    assert not is_on(release, "red_card")


def test_a_model_from_before_an_answer_was_turned_off_does_not_bring_it_back(release: Release) -> None:
    """It may have been in training at that moment; one from before its file said so is stopped."""
    card = topic_file(release, "food_assistance")
    card.write_text(card.read_text(encoding="utf-8").replace("title: {en: ", "title: {en: New "), "utf-8")
    candidate = rebuild_answers(release.content, release.store, lambda text: None)
    assert candidate is not None and release.verdict(candidate, published(release)).passed
    release.turn_off("red_card", "wrong")
    release.publish(candidate.version)
    assert published(release).version == candidate.version and not is_on(release, "red_card")
    assert "red_card" not in {entry.subject for entry in release.audit.entries(2)}
    file = topic_file(release, "food_assistance")
    file.write_text(file.read_text("utf-8").replace("  group:", "  enabled: false\n  group:", 1), "utf-8")
    with pytest.raises(StoppedError) as stopped:
        release.publish(candidate.version)
    assert [stop.text for stop in stopped.value.verdict.stops] == [
        "The answer to food_assistance was turned off after this version was made. Make a new version"
    ]


def test_an_approval_of_a_new_answer_is_none_of_the_published_one(release: Release) -> None:
    """What residents are given was not read; it is noted, and counts with the next model."""
    source = topic_file(release, "red_card")
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("title: {en: ", "title: {en: New "), encoding="utf-8")
    before = published(release)
    release.approve("red_card", "City Attorney")
    assert published(release).version == before.version
    assert read_fields(source.read_text(encoding="utf-8")).approved_by == "City Attorney"
    (entry,) = release.audit.entries()
    assert (entry.action, entry.subject) == ("approve", "red_card")
