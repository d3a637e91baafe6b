"""Debian's Chromium, and everything a page should not do while it is visited."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.content.reading import Content
from bot.gateway import keys
from bot.gateway.app import create_app
from bot.serving.processes import free_port
from bot.settings import Settings
from bot.web.server import listening
from tests.conftest import Service, require_program

CHROMIUM = "/usr/bin/chromium"
# A training can end within this on two busy cores; what is not on the page by then will not come.
MILLISECONDS_AT_MOST = 120_000
# The smallest phone that still has to show everything without scrolling sideways (WCAG 1.4.10).
SMALL_PHONE = {"width": 320, "height": 640}
# What tells of a mistake although nothing is wrong: these tests let servers be down and pages be missing.
_EXPECTED = ("net::ERR_", "Failed to load resource", "Service Worker registration blocked by Playwright")


@dataclass
class Visit:
    """A page, the address it began at, and everything it should not have done."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open a page of ours."""
        await self.page.goto(self.url + path)

    async def ask(self, question: str) -> None:
        """Type a question, press Enter, and wait for the answer."""
        before = await self.page.locator(".message.bot").count()
        await self.page.fill("#message", question)
        await self.page.press("#message", "Enter")
        await self.page.locator(".message.bot").nth(before).wait_for()

    async def check_accessible(self) -> None:
        """Assert that axe finds nothing wrong with the page as it is now."""
        found = await Axe().run(self.page)
        assert found.response["violations"] == []

    async def check_fits(self) -> None:
        """Assert that nothing is cut off or has to be scrolled to sideways."""
        widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        wide, seen = await self.page.evaluate(widths)
        assert wide <= seen


OpenVisit = Callable[..., Awaitable[Visit]]


@dataclass(frozen=True)
class Browsers:
    """Chromium, and another one that keeps pages for "back" as it does on a phone.

    Playwright has that switched off, since a page that was kept does not load.
    """

    usual: Browser
    keeping_pages: Browser


@pytest.fixture(scope="session")
async def browsers() -> AsyncIterator[Browsers]:
    """One of each for all tests; each visit has cookies, storage and caches of its own."""
    require_program(CHROMIUM, "chromium")
    expect.set_options(timeout=MILLISECONDS_AT_MOST)
    async with async_playwright() as playwright:
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

        async def launch(without: Sequence[str] = ()) -> Browser:
            return await playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", *quiet], ignore_default_args=[*without]
            )

        both = Browsers(await launch(), await launch(["--disable-back-forward-cache"]))
        yield both
        await both.usual.close()
        await both.keeping_pages.close()


@pytest.fixture
async def open_visit(browsers: Browsers) -> AsyncIterator[OpenVisit]:
    """Open pages on a small phone, or as told; they close with the test, which fails if they misbehaved."""
    visits = []

    async def open_visit(url: str, *, keeps_pages: bool = False, **context: Any) -> Visit:
        browser = browsers.keeping_pages if keeps_pages else browsers.usual
        opened = await browser.new_context(**{"viewport": SMALL_PHONE, **context})
        opened.set_default_timeout(MILLISECONDS_AT_MOST)
        visit = Visit(await opened.new_page(), url)
        visits.append(visit)
        watch(visit)
        return visit

    yield open_visit
    for visit in visits:
        await visit.page.context.close()
    assert [complaint for visit in visits for complaint in visit.complaints] == []


def watch(visit: Visit) -> None:
    """Note what the page prints, where it fails, and what it asks of other hosts."""

    def note(text: str) -> None:
        if not any(expected in text for expected in _EXPECTED):
            visit.complaints.append(text)

    def requested(url: str) -> None:
        if not url.startswith((visit.url, "data:", "blob:")):
            note(url)

    visit.page.on("console", lambda message: note(message.text))
    visit.page.on("pageerror", lambda error: note(str(error)))
    visit.page.on("request", lambda request: requested(request.url))


@pytest.fixture(scope="session")
async def pages_url(project_content: Content, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The gateway on the project's content, with nothing behind it: pages and chosen topics work."""
    nobody = f"http://127.0.0.1:{free_port()}"
    app = create_app(
        project_content,
        Settings(data_dir=tmp_path_factory.mktemp("pages")),
        rasa_url=nobody,
        actions_url=nobody,
        model_version="test",
    )
    async with listening(app, "127.0.0.1", 0) as url:
        yield url


@pytest.fixture
async def visit(open_visit: OpenVisit, service: Service) -> Visit:
    """A small phone, and the whole assistant."""
    return await open_visit(service.url)


@pytest.fixture
async def reader(open_visit: OpenVisit, pages_url: str) -> Visit:
    """A small phone, and the pages alone."""
    return await open_visit(pages_url)


@dataclass(frozen=True)
class CitySite:
    """A website with the line for the chat in its pages, the address of the chat, and how to end the chat.

    A page takes from its address what stands in the line besides (`tag`, once for each line), and its policy.
    """

    url: str
    chat_url: str
    stop_chat: Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def _city_site(
    content: Content, data_dir: Path, rasa_url: str, actions_url: str
) -> AsyncIterator[CitySite]:
    """Run a website on another host, and the chat that it is allowed to show."""
    port = free_port()
    # The same machine by another name is another site to a browser.
    site_url = f"http://localhost:{port}"
    app = create_app(
        content,
        Settings(data_dir=data_dir, embed_origins=(site_url,)),
        rasa_url=rasa_url,
        actions_url=actions_url,
        model_version="test",
    )
    async with contextlib.AsyncExitStack() as chat:
        chat_url = await chat.enter_async_context(listening(app, "127.0.0.1", 0))

        async def page(request: web.Request) -> web.Response:
            language = request.match_info["language"]
            lines = "".join(
                f'<script src="{chat_url}/embed.js?{number}" async {tag}></script>'
                for number, tag in enumerate(request.query.getall("tag", [""]))
            )
            text = (
                f'<!doctype html><html lang="{language}"><title>City</title>'
                '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
                "<style>button { color: lime; font-size: 5px; } div { display: none }</style>"
                f"<main><h1>City</h1><p>News</p></main>{lines}"
            )
            policy = {"Content-Security-Policy": request.query.get("policy", "")}
            return web.Response(text=text, content_type="text/html", headers=policy)

        site = web.Application()
        site.router.add_get("/{language}", page)
        async with listening(site, "localhost", port):
            yield CitySite(site_url, chat_url, chat.aclose)


@pytest.fixture
async def city_site(service: Service, project_content: Content, tmp_path: Path) -> AsyncIterator[CitySite]:
    """A website that shows the chat of the running assistant."""
    rasa = service.app[keys.CURRENT_MODEL].rasa
    async with _city_site(project_content, tmp_path, rasa.rasa_url, rasa.actions_url) as site:
        yield site


@pytest.fixture
async def quiet_site(project_content: Content, tmp_path: Path) -> AsyncIterator[CitySite]:
    """The same with nothing behind the chat, for what happens before a question is asked."""
    nobody = f"http://127.0.0.1:{free_port()}"
    async with _city_site(project_content, tmp_path, nobody, nobody) as site:
        yield site
