"""The model's figures on the project's own questions, and training as its users meet it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content.home import copy_content
from bot.content.reading import read_content
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.problems import ContentError
from bot.serving.first_model import model_to_serve
from bot.settings import PROJECT_ROOT
from bot.staff.release import Release
from bot.training.gate import judge
from bot.training.models import ARCHIVE, CONTENT, Model, ModelStore
from bot.training.publishing import ServingStatusFile
from bot.training.train import train
from bot.web.server import ServeError
from tests.conftest import SMALL_CONTENT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_model_is_good_enough_to_be_served(model: Model, language: str) -> None:
    """On questions written apart from the training questions, of the topics that have an answer."""
    figures = model.report["summary"][f"answered topics, {language}"]
    # 75 topics lie nearer to each other than the 46 of before, with which .88 were right and .02 wrong.
    assert figures["right"] >= 0.84
    assert figures["wrong"] <= 0.035
    assert figures["resolved"] >= 0.96
    assert figures["false_answers"] <= 0.04
    assert figures["language_right"] >= 0.99


def test_first_messages_are_answered_by_what_is_needed_first(model: Model) -> None:
    """As people in many situations write them; with the answer for the situation, not only of its topic."""
    figures = model.report["summary"]["situations.jsonl"]
    assert figures["questions"] >= 300
    assert figures["right"] >= 0.65
    assert figures["needed_first"] >= 0.63
    assert figures["wrong"] <= 0.07
    assert figures["resolved"] >= 0.90
    assert figures["emergencies_seen"] >= 0.95


def test_questions_in_other_voices_are_answered_as_well(model: Model) -> None:
    """Headings, stories and text messages that nobody who wrote the training questions had seen."""
    figures = model.report["summary"]["voices.jsonl"]
    assert figures["right"] >= 0.87
    assert figures["wrong"] <= 0.03
    assert figures["resolved"] >= 0.96
    assert figures["false_answers"] <= 0.05


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
    assert figures["emergencies_seen"] >= 0.95
    # Two in a hundred of questions chosen to come near, one in a hundred of others.
    assert figures["false_alarms"] <= 0.02
    for name in ("all", "voices.jsonl"):
        assert model.report["summary"][name]["false_alarms"] <= 0.01


def test_thresholds_hold_for_questions_that_they_were_not_chosen_on(model: Model) -> None:
    """Half of all questions with thresholds chosen on the other half; what is like them was not learnt."""
    figures = model.report["unlike"]
    assert figures["wrong"] <= 0.045
    assert figures["resolved"] >= 0.93


def test_the_gate_lets_the_model_through(model: Model) -> None:
    """By the rules of data/gate.yml, and with no answer past its review date."""
    verdict = judge(model, None)
    assert verdict.passed, [stop.text for stop in verdict.stops]


async def test_unchanged_content_is_not_trained_twice(model: Model, model_store: ModelStore) -> None:
    """The same model comes back at once."""
    said: list[str] = []
    assert (await train(PROJECT_ROOT, model_store, said.append)).version == model.version
    assert said == [f"Nothing has changed since version {model.version}"]


def publish_of_an_older_program(store: ModelStore, model: Model, *, says: str = "") -> None:
    """Publish a model with the content of another one, or with a text of it under a name of before."""
    with store.workplace() as folder:
        built = folder / "model"
        built.mkdir()
        (built / ARCHIVE).write_bytes(b"weights of another shape")
        domain = Path(shutil.copytree(model.content_dir, built / CONTENT)) / "domain.yml"
        renamed = domain.read_text(encoding="utf-8").replace(
            "utter_privacy_kept:", says or "utter_privacy_kept:"
        )
        domain.write_text(renamed, encoding="utf-8")
        code = model.report["code_hash"] if says else "old"
        hashes = {"content_hash": "old", "training_hash": "old", "code_hash": code}
        store.add(built, "old", {**model.report, **hashes})
    store.publish("old")


async def test_a_model_of_an_older_program_is_replaced_by_one_of_the_same_content(
    small_model: Model, tmp_path: Path
) -> None:
    """Rather than loaded by code that may not understand it; what staff have saved since is not published.

    Here the right one is there already.
    """
    shutil.copytree(small_model.folder.parent.parent, tmp_path / "var")
    store, said = ModelStore(tmp_path / "var"), list[str]()
    publish_of_an_older_program(store, small_model)
    drafts = tmp_path / "content"
    copy_content(SMALL_CONTENT, drafts)
    (drafts / "data" / "faq" / "bond.yml").write_text("half of a topic", encoding="utf-8")
    assert (await model_to_serve(drafts, store, said.append)).version == small_model.version
    assert said[0] == "Model old is of an older program; training one (about two minutes)"
    assert store.published_version() == small_model.version


async def test_what_the_check_of_a_new_program_says_of_published_content_keeps_nobody_unanswered(
    small_model: Model, tmp_path: Path
) -> None:
    """Residents get it as before, and staff are told; what staff edit is refused with it as ever."""
    shutil.copytree(small_model.folder.parent.parent, tmp_path / "var")
    store, said = ModelStore(tmp_path / "var"), list[str]()
    publish_of_an_older_program(store, small_model)
    claims = store.published_content_dir() / "data" / "claims.yml"
    new = "- id: new\n  reason: {en: It is tried., es: Se prueba.}\n  en: [card]\n  es: [tarjeta]\n"
    claims.write_text(claims.read_text(encoding="utf-8") + new, encoding="utf-8")
    served = await model_to_serve(SMALL_CONTENT, store, said.append)
    assert "Residents get this content already, from the program before." in "".join(said)
    assert served.content.topics == small_model.content.topics
    with pytest.raises(ContentError):
        read_content(served.content_dir)


async def test_what_a_new_program_misses_in_the_published_content_is_named(
    small_model: Model, tmp_path: Path
) -> None:
    """Nothing is published by itself; whoever has mended it in the content can publish that."""
    shutil.copytree(small_model.folder.parent.parent, tmp_path / "var")
    store = ModelStore(tmp_path / "var")
    publish_of_an_older_program(store, small_model, says="utter_of_before:")
    with pytest.raises(ServeError, match="utter_privacy_kept") as missed:
        await model_to_serve(SMALL_CONTENT, store, lambda text: None)
    assert "Model old is of an older program" in str(missed.value)
    assert store.published_version() == "old"
    audit = AuditLog(Database(tmp_path / "var"))
    serving = ServingStatusFile(tmp_path / "var")
    assert (
        Release(SMALL_CONTENT, store, serving, audit, "x", lambda text: None)
        .publish(small_model.version)
        .passed
    )
    assert store.published_version() == small_model.version


def test_a_model_keeps_the_content_it_was_trained_on(small_model: Model) -> None:
    """Words and model always agree, also while staff edit."""
    kept = (small_model.content_dir / "data/faq/red_card.yml").read_text(encoding="utf-8")
    assert kept == (SMALL_CONTENT / "data/faq/red_card.yml").read_text(encoding="utf-8")
    small_model.verify()
