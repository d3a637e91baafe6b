"""The figures: what counts as right, wrong, resolved and false."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from bot.content.reading import Content
from bot.settings import PROJECT_ROOT
from bot.text.language import fold
from bot.training.evaluation import (
    EVALUATION,
    EvaluationFileError,
    figures,
    format_summary,
    read_questions,
    result_row,
    summarize,
)


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def parsed(
    outcome: str,
    topic: str | None = None,
    offered: tuple[str, ...] = (),
    language: str = "en",
    answer: str | None = None,
    intent: str = "faq",
) -> dict[str, Any]:
    ranking = [{"name": f"faq/{answer or topic}", "confidence": 0.5}, {"name": "greet", "confidence": 0.2}]
    decision = {"intent": intent, "outcome": outcome, "topic": topic, "offered": offered, "answer": answer}
    return {"decision": decision, "intent_ranking": ranking, "language": language}


def test_figures_count_what_they_say(tmp_path: Path, small_content: Content) -> None:
    """Right and wrong are answers, resolved adds offers, false answers are of out-of-scope questions."""
    card = {"text": "card?", "lang": "en", "topic": "red_card", "must_pass": True}
    either = {
        "text": "card or food?",
        "lang": "en",
        "topic": "red_card",
        "ok": ["red_card", "food_assistance"],
    }
    outside = {"text": "weather?", "lang": "es", "topic": "out_of_scope"}
    questions = read_questions(write(tmp_path / "q.jsonl", card, card, either, either, outside, outside))
    answers = [
        parsed("answer", "red_card"),
        parsed("answer", "food_assistance"),
        parsed("answer", "food_assistance"),
        parsed("clarify", offered=("bond", "food_assistance")),
        parsed("answer", "red_card", language="es"),
        parsed("decline"),
    ]
    rows = [result_row(*pair, small_content) for pair in zip(questions, answers, strict=True)]
    counted = summarize(rows, small_content)["all"]
    assert counted == {
        "questions": 4,
        "right": 0.5,
        "wrong": 0.25,
        "resolved": 0.75,
        "out_of_scope_questions": 2,
        "false_answers": 0.5,
        "language_right": 0.8333,
        "must_pass_questions": 2,
        "must_pass_wrong": 1,
        "needed_first": None,
        "emergencies": 0,
        "emergencies_seen": None,
        "false_alarms": 0.0,
    }


def test_emergencies_are_counted_apart(tmp_path: Path, small_content: Content) -> None:
    """How many were recognised, and how many other questions were taken for one."""
    now = {"text": "they are here", "lang": "en", "topic": "emergency_now"}
    card = {"text": "card?", "lang": "en", "topic": "red_card"}
    either = {"text": "here?", "lang": "en", "topic": "red_card", "ok": ["red_card", "emergency_now"]}
    questions = read_questions(write(tmp_path / "q.jsonl", now, now, card, card, either))
    alarm = parsed("emergency", "emergency_now")
    answers = [alarm, parsed("clarify", offered=("red_card",)), alarm, parsed("answer", "red_card"), alarm]
    rows = [result_row(*pair, small_content) for pair in zip(questions, answers, strict=True)]
    counted = figures(rows)
    assert (counted["emergencies"], counted["emergencies_seen"], counted["false_alarms"]) == (2, 0.5, 0.5)


def test_a_must_pass_question_out_of_scope_must_not_be_answered(
    tmp_path: Path, small_content: Content
) -> None:
    """Such as how to report a neighbour."""
    row = {"text": "denounce", "lang": "en", "topic": "out_of_scope", "must_pass": True}
    (question,) = read_questions(write(tmp_path / "q.jsonl", row))
    wrong = [result_row(question, answered, small_content) for answered in (parsed("answer", "bond"),)]
    right = [result_row(question, answered, small_content) for answered in (parsed("decline"),)]
    assert figures(right)["must_pass_wrong"] == 0
    assert figures(wrong)["must_pass_wrong"] == 0  # `bond` has no checked answer, so nothing was answered
    card = [result_row(question, parsed("answer", "red_card"), small_content)]
    assert figures(card)["must_pass_wrong"] == 1


def test_no_evaluation_question_was_trained_on(project_content: Content) -> None:
    """Otherwise the figures would praise memory, not understanding."""
    topics = [topic.questions for topic in project_content.topics.values()]
    trained = {
        fold(question)
        for by_language in [*topics, *project_content.conversation.questions.values()]
        for questions in by_language.values()
        for question in questions
    }
    for path in (PROJECT_ROOT / EVALUATION).glob("*.jsonl"):
        asked = read_questions(path)
        assert [question.text for question in asked if fold(question.text) in trained] == []


def test_a_topic_without_a_checked_answer_is_declined(tmp_path: Path, small_content: Content) -> None:
    """Recognising a question that cannot be answered yet is not an answer, right or wrong."""
    question = read_questions(write(tmp_path / "q.jsonl", {"text": "b", "lang": "en", "topic": "bond"}))[0]
    row = result_row(question, parsed("answer", "bond"), small_content)
    assert (row["outcome"], row["topic"]) == ("decline", "bond")
    assert summarize([row], small_content)["answered topics"]["questions"] == 0


def test_a_row_has_the_shape_of_the_contract(tmp_path: Path, small_content: Content) -> None:
    """Other programs read these keys."""
    question = read_questions(write(tmp_path / "q.jsonl", {"text": "c", "lang": "en", "topic": "red_card"}))[
        0
    ]
    row = result_row(question, parsed("answer", "red_card"), small_content)
    assert row["ranking"] == [["red_card", 0.5], ["greet", 0.2]]
    contract = {
        "answer",
        "text",
        "lang",
        "expected",
        "outcome",
        "topic",
        "confidence",
        "ranking",
        "offered",
        "language",
    }
    assert contract <= set(row)


def test_answers_of_a_topic_are_counted_as_the_topic(tmp_path: Path, small_content: Content) -> None:
    """The row says which answer was given; scores and offers are those of topics."""
    asked = {"text": "lost", "lang": "en", "topic": "red_card"}
    question = read_questions(write(tmp_path / "q.jsonl", asked))[0]
    row = result_row(question, parsed("answer", "red_card", answer="red_card.lost"), small_content)
    assert (row["topic"], row["answer"]) == ("red_card", "red_card.lost")
    assert row["ranking"][0] == ["red_card", 0.5]
    assert figures([row])["right"] == 1
    offered = ("red_card.lost", "red_card", "bond.refused")
    row = result_row(question, parsed("clarify", offered=offered), small_content)
    assert row["offered"] == ["red_card", "bond"]
    assert figures([row])["resolved"] == 1


@pytest.fixture
def long_card(small_content: Content) -> Content:
    """The small content with a red card that has something behind the first 400 letters, and a situation."""
    card = small_content.topics["red_card"]
    text = f"Diga: NO FIRMÉ nada.\n\n{'so ' * 150}late"

    def saying(answer_id: str, text: str) -> Any:
        answers = {name: dataclasses.replace(said, text=text) for name, said in card.answers.items()}
        return dataclasses.replace(card, id=answer_id, answers=answers)

    topics = {
        **small_content.topics,
        "red_card": saying("red_card", text),
        "red_card.lost": saying("red_card.lost", "Print another card."),
    }
    return dataclasses.replace(small_content, topics=topics)


@pytest.mark.parametrize(
    ("must_any", "must_not", "made", "needed_first"),
    [
        (["no firme"], [], parsed("answer", "red_card"), True),
        (["sign", "no firme"], [], parsed("answer", "red_card"), True),
        (["sign"], [], parsed("answer", "red_card"), False),
        (["late"], [], parsed("answer", "red_card"), False),
        (["no firme"], ["LATE"], parsed("answer", "red_card"), False),
        (["print another"], [], parsed("answer", "red_card", answer="red_card.lost"), True),
        (["no firme"], [], parsed("answer", "red_card", answer="red_card.lost"), False),
        (["find help"], [], parsed("answer", "food_assistance"), False),
        (["no firme"], [], parsed("clarify", offered=("red_card",)), False),
        (["emergency home"], [], parsed("emergency", "emergency_now", intent="emergency_home"), True),
        (["emergency now"], [], parsed("emergency", "emergency_now", intent="emergency_home"), False),
        ([], [], parsed("answer", "red_card"), None),
    ],
)
def test_what_is_needed_first_stands_in_the_first_letters(
    tmp_path: Path,
    long_card: Content,
    must_any: list[str],
    must_not: list[str],
    made: dict[str, Any],
    needed_first: bool | None,
) -> None:
    """One of the words among the first 400, on a right topic, and none that must not stand anywhere."""
    asked = {"text": "a", "lang": "es", "topic": "red_card", "ok": ["red_card", "emergency_now"]}
    words = {"must_any": must_any, "must_not": must_not}
    question = read_questions(write(tmp_path / "q.jsonl", {**asked, **words}))[0]
    row = result_row(question, made, long_card)
    assert row["needed_first"] is needed_first
    assert figures([row])["needed_first"] == (None if needed_first is None else float(needed_first))


def test_figures_are_shown_as_a_table(small_content: Content) -> None:
    """Also where there is no question to divide by."""
    lines = list(format_summary(summarize([], small_content)))
    assert lines[0].split() == [
        "questions",
        "right",
        "wrong",
        "resolved",
        "false",
        "answers",
        "language",
        "right",
        "needed",
        "first",
        "emergencies",
        "false",
        "alarms",
    ]
    assert lines[1].split() == ["all", "0", "-", "-", "-", "-", "-", "-", "-", "-"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "{path}: the file holds no question. Add at least one line."),
        (
            '{"text": "a"}',
            "{path}:1: this is no question. "
            'Write {{"text": "...", "lang": "en", "topic": "..."}} on one line.',
        ),
        (
            "\n[1]",
            "{path}:2: this is no question. "
            'Write {{"text": "...", "lang": "en", "topic": "..."}} on one line.',
        ),
    ],
)
def test_a_bad_file_of_questions_is_named(tmp_path: Path, text: str, message: str) -> None:
    """File, line, what and what to do."""
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationFileError) as refused:
        read_questions(path)
    assert str(refused.value) == message.format(path=path)


def test_a_missing_file_of_questions_is_named(tmp_path: Path) -> None:
    """No traceback for a mistyped name."""
    with pytest.raises(EvaluationFileError, match="cannot be read \\(No such file or directory\\)"):
        read_questions(tmp_path / "none.jsonl")
