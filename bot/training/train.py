"""Training a model: check the content, train, ask the evaluation questions, keep it with its report.

Rasa runs as a subprocess.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.answering.decision import TOPIC_PREFIX, Decision, DecisionStep, Understanding
from bot.content.checks import check_parts, read_parts
from bot.content.diff import topic_changes
from bot.content.home import copy_content
from bot.content.reading import Content, content_of, read_content
from bot.errors import KyrError, reason_of
from bot.files.atomic import write_whole
from bot.messages import Message
from bot.problems import ContentError
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.training.evaluation import (
    Question,
    figures,
    read_sets,
    result_row,
    rows_by_set,
    summarize,
)
from bot.training.model_inputs import (
    code_hash,
    content_hash,
    encoder_hash,
    training_hash,
)
from bot.training.models import ARCHIVE, CONTENT, PARSED, THRESHOLDS, Model, ModelStore
from bot.training.own_questions import reached, sampled
from bot.training.pace import Pace, Progress
from bot.training.thresholds import EvaluatedQuestion, begin_with, calibrate, write_thresholds
from bot.training.worker import (
    ASKING,
    LABELS_KEPT,
    OWN,
    TRAINING,
    UNLIKE,
    Pretrainer,
    RasaWorker,
    WorkerError,
    pretrainer,
    rasa_worker,
)

# The set that stands for all questions; the others are of one kind each.
EVALUATION_QUESTIONS = "questions.jsonl"
# What a report says of learning, whatever is answered then.
_OF_LEARNING = ("training_hash", "learnt_in", "seconds", "held_out", "unlike", "own_questions")


class TrainingError(KyrError):
    """Training that failed; the text says why and what to do."""


async def train(root: Path, store: ModelStore, progress: Progress, *, is_given: bool = False) -> Model:
    """Make a candidate of the content under `root`, or return the model that is made of it already.

    Where only what is said has changed, it takes the model over that has learnt from the same questions.
    Content that `is_given` to residents by a model of an older program passed the check of that program: what
    the check of this one says of it is told, and refuses nothing. Raises ContentError, ModelError or
    TrainingError; then nothing is left behind.
    """
    existing = _existing(root, store, progress)
    if existing is not None:
        return existing
    with training_errors(TRAINING), store.workplace() as folder:
        return await _train(root, store, folder, progress, is_given=is_given)


@contextlib.contextmanager
def training_errors(name: str) -> Iterator[None]:
    """Raise as TrainingError what ends a job of a worker, which is called by the key of its name."""
    try:
        yield
    except WorkerError as error:
        raise TrainingError(error.message) from None
    except OSError as error:
        # An error of `shutil` lists every file that it stands for.
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else reason_of(error)
        raise TrainingError(Message("job_failed", job=Message(name), reason=reason)) from None


def rebuild_answers(root: Path, store: ModelStore, progress: Progress) -> Model | None:
    """Do as `train` where only what is said has changed, while somebody else may train; raises as it does.

    Return None where no model has learnt from the same questions.
    """
    existing = _existing(root, store, progress)
    if existing is not None:
        return existing
    started = time.monotonic()
    with training_errors(TRAINING), store.workplace(learning=False) as folder:
        built = folder / "model"
        copy_content(root, built / CONTENT)
        progress(Message("checking_content"))
        content = read_content(built / CONTENT)
        same = store.with_training(training_hash(built / CONTENT, content))
        if same is None:
            return None
        return _keep(store, built, content, _take_over(same, built, progress), started)


def _existing(root: Path, store: ModelStore, progress: Progress) -> Model | None:
    existing = store.with_content(content_hash(root))
    if existing is not None:
        progress(Message("nothing_changed_since", version=existing.version))
    return existing


async def _train(root: Path, store: ModelStore, folder: Path, progress: Progress, *, is_given: bool) -> Model:
    started = time.monotonic()
    models = store.list()
    pace = Pace(progress, models[-1].report["seconds"] if models else {})
    built = folder / "model"
    copy = built / CONTENT
    copy_content(root, copy)

    def read_published() -> None:
        if published := store.published():
            asyncio.get_running_loop().run_in_executor(None, _read, published)

    learnt_folder = folder / "learnt"
    lemmas_file, vectors_file = kept_files(folder.parent)
    _let_go_of_others(lemmas_file, vectors_file)
    # Rasa takes so long to be imported that the content is checked, and half of it learnt, before.
    async with (
        pretrainer(learnt_folder, lemmas_file, vectors_file) as pupil,
        rasa_worker(lemmas_file=lemmas_file, vectors_file=vectors_file, learnt=learnt_folder) as bench,
    ):
        progress(Message("checking_content"))
        parts = await asyncio.to_thread(read_parts, copy)
        if parts.problems.found:
            check_parts(parts)  # for all mistakes to be said at once
        content = content_of(parts)
        learnt = training_hash(copy, content)
        sets = read_sets(copy)
        same = store.with_training(learnt)
        if same is None:
            pace.step("start")
            classifier = component_settings(copy, "JointClassifier")
            questions = training_questions(content)
            own = sampled(questions)
            asked = _asked(content, sets)
            await pupil.learn(questions, asked, own, content.glossary.synonyms, classifier)
        # One core learns already what would be of no use.
        await asyncio.to_thread(check_parts, parts)
        if parts.problems.found:
            if not is_given:
                raise ContentError(sorted(parts.problems.found))
            progress(Message("given_with_mistakes", number=len(parts.problems.found)))
        if same is None:
            step, learnt_figures = await _learn((bench, pupil), built, content, sets, pace, read_published)
            write_whole(built / THRESHOLDS, write_thresholds(step))
            rankings = await pupil.rankings(OWN)
            own_questions = reached([questions[place] for place in own], rankings, step, content)
    if same is not None:
        return _keep(store, built, content, _take_over(same, built, progress), started)
    of_learning = {
        "training_hash": learnt,
        "learnt_in": None,
        "seconds": pace.seconds,
        # Each half of all the questions with thresholds chosen on the other half: what is to be
        # expected of questions that the thresholds were not chosen on. "unlike" are judged by judges that
        # have not learnt from what is most like them, as real questions are; "held_out" by the model.
        **learnt_figures,
        "own_questions": own_questions,
    }
    return _keep(store, built, content, of_learning, started)


def _take_over(same: Model, built: Path, progress: Progress) -> dict[str, Any]:
    """Copy what a model has learnt; return what its report says of that."""
    progress(Message("only_answers_changed", version=same.version))
    for name in (ARCHIVE, THRESHOLDS, PARSED):
        shutil.copyfile(same.folder / name, built / name)
    return {name: same.report[name] for name in _OF_LEARNING}


def _keep(
    store: ModelStore, built: Path, content: Content, of_learning: Mapping[str, Any], started: float
) -> Model:
    """Take in a model that has learnt, with its report; `started` is by the monotonic clock."""
    by_set = rows_by_set(built, content)
    summary = summarize(by_set.pop(EVALUATION_QUESTIONS), content)
    summary |= {name: figures(one) for name, one in by_set.items()}
    now = datetime.datetime.now(datetime.timezone.utc)
    published = store.published()
    before = published.readable_content if published else None
    changes = topic_changes(before.topics if before else {}, content.topics)
    wanted = content_hash(built / CONTENT)
    version = f"{now:%Y%m%d-%H%M%S}-{wanted[:8]}"
    report = {
        **of_learning,
        "content_hash": wanted,
        "code_hash": code_hash(),
        "trained_at": now.isoformat(timespec="seconds"),
        "learnt_in": of_learning["learnt_in"] or version,
        "compared_with": published.version if published else None,
        "changes": [asdict(change) for change in changes],
        "seconds_in_all": round(time.monotonic() - started, 1),
        "summary": summary,
    }
    model = store.add(built, version, report)
    model.has_read(content)
    return model


def _read(model: Model) -> None:
    with contextlib.suppress(ContentError):  # which comes again where it is needed
        _ = model.content


def _asked(content: Content, sets: Mapping[str, list[Question]]) -> list[tuple[str, str]]:
    """Return the evaluation questions with the language by which their words are taken apart."""
    identify = content.language_identifier.identify
    asked = []
    for question in (question for one in sets.values() for question in one):
        language = identify(question.text, hint=DEFAULT_LANGUAGE)
        asked.append((question.text, language if language in LANGUAGES else DEFAULT_LANGUAGE))
    return asked


async def _learn(
    workers: tuple[RasaWorker, Pretrainer],
    built: Path,
    content: Content,
    sets: Mapping[str, list[Question]],
    pace: Pace,
    prepare: Callable[[], object],
) -> tuple[DecisionStep, dict[str, Any]]:
    """Train a model, choose its thresholds, and keep what it decides with them; return them and figures.

    They are chosen on what the pretrainer says of questions that it has learnt nothing like.

    `prepare` is called when there is time to prepare what comes then.
    """
    questions = [question for one in sets.values() for question in one]
    texts = [question.text for question in questions]
    start = decision_step(built / CONTENT, content)
    # Not forked: locks that are held here would be held there for ever.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def begin(step: str, done: float) -> None:
            pace.step(step, done)
            if step == "ask" and not done:
                # One core has nothing to do now; so the helper, and what is needed next, are there in time.
                pool.submit(calibrate, (), start)
                prepare()

        bench, pupil = workers
        parsed = await bench.train(built / CONTENT, built / ARCHIVE, texts, begin)
        rankings = await pupil.rankings(UNLIKE)
        pace.step("thresholds")
        judged = (tuple(Understanding.from_json(one) for one in row["judged"]) for row in parsed)
        asked = [EvaluatedQuestion(*pair) for pair in zip(questions, judged, strict=True)]
        unlike = [_ranked(*pair) for pair in zip(asked, rankings, strict=True)]
        step, halves = await asyncio.to_thread(_choose, unlike, start, pool)
    kept = [
        {
            "language": row["language"],
            "intent_ranking": row["intent_ranking"][:LABELS_KEPT],
            "decision": asdict(step.decide(one.judged)),
        }
        for row, one in zip(parsed, asked, strict=True)
    ]
    write_whole(built / PARSED, json.dumps(kept, ensure_ascii=False))
    pace.end()
    return step, {
        name: _by_language(
            [
                result_row(one.question, {**row, "decision": asdict(decision)}, content)
                for one, row, decision in zip(judgement, parsed, decisions_of(halves, judgement), strict=True)
            ]
        )
        for name, judgement in (("unlike", unlike), ("held_out", asked))
    }


def _ranked(asked: EvaluatedQuestion, ranking: Sequence[tuple[str, float]]) -> EvaluatedQuestion:
    """Return a question as it is understood where other judges rank the labels; without its parts."""
    return replace(asked, judged=(replace(asked.judged[0], ranking=tuple(ranking)),))


def _by_language(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_language = {language: [row for row in rows if row["lang"] == language] for language in LANGUAGES}
    return {**figures(rows), **{language: figures(one) for language, one in by_language.items()}}


def _choose(
    asked: Sequence[EvaluatedQuestion], start: DecisionStep, pool: Executor
) -> tuple[DecisionStep, tuple[DecisionStep, DecisionStep]]:
    """Return the step with thresholds chosen on all questions, and those of `chosen_on_halves`."""
    # All questions take as long as both halves, which are done here meanwhile.
    chosen = pool.submit(calibrate, asked, start)
    halves = chosen_on_halves(asked, start)
    return chosen.result(), halves


def chosen_on_halves(
    asked: Sequence[EvaluatedQuestion], step: DecisionStep
) -> tuple[DecisionStep, DecisionStep]:
    """Return, for the questions of even and of odd number, the step chosen on those that are not."""
    return calibrate(asked[1::2], step), calibrate(asked[::2], step)


def decisions_of(
    halves: tuple[DecisionStep, DecisionStep], asked: Sequence[EvaluatedQuestion]
) -> list[Decision]:
    """Return the decisions on each half of the questions by the step that was not chosen on it."""
    return [halves[index % 2].decide(row.judged) for index, row in enumerate(asked)]


def kept_files(models: Path) -> tuple[Path, Path]:
    """Return where lemmas and vectors of training questions are kept, by what makes them."""
    return models / f".lemmas-{code_hash()[:16]}.json", models / f".vectors-{encoder_hash()[:16]}.npz"


def _let_go_of_others(*files: Path) -> None:
    """Remove what another program has kept."""
    for file in files:
        for other in file.parent.glob(f"{file.name.partition('-')[0]}-*"):
            if other != file:
                other.unlink(missing_ok=True)


def decision_step(root: Path, content: Content) -> DecisionStep:
    """Return the decision step of config.yml, with the thresholds to begin with."""
    gate = component_settings(root, "DecisionGate")
    return DecisionStep(
        begin_with(gate),
        frozenset(topic.id for topic in content.topics.values() if topic.answers),
        gate["directory_topics"],
        gate.get("first_steps", {}),
    )


def component_settings(root: Path, name: str) -> dict[str, Any]:
    """Return what config.yml says of a component."""
    config = YAML(typ="safe").load((root / "config.yml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = [part for part in config["pipeline"] if part["name"].endswith(f".{name}")]
    return found[0]


def training_questions(content: Content) -> list[tuple[str, str, str]]:
    """Return all questions with their language and label, in the order in which Rasa reads them."""
    by_label = {f"{TOPIC_PREFIX}{topic.id}": topic.questions for topic in content.topics.values()}
    return [
        (text, language, label)
        for label, by_language in {**by_label, **content.conversation.questions}.items()
        for language, texts in by_language.items()
        for text in texts
    ]


async def parse(
    archive: Path, questions: Sequence[Question], *, thresholds: Path | None = None
) -> list[dict[str, Any]]:
    """Ask every question of a model's NLU and decision step; return what Rasa made of each.

    Without `thresholds` the decisions are those of the thresholds to begin with. Raises TrainingError.
    """
    with training_errors(ASKING):
        async with rasa_worker(thresholds=thresholds) as bench:
            return await bench.parse(archive, [question.text for question in questions])
