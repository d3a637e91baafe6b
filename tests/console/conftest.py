"""The console on the small content, and clerks who use it as a browser would."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import Settings
from bot.web.console import keys
from bot.web.console.app import create_console
from bot.web.console.guard import FORM_TOKEN

PASSWORD = "a long enough password"  # noqa: S105 - of a test
_TOKEN = re.compile(rf'name="{FORM_TOKEN}" value="([^"]+)"')


@dataclass
class Clerk:
    """Somebody with a browser of their own."""

    client: TestClient[web.Request, web.Application]
    name: str

    async def get(self, path: str, *, status: int = 200, **more: Any) -> str:
        """Open a page; return its HTML."""
        async with self.client.get(path, **more) as response:
            page = await response.text()
            assert response.status == status, page
            return page

    async def token(self) -> str:
        """Return what a form of this browser carries."""
        found = _TOKEN.search(await (await self.client.get("/sign-in")).text())
        assert found is not None
        return found[1]

    async def post(
        self, path: str, fields: Mapping[str, str] | None = None, *, status: int | None = 200, **more: str
    ) -> str:
        """Send a form of a page and go where it leads; return the HTML of that page."""
        response = await self.send(path, {**(fields or {}), **more, FORM_TOKEN: await self.token()})
        page = await response.text()
        assert status is None or response.status == status, page
        return page

    async def upload(self, path: str, file: Path | bytes, name: str, *, status: int = 200) -> str:
        """Send a file by a form."""
        data = FormData({FORM_TOKEN: await self.token()})
        content = io.BytesIO(file.read_bytes() if isinstance(file, Path) else file)
        data.add_field("sheet", content, filename=name, content_type="application/octet-stream")
        async with self.client.post(path, data=data) as response:
            page = await response.text()
            assert response.status == status, page
            return page

    async def send(self, path: str, fields: dict[str, Any], **more: Any) -> ClientResponse:
        """Send a form as it is."""
        return await self.client.post(path, data=fields, **more)

    async def sign_in(self, password: str = PASSWORD, *, status: int = 200) -> str:
        """Sign in; return the page after it."""
        return await self.post("/sign-in", status=status, name=self.name, password=password)


MakeClerk = Callable[..., Awaitable[Clerk]]


@dataclass
class Console:
    """A running console, its settings, and clerks who are signed in."""

    app: web.Application
    settings: Settings
    make_clerk: MakeClerk

    def noted(self, subject: str | None = None) -> list[tuple[str, str]]:
        """Return who did what by the audit log, the newest first."""
        return [(entry.who, entry.action) for entry in self.app[keys.AUDIT].entries(subject=subject)]

    def topic_file(self, topic: str) -> Path:
        """Return where a topic stands."""
        return self.settings.content_dir / "data" / "faq" / f"{topic}.yml"


@pytest.fixture
async def console(tmp_path: Path, content_copy: Path) -> AsyncIterator[Console]:
    """A console on a copy of the small content, with an editor and an approver."""
    settings = Settings(
        data_dir=tmp_path / "var", content_dir=content_copy, resources_dir=content_copy / "data" / "resources"
    )
    app = create_console(settings)
    server = TestServer(app)
    await server.start_server()
    clients: list[TestClient[web.Request, web.Application]] = []
    for name, role in (("ana", "editor"), ("berta", "approver"), ("clara", "approver")):
        app[keys.ACCOUNTS].add("test", name, role, PASSWORD)

    async def make_clerk(name: str, *, signed_in: bool = True) -> Clerk:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        clients.append(client)
        clerk = Clerk(client, name)
        if signed_in:
            await clerk.sign_in()
        return clerk

    yield Console(app, settings, make_clerk)
    for client in clients:
        await client.close()
    await server.close()


@pytest.fixture
async def editor(console: Console) -> Clerk:
    """An editor who is signed in."""
    return await console.make_clerk("ana")


@pytest.fixture
async def approver(console: Console) -> Clerk:
    """An approver who is signed in."""
    return await console.make_clerk("berta")
