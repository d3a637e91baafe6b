"""Training a model: check the content, train, ask the evaluation questions, keep it with its report.

Rasa runs as a subprocess; this module must not import it.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import http.client
import itertools
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.calibration import Asked, begin_with, calibrate, write_thresholds
from bot.content import Content, read_content
from bot.decision import Decision, DecisionStep, Judged
from bot.evaluation import Question, figures, read_questions, result_row, summarize
from bot.models import ARCHIVE, CONTENT, THRESHOLDS, Model, ModelStore, write_whole
from bot.processes import LOOPBACK, rasa_child
from bot.settings import PROJECT_ROOT

Progress = Callable[[str], None]

# Asked of every new model; written apart from the training questions.
EVALUATION = Path("data") / "evaluation"
# The set that stands for all questions; the others are of one kind each.
EVALUATION_QUESTIONS = EVALUATION / "questions.jsonl"
# What a model depends on besides the content: a change here needs training anew.
_CODE = (
    "bot/nlu",
    "bot/calibration.py",
    "bot/decision.py",
    "bot/follow_ups.py",
    "bot/glossary.py",
    "bot/language.py",
    "bot/places.py",
    "bot/questions.py",
    "uv.lock",
)
_CONTENT = ("data", "domain.yml", "config.yml")
# What is used as it stands now: a change here needs no training.
_LIVE = Path("data") / "resources"


class TrainingError(Exception):
    """Training that failed; the text says at which step and what Rasa printed last."""


def content_hash(root: Path) -> str:
    """Return a hash of everything that a model depends on, content and code."""
    return _hash(root, _CONTENT, code_hash())


def code_hash() -> str:
    """Return a hash of the code that reads a model back: another code may not understand it."""
    return _hash(PROJECT_ROOT, _CODE)


def _hash(root: Path, names: Iterable[str], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for path in _files(root, names):
        if path.is_relative_to(root / _LIVE):
            continue
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(root: Path, names: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = root / name
        files = [path] if path.is_file() else path.rglob("*")
        found += [file for file in files if file.is_file() and "__pycache__" not in file.parts]
    return sorted(found)


async def train(root: Path, store: ModelStore, progress: Progress) -> Model:
    """Train a candidate on the content under `root`, or return the one that exists already.

    Raises ContentError or TrainingError; then nothing is left behind.
    """
    progress("Checking the content")
    content = read_content(root)
    wanted = content_hash(root)
    existing = store.with_content(wanted)
    if existing is not None:
        progress(f"Nothing has changed since model {existing.version}")
        return existing
    started = time.monotonic()
    with store.workplace() as folder:
        built = Path(folder) / "model"
        copy = built / CONTENT
        for name in _CONTENT:
            _copy(root / name, copy / name)
        await _run_rasa_train(copy, built, progress)
        trained = time.monotonic()
        sets = {path.name: read_questions(path) for path in sorted((copy / EVALUATION).glob("*.jsonl"))}
        questions = [question for one in sets.values() for question in one]
        progress(f"Asking the new model {len(questions)} questions (less than a minute)")
        parsed = await parse(built / ARCHIVE, questions)
        progress("Choosing the thresholds")
        judged = (tuple(Judged.from_json(one) for one in row["judged"]) for row in parsed)
        asked = [Asked(*pair) for pair in zip(questions, judged, strict=True)]
        start = decision_step(copy, content)
        step = calibrate(asked, start)
        write_whole(built / THRESHOLDS, write_thresholds(step))

        def rows(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
            decided = zip(questions, parsed, decisions, strict=True)
            return [
                result_row(question, {**row, "decision": asdict(decision)}, content)
                for question, row, decision in decided
            ]

        answered = iter(rows(step.decide(row.judged) for row in asked))
        by_set = {name: list(itertools.islice(answered, len(one))) for name, one in sets.items()}
        summary = summarize(by_set.pop(EVALUATION_QUESTIONS.name), content)
        summary |= {name: figures(one) for name, one in by_set.items()}
        now = datetime.datetime.now(datetime.timezone.utc)
        report = {
            "content_hash": wanted,
            "code_hash": code_hash(),
            "trained_at": now.isoformat(timespec="seconds"),
            "training_seconds": round(trained - started, 1),
            "evaluation_seconds": round(time.monotonic() - trained, 1),
            "summary": summary,
            # Each half of all the questions with thresholds chosen on the other half: what is to be
            # expected of questions that the thresholds were not chosen on.
            "held_out": figures(rows(held_out(asked, start))),
        }
        return store.add(built, f"{now:%Y%m%d-%H%M%S}-{wanted[:8]}", report)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


async def _run_rasa_train(copy: Path, built: Path, progress: Progress) -> None:
    progress("Training: starting Rasa (about half a minute)")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "rasa", "train"),
        *("--data", str(copy / "data"), "--domain", str(copy / "domain.yml")),
        *("--config", str(copy / "config.yml"), "--out", str(built)),
        *("--fixed-model-name", ARCHIVE.removesuffix(".tar.gz")),
        # The content has been checked, more strictly than Rasa does; and Rasa's cache does not see
        # changes in the modules that its components import.
        *("--skip-validation", "--force"),
        cwd=PROJECT_ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None  # noqa: S101 - opened as a pipe above
    last: list[str] = []
    try:
        async for line in process.stdout:
            text = line.decode(errors="replace").rstrip()
            last = [*last[-19:], text]
            if "Starting to train component" in text:
                progress(f"Training: {text.split(chr(39))[1]}")
        if await process.wait() != 0 or not (built / ARCHIVE).is_file():
            raise TrainingError("Rasa could not train. Its last lines:\n  " + "\n  ".join(last))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def decision_step(root: Path, content: Content) -> DecisionStep:
    """Return the decision step of config.yml, with the thresholds to begin with."""
    config = YAML(typ="safe").load((root / "config.yml").read_text(encoding="utf-8"))
    (gate,) = (part for part in config["pipeline"] if part["name"].endswith(".DecisionGate"))
    return DecisionStep(
        begin_with(gate),
        frozenset(topic.id for topic in content.topics.values() if topic.answers),
        gate["directory_topics"],
    )


async def parse(
    archive: Path, questions: Sequence[Question], *, thresholds: Path | None = None
) -> list[dict[str, Any]]:
    """Ask every question of a model's NLU and decision step; return what Rasa made of each.

    Without `thresholds` the decisions are those of the thresholds to begin with.
    """
    rasa = rasa_child(archive, thresholds=thresholds, parse_only=True)
    await rasa.start()
    try:
        return await asyncio.to_thread(_ask_all, rasa.port, questions)
    finally:
        await rasa.stop()


def _ask_all(port: int, questions: Sequence[Question]) -> list[dict[str, Any]]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    parsed = []
    for question in questions:
        body = json.dumps({"text": question.text})
        connection.request("POST", "/model/parse", body, {"Content-Type": "application/json"})
        parsed.append(json.loads(connection.getresponse().read()))
    connection.close()
    return parsed


def held_out(asked: Sequence[Asked], step: DecisionStep) -> list[Decision]:
    """Return the decisions on each half of the questions with thresholds chosen on the other half."""
    halves = [calibrate(asked[1 - half :: 2], step) for half in (0, 1)]
    return [halves[index % 2].decide(row.judged) for index, row in enumerate(asked)]
