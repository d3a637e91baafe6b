"""`kyr serve` and `kyr ask` as a person runs them: a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.database.tables import USAGE
from bot.serving.processes import RASA_COMMAND, free_port
from bot.settings import PROJECT_ROOT
from bot.training.models import ARCHIVE, Model, ModelStore
from tests.conftest import SMALL_CONTENT, still_running
from tests.helpers.office import open_office, serving
from tests.helpers.waiting import SECONDS_AT_MOST

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(small_model: Model, tmp_path: Path) -> dict[str, str]:
    """As a person's, with the small content and its model for their own, at the level that says most."""
    return {
        **os.environ,
        "KYR_CONTENT_DIR": str(SMALL_CONTENT),
        "KYR_DATA_DIR": str(small_model.folder.parent.parent),
        "KYR_DATABASE_URL": f"sqlite:///{tmp_path}/staff.sqlite3",
        "KYR_LOG_LEVEL": logging.getLevelName(logging.DEBUG),
    }


@contextlib.asynccontextmanager
async def kyr(environment: dict[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_serve_answers_restarts_what_dies_and_leaves_nothing_running(
    environment: dict[str, str],
) -> None:
    """From "Ready" to SIGTERM, on loopback only, and no word of a resident in what it prints."""
    port = free_port()
    async with kyr(environment, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        printed: list[str] = []
        async for line in process.stdout:
            printed.append(line.decode())
            if printed[-1].startswith("Ready"):
                break
        assert printed[-1] == f"Ready: http://127.0.0.1:{port}\n", "".join(printed)
        file = environment["KYR_DATABASE_URL"].removeprefix("sqlite:///")
        assert f"Staff data: {file}, 5 changed settings noted in the audit log\n" in printed
        family = psutil.Process(process.pid).children(recursive=True)
        rasa = next(child for child in family if RASA_COMMAND in child.cmdline())
        listeners = [
            connection.laddr.ip
            for member in [psutil.Process(process.pid), *family]
            for connection in member.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        # The gateway, Rasa, the action server, and the relay between these two.
        assert len(listeners) == 4 and set(listeners) == {"127.0.0.1"}

        os.kill(rasa.pid, signal.SIGKILL)
        assert counted(environment) == 0, "the test question of the start is no resident's"
        async with ClientSession() as session:
            body = await say(session, port, "me llamo Ana y tengo miedo de la migra")
            assert body["degraded"] and body["replies"]
            latest = asyncio.get_running_loop().time() + SECONDS_AT_MOST
            while "degraded" in await say(session, port, "hola buenas tardes"):
                assert asyncio.get_running_loop().time() < latest
                await asyncio.sleep(0.5)

        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        rest = (await process.stdout.read()).decode()
        assert await process.wait() == 0
        assert counted(environment) > 1
        assert await still_running(family) == []
        assert "Rasa ended (code -9); starting it again" in rest
        assert "Ana" not in rest and "miedo" not in rest and "Traceback" not in rest


def counted(environment: dict[str, str]) -> int:
    """Return how many messages were counted."""
    database = Database(Path(), environment["KYR_DATABASE_URL"])
    with database.transaction() as connection:
        numbers = connection.execute(select(USAGE.c["count"]).where(USAGE.c.kind == "channel"))
        return sum(numbers.scalars())


async def say(session: ClientSession, port: int, message: str) -> dict[str, object]:
    async with session.post(f"http://127.0.0.1:{port}/api/chat", json={"message": message}) as response:
        body: dict[str, object] = await response.json()
        return body


async def test_a_port_in_use_is_named(environment: dict[str, str]) -> None:
    """Exit 1 with a sentence, and nothing left running; a database that is away was no reason to end."""
    environment["KYR_DATABASE_URL"] = f"postgresql://ana:secret@127.0.0.1:{free_port()}/kyr"
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with kyr(environment, "serve", "--port", str(port)) as process:
        printed, _ = await process.communicate()
    server.close()
    assert process.returncode == 1
    assert "Staff data cannot be used, residents are answered all the same. The Post" in printed.decode()
    assert "no server answers there." in printed.decode() and "secret" not in printed.decode()
    assert (
        f"Cannot listen on 127.0.0.1:{port} (Address already in use). "
        "End what uses it, or choose another with --port.\n"
    ) in printed.decode()


async def test_a_model_that_cannot_be_served_gives_way_to_the_one_before(
    small_model: Model, tmp_path: Path
) -> None:
    """Residents are answered from that; it is published, and the audit log has it with the reason."""
    office = open_office(small_model, tmp_path)
    store, data_dir = ModelStore(office.folder / "var"), office.folder / "var"
    with store.workplace() as folder:
        built = Path(shutil.copytree(small_model.folder, folder / "model"))
        (built / ARCHIVE).write_bytes(b"no archive")
        store.add(built, "broken", small_model.report)
    store.publish("broken")
    (data_dir / "models" / "broken" / ARCHIVE).write_bytes(b"nor the one that was trained")
    port = free_port()
    async with serving(office, port), ClientSession() as session:
        assert store.published_version() == small_model.version
        assert "degraded" not in await say(session, port, "hola buenas tardes")
    newest = AuditLog(Database(data_dir)).entries(1)[0]
    assert (newest.action, newest.subject) == ("rollback", small_model.version)
    assert "the file is not the one that was made" in newest.after


async def test_ask_prints_the_answer_of_the_gateway(environment: dict[str, str]) -> None:
    """In the shape of POST /api/chat, and nothing else on standard output; it is not counted."""
    arguments = ("ask", "¿qué es la tarjeta roja?", "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    body = json.loads(out)
    assert process.returncode == 0
    assert (body["lang"], body["replies"][0]["topic"]) == ("es", "red_card")
    assert counted(environment) == 0
