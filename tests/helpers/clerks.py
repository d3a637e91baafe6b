"""The console as clerks use it: with browsers of their own, on some content and data."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, CookieJar, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.console import keys
from bot.console.app import create_console
from bot.console.guard import FORM_TOKEN
from bot.settings import Settings
from bot.web.connections import Server

PASSWORD = "a long enough password"  # noqa: S105 - of a test
EDITOR, APPROVER, OTHER_APPROVER = "ana", "berta", "clara"
_TOKEN = re.compile(rf'name="{FORM_TOKEN}" value="([^"]+)"')


def seen_in(page: str) -> str:
    """Return the state of what a page shows, which its form carries."""
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


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

    async def upload(
        self, path: str, file: Path | bytes, name: str, *, field: str = "sheet", status: int = 200
    ) -> str:
        """Send a file by a form."""
        data = FormData({FORM_TOKEN: await self.token()}, quote_fields=False)  # as browsers do
        content = io.BytesIO(file.read_bytes() if isinstance(file, Path) else file)
        data.add_field(field, content, filename=name, content_type="application/octet-stream")
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
    """A running console, its settings and address, and clerks who are signed in."""

    app: web.Application
    settings: Settings
    url: str
    make_clerk: MakeClerk

    def noted(self, subject: str | None = None) -> list[tuple[str, str]]:
        """Return who did what by the audit log, the newest first."""
        return [(entry.who, entry.action) for entry in self.app[keys.AUDIT].entries(subject=subject)]

    def topic_file(self, topic: str) -> Path:
        """Return where a topic stands."""
        return self.settings.content_dir / "data" / "faq" / f"{topic}.yml"


class ConsoleServer(TestServer):
    """Serves on the connections that the console has, with their limits."""

    async def _make_runner(self, **options: Any) -> Server:
        return Server(self.app)


@contextlib.asynccontextmanager
async def open_console(content: Path, data: Path, **more: Any) -> AsyncIterator[Console]:
    """Run a console on some content and data, with an editor and two approvers; `more` are settings."""
    folders = {"data_dir": data, "content_dir": content, "resources_dir": content / "data" / "resources"}
    settings = Settings(**{**folders, **more})
    app = create_console(settings)
    server = ConsoleServer(app)
    await server.start_server()
    clients: list[TestClient[web.Request, web.Application]] = []
    for name, role in ((EDITOR, "editor"), (APPROVER, "approver"), (OTHER_APPROVER, "approver")):
        app[keys.ACCOUNTS].add("test", name, role, PASSWORD)

    async def make_clerk(name: str, *, signed_in: bool = True) -> Clerk:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        clients.append(client)
        clerk = Clerk(client, name)
        if signed_in:
            await clerk.sign_in()
        return clerk

    yield Console(app, settings, str(server.make_url("/")).rstrip("/"), make_clerk)
    for client in clients:
        await client.close()
    await server.close()
