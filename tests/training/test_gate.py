"""The gate: what stops a model, and what the report says of it."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.model_rules import GATE
from bot.training.gate import Verdict, format_report, golden_questions, judge
from bot.training.models import ARCHIVE, CONTENT, PARSED, THRESHOLDS, Model, ModelStore
from tests.conftest import SMALL_CONTENT

TODAY = datetime.date(2026, 11, 22)
FLOORS = "{right: 0.86, wrong: 0.02, resolved: 0.955, false_answers: 0.05}"
GOOD = {
    "right": 0.95,
    "wrong": 0.01,
    "resolved": 0.98,
    "false_answers": 0.0,
    "emergencies_seen": 1.0,
    "false_alarms": 0.0,
}
QUESTIONS: list[Any] = [
    *[{"text": f"card {number}", "lang": "en", "topic": "red_card"} for number in range(10)],
    {"text": "sign this", "lang": "en", "topic": "red_card", "must_pass": True},
    {"text": "they are here", "lang": "en", "topic": "emergency_now"},
    {"text": "pizza", "lang": "es", "topic": "out_of_scope"},
]


def answered(topic: str) -> dict[str, Any]:
    return {"outcome": "answer", "topic": topic, "offered": []}


OFFERED: dict[str, Any] = {"outcome": "clarify", "topic": None, "offered": ["red_card", "bond"]}
NOTHING: dict[str, Any] = {"outcome": "fallback", "topic": None, "offered": []}
EMERGENCY = {"outcome": "emergency", "topic": "emergency_now", "offered": []}
USUAL = [*[answered("red_card")] * 11, EMERGENCY, NOTHING]

MakeModel = Callable[..., Model]


@pytest.fixture
def make_model(tmp_path: Path) -> MakeModel:
    """Make a model of the small content that decided so on the questions above."""
    store = ModelStore(tmp_path)

    def make(
        version: str,
        decisions: list[Any] = USUAL,
        *,
        content: Path = SMALL_CONTENT,
        own_questions: Any = None,
        **figures: Any,
    ) -> Model:
        with store.workplace() as folder:
            built = folder / "model"
            shutil.copytree(content, built / CONTENT)
            evaluation = built / CONTENT / "data" / "evaluation"
            lines = [json.dumps(question) for question in QUESTIONS]
            (evaluation / "questions.jsonl").write_text("\n".join(lines))
            # Of so small a content hardly anything is asked; a city asks for more.
            gate = built / CONTENT / GATE
            gate.write_text(
                re.sub(r"\{right: .*\}", FLOORS, gate.read_text(encoding="utf-8")), encoding="utf-8"
            )
            parsed = [{"language": "en", "intent_ranking": [], "decision": each} for each in decisions]
            (built / PARSED).write_text(json.dumps(parsed))
            for name in (ARCHIVE, THRESHOLDS):
                (built / name).touch()
            report: dict[str, Any] = {
                "content_hash": version,
                "training_hash": version,
                "changes": [],
                "own_questions": own_questions or {},
                "held_out": {**GOOD, "en": GOOD, "es": GOOD, **figures},
                "unlike": {**GOOD, "en": GOOD, "es": GOOD, **figures},
            }
            return store.add(built, version, report)

    return make


def stops(candidate: Model, published: Model | None = None) -> list[str]:
    return [stop.text for stop in judge(candidate, published, today=TODAY).stops]


def test_a_good_model_passes(make_model: MakeModel) -> None:
    """Also the first one, with which nothing can be compared."""
    assert stops(make_model("1")) == []
    assert stops(make_model("2"), make_model("1")) == []


def test_a_wrong_answer_to_a_dangerous_question_stops(make_model: MakeModel) -> None:
    """One is enough."""
    decisions = [*USUAL[:10], answered("food_assistance"), *USUAL[11:]]
    assert stops(make_model("1", decisions)) == [
        "A dangerous question gets a wrong answer: “sign this” answered with Food help"
    ]


@pytest.mark.parametrize(
    ("figure", "value", "said"),
    [
        ("right", 0.85, "Spanish, answered rightly: 85.0%, must be at least 86.0%"),
        ("wrong", 0.03, "Spanish, answered wrongly: 3.0%, must be at most 2.0%"),
        ("resolved", 0.9, "Spanish, right, or the right topic offered: 90.0%, must be at least 95.5%"),
        ("false_answers", 0.06, "Spanish, out of scope, yet answered: 6.0%, must be at most 5.0%"),
    ],
)
def test_each_language_has_floors(make_model: MakeModel, figure: str, value: float, said: str) -> None:
    """A good English model with a bad Spanish one is a bad model."""
    assert stops(make_model("1", es={**GOOD, figure: value})) == [said]


def test_emergencies_must_be_recognised(make_model: MakeModel) -> None:
    """And other questions not be taken for one."""
    assert stops(make_model("1", emergencies_seen=0.9, false_alarms=0.05)) == [
        "Of emergencies 90.0% are recognised, must be 95.0%",
        "5.0% of other questions are taken for emergencies, may be 2.0%",
    ]


def test_a_topic_must_not_get_worse(make_model: MakeModel) -> None:
    """Six of eleven questions lost are no chance; two may be."""
    published = make_model("1")
    lost = [*[NOTHING] * 6, *USUAL[6:]]
    assert stops(make_model("2", lost), published) == [
        "The topic red_card lost 6 of its 11 questions (55%), may lose 10%"
    ]
    assert stops(make_model("3", [*[NOTHING] * 2, *USUAL[2:]]), published) == []


def test_a_topic_that_was_switched_off_has_lost_nothing(make_model: MakeModel, content_copy: Path) -> None:
    """It was done on purpose."""
    published = make_model("1")
    file = content_copy / "data" / "faq" / "red_card.yml"
    file.write_text(file.read_text().replace("  group:", "  enabled: false\n  group:", 1))
    assert stops(make_model("2", content=content_copy), published) == []


def test_an_answer_that_its_own_questions_do_not_reach_stops(make_model: MakeModel) -> None:
    """With what gets them instead, which of them are like another answer's, and what to do."""
    lost = [
        ["where is it", ""],
        ["how much is bail", "bond"],
        ["bail for him", "bond"],
        ["help", "danger_now"],
    ]
    own_questions = {
        "red_card": {"asked": 6, "reached": 2, "lost": lost},
        "food_assistance": {"asked": 4, "reached": 2, "lost": [["where is it", ""], ["and then", ""]]},
    }
    (told,) = stops(make_model("1", own_questions=own_questions))
    assert told == (
        "red_card: 2 of 6 of its own questions reach it (33%), must be 50% at least. Others get: Bond (2); "
        "danger_now (1). Take away those that ask what these are for, and add some that only it "
        "is for: “how much is bail” gets Bond; “bail for him” gets Bond; “help” gets danger_now"
    )


