"""Models that nobody has trained, for tests in which it does not matter what a model has learnt."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.training.model_inputs import code_hash
from bot.training.models import ARCHIVE, CONTENT, PARSED, THRESHOLDS, Model, ModelStore
from tests.conftest import SMALL_CONTENT
from tests.helpers.answers import add_situations


def add_untrained(
    store: ModelStore,
    version: str,
    *,
    content: Path = SMALL_CONTENT,
    situations: bool = False,
    **report: object,
) -> Model:
    """Take in a model of the small content that has learnt nothing, `situations` of the red card with it."""
    with store.workplace() as folder:
        built = folder / "model"
        # Nor was it asked anything.
        shutil.copytree(content, built / CONTENT, ignore=shutil.ignore_patterns("evaluation"))
        if situations:
            add_situations(built / CONTENT)
        for name, text in ((ARCHIVE, "weights"), (THRESHOLDS, "{}"), (PARSED, "[]")):
            (built / name).write_text(text, encoding="utf-8")
        hashes = {"content_hash": version, "training_hash": version, "code_hash": code_hash()}
        told = {"trained_at": "2026-11-26T04:28:50+00:00", "learnt_in": version, "changes": []}
        return store.add(built, version, {**hashes, **told, **report})
