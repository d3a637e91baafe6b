"""What staff start in processes of their own: one at a time, told in a file, ended by nobody else's end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.settings import PROJECT_ROOT
from bot.staff.jobs import Run, RunError, Runs
from bot.training.topics_off import TopicsOff
from tests.helpers.waiting import SECONDS_AT_MOST

STARTER = """
import sys
from pathlib import Path
from bot.staff.jobs import Runs
Runs(Path(sys.argv[1])).start({"kind": "publish", "version": "nothing", "despite": ""}, "ana")
"""


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content_copy: Path) -> Runs:
    """The runs of a new data folder, for a copy of the small content."""
    monkeypatch.setenv("KYR_CONTENT_DIR", str(content_copy))
    return Runs(tmp_path / "var")


def wait_for(runs: Runs, slot: str, is_so: Callable[[Run], bool] = lambda run: not run.running) -> Run:
    """Return the run of a slot as soon as something is so, by default as soon as it has ended."""
    until = time.monotonic() + SECONDS_AT_MOST
    while time.monotonic() < until:
        run = runs.last(slot)
        if run is not None and is_so(run):
            return run
        time.sleep(0.05)
    pytest.fail(f"the {slot} did not come so far: {runs.last(slot)}")


def process_of(data_dir: Path) -> int:
    """Return the number of the process that works for a data folder."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
            if f"KYR_DATA_DIR={data_dir}\0".encode() in (folder / "environ").read_bytes():
                return int(folder.name)
    pytest.fail("there is no such process")


def test_what_a_job_ends_with_is_told_in_a_sentence(runs: Runs) -> None:
    """With what it was, who began it, and when it ended; nothing was there before."""
    assert runs.last("release") is None
    begun = runs.start({"kind": "publish", "version": "nothing", "despite": ""}, "ana")
    assert (begun.slot, begun.kind, begun.subject, begun.who) == ("release", "publish", "nothing", "ana")
    ended = wait_for(runs, "release")
    assert ended.error == "There is no version 'nothing'. `kyr models` lists those that are kept."
    assert (ended.kind, ended.subject, ended.who, ended.started) == (
        "publish",
        "nothing",
        "ana",
        begun.started,
    )
    assert ended.finished >= ended.started and ended.result is None and ended.verdict is None
    assert runs.last("training") is None


def test_one_at_a_time_is_under_way_and_a_killed_one_is_not(
    runs: Runs, content_copy: Path, tmp_path: Path
) -> None:
    """A second one is told who began the first; what was killed has no result and holds nobody up."""
    (content_copy / "config.yml").unlink()
    first = runs.start({"kind": "publish", "version": "nothing", "despite": "a secret reason"}, "ana")
    process = process_of(tmp_path / "var")
    os.kill(process, signal.SIGSTOP)
    try:
        assert runs.last("release") == first
        with pytest.raises(
            RunError,
            match=r"^Another change for residents is under way already, begun by ana at \d\d:\d\d\. "
            r"Wait until it is done\.$",
        ):
            runs.start({"kind": "rollback", "version": "1"}, "luis")
        assert b"secret" not in Path(f"/proc/{process}/cmdline").read_bytes()
        runs.start({"kind": "train"}, "luis")
        with pytest.raises(RunError, match=r"^A new version is being made already, begun by luis at "):
            runs.start({"kind": "train"}, "ana")
    finally:
        os.kill(process, signal.SIGKILL)
    killed = wait_for(runs, "release")
    assert killed.error == "It was ended from outside. History says what it has changed by then."
    assert killed.result is None and killed.finished == ""
    runs.start({"kind": "rollback", "version": "1"}, "luis")
    assert str(wait_for(runs, "release").error).startswith(
        "There is no version before this one to go back to."
    )
    assert "config.yml" in str(wait_for(runs, "training").error)


