"""How good the understanding is: questions asked of the decision step, and the figures of it.

A question is a line of JSON: `{"text": "...", "lang": "en", "topic": "ice_at_home", "ok": [...]}`, where `ok`
lists every topic whose answer would be right. `must_any` are words of which one must stand in the first 400
letters of what is said, for it to be what this person needs first; `must_not` are words that must not.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.answers import answer
from bot.answering.decision import EMERGENCY, OUT_OF_SCOPE, TOPIC_PREFIX, topic_scores
from bot.answering.reply import response_reply
from bot.content.reading import Content
from bot.content.topics import topic_of
from bot.errors import KyrError, reason_of
from bot.messages import Message
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.training.models import CONTENT, PARSED


class EvaluationFileError(KyrError):
    """A file of questions that cannot be used; the text names file, line and what to do."""


# What people read of an answer before they go on to another page.
FIRST = 400


@dataclass(frozen=True)
class Question:
    """A real question and the topics that would answer it rightly."""

    text: str
    language: str
    topic: str
    right: frozenset[str]
    must_pass: bool
    must_any: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Question]:
    """Read a file of questions; raises EvaluationFileError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationFileError(
            Message("questions_unreadable", file=path, reason=reason_of(error))
        ) from None
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(
                Question(
                    text=row["text"],
                    language=row["lang"],
                    topic=row["topic"],
                    right=frozenset(row.get("ok") or [row["topic"]]),
                    must_pass=bool(row.get("must_pass")),
                    must_any=tuple(row.get("must_any") or ()),
                    must_not=tuple(row.get("must_not") or ()),
                )
            )
        except (json.JSONDecodeError, KeyError, TypeError):
            raise EvaluationFileError(Message("no_question_in_line", file=path, line=number)) from None
    if not questions:
        raise EvaluationFileError(Message("no_question_in_file", file=path))
    return questions


def result_row(question: Question, parsed: Mapping[str, Any], content: Content) -> dict[str, Any]:
    """Compare what the NLU made of a question (Rasa's `/model/parse`) with what was expected."""
    decision = parsed["decision"]
    labels = [(entry["name"], entry["confidence"]) for entry in parsed["intent_ranking"]]
    ranking = [[label.removeprefix(TOPIC_PREFIX), round(score, 4)] for label, score in topic_scores(labels)]
    return {
        "text": question.text,
        "lang": question.language,
        "expected": question.topic,
        "ok": sorted(question.right),
        "must_pass": question.must_pass,
        "outcome": outcome_of(decision, content),
        "topic": decision["topic"],
        "answer": decision.get("answer"),
        "needed_first": _says_what_is_needed(question, decision, content) if question.must_any else None,
        "confidence": ranking[0][1] if ranking else 0.0,
        "ranking": ranking,
        "offered": list(dict.fromkeys(map(topic_of, decision["offered"]))),
        "language": parsed["language"],
    }


def _says_what_is_needed(question: Question, decision: Mapping[str, Any], content: Content) -> bool:
    """Whether what is said is on a right topic and begins with what the person needs."""
    if (
        outcome_of(decision, content) not in ("answer", "emergency")
        or decision["topic"] not in question.right
    ):
        return False
    language = question.language if question.language in LANGUAGES else DEFAULT_LANGUAGE
    if decision["outcome"] == "emergency":
        said = response_reply(content, f"utter_{decision['intent']}", language).text
    elif decision["topic"] in content.topics:
        said = answer(content, content.topics[decision.get("answer") or decision["topic"]], language).text
    else:
        said = response_reply(content, f"utter_{decision['topic']}", language).text
    return begins_with_what_is_needed(question, said)


def begins_with_what_is_needed(question: Question, said: str) -> bool:
    """Whether one of the words that are needed stands at the beginning of a text, and none that must not."""
    first, whole = _plain(said[:FIRST]), _plain(said)
    return any(_plain(word) in first for word in question.must_any) and not any(
        _plain(word) in whole for word in question.must_not
    )


