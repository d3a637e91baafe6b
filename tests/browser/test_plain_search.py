"""The search by a form, with scripts off: what a very old browser, or a locked one, has of the assistant."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenVisit, Visit
from tests.conftest import Service

pytestmark = pytest.mark.slow

# Scripts that do not come leave a page as it is without any; axe, which is one itself, can look at it then.
SCRIPTS = "**/static/*.js*"


async def search(visit: Visit, question: str) -> None:
    """Type a question into the form, press Enter, and wait for the page with what was found."""
    await visit.page.fill("#question", question)
    async with visit.page.expect_navigation():
        await visit.page.press("#question", "Enter")


@pytest.mark.parametrize(
    ("language", "question", "title", "address"),
    [
        ("es", "se llevaron a mi esposo hace una hora", "Se llevaron a alguien hoy", "/es/buscar"),
        ("en", "they took my husband an hour ago", "They took someone today", "/en/search"),
    ],
)
async def test_a_question_is_answered_without_a_script(
    open_visit: OpenVisit, service: Service, language: str, question: str, title: str, address: str
) -> None:
    """From the page of the chat, as the chat understands it; no word of it stands in an address."""
    visit = await open_visit(service.url, java_script_enabled=False)
    page = visit.page
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    await visit.go(f"/{language}/")
    await search(visit, question)
    assert page.url == service.url + address
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert await page.input_value("#question") == ""
    assert not any(word in url for word in ("esposo", "husband") for url in requested)
    await page.get_by_role("link", name={"es": "Leer la respuesta", "en": "Read the whole"}[language]).click()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.url == f"{service.url}/{language}/if_arrested_detained/relative_now"


async def test_in_an_emergency_the_card_comes_without_a_script(
    open_visit: OpenVisit, service: Service
) -> None:
    """And each place where the agents may be is a button."""
    visit = await open_visit(service.url, java_script_enabled=False)
    page = visit.page
    await visit.go("/es/")
    await search(visit, "ayuda, la migra está aquí ahorita")
    await expect(page.get_by_text("No corra, no pelee y no mienta.")).to_be_visible()
    async with page.expect_navigation():
        await page.get_by_role("button", name="En la casa").click()
    await expect(page.get_by_text("Si están afuera, no abra.")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_what_is_found_can_be_used_by_everybody(
    open_visit: OpenVisit, service: Service, language: str
) -> None:
    """On the smallest phone, by a screen reader, in dark colours: the form, an answer, services, a card."""
    visit = await open_visit(service.url, color_scheme="dark")
    await visit.page.route(SCRIPTS, lambda route: route.abort())
    await visit.go(f"/{language}/")
    await expect(visit.page.locator("#question")).to_be_visible()
    for question in (
        None,
        "la migra está en mi puerta ahorita",
        "they took my husband",
        "necesito comida",
        "asdf qwer zxcv",
    ):
        if question:
            await search(visit, question)
        await visit.check_accessible()
        await visit.check_fits()
        small = await visit.page.evaluate(
            "Array.from(document.querySelectorAll('main .plain input, main .plain button, main .topics a'))"
            ".filter((one) => one.getBoundingClientRect().height < 44).length"
        )
        assert small == 0


async def test_without_rasa_saved_words_are_searched(reader: Visit) -> None:
    """Three links lead to answers; the first is the one that was meant."""
    await reader.page.route(SCRIPTS, lambda route: route.abort())
    await reader.go("/es/")
    await search(reader, "se llevaron a mi esposo")
    links = reader.page.locator(".topics a")
    await expect(links).to_have_count(3)
    await reader.check_accessible()
    await reader.check_fits()
    await links.first.click()
    await expect(reader.page.get_by_role("heading", name="Se llevaron a alguien hoy")).to_be_visible()


async def test_in_a_frame_the_search_opens_a_page_of_its_own(reader: Visit) -> None:
    """Where the chat does not come to life in it: our pages cannot be shown in frames of others."""
    await reader.page.route(SCRIPTS, lambda route: route.abort())
    await reader.go("/embed/es/")
    async with reader.page.expect_popup() as popup:
        await reader.page.fill("#question", "fianza")
        await reader.page.press("#question", "Enter")
    opened = await popup.value
    await expect(opened.locator("section.message").first).to_be_visible()