def test_an_answer_that_the_model_is_never_sure_of_stops(make_model: MakeModel) -> None:
    """Then it needs more questions, rather than other ones."""
    lost = [["where is it", ""], ["and then", ""], ["what now", ""], ["why", ""]]
    (told,) = stops(make_model("1", own_questions={"red_card": {"asked": 5, "reached": 1, "lost": lost}}))
    assert "Add questions in other words, ten in each language: “where is it” gets no answer; " in told


def test_an_answer_that_is_turned_off_may_be_out_of_reach(make_model: MakeModel) -> None:
    """Nobody is given it."""
    lost = [["where is it", ""], ["and then", ""]]
    model = make_model("1", own_questions={"red_card": {"asked": 2, "reached": 0, "lost": lost}})
    assert not judge(model, None, today=TODAY).passed
    assert judge(model, None, off={"red_card"}, today=TODAY).passed


def test_an_overdue_answer_stops(make_model: MakeModel) -> None:
    """`kyr check` is not clean then."""
    verdict = judge(make_model("1"), None, today=datetime.date(2040, 1, 1))
    assert {stop.rule for stop in verdict.stops} == {"check"}


def test_the_report_shows_what_got_better_and_worse(make_model: MakeModel) -> None:
    """With questions that a clerk can judge, answers by their titles, and first what comes of it."""
    published = make_model("1", [OFFERED, *USUAL[1:]])
    candidate = make_model("2", [USUAL[0], OFFERED, answered("food_assistance"), *USUAL[3:]])
    lines = list(format_report(judge(candidate, published, today=TODAY)))
    assert "Better: 1 questions" in lines and "Worse: 2 questions" in lines
    assert "    “card 0”: offered The red card; Bond, now answered with The red card" in lines
    assert "    “card 2”: answered with The red card, now answered with Food help" in lines
    assert lines[0] == "PASS: model 2 against 1"
    assert lines[2:6] == [
        "This version may be published: nothing stands against it.",
        "No answer has changed.",
        "Of 13 test questions 2 are answered worse than before, 1 better, and 0 otherwise, neither better "
        "nor worse.",
        "In English: of 100 real questions 95 are answered right and 1 wrong, before 95 and 1. With those "
        "where the right answer is offered it is 98, before 98.",
    ]
    assert len(lines) < 60


