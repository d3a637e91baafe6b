"""The model's figures on the project's own questions, and training as its users meet it."""

from __future__ import annotations

import pytest

from bot.models import Model, ModelStore
from bot.settings import PROJECT_ROOT
from bot.training import train

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_model_is_good_enough_to_be_served(model: Model, language: str) -> None:
    """On questions written apart from the training questions, of the topics that have an answer."""
    figures = model.report["summary"][f"answered topics, {language}"]
    assert figures["right"] >= 0.75
    assert figures["wrong"] <= 0.06
    assert figures["false_answers"] <= 0.1
    assert figures["language_right"] >= 0.98


async def test_unchanged_content_is_not_trained_twice(model: Model, model_store: ModelStore) -> None:
    """The same model comes back at once."""
    said: list[str] = []
    assert (await train(PROJECT_ROOT, model_store, said.append)).version == model.version
    assert said == ["Checking the content", f"Nothing has changed since model {model.version}"]


def test_a_model_keeps_the_content_it_was_trained_on(model: Model) -> None:
    """Words and model always agree, also while staff edit."""
    kept = (model.content_dir / "data/faq/ice_at_home.yml").read_text(encoding="utf-8")
    assert kept == (PROJECT_ROOT / "data/faq/ice_at_home.yml").read_text(encoding="utf-8")
    model.verify()
