"""An office of the city: its own content, data and terminal, and what `kyr serve` answers from them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from bot.content.home import copy_content
from bot.settings import PROJECT_ROOT
from bot.training.models import Model, ModelStore


@dataclass
class Office:
    """A city's own content and data, and the terminal of its clerk."""

    folder: Path
    environment: dict[str, str]

    @property
    def content(self) -> Path:
        """Where the clerk's content is."""
        return self.folder / "content"

    async def kyr(self, *arguments: str, code: int = 0, typed: str = "") -> str:
        """Run a command; return what it prints. Fails where it ends with another code."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=PROJECT_ROOT,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await process.communicate(typed.encode()))[0].decode()
        assert process.returncode == code, printed
        assert "Traceback" not in printed
        return printed


def open_office(model: Model, tmp_path: Path) -> Office:
    """Return an office with the content of a model, and the model published."""
    folder = tmp_path / "office"
    copy_content(model.content_dir, folder / "content")
    shutil.copytree(model.folder, folder / "var" / "models" / model.version)
    ModelStore(folder / "var").publish(model.version)
    own = {"KYR_DATA_DIR": str(folder / "var"), "KYR_CONTENT_DIR": str(folder / "content")}
    limits = {"KYR_MESSAGES_A_MINUTE": "100000", "KYR_MESSAGES_A_MINUTE_OVERALL": "100000"}
    return Office(folder, {**os.environ, **own, **limits})


@contextlib.asynccontextmanager
async def serving(office: Office, port: int, *options: str) -> AsyncIterator[None]:
    """Run `kyr serve` until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve", "--port", str(port), *options),
        cwd=PROJECT_ROOT,
        env=office.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = []
    try:
        async for line in process.stdout:
            printed.append(line.decode())
            if printed[-1].startswith("Ready"):
                break
        assert printed[-1].startswith("Ready"), "".join(printed)
        yield
    finally:
        process.terminate()
        rest, _ = await process.communicate()
        assert process.returncode == 0, rest.decode()
        assert "ERROR" not in rest.decode() and "Traceback" not in rest.decode(), rest.decode()


async def topic_of(session: ClientSession, url: str, question: str) -> str | None:
    """Return the topic that a question is answered by."""
    async with session.post(f"{url}/api/chat", json={"message": question, "lang": "es"}) as response:
        body = await response.json()
        topic: str | None = body["replies"][0]["topic"]
        return topic