def test_cries_for_help_that_got_worse_are_told_by_themselves(make_model: MakeModel) -> None:
    """Even where the version passes: among many others nobody would see them."""
    missed = [*USUAL[:11], NOTHING, NOTHING]
    summary = judge(make_model("2", missed), make_model("1"), today=TODAY).summary
    assert any("cries for help" in said and said.endswith("would not get it now: 1.") for said in summary)
    assert not any("cries for help" in said for said in judge(make_model("3"), make_model("1")).summary)


def test_the_report_shows_what_is_answered_otherwise_and_as_well(make_model: MakeModel) -> None:
    """Another answer of the same topic, or other choices, is no gain and no loss, and yet is told."""
    core = {**answered("red_card"), "answer": "red_card"}
    lost = {**answered("red_card"), "answer": "red_card.lost"}
    verdict = judge(make_model("2", [lost, *USUAL[1:]]), make_model("1", [core, *USUAL[1:]]), today=TODAY)
    (one,) = verdict.differing(better=None)
    assert verdict.differences == (one,) and one.text == "card 0"
    assert one.before.in_language("es") == "respondida con La tarjeta roja"


def test_a_reason_to_stop_names_the_answer_to_mend(make_model: MakeModel) -> None:
    """So that a page can lead to its form."""
    decisions = [*USUAL[:10], answered("food_assistance"), *USUAL[11:]]
    assert [stop.answer for stop in judge(make_model("1", decisions), None, today=TODAY).stops] == [
        "red_card"
    ]
    verdict = judge(make_model("2"), None, today=datetime.date(2040, 1, 1))
    assert {"red_card"} == {stop.answer for stop in verdict.stops}


def test_golden_questions_are_the_dangerous_ones_that_are_answered_rightly(make_model: MakeModel) -> None:
    """Those a model that was started must answer as it did when it was trained."""
    assert golden_questions(make_model("1")) == [
        ("sign this", "red_card"),
        ("they are here", "emergency_now"),
    ]


def test_a_verdict_is_the_same_after_it_was_kept(make_model: MakeModel) -> None:
    """With its reasons, figures and questions: a page shows it without judging again."""
    decisions = [*USUAL[:10], answered("food_assistance"), *USUAL[11:]]
    verdict = judge(make_model("2", decisions), make_model("1"), today=TODAY)
    assert verdict.stops and verdict.differences
    kept = Verdict.from_json(json.loads(json.dumps(verdict.as_json())))
    assert kept == verdict
    assert list(format_report(kept)) == list(format_report(verdict))


def test_what_changed_is_told_against_what_is_published_now(
    make_model: MakeModel, content_copy: Path
) -> None:
    """It may be another model than the one that was published when the candidate was made."""
    card = content_copy / "data" / "faq" / "red_card.yml"
    card.write_text(card.read_text(encoding="utf-8").replace("A page", "Another page"), encoding="utf-8")
    verdict = judge(make_model("2", content=content_copy), make_model("1"), today=TODAY)
    assert verdict.changes == ("red_card: changed (sources)",)