def _plain(text: str) -> str:
    """Return a text without accents and in small letters, with its punctuation."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def outcome_of(decision: Mapping[str, Any], content: Content) -> str:
    """Return what a Decision comes to: no answer where its topic has none."""
    topic = content.topics.get(decision["topic"])
    if topic is not None and not topic.answered:
        return "decline"  # it says that there is no checked answer yet, and who can help
    return str(decision["outcome"])


def summarize(rows: Sequence[Mapping[str, Any]], content: Content) -> dict[str, Any]:
    """Return the figures of all rows, per language and of the topics that have an answer."""
    answered = [
        row
        for row in rows
        if row["expected"] == OUT_OF_SCOPE
        or any(topic not in content.topics or content.topics[topic].answered for topic in row["ok"])
    ]
    return {
        "all": figures(rows),
        **{language: figures([row for row in rows if row["lang"] == language]) for language in ("en", "es")},
        "answered topics": figures(answered),
        **{
            f"answered topics, {language}": figures([row for row in answered if row["lang"] == language])
            for language in ("en", "es")
        },
    }


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of some rows; shares are None where there is nothing to share.

    Of emergencies: how many were met with their card or another right answer, and how many other questions
    were taken for one. Of the must-pass list: how many were answered with a topic that is not right, or at
    all where out of scope.
    """
    inside = [row for row in rows if row["expected"] != OUT_OF_SCOPE]
    outside = [row for row in rows if row["expected"] == OUT_OF_SCOPE]
    right = [row for row in inside if _gave_answer(row) and row["topic"] in row["ok"]]
    wrong = [row for row in inside if _gave_answer(row) and row["topic"] not in row["ok"]]
    offered = [row for row in inside if set(row["offered"]) & set(row["ok"])]
    spoken = [row for row in rows if row["lang"] in ("en", "es")]
    false = [row for row in outside if _gave_answer(row)]
    must_pass = [row for row in rows if row["must_pass"]]
    emergencies = [row for row in rows if row["expected"] == EMERGENCY]
    others = [row for row in rows if EMERGENCY not in row["ok"]]
    needing = [row for row in inside if row["needed_first"] is not None]
    return {
        "questions": len(inside),
        "right": _share(right, inside),
        "wrong": _share(wrong, inside),
        "resolved": _share([*right, *offered], inside),
        "out_of_scope_questions": len(outside),
        "false_answers": _share(false, outside),
        "language_right": _share([row for row in spoken if row["language"] == row["lang"]], spoken),
        "must_pass_questions": len(must_pass),
        "must_pass_wrong": sum(row in wrong or row in false for row in must_pass),
        "needed_first": _share([row for row in needing if row["needed_first"]], needing),
        "emergencies": len(emergencies),
        "emergencies_seen": _share(
            [row for row in emergencies if _gave_answer(row) and row["topic"] in row["ok"]], emergencies
        ),
        "false_alarms": _share([row for row in others if row["topic"] == EMERGENCY], others),
    }


def _gave_answer(row: Mapping[str, Any]) -> bool:
    return row["outcome"] in ("answer", "emergency")


def _share(part: Sequence[Any], whole: Sequence[Any]) -> float | None:
    return round(len(part) / len(whole), 4) if whole else None


def format_summary(summary: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Yield the lines of a table of the figures, for a terminal."""
    columns = (
        ("questions", "questions"),
        ("right", "right"),
        ("wrong", "wrong"),
        ("resolved", "resolved"),
        ("false_answers", "false answers"),
        ("language_right", "language right"),
        ("needed_first", "needed first"),
        ("emergencies_seen", "emergencies"),
        ("false_alarms", "false alarms"),
    )
    yield f"{'':22}" + "".join(f"{title:>16}" for _, title in columns)
    for name, row in summary.items():
        cells = ("-" if row[key] is None else f"{row[key]:g}" for key, _ in columns)
        yield f"{name:22}" + "".join(f"{cell:>16}" for cell in cells)
    sets = [row for name, row in summary.items() if name == "all" or name.endswith(".jsonl")]
    asked = sum(row["must_pass_questions"] for row in sets)
    if asked:
        yield f"must-pass list: {sum(row['must_pass_wrong'] for row in sets)} wrong of {asked}"


# Asked of every new model; written apart from the training questions.
EVALUATION = Path("data") / "evaluation"


def read_sets(root: Path) -> dict[str, list[Question]]:
    """Return the evaluation questions of a content, by the name of their file."""
    return {path.name: read_questions(path) for path in sorted((root / EVALUATION).glob("*.jsonl"))}


def rows_by_set(folder: Path, content: Content) -> dict[str, list[dict[str, Any]]]:
    """Return what a model made of the evaluation questions (see bot.training.evaluation.result_row), by file.

    `folder` is the model's and `content` its content. A topic that is switched off there is not answered,
    whatever the model had made of it when it learnt.
    """
    parsed = iter(json.loads((folder / PARSED).read_text(encoding="utf-8")))
    return {
        name: [result_row(question, next(parsed), content) for question in questions]
        for name, questions in read_sets(folder / CONTENT).items()
    }
