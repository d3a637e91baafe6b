"""A clerk writes a new answer in a real browser, with the small model published: counted in clicks."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.content.home import copy_content
from bot.editing.topic_text import read_fields
from bot.training.models import Model, ModelStore
from tests.browser.conftest import OpenVisit
from tests.conftest import SMALL_CONTENT
from tests.helpers.clerks import EDITOR, PASSWORD, Console, open_console

pytestmark = pytest.mark.slow

# From the list of topics to an answer that is saved and has been asked its questions.
MOST_CLICKS = 9
WRITTEN = {
    "title_en": "Paying for a funeral",
    "title_es": "Pagar un funeral",
    "questions_en": "who helps pay for a funeral\nhow do we send my father home to be buried",
    "questions_es": "quién ayuda a pagar un funeral\ncómo mandamos a mi papá para enterrarlo allá",
    "short_en": "Call first. They say who helps.",
    "short_es": "Llame primero. Le dicen quién ayuda.",
    "source_title": "A page (2026)",
    "source_url": "https://example.org/funerals",
}
FIRST = {"en": "Call first. They say who helps: ", "es": "Llame primero. Le dicen quién ayuda: "}


@pytest.fixture
async def office(small_model: Model, tmp_path: Path) -> AsyncIterator[Console]:
    """A console on a copy of the small content, with its model published."""
    content, data = tmp_path / "office", tmp_path / "var"
    copy_content(SMALL_CONTENT, content)
    shutil.copytree(small_model.folder, data / "models" / small_model.version)
    ModelStore(data).publish(small_model.version)
    async with open_console(content, data) as console:
        yield console


class Clerk:
    """Somebody at a page, whose clicks are counted; a choice from a list is two."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    async def click(self, name: str, *, nth: int = 0) -> None:
        """Press a button, tick a box or follow a link, by what is written on it."""
        found = self.page.get_by_role("button", name=name, exact=True)
        for role in ("link", "checkbox"):
            found = found.or_(self.page.get_by_role(role, name=name, exact=True))
        await found.nth(nth).click()
        self.clicks += 1

    async def choose(self, field: str, label: str) -> None:
        """Choose from a list."""
        await self.page.locator(f"select[name={field}]").first.select_option(label=label)
        self.clicks += 2


async def test_a_new_answer_in_both_languages_is_saved_and_asked_in_few_clicks(
    office: Console, open_visit: OpenVisit
) -> None:
    """Nothing is typed that a clerk cannot know, and the page says by itself who would get the answer."""
    visit = await open_visit(office.url, viewport={"width": 1200, "height": 800}, locale="en")
    page = visit.page
    await visit.go("/sign-in")
    await page.fill("#name", EDITOR)
    await page.fill("#password", PASSWORD)
    await page.locator("main button").click()
    await visit.go("/topics")
    clerk = Clerk(page)
    await clerk.click("New answer")
    await clerk.choose("subject", "The red card")
    for name, text in WRITTEN.items():
        await page.locator(f"[name={name}]").first.fill(text)
    await clerk.choose("service", await _first_service(page))
    for number, (code, text) in enumerate(FIRST.items()):
        await page.fill(f"#answer_{code}", text)
        await clerk.click("Service", nth=number)
        await expect(page.locator(f"#answer_{code}")).to_have_value(re.compile(r": \[[a-z0-9-]+\]$"))
    await clerk.click("I have read the sources today, and they say so.")
    await expect(page.locator("#short-name")).to_have_text("red_card.paying_funeral")
    await clerk.click("Save")
    await expect(page.locator(".notice")).to_contain_text("Saved.")
    await expect(page.locator("#trial .state").first).to_have_text("It works")
    assert clerk.clicks <= MOST_CLICKS
    await expect(page.locator("#trial")).to_contain_text("Write 8 more in Spanish")
    await visit.check_accessible()
    saved = read_fields(office.topic_file("red_card.paying_funeral").read_text(encoding="utf-8"))
    assert saved.titles["es"] == "Pagar un funeral"


async def test_on_a_small_phone_in_spanish_what_comes_of_the_questions_fits(
    office: Console, open_visit: OpenVisit
) -> None:
    """Asked before anything is saved; by the button, and what is written stays."""
    visit = await open_visit(office.url, viewport={"width": 320, "height": 640}, locale="es")
    page = visit.page
    await visit.go("/sign-in")
    await page.fill("#name", EDITOR)
    await page.fill("#password", PASSWORD)
    await page.locator("main button").click()
    await visit.go("/topics/new?of=red_card")
    await page.fill("#questions_es", WRITTEN["questions_es"])
    await page.locator("button[value=ask]").first.click()
    await expect(page.locator("#trial table")).to_be_visible()
    await expect(page.locator("#questions_es")).to_have_value(WRITTEN["questions_es"])
    await visit.check_accessible()
    await visit.check_fits()


async def _first_service(page: Page) -> str:
    found = await page.locator("#service option").nth(1).text_content()
    assert found
    return found
