"""Trying a question: the process that is kept for it, with a stand-in in the place of Rasa."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from bot.training import kept_process as module
from bot.training import worker
from bot.training.models import Model, ModelError, ModelStore
from bot.training.train import TrainingError
from bot.training.tryout import Ranked, TryOut
from tests.conftest import still_running
from tests.helpers.models import add_untrained
from tests.helpers.stub_worker import NEVER
from tests.helpers.waiting import until

CARD = "what is a red card"


@pytest.fixture(autouse=True)
def stub_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something start in Rasa's place that needs no seconds for it."""
    monkeypatch.setattr(worker, "_RASA", "tests.helpers.stub_worker")


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    """Two models, "1" and "2"."""
    store = ModelStore(tmp_path / "var")
    for version in "12":
        add_untrained(store, version)
    return store


@pytest.fixture
def model(models: ModelStore) -> Model:
    """One of them."""
    return models.get("1")


@pytest.fixture
async def tryout() -> AsyncIterator[TryOut]:
    """Tries questions, and ends its process with the test."""
    made = TryOut()
    yield made
    await made.close()


def family_of(tryout: TryOut) -> list[psutil.Process]:
    """Return the process and what it has started."""
    process = psutil.Process(tryout.pid)
    return [process, *process.children(recursive=True)]


async def test_a_killed_process_is_replaced(model: Model, tryout: TryOut) -> None:
    """The next question is answered by another one."""
    await tryout.ask(model, CARD)
    first = tryout.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: tryout.pid is None)
    assert (await tryout.ask(model, CARD)).topic == "red_card"
    assert tryout.pid not in (None, first)


async def test_the_answer_for_a_situation_is_shown_as_residents_get_it(
    tmp_path: Path, tryout: TryOut
) -> None:
    """Not the core answer of its topic; the words count for the answer that was decided on."""
    model = add_untrained(ModelStore(tmp_path / "var"), "1", situations=True)
    tried = await tryout.ask(model, "I lost it")
    assert tried.reply is not None and tried.reply.text.startswith("Print another card today.")
    assert (tried.topic, tried.reply.answer) == ("red_card", "red_card.lost")
    assert tried.winner == Ranked("red_card.lost", True, 0.6)
    assert [word.counted for word in tried.words] == [0.0, 0.6, 0.0]


async def test_another_model_exchanges_the_process(models: ModelStore, tryout: TryOut) -> None:
    """The one before ends: two models have more memory than a small machine can spare."""
    await tryout.ask(models.get("1"), CARD)
    first = family_of(tryout)
    assert (await tryout.ask(models.get("2"), CARD)).topic == "red_card"
    assert tryout.pid not in (None, first[0].pid)
    assert await still_running(first) == []


async def test_it_ends_when_nothing_is_asked_for_long(model: Model) -> None:
    """Here for a moment, and not before: the process is there when the answer is."""
    tryout = TryOut(seconds_idle=0.5)
    await tryout.ask(model, CARD)
    family = family_of(tryout)
    await until(lambda: tryout.pid is None)
    assert await still_running(family) == []
    await tryout.close()


async def test_closing_ends_the_process_while_it_still_starts(model: Model) -> None:
    """Whoever waits for an answer is told, and the model is as it was."""
    tryout = TryOut()
    asked = asyncio.create_task(tryout.ask(model, NEVER))
    await until(lambda: tryout.pid is not None)
    family = family_of(tryout)
    await tryout.close()
    with pytest.raises(TrainingError) as ended:
        await asked
    assert str(ended.value) == (
        "Asking the version ended: something killed it. Nothing was changed. "
        "See that 4 GB of memory are free, and try again."
    )
    assert await still_running(family) == [] and tryout.pid is None
    model.verify()


async def test_who_stops_waiting_takes_the_process_along(
    model: Model, tryout: TryOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer would be taken for that of the next question."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    asked = asyncio.create_task(tryout.ask(model, NEVER))
    await until(lambda: tryout.pid is not None)
    family = family_of(tryout)
    assert len(list(temporary.iterdir())) == 1
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await still_running(family) == [] and tryout.pid is None
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("damage", ["changed", "gone"])
async def test_a_model_that_is_not_as_it_was_trained_is_not_loaded(
    model: Model, tryout: TryOut, damage: str
) -> None:
    """Loading an archive runs what is in it."""
    if damage == "gone":
        shutil.rmtree(model.folder)
    else:
        with model.archive.open("ab") as archive:
            archive.write(b"\0")
    with pytest.raises(ModelError, match="the file is not the one that was made"):
        await tryout.ask(model, CARD)
    assert tryout.pid is None


async def test_who_waits_for_others_is_told_in_time(
    model: Model, tryout: TryOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many have asked before."""
    monkeypatch.setattr(module, "SECONDS_TO_ANSWER", 0.2)
    async with tryout._process._asking:
        with pytest.raises(TrainingError, match=r"no answer came within 0\.2 s"):
            await tryout.ask(model, "a question")
