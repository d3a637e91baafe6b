"""The report on a version, as a clerk reads it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.console import keys
from bot.training.models import CONTENT, PARSED, ModelStore
from tests.helpers.clerks import EDITOR, Clerk, Console
from tests.helpers.models import add_untrained

FIGURES = {
    "right": 0.77,
    "wrong": 0.02,
    "resolved": 0.96,
    "false_answers": 0.0,
    "emergencies_seen": 1.0,
    "false_alarms": 0.0,
}
REPORT: dict[str, Any] = {
    "held_out": {**FIGURES, "en": FIGURES, "es": FIGURES},
    "unlike": {**FIGURES, "en": FIGURES, "es": FIGURES},
}


@pytest.fixture
def store(console: Console) -> ModelStore:
    """A published version, and one with another title of the card."""
    content, store = console.settings.content_dir, ModelStore(console.settings.data_dir)
    add_untrained(store, "1", content=content, **REPORT)
    store.publish("1")
    file = console.topic_file("red_card")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("The red card", "The <b>new</b> card", 1), encoding="utf-8")
    add_untrained(store, "2", content=content, **REPORT)
    return store


async def test_a_report_says_in_sentences_what_goes_out(
    console: Console, store: ModelStore, editor: Clerk, approver: Clerk
) -> None:
    """Old beside new with what differs marked, who wrote it, and what of it stays off."""
    console.app[keys.AUDIT].record(
        EDITOR, "edit", "red_card", before={"title_en": "The red card"}, after={"title_en": "x"}
    )
    console.app[keys.TOPICS_OFF].add("food_assistance")
    page = await editor.get("/release/2")
    assert "Answers that are not as before: 1." in page
    assert "of 100 real questions 77 are answered right and 2 wrong, before 77 and 2" in page
    assert "The <del>red</del> card" in page
    assert "The <ins>&lt;b&gt;new&lt;/b&gt;</ins> card" in page and "<b>" not in page
    assert f"Written by {EDITOR}. Nobody has approved it yet." in page
    assert "Only an approver can publish." in page
    page = await approver.get("/release/2")
    assert "Answers and texts that go out, as shown above: 1." in page
    assert "These answers are turned off and stay so" in page and "<li>Food help</li>" in page


async def test_who_wrote_and_who_has_approved_is_told_after_the_approval(
    console: Console, store: ModelStore, editor: Clerk
) -> None:
    """Also where somebody has approved the same words after the version was made."""
    audit = console.app[keys.AUDIT]
    audit.record(EDITOR, "edit", "red_card", before={"title_en": "x"}, after={"title_en": "y"})
    audit.record("boss", "approve", "red_card", before=None, after="boss, 2026-11-30")
    file = console.topic_file("red_card")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("approved_by: null", "approved_by: boss", 1), encoding="utf-8")
    page = await editor.get("/release/2")
    assert f"Written by {EDITOR}. " in page and "Nobody has approved it yet" not in page


async def test_a_text_that_belongs_to_no_answer_stands_in_the_report_too(
    console: Console, store: ModelStore, editor: Clerk
) -> None:
    """By the name that it has for staff, old beside new, with the way to its form."""
    domain = console.settings.content_dir / "domain.yml"
    text = store.get("1").content.text_of("utter_greet", "en")
    domain.write_text(domain.read_text("utf-8").replace(text, f"{text} Welcome.", 1), encoding="utf-8")
    add_untrained(store, "3", content=console.settings.content_dir, **REPORT)
    page = await editor.get("/release/3")
    assert "<ins> Welcome.</ins>" in page and 'href="/texts/utter_greet">Open the text' in page


async def test_a_reason_to_stop_says_what_to_do_and_leads_to_the_answer(
    console: Console, store: ModelStore, approver: Clerk
) -> None:
    """And nothing is published without a reason, which is asked for on the same page."""
    lost = [["where is it", "bond"], ["and then", "bond"]]
    own = {"red_card": {"asked": 4, "reached": 1, "lost": lost}}
    add_untrained(store, "3", content=console.settings.content_dir, own_questions=own, **REPORT)
    page = await approver.get("/release/3")
    assert "This version may not be published yet." in page
    assert "What to do: open the answer, change its questions as said, and train again." in page
    assert 'href="/topics/red_card">Open the answer:' in page
    page = await approver.post("/release/publish", {"version": "3"}, status=422)
    assert "Write why it is to be published all the same" in page
    assert "despite" in page and store.published_version() == "1"


async def test_a_report_shows_which_questions_got_worse_first(
    console: Console, store: ModelStore, tmp_path: Path, approver: Clerk
) -> None:
    """Grouped by what they got before and get now, answers by their titles; in Spanish too."""
    content = tmp_path / "asked"
    shutil.copytree(console.settings.content_dir, content)
    for number, topic in (("4", "red_card"), ("5", "food_assistance")):
        _add_asked(store, number, topic, content)
    store.publish("4")
    page = await approver.get("/release/5")
    assert "Of 2 test questions 2 are answered worse than before, 0 better" in page
    assert "Got worse: 2" in page and "2 on “" in page
    assert "answered with The &lt;b&gt;new&lt;/b&gt; card</strong> → <strong>answered with Food help" in page
    page = await approver.get("/release/5", headers={"Accept-Language": "es"})
    assert "De 2 preguntas de prueba, 2 se responden peor que antes" in page
    assert "respondida con La tarjeta roja</strong> → <strong>respondida con Ayuda con comida" in page


def _add_asked(store: ModelStore, version: str, topic: str, content: Path) -> None:
    """Take in a version that was asked two questions on the card, and answered both with a topic."""
    model = add_untrained(store, version, content=content, **REPORT)
    asked = [{"text": f"a card {number}", "lang": "en", "topic": "red_card"} for number in "12"]
    decision = {"outcome": "answer", "topic": topic, "offered": []}
    with store.workplace() as folder:
        built = folder / "model"
        shutil.copytree(model.folder, built)
        evaluation = built / CONTENT / "data" / "evaluation"
        evaluation.mkdir(parents=True)
        (evaluation / "questions.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
        parsed = [{"language": "en", "intent_ranking": [], "decision": decision}] * 2
        (built / PARSED).write_text(json.dumps(parsed), encoding="utf-8")
        store.add(built, version, model.report)
