"""Whoever mends a wrong number: counted in clicks, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.directory.live import LiveDirectory
from tests.browser.conftest import OpenVisit
from tests.helpers.clerks import APPROVER, EDITOR, PASSWORD, Console, open_console

# What the issue of a wrong number may cost, beside typing.
MOST_CLICKS = 4


@pytest.fixture
async def console(tmp_path: Path, content_copy: Path) -> AsyncIterator[Console]:
    """A console on a copy of the small content, in which an answer names 211 LA."""
    async with open_console(content_copy, tmp_path / "var") as console:
        file = console.topic_file("red_card")
        text = file.read_text(encoding="utf-8").replace("  group:", "  call: [211-la]\n  group:", 1)
        file.write_text(text, encoding="utf-8")
        yield console


class Counting:
    """A clerk in a browser, whose clicks are counted from the page after signing in."""

    def __init__(self, console: Console, open_visit: OpenVisit) -> None:
        self._console, self._open_visit, self.clicks = console, open_visit, 0

    async def sign_in(self, name: str, language: str) -> None:
        """Sign in."""
        visit = await self._open_visit(self._console.url, locale=language)
        self.page = visit.page
        await visit.go("/sign-in")
        await self.page.fill("#name", name)
        await self.page.fill("#password", PASSWORD)
        await self.page.locator("main button").first.click()

    async def click(self, selector: str) -> None:
        """Click on something."""
        self.clicks += 1
        await self.page.locator(selector).first.click()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_wrong_number_is_mended_everywhere_in_four_clicks(
    console: Console, open_visit: OpenVisit, language: str
) -> None:
    """Directory, service, what changes, save; then the answers that name it say the new number."""
    live = LiveDirectory(console.settings.resources_dir)
    clerk = Counting(console, open_visit)
    await clerk.sign_in(APPROVER, language)
    await clerk.click("nav a[href='/directory']")
    await clerk.click("a[href='/directory/services/211-la']")
    await clerk.page.fill("[id='phones-0-number']", "(323) 584-6254")
    await clerk.click(".sticky button.main")
    await expect(clerk.page.locator("ins").first).to_contain_text("323-584-6254")
    await expect(clerk.page.locator("a[href='/topics/red_card']").first).to_be_visible()
    await clerk.click("form[action$='/change'] button.main")
    await expect(clerk.page.locator("[role=status]")).to_be_visible()
    assert clerk.clicks == MOST_CLICKS
    live._looked_at = float("-inf")  # as two seconds later
    assert live.current().by_id["211-la"].phones == ("323-584-6254",)


async def test_an_editor_proposes_in_three_and_an_approver_says_yes_in_three(
    console: Console, open_visit: OpenVisit
) -> None:
    """Two people, none of whom needs more than the one alone."""
    editor, approver = Counting(console, open_visit), Counting(console, open_visit)
    await editor.sign_in(EDITOR, "es")
    await editor.click("nav a[href='/directory']")
    await editor.click("a[href='/directory/services/211-la']")
    await editor.page.fill("[id='phones-0-number']", "323 584 6254")
    await editor.click(".sticky button.main")
    await expect(editor.page.locator("[role=status]")).to_be_visible()
    await approver.sign_in(APPROVER, "en")
    await approver.click("nav a[href='/directory']")
    await approver.click("main .notice a")
    await approver.click("form[action$='/change'] button.main")
    await expect(approver.page.locator("[role=status]")).to_be_visible()
    assert (editor.clicks, approver.clicks) == (3, 3)
