"""`kyr serve` from within, with models that nobody has trained: what it does when something is in the way."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.cli.main import main
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.serving import processes
from bot.serving.assistant import Assistant, assemble
from bot.serving.processes import Child, free_port
from bot.serving.serve import follow, serve
from bot.settings import Settings
from bot.training.models import ARCHIVE, ModelError, ModelStore
from bot.training.publishing import ServingStatus, ServingStatusFile
from bot.web.server import ServeError
from tests.conftest import SMALL_CONTENT, still_running
from tests.helpers.models import add_untrained
from tests.helpers.waiting import SECONDS_AT_MOST


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of an office with two models; the second is published, and the first was before."""
    settings = Settings(data_dir=tmp_path / "var", content_dir=SMALL_CONTENT)
    store = ModelStore(settings.data_dir)
    for version in "12":
        add_untrained(store, version)
        store.publish(version)
    return settings


def pointer(settings: Settings) -> str:
    return (settings.data_dir / "published.json").read_text(encoding="utf-8")


async def served(settings: Settings, port: int, said: list[str]) -> None:
    """Serve until that ends by itself."""
    await asyncio.wait_for(serve(settings, "127.0.0.1", port, said.append), SECONDS_AT_MOST)


async def test_a_port_in_use_is_no_fault_of_the_model(settings: Settings) -> None:
    """It is named once, and the same model is published as before."""
    before, said = pointer(settings), list[str]()
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ServeError, match=rf"^Cannot listen on 127\.0\.0\.1:{port} "):
        await served(settings, port, said)
    server.close()
    assert pointer(settings) == before
    assert [line for line in said if line.startswith("Model")] == ["Model 2, trained 2026-11-26"]


async def test_it_goes_back_once_and_publishes_nothing_that_does_not_answer(settings: Settings) -> None:
    """Two models that are not what was trained: both are named, and none of them is published by it."""
    before, said = pointer(settings), list[str]()
    for version in "12":
        (settings.data_dir / "models" / version / ARCHIVE).write_bytes(b"other weights")
    with pytest.raises(ModelError, match=r"models/1/model\.tar\.gz: the file is not the one that was made"):
        await served(settings, 0, said)
    assert [line for line in said if "going back" in line] == [
        f"{settings.data_dir}/models/2/{ARCHIVE}: the file is not the one that was made. Delete "
        f"{settings.data_dir}/models/2 and make a new version (`kyr train`).\n"
        "Model 2 cannot be served; going back to 1"
    ]
    assert pointer(settings) == before
    assert "rollback" not in {entry.action for entry in AuditLog(Database.of(settings)).entries()}


@pytest.mark.parametrize("command", [["ask", "hi"], ["evaluate"]], ids=["ask", "evaluate"])
def test_who_only_asks_publishes_nothing(
    settings: Settings,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where this program cannot load the published model, it is said who may put one in its place."""
    monkeypatch.setenv("KYR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(SMALL_CONTENT))
    questions = settings.data_dir / "questions.jsonl"
    questions.write_text('{"text": "hi", "lang": "en", "topic": "greet"}', encoding="utf-8")
    add_untrained(ModelStore(settings.data_dir), "3", code_hash="old")
    ModelStore(settings.data_dir).publish("3")
    before = pointer(settings)
    assert main([*command, *([str(questions)] if command == ["evaluate"] else [])]) == 1
    assert pointer(settings) == before
    assert capsys.readouterr().err == (
        "Model 3 is of an older program: there is nothing to ask. `kyr serve` trains one and publishes it.\n"
    )


@contextlib.contextmanager
def no_file_can_be_opened() -> Iterator[None]:
    """As in a process that has as many open as it may."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextlib.contextmanager
def nothing_can_be_written(file: Path) -> Iterator[None]:
    """As on a disk that is full."""
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()


@pytest.mark.parametrize("trouble", ["files", "disk"])
async def test_what_answers_goes_on_without_files_and_disk(settings: Settings, trouble: str) -> None:
    """Another model is not taken over then; when there is room again, whoever publishes is told so."""
    store, file_of_serving = ModelStore(settings.data_dir), ServingStatusFile(settings.data_dir)
    stop, said = asyncio.Event(), list[str]()
    assistant = assemble(store.get("2"), settings)
    file = settings.data_dir / "serving.json"
    with file_of_serving.held():
        store.publish("1")
        (store.get("1").folder / ARCHIVE).write_bytes(b"other weights")
        with no_file_can_be_opened() if trouble == "files" else nothing_can_be_written(file):
            following = asyncio.create_task(
                follow(assistant, ServingStatus("2"), settings, stop, said.append)
            )
            while len(said) < (1 if trouble == "files" else 3):
                assert not following.done()
                await asyncio.sleep(0.05)
        while (state := file_of_serving.read()) is None or not state.refused:
            assert not following.done()
            await asyncio.sleep(0.05)
        stop.set()
        await following
    assert (state.version, state.refused) == ("2", "1")
    assert said[0].startswith("Whoever publishes cannot be told what answers")
    assert [line for line in said if line.startswith("Whoever")] == said[:1]


# Listens, and does not end when it is asked to.
DEAF = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
"""


def deaf_child(*arguments: object, **options: object) -> Child:
    """Stand in for Rasa and the action server, in the second that they take to end."""
    port = free_port()
    return Child("a child", ["-c", DEAF, str(port)], port, {})


async def until_letting_go(assistant: Assistant) -> None:
    while assistant._before is not None:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("interrupted", ["by the end", "by another switch", "while taking over"])
async def test_no_process_outlives_what_interrupts_its_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, interrupted: str
) -> None:
    """A model is let go ten minutes after another has taken over, here at once, or when a third one does."""
    monkeypatch.setattr("bot.serving.assistant.rasa_child", deaf_child)
    monkeypatch.setattr("bot.serving.assistant.actions_child", deaf_child)
    monkeypatch.setattr(processes, "_SECONDS_TO_END", 1)
    if interrupted != "while taking over":
        monkeypatch.setattr("bot.serving.assistant.SECONDS_WARM", 0)
    others = set(psutil.Process().children(recursive=True))
    store = ModelStore(settings.data_dir)
    assistant, third = assemble(store.get("1"), settings), add_untrained(store, "3")
    async with assistant.running(watch=False):
        await assistant.switch(store.get("2"))
        family = psutil.Process().children(recursive=True)
        if interrupted == "while taking over":
            switching = asyncio.create_task(assistant.switch(third))
            while assistant.backend.model.version != "3":
                await asyncio.sleep(0.01)
            family += psutil.Process().children(recursive=True)
            switching.cancel()
        else:
            await until_letting_go(assistant)
        if interrupted == "by another switch":
            await assistant.switch(third)
            family += psutil.Process().children(recursive=True)
    left = await still_running(set(family) - others, seconds=1)
    for process in left:
        process.kill()
    assert left == []
