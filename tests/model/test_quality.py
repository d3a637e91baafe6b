"""The model's figures on the project's own questions, and training as its users meet it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.models import ARCHIVE, CONTENT, Model, ModelStore
from bot.serving import published_model
from bot.settings import PROJECT_ROOT
from bot.training import train

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_model_is_good_enough_to_be_served(model: Model, language: str) -> None:
    """On questions written apart from the training questions, of the topics that have an answer."""
    figures = model.report["summary"][f"answered topics, {language}"]
    assert figures["right"] >= 0.88
    assert figures["wrong"] <= 0.02
    assert figures["resolved"] >= 0.97
    assert figures["false_answers"] <= 0.03
    assert figures["language_right"] >= 0.99


def test_questions_in_other_voices_are_answered_as_well(model: Model) -> None:
    """Headings, stories and text messages that nobody who wrote the training questions had seen."""
    figures = model.report["summary"]["voices.jsonl"]
    assert figures["right"] >= 0.88
    assert figures["wrong"] <= 0.02
    assert figures["resolved"] >= 0.97
    assert figures["false_answers"] <= 0.03


def test_no_dangerous_question_gets_a_wrong_answer(model: Model) -> None:
    """On signing, opening, lying, running, hiding, missing a hearing: offering topics is no wrong answer."""
    for name, questions in (("must_pass.jsonl", 120), ("all", 40)):
        figures = model.report["summary"][name]
        assert figures["must_pass_questions"] >= questions
        assert figures["must_pass_wrong"] == 0


def test_an_emergency_is_recognised_and_an_ordinary_question_is_not_taken_for_one(model: Model) -> None:
    """On messages that nobody who wrote the training messages had seen."""
    figures = model.report["summary"]["emergency.jsonl"]
    assert figures["emergencies"] >= 80
    assert figures["emergencies_seen"] >= 0.97
    # One in a hundred, also of questions chosen to come near.
    assert figures["false_alarms"] <= 0.01
    for name in ("all", "voices.jsonl"):
        assert model.report["summary"][name]["false_alarms"] <= 0.01


def test_thresholds_hold_for_questions_that_they_were_not_chosen_on(model: Model) -> None:
    """Half of all questions, the dangerous ones among them, with thresholds chosen on the other half."""
    figures = model.report["held_out"]
    assert figures["wrong"] <= 0.02
    assert figures["resolved"] >= 0.95


async def test_unchanged_content_is_not_trained_twice(model: Model, model_store: ModelStore) -> None:
    """The same model comes back at once."""
    said: list[str] = []
    assert (await train(PROJECT_ROOT, model_store, said.append)).version == model.version
    assert said == [f"Nothing has changed since model {model.version}"]


@pytest.mark.parametrize("code_hash", ["old", None], ids=["code", "text"])
async def test_a_model_of_an_older_program_is_replaced(
    model: Model, tmp_path: Path, code_hash: str | None
) -> None:
    """Rather than loaded by code that may not understand it, or misses a text in its content.

    Here the right one is there already.
    """
    shutil.copytree(model.folder.parent.parent, tmp_path / "var")
    store = ModelStore(tmp_path / "var")
    with store.workplace() as folder:
        built = folder / "model"
        built.mkdir()
        (built / ARCHIVE).write_bytes(b"weights of another shape")
        domain = Path(shutil.copytree(model.content_dir, built / CONTENT)) / "domain.yml"
        renamed = domain.read_text(encoding="utf-8").replace("utter_privacy_kept:", "utter_of_before:")
        domain.write_text(renamed, encoding="utf-8")
        hashes = {"content_hash": "old", "code_hash": code_hash or model.report["code_hash"]}
        store.add(built, "old", {**model.report, **hashes})
    store.publish("old")
    said: list[str] = []
    assert (await published_model(PROJECT_ROOT, store, said.append)).version == model.version
    assert said[0] == "Model old is of an older program; training one (about two minutes)"
    published = store.published()
    assert published is not None and published.version == model.version


def test_a_model_keeps_the_content_it_was_trained_on(model: Model) -> None:
    """Words and model always agree, also while staff edit."""
    kept = (model.content_dir / "data/faq/ice_at_home.yml").read_text(encoding="utf-8")
    assert kept == (PROJECT_ROOT / "data/faq/ice_at_home.yml").read_text(encoding="utf-8")
    model.verify()
