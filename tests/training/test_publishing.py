"""Publishing as a clerk's command sees it: what a running `kyr serve` says of itself, and going back."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.messages import Message
from bot.settings import PROJECT_ROOT
from bot.training.models import Model, ModelStore
from bot.training.publishing import PublishError, ServingStatus, ServingStatusFile, publish, roll_back
from tests.helpers.waiting import SECONDS_AT_MOST
from tests.training.test_models import add


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """Two models; the first is published."""
    made = ModelStore(tmp_path)
    for version in "12":
        add(made, version)
    made.publish("1")
    return made


def published(store: ModelStore) -> Model:
    model = store.published()
    assert model is not None
    return model


def silent(text: str) -> None:
    """Print nothing."""


def test_without_a_running_service_the_next_start_is_named(store: ModelStore, tmp_path: Path) -> None:
    """Nobody waits for what is not there."""
    said: list[str] = []
    publish(store, ServingStatusFile(tmp_path), "2", said.append)
    assert said == ["Published 2. The assistant does not run: it answers from the next start on."]
    assert published(store).version == "2"


def test_a_service_that_refuses_goes_on_and_so_does_the_pointer(store: ModelStore, tmp_path: Path) -> None:
    """Its reason is told, and the next start serves what answers now."""
    serving = ServingStatusFile(tmp_path)
    with serving.held():
        serving.write(ServingStatus("1"))
        why = Message("told", text="“sign this” got no answer.")
        refuse = ServingStatus("1", "2", why)
        threading.Timer(0.3, serving.write, [refuse]).start()
        with pytest.raises(PublishError) as refused:
            publish(store, serving, "2", silent)
    assert str(refused.value) == (
        "The assistant refused version 2 and goes on as before: “sign this” got no answer."
    )
    assert published(store).version == "1"


def test_a_service_that_takes_over_is_waited_for(store: ModelStore, tmp_path: Path) -> None:
    """Then residents are answered from the new model, and the command says so."""
    serving, said = ServingStatusFile(tmp_path), list[str]()
    with serving.held():
        serving.write(ServingStatus("1"))
        threading.Timer(0.3, serving.write, [ServingStatus("2")]).start()
        publish(store, serving, "2", said.append)
    assert re.match(r"Version 2 answers, \d+\.\d s later$", said[-1])
    assert published(store).version == "2"


def test_a_service_that_dies_meanwhile_is_told(store: ModelStore, tmp_path: Path) -> None:
    """Its lock goes with it, however it ended."""
    hold = (
        "import sys, time; from pathlib import Path; from bot.training.publishing import *\n"
        "serving = ServingStatusFile(Path(sys.argv[1]))\n"
        "with serving.held():\n"
        "    serving.write(ServingStatus('1')); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(tmp_path)]
    with subprocess.Popen(  # noqa: S603 - our own arguments
        command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        assert ServingStatusFile(tmp_path).read() == ServingStatus("1")

        def kill(said: str) -> None:
            """End it at the first thing that is said: that it is taking the model over."""
            process.kill()
            process.wait()

        with pytest.raises(PublishError, match="The assistant has ended meanwhile"):
            publish(store, ServingStatusFile(tmp_path), "2", kill)
    assert ServingStatusFile(tmp_path).read() is None


def test_one_service_has_a_data_folder(tmp_path: Path) -> None:
    """Two would take each other's models away."""
    with (
        ServingStatusFile(tmp_path).held(),
        pytest.raises(PublishError, match="Another `kyr serve` uses"),
        ServingStatusFile(tmp_path).held(),
    ):
        pass


def test_going_back_twice_is_going_forward(store: ModelStore, tmp_path: Path) -> None:
    """The way back is always to the model before."""
    publish(store, ServingStatusFile(tmp_path), "2", silent)
    assert roll_back(store, ServingStatusFile(tmp_path), silent).version == "1"
    assert roll_back(store, ServingStatusFile(tmp_path), silent).version == "2"


def test_there_may_be_nothing_to_go_back_to(store: ModelStore, tmp_path: Path) -> None:
    """The first model has none before it."""
    with pytest.raises(PublishError, match="There is no version before this one"):
        roll_back(store, ServingStatusFile(tmp_path), silent)


def test_a_pointer_is_there_whole_after_each_of_many_changes(store: ModelStore, tmp_path: Path) -> None:
    """Whoever looks at any moment reads a whole one."""
    over = threading.Event()
    seen: set[str] = set()

    def look() -> None:
        while not over.is_set():
            seen.add(json.loads((tmp_path / "published.json").read_text())["version"])

    looking = threading.Thread(target=look)
    looking.start()
    latest = time.monotonic() + SECONDS_AT_MOST
    for changes in itertools.count(1):
        for version in "21":
            store.publish(version)
        if (changes >= 20 and len(seen) == 2) or time.monotonic() > latest:
            break
    over.set()
    looking.join()
    assert seen == {"1", "2"}
