"""Worker processes for training and for asking a model.

One (`python -m bot.nlu`) alone imports Rasa. Another (`python -m bot.nlu.pretrainer`) learns from the
questions meanwhile, and the first one takes over what it has learnt.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import logging
import math
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import KyrError
from bot.files.locks import exclusive, lock_within
from bot.logs import loggable
from bot.messages import Message
from bot.settings import PROJECT_ROOT
from bot.training.thresholds import THRESHOLDS_FILE

# Tells the process where lemmas of training questions are kept from one training to the next.
LEMMAS_FILE = "KYR_LEMMAS_FILE"
# The same of the vectors that the sentence encoder has made of them.
VECTORS_FILE = "KYR_VECTORS_FILE"
# Tells it where what the pretrainer has learnt is kept, if there is a pretrainer.
LEARNT_FOLDER = "KYR_LEARNT_FOLDER"
# What the pretrainer does, one after another; each has a lock, which it holds until it is done or has ended.
LEMMAS, FEATURES, VECTORS, JUDGES, OWN, UNLIKE = _STAGES = (
    "lemmas",
    "features",
    "vectors",
    "judges",
    "own",
    "unlike",
)
# In the folders of the last two: what the judges made of training questions that they have learnt; and what
# judges that have not learnt from what is most like them made of the evaluation questions.
RANKINGS = "rankings.json"
# As many labels as a decision can depend on: topics have up to a dozen answers.
LABELS_KEPT = 40
_LEARNER_LOG = "log"
# What runs in the processes.
_RASA, _LEARNER, _TRIAL = "bot.nlu", "bot.nlu.pretrainer", "bot.nlu.trial"
# What its jobs are called where one has failed.
TRAINING, ASKING = "job_training", "job_asking"
# A line holds what is made of one question.
_LONGEST_LINE = 1 << 20
# What is made of all questions that a trial asks.
_LONGEST_OF_TRIAL = 1 << 25
_LINES_SHOWN = 20

_log = logging.getLogger(__name__)

# Called with the step that begins and how much of it is done, from 0 to 1.
OnStep = Callable[[str, float], None]


class WorkerError(KyrError):
    """The process ended before its work was done; the text says why and what to do."""


class RasaWorker:
    """The process, started and importing Rasa; it does one training, or is asked one job after another.

    After an error it is of no more use.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        # Once a person's question has been put to it, what Rasa prints may hold the words of it.
        self._holds_words = False

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process.returncode is None else None

    async def train(self, content: Path, archive: Path, texts: Sequence[str], on_step: OnStep) -> list[Any]:
        """Train on the content under a folder, and ask the new model every text; write its archive.

        Return what was made of each text: its `language`, `intent_ranking`, `decision`, and what was
        `judged`. Raises WorkerError, and OSError where the disk refuses something.
        """
        job = {"content": str(content), "archive": str(archive), "texts": texts}
        # The archive is whole only when the process has ended.
        return await self._do(TRAINING, job, on_step, to_the_end=True)

    async def parse(self, archive: Path, texts: Sequence[str]) -> list[Any]:
        """Ask the model in an archive every text; return and raise as `train` does.

        The model stays loaded: asked again, it answers in milliseconds.
        """

        def begin(step: str, done: float) -> None:
            self._holds_words = self._holds_words or step == "ask"

        job = {"content": "", "archive": str(archive), "texts": texts}
        return await self._do(ASKING, job, begin, to_the_end=False)

    async def _do(self, name: str, job: Mapping[str, Any], on_step: OnStep, *, to_the_end: bool) -> list[Any]:
        process, asked = self._process, len(job["texts"])
        assert process.stdout is not None  # noqa: S101 - opened as a pipe
        last: collections.deque[str] = collections.deque(maxlen=_LINES_SHOWN)
        parsed: list[Any] = []
        failed: tuple[int, str] | None = None
        await _give(process, job)
        while (to_the_end or len(parsed) < asked) and (line := await process.stdout.readline()):
            told = _told(line)
            if "parsed" in told:
                parsed.append(told["parsed"])
            elif "step" in told:
                on_step(told["step"], told.get("done", 0.0))
            elif "failed" in told:
                failed = told["errno"], told["failed"]
            else:
                text = line.decode(errors="replace").rstrip()
                last.append((loggable(text) or "(withheld)") if self._holds_words else text)
        if len(parsed) != asked or (to_the_end and await process.wait() != 0):
            code = await process.wait()
            if failed:
                raise OSError(*failed)
            if code == -signal.SIGKILL:
                raise WorkerError(Message("job_killed", job=Message(name)))
            _log.error("Rasa ended too early. Its last lines:\n  %s", "\n  ".join(last))
            raise WorkerError(Message("job_failed_in_rasa", job=Message(name)))
        return parsed


