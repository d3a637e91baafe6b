"""The page as a resident meets it, in a real browser on a small screen."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.conftest import Service

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")


@dataclass
class Visit:
    """A page, and everything it should not have done."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def ask(self, question: str) -> None:
        """Type a question, press Enter, and wait for the answer."""
        before = await self.page.locator(".message.bot").count()
        await self.page.fill("#message", question)
        await self.page.press("#message", "Enter")
        await self.page.locator(".message.bot").nth(before).wait_for()


@pytest.fixture
async def visit(service: Service) -> AsyncIterator[Visit]:
    """A phone of 320 pixels in Debian's Chromium."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed (Debian: apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    async with async_playwright() as playwright:
        quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *quiet])
        page = await browser.new_page(viewport={"width": 320, "height": 640})
        visit = Visit(page, service.url)
        page.on("console", lambda message: visit.complaints.append(message.text))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(service.url) else visit.complaints.append(request.url)
            ),
        )
        yield visit
        await browser.close()


async def test_a_conversation_on_a_small_phone(visit: Visit) -> None:
    """Question, answer, sources, choice, services to call: all fits, nothing is fetched elsewhere."""
    page = visit.page
    await page.goto(f"{visit.url}/es/")
    await visit.ask("si la migra toca a la puerta tengo que abrir")
    answer = page.locator(".message.bot").nth(1)
    assert await answer.get_attribute("lang") == "es"
    assert await answer.locator('blockquote[lang="en"]').count() == 1
    await answer.locator("summary").click()
    assert await answer.locator("details a").first.is_visible()
    before = await page.locator(".message.bot").count()
    await answer.locator(".choices button").first.click()
    await page.locator(".message.bot").nth(before).wait_for()
    await visit.ask("necesito un abogado gratis")
    call = page.locator(".services a.call").first
    assert (await call.get_attribute("href") or "").startswith("tel:")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert visit.complaints == []


async def test_markup_in_a_message_is_shown_as_it_was_typed(visit: Visit) -> None:
    """Nothing that a person writes becomes part of the page."""
    await visit.page.goto(f"{visit.url}/en/")
    await visit.ask("<img src=x onerror=alert(1)><b>hello</b>")
    mine = visit.page.locator(".message.you")
    assert "<img src=x onerror=alert(1)><b>hello</b>" in (await mine.text_content() or "")
    assert await mine.locator("img, b").count() == 0
    assert visit.complaints == []


async def test_without_a_connection_the_question_stays_in_the_box(visit: Visit) -> None:
    """The person is told, and can press Send again."""
    page = visit.page
    await page.goto(f"{visit.url}/en/")
    await page.context.set_offline(True)
    await page.fill("#message", "what is a warrant")
    await page.press("#message", "Enter")
    await page.get_by_text("Your message was not sent").wait_for()
    assert await page.input_value("#message") == "what is a warrant"
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Send").click()
    await page.locator(".message.bot").nth(1).wait_for()
    assert await page.input_value("#message") == ""


async def test_everything_can_be_reached_by_keyboard(visit: Visit) -> None:
    """The first stop leads to the chat; controls are at least 44 pixels high."""
    page = visit.page
    await page.goto(f"{visit.url}/en/")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "message"
    for control in await page.locator("button, .switch, .urgent a, .topics a, textarea").all():
        box = await control.bounding_box()
        assert box is not None and box["height"] >= 44