def test_an_answer_is_turned_off_also_while_another_change_hangs(runs: Runs, tmp_path: Path) -> None:
    """A wrong answer must not wait for a publication that may not come to its end."""
    runs.start({"kind": "publish", "version": "nothing", "despite": ""}, "ana")
    process = process_of(tmp_path / "var")
    os.kill(process, signal.SIGSTOP)
    try:
        runs.start({"kind": "off", "topic": "bond", "reason": "it is wrong"}, "luis")
        assert wait_for(runs, "off").error is None
        assert [run.slot for run in runs.each() if run.running] == ["release"]
    finally:
        os.kill(process, signal.SIGKILL)


def test_a_run_goes_on_when_whoever_started_it_ends(runs: Runs, tmp_path: Path) -> None:
    """Also where the whole group of processes is ended."""
    with subprocess.Popen(  # noqa: S603 - our own arguments
        [sys.executable, "-c", STARTER, str(tmp_path / "var")], cwd=PROJECT_ROOT, start_new_session=True
    ) as starter:
        assert starter.wait() == 0
        with contextlib.suppress(ProcessLookupError):
            os.killpg(starter.pid, signal.SIGKILL)
    assert str(wait_for(runs, "release").error).startswith("There is no version 'nothing'.")


def test_a_job_is_done_in_the_name_of_whoever_started_it(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content_copy: Path
) -> None:
    """With the settings of whoever started it, also where a path in them begins where that one works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KYR_CONTENT_DIR", "content")
    runs.start({"kind": "off", "topic": "red_card", "reason": "it is wrong"}, "ana")
    done = wait_for(runs, "off")
    assert done.error is None and done.result == {"version": None, "passed": True, "report": None}
    assert [line.text for line in done.lines] == [
        "No version is published yet: it counts from the first one on."
    ]
    assert TopicsOff(tmp_path / "var").read() == {"red_card"}
    (entry,) = AuditLog(Database(tmp_path / "var")).entries()
    assert (entry.who, entry.action, entry.subject) == ("ana", "topic off", "red_card")
    assert entry.after == '{"enabled":false,"reason":"it is wrong"}'


def test_what_nobody_foresaw_is_told_without_a_traceback(runs: Runs, tmp_path: Path) -> None:
    """The log has it; the next run begins a new one."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "published.json").write_text("nonsense", encoding="utf-8")
    runs.start({"kind": "rollback", "version": "1"}, "ana")
    log = tmp_path / "var" / "runs" / "release.log"
    assert wait_for(runs, "release").error == (
        f"It failed for a reason nobody foresaw: JSONDecodeError; the log {log} says more."
    )
    assert "Traceback" in log.read_text(encoding="utf-8")
    (tmp_path / "var" / "published.json").unlink()
    runs.start({"kind": "rollback", "version": "1"}, "ana")
    wait_for(runs, "release")
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_line_that_is_half_written_is_read_when_it_is_whole(runs: Runs, tmp_path: Path) -> None:
    """Whoever looks may come in between, and a full disk may take only a part of one."""
    folder = tmp_path / "var" / "runs"
    folder.mkdir(parents=True)
    begun = {
        "slot": "training",
        "kind": "train",
        "subject": "",
        "who": "ana",
        "started": "2026-11-26T10:03:00Z",
    }
    first = json.dumps(begun)
    said = '{"text": "Checking the content", "time": "2026-11-26T10:03:01Z"}'
    (folder / "training.jsonl").write_text(
        f'{first}\n{{"te{said}\n{said}\n{{"done": {{"versi', encoding="utf-8"
    )
    run = runs.last("training")
    assert run is not None and [line.text for line in run.lines] == ["Checking the content"]
    assert run.error == "It was ended from outside; nothing was changed. Start it again."


def test_a_job_that_lacks_something_is_not_begun(runs: Runs) -> None:
    """That is a mistake of the program, not of staff."""
    with pytest.raises(ValueError, match="the job approve needs"):
        runs.start({"kind": "approve", "topic": "bond", "approved_by": "ana"}, "ana")
    assert runs.last("release") is None