def _told(line: bytes) -> dict[str, Any]:
    """Return what the process tells in a line; nothing where the line is none of ours."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@contextlib.asynccontextmanager
async def rasa_worker(
    *,
    thresholds: Path | None = None,
    lemmas_file: Path | None = None,
    vectors_file: Path | None = None,
    learnt: Path | None = None,
) -> AsyncIterator[RasaWorker]:
    """Start the process; it ends with the block, whatever it is doing.

    Decisions are by the thresholds of a file, or by those to begin with. `learnt` is the folder of a
    pretrainer.
    """
    # It may be killed while it unpacks a model, and could not clear that away.
    with tempfile.TemporaryDirectory(prefix="kyr-", ignore_cleanup_errors=True) as unpacked:
        environment = {
            THRESHOLDS_FILE: str(thresholds or ""),
            LEMMAS_FILE: str(lemmas_file or ""),
            VECTORS_FILE: str(vectors_file or ""),
            LEARNT_FOLDER: str(learnt or ""),
            "TMPDIR": unpacked,
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        async with _process(
            _RASA,
            environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LONGEST_LINE,
        ) as process:
            yield RasaWorker(process)


class TrialWorker:
    """The process that tries answers on a model that it has loaded; after an error it is of no more use."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process.returncode is None else None

    async def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Do a job of bot.nlu.trial; return what comes of it. Raises WorkerError."""
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        await _give(self._process, job)
        while line := await self._process.stdout.readline():
            if told := _told(line):
                return told
        code = await self._process.wait()
        # What it has printed may hold the words of a question, and is not told.
        key = "job_killed" if code == -signal.SIGKILL else "job_failed_in_trial"
        raise WorkerError(Message(key, job=Message(ASKING)))


@contextlib.asynccontextmanager
async def trial_worker() -> AsyncIterator[TrialWorker]:
    """Start the process; it ends with the block, whatever it is doing."""
    async with _process(
        _TRIAL,
        {"OMP_NUM_THREADS": "1"},  # residents are answered meanwhile
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_OF_TRIAL,
    ) as process:
        yield TrialWorker(process)


class Pretrainer:
    """The process that learns, started and importing what it needs; it does one job."""

    def __init__(self, process: asyncio.subprocess.Process, job: Mapping[str, Any]) -> None:
        self._process, self._job = process, job

    async def learn(
        self,
        questions: Sequence[tuple[str, str, str]],
        asked: Sequence[tuple[str, str]],
        own: Sequence[int],
        synonyms: Mapping[str, str],
        classifier: Mapping[str, Any],
    ) -> None:
        """Begin to learn from questions, each with its language and label, in the order of their files.

        `asked` are the evaluation questions with their languages, `own` the places of the training questions
        that are asked of the judges who have learnt them, and `classifier` what config.yml says of it.
        """
        more = {"questions": questions, "asked": asked, "own": own}
        told = {"synonyms": synonyms, "classifier": classifier}
        await _give(self._process, {**self._job, **more, **told})

    async def rankings(self, stage: str) -> list[list[tuple[str, float]]]:
        """Return the rankings of OWN or UNLIKE, once the questions were asked.

        UNLIKE are the evaluation questions, asked of judges that have not learnt from what is most like them.
        Raises WorkerError where the process has ended before.
        """
        folder = Path(self._job["folder"])

        def read() -> Any:
            with exclusive(lock_of(folder, stage), math.inf):
                return json.loads((folder / stage / RANKINGS).read_text(encoding="utf-8"))

        try:
            rankings = await asyncio.to_thread(read)
        except FileNotFoundError:
            raise WorkerError(Message("job_killed", job=Message(TRAINING))) from None
        return [[(label, score) for label, score in ranking] for ranking in rankings]


@contextlib.asynccontextmanager
async def pretrainer(folder: Path, lemmas_file: Path, vectors_file: Path) -> AsyncIterator[Pretrainer]:
    """Start the process, which keeps what it learns in a new folder; it ends with the block.

    Where it has failed, the log says why.
    """
    folder.mkdir()
    with contextlib.ExitStack() as files:
        locks = {stage: files.enter_context(lock_of(folder, stage).open("w")) for stage in _STAGES}
        for lock in locks.values():
            lock_within(lock, 0)
        numbers = {stage: lock.fileno() for stage, lock in locks.items()}
        log = files.enter_context((folder / _LEARNER_LOG).open("w"))
        async with _process(
            _LEARNER,
            {"OMP_NUM_THREADS": "1"},  # the cores are not its own
            stdout=log,
            stderr=log,
            pass_fds=tuple(numbers.values()),
        ) as process:
            files.close()  # now the process alone holds the locks
            files_kept = {"lemmas_file": str(lemmas_file), "vectors_file": str(vectors_file)}
            yield Pretrainer(process, {"folder": str(folder), **files_kept, "locks": numbers})
            if process.returncode:
                said = (folder / _LEARNER_LOG).read_text(encoding="utf-8", errors="replace")
                last = "\n  ".join(said.splitlines()[-_LINES_SHOWN:])
                _log.warning("The pretrainer failed. Its last lines:\n  %s", last)


def lock_of(folder: Path, stage: str) -> Path:
    """Return the file that the pretrainer has locked until it is through with a stage."""
    return folder / f"{stage}.lock"


async def _give(process: asyncio.subprocess.Process, job: Mapping[str, Any]) -> None:
    assert process.stdin is not None  # noqa: S101 - opened as a pipe
    with contextlib.suppress(ConnectionError):  # where it has ended, its last lines say why
        process.stdin.write(json.dumps(job).encode() + b"\n")
        await process.stdin.drain()


@contextlib.asynccontextmanager
async def _process(
    module: str, environment: Mapping[str, str], **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a module that reads its job from standard input; it ends with the block, and with us."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", module),
        cwd=PROJECT_ROOT,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        # Its own group, so that Ctrl-C reaches it only through us, and its helpers end with it.
        start_new_session=True,
        **options,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


# Rasa needs ten seconds on two cores, and several times as long where others use them.
SECONDS_TO_START = 180
