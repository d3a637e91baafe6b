"""What staff start and what takes its time: a process of its own, which goes on when whoever started it ends.

One run at a time is under way in each of three slots: a training; a change of what residents are answered,
which need not wait for a training; and turning an answer off, which waits for neither. Whether one is, is
decided by a lock that its process holds until its end, however that comes. What a run says stands in a file,
so that whoever starts anew can show it. Under systemd the starter needs KillMode=process, or a restart of it
ends the runs too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bot.clock import in_office, utc_now
from bot.errors import KyrError, reason_of
from bot.files.atomic import write_whole
from bot.files.locks import is_held, lock_within
from bot.messages import Message
from bot.problems import ContentError
from bot.settings import PROJECT_ROOT, read_settings
from bot.staff.approval import approve
from bot.staff.release import Release, StoppedError
from bot.training.gate import Verdict

TRAINING, RELEASE, OFF = SLOTS = "training", "release", "off"

# Each kind of job: its slot, and what it has to be told, what it is about first.
_JOBS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "train": (TRAINING, ()),
    "publish": (RELEASE, ("version", "despite")),
    "rollback": (RELEASE, ("version",)),
    "off": (OFF, ("topic", "reason")),
    "on": (RELEASE, ("topic",)),
    "approve": (RELEASE, ("topic", "approved_by", "seen")),
}
# Who only looks whether a run is under way has the lock for a moment, and a run for one at its very end.
_SECONDS_TO_GIVE_WAY = 0.5

_log = logging.getLogger(__name__)


class RunError(KyrError):
    """A run that cannot be started; the text says why and what to do."""


@dataclass(frozen=True)
class Line:
    """What a run has said, and when."""

    text: Message
    time: str


@dataclass(frozen=True)
class Run:
    """A run as it stands: under way (`running`), or ended with a `result` or an `error`.

    `slot` is "training", "release" or "off", `kind` that of the job (see `Runs.start`), and `subject` the
    topic or the model that it is about, empty for others. Times are in UTC ("2026-07-20T08:00:00Z");
    `finished` is empty while it runs and where it was ended from outside. A result names the model that is
    published now ("version"), of a training the one that was made, and whether the gate let it pass
    ("passed"). `report` is what the gate said (see `verdict`) where it was asked, which is in the result too.
    Where the content has mistakes, `problems` are these.
    """

    slot: str
    kind: str
    subject: str
    who: str
    started: str
    lines: tuple[Line, ...] = ()
    running: bool = True
    finished: str = ""
    result: Mapping[str, Any] | None = None
    error: Message | None = None
    problems: tuple[Message, ...] = ()
    report: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> Verdict | None:
        """What the gate said: of a training, a publication, or one that it has stopped."""
        return Verdict.from_json(self.report) if self.report else None


class Runs:
    """The runs of a data folder, with the last one of each slot ("training", "release", "off")."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()

    def start(self, job: Mapping[str, str], who: str) -> Run:
        """Start a job in its slot; return without waiting for it.

        A job has a `kind`, and what that needs: train; publish (version, despite); rollback (version, the
        one it goes back to); off (topic, reason); on (topic); approve (topic, approved_by, seen: see
        bot.staff.approval.approve). Raises RunError where another run is under way there, after half a
        second at most.
        """
        slot, names = _JOBS[job["kind"]]
        if {*job} != {"kind", *names}:
            raise ValueError(f"the job {job['kind']} needs {names}, not {tuple(job)}")
        run = Run(slot, job["kind"], next((job[name] for name in names), ""), who, utc_now())
        try:
            with self._held(slot) as lock:
                self._begin(lock, run, job)
        except OSError as error:
            raise RunError(Message("run_not_started", reason=reason_of(error), folder=self._folder)) from None
        return run

    def last(self, slot: str) -> Run | None:
        """Return the run of a slot that was started last, None where there was none yet."""
        # Looked at first: what ends in between has told of its end in the file by then.
        running = is_held(self._lock(slot))
        try:
            written = self._file(slot).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        whole = written[: written.rfind("\n") + 1]  # a line may be half written yet
        first, *more = filter(None, map(_told, whole.splitlines()))
        lines = tuple(
            Line(text, each["time"]) for each in more if "text" in each for text in _messages([each["text"]])
        )
        run = dataclasses.replace(Run(**first), lines=lines, running=running)
        end = next((each for each in more if "text" not in each), None)
        if end is not None:
            return dataclasses.replace(
                run,
                running=False,
                finished=end["time"],
                result=end.get("done"),
                error=next(iter(_messages([end["failed"]] if "failed" in end else [])), None),
                problems=_messages(end.get("problems", ())),
                report=end.get("done", end).get("report"),
            )
        return run if running else dataclasses.replace(run, error=Message(f"ended_outside_{slot}"))

    def each(self) -> list[Run]:
        """Return the last run of each slot in which there was one, the newest first."""
        runs = [run for slot in SLOTS if (run := self.last(slot))]
        return sorted(runs, key=lambda run: run.started, reverse=True)

    @property
    def _folder(self) -> Path:
        return self._data_dir / "runs"

    def _file(self, slot: str) -> Path:
        return self._folder / f"{slot}.jsonl"

    def _lock(self, slot: str) -> Path:
        return self._folder / f"{slot}.lock"

    @contextlib.contextmanager
    def _held(self, slot: str) -> Iterator[IO[str]]:
        """Have the lock of a slot; raises RunError where a run has it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock(slot).open("w") as lock:
            if not lock_within(lock, _SECONDS_TO_GIVE_WAY):
                raise self._under_way(slot)
            yield lock

    def _under_way(self, slot: str) -> RunError:
        if run := self.last(slot):
            begun = {"who": run.who, "time": _clock(run.started)}
            return RunError(Message(f"begun_{slot}", **begun))
        return RunError(Message(f"under_way_{slot}"))

    def _begin(self, lock: IO[str], run: Run, job: Mapping[str, str]) -> None:
        """Start the process, and give it its job and the lock, which goes with it."""
        file, log = self._file(run.slot), self._folder / f"{run.slot}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "bot.staff.jobs"],
                cwd=PROJECT_ROOT,
                env={**os.environ, "KYR_DATA_DIR": str(self._data_dir)},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
        threading.Thread(target=process.wait, daemon=True).start()  # so that nothing of it stays when it ends
        told = {
            "job": dict(job),
            "who": run.who,
            "file": str(file),
            "log": str(log),
            "lock": lock.fileno(),
            # Paths in the settings may be relative to where the starter works.
            "folder": str(Path.cwd()),
        }
        assert process.stdin is not None  # noqa: S101 - opened as a pipe
        # Without a job, where the file cannot be written, it ends; where it has ended, its log says why.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            first = {name: getattr(run, name) for name in ("slot", "kind", "subject", "who", "started")}
            write_whole(file, json.dumps(first) + "\n")
            process.stdin.write(json.dumps(told).encode())


def _told(line: str) -> dict[str, Any]:
    """Return what a line tells; nothing where a full disk has taken a part of it alone."""
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return told


def _messages(told: Iterable[Mapping[str, Any] | str]) -> tuple[Message, ...]:
    """Return what a job has said; nothing where a program with other messages has told it."""
    try:
        return tuple(map(Message.from_json, told))
    except KeyError:
        return ()


def _clock(moment: str) -> str:
    """Return when that was by the clock of the office ("10:03")."""
    return f"{in_office(moment):%H:%M}"


def main() -> None:
    """Do the job that stands on the standard input, as the process that `Runs` has started."""
    given = sys.stdin.read()
    if not given:
        return  # whoever started it could not go on
    told = json.loads(given)
    os.set_inheritable(told["lock"], False)  # it ends with this process, not with one that this starts
    os.chdir(told["folder"])
    file = Path(told["file"])
    end: dict[str, Any]
    try:
        settings = read_settings()
        logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
        release = Release.of(settings, told["who"], lambda text: _append(file, {"text": text.as_json()}))
        end = {"done": _do(release, told["job"])}
    except StoppedError as error:
        end = {"failed": error.message.as_json(), "report": error.verdict.as_json()}
    except ContentError as error:
        end = {"failed": error.message.as_json(), "problems": [one.as_json() for one in error.messages]}
    except KyrError as error:
        end = {"failed": error.message.as_json()}
    except Exception as error:
        _log.exception("The run failed")
        unforeseen = Message("unforeseen", reason=type(error).__name__, log=told["log"])
        end = {"failed": unforeseen.as_json()}
    _append(file, end)
    os.close(told["lock"])


def _append(file: Path, told: Mapping[str, Any]) -> None:
    # What the disk does not take is not told; the job itself may need no disk.
    with contextlib.suppress(OSError), file.open("a", encoding="utf-8") as opened:
        opened.write(json.dumps({**told, "time": utc_now()}) + "\n")


def _do(release: Release, job: Mapping[str, str]) -> dict[str, Any]:
    """Do a job; return its result."""
    kind, verdict = job["kind"], None
    if kind == "train":
        return _train(release)
    if kind == "publish":
        verdict = release.publish(job["version"], despite=job["despite"])
    elif kind == "rollback":
        release.roll_back(job["version"])
    elif kind == "off":
        release.turn_off(job["topic"], job["reason"])
    elif kind == "on":
        release.turn_on(job["topic"])
    else:
        approve(release, job["topic"], job["approved_by"], seen=job["seen"])
    return {"version": release.store.published_version(), **_judged(verdict)}


def _train(release: Release) -> dict[str, Any]:
    model, published = release.train(), release.store.published()
    verdict = None
    if published is not None and published.version == model.version:
        release.progress(Message("published_already", version=model.version))
    else:
        release.progress(Message("comparing") if published else Message("judging"))
        verdict = release.verdict(model, published)
    return {"version": model.version, **_judged(verdict)}


def _judged(verdict: Verdict | None) -> dict[str, Any]:
    return {"passed": verdict is None or verdict.passed, "report": verdict.as_json() if verdict else None}


if __name__ == "__main__":
    main()
