"""A running assistant that is told to answer from another model, and had better not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.serving.asking import ask, wait_until_answered
from bot.serving.assistant import assemble
from bot.serving.processes import Child, rasa_child
from bot.settings import Settings
from bot.training.models import ARCHIVE, PARSED, THRESHOLDS, Model, ModelError, ModelStore
from bot.web.server import ServeError, listening
from tests.helpers.stub_rasa import stub_child

pytestmark = pytest.mark.slow

NO_ARCHIVE = b"no archive"
Change = Callable[[Path], None]


def changed(store: ModelStore, model: Model, version: str, change: Change) -> Model:
    """Take in a model that another training might have made: with hashes that are right, and learnt apart."""
    with store.workplace() as folder:
        built = folder / "model"
        shutil.copytree(model.folder, built)
        change(built)
        return store.add(built, version, {**model.report, "learnt_in": version})


def no_archive(built: Path) -> None:
    (built / ARCHIVE).write_bytes(NO_ARCHIVE)


def other_answers(built: Path) -> None:
    """Let the golden questions be others than those that this model answers so."""
    evaluation = built / "content" / "data" / "evaluation" / "questions.jsonl"
    lines = evaluation.read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    parsed = json.loads((built / PARSED).read_text())
    for row, made in zip(rows, parsed, strict=False):
        row |= {"text": "what is a red card", "topic": "emergency_now"}
        row.pop("ok", None)
        made["decision"] = {"outcome": "emergency", "topic": "emergency_now", "offered": []}
    evaluation.write_text("\n".join(json.dumps(row) for row in rows))
    (built / PARSED).write_text(json.dumps(parsed))


def child_of(archive: Path, **options: Any) -> Child:
    """Return the real Rasa for an archive that is none, which it starts with all the same; else a stub."""
    return (rasa_child if archive.read_bytes() == NO_ARCHIVE else stub_child)(archive, **options)


async def test_what_must_not_answer_does_not(
    small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tampered with, without a model, or answering otherwise than in training: refused, and all goes on."""
    monkeypatch.setattr("bot.serving.assistant.rasa_child", child_of)
    monkeypatch.setattr("bot.serving.assistant.actions_child", stub_child)
    store = ModelStore(tmp_path)
    tampered = changed(store, small_model, "1", lambda built: None)
    tampered.thresholds.write_text("{}")
    broken = changed(store, small_model, "2", no_archive)
    shutil.copytree(small_model.folder, tmp_path / "models" / small_model.version)
    assistant = assemble(store.get(small_model.version), Settings(data_dir=tmp_path))
    async with listening(assistant.app, "127.0.0.1", 0) as url, assistant.running(watch=False):
        await wait_until_answered(url, "hola")
        family = psutil.Process().children(recursive=True)
        with pytest.raises(ModelError, match=f"{THRESHOLDS}: the file is not the one that was made"):
            await assistant.switch(tampered)
        # Rasa starts all the same, and has nothing to say.
        with pytest.raises(ServeError, match="was answered as nothing"):
            await assistant.switch(broken)
        other = changed(store, small_model, "3", other_answers)
        with pytest.raises(ServeError, match="was answered as"):
            await assistant.switch(other)
        body = await ask(url, "what is a red card", None)
        assert "degraded" not in body and body["replies"][0]["topic"] == "red_card"
        assert assistant.backend.model.version == small_model.version
        assert set(psutil.Process().children(recursive=True)) == set(family)
