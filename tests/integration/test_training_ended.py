"""Training that is ended by something from outside."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT
from bot.training.models import ModelStore
from tests.conftest import SMALL_CONTENT
from tests.helpers.waiting import SECONDS_AT_MOST

pytestmark = pytest.mark.slow

_TRAIN = f"exec {sys.executable} -m bot train"


@contextlib.contextmanager
def _training(data_dir: Path, command: str = _TRAIN) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603 - the command is a constant
        ["/bin/sh", "-c", command],
        cwd=PROJECT_ROOT,
        env={**os.environ, "KYR_CONTENT_DIR": str(SMALL_CONTENT), "KYR_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def _left(data_dir: Path) -> list[str]:
    """Return what is in the folder of models but for what is kept from one training to the next."""
    names = (path.name for path in (data_dir / "models").iterdir())
    return [name for name in names if name != ".lock" and not name.startswith((".lemmas-", ".vectors-"))]


def test_what_the_disk_does_not_take_ends_training_with_what_to_do(tmp_path: Path) -> None:
    """Here no file may be larger than 40 kB, as if the disk were full when the model is packed."""
    with _training(tmp_path, f"ulimit -f 80; {_TRAIN}") as process:
        _, said = process.communicate()
    assert process.returncode == 1
    assert said == (
        "Making the version ended: File too large. Nothing was changed. "
        "Make room on the disk (1 GB will do) or look at its permissions, and try again.\n"
    )
    assert _left(tmp_path) == []


def test_training_that_is_killed_ends_whole_and_leaves_nothing_to_the_next_one(tmp_path: Path) -> None:
    """With the processes that it has started, whatever they were doing."""
    with _training(tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Reading the content"):
                process.kill()
    # One that is still importing Rasa sees it only afterwards.
    deadline = time.monotonic() + SECONDS_AT_MOST
    while _running_for(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _running_for(tmp_path) == []
    assert len(_left(tmp_path)) == 1
    with ModelStore(tmp_path).workplace() as folder:
        assert _left(tmp_path) == [folder.name]


def _running_for(data_dir: Path) -> list[str]:
    """Return the numbers of the processes that work for a data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
            if f"KYR_DATA_DIR={data_dir}\0".encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found
