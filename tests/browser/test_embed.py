"""The chat on the city's website: one line, a frame of its own."""

from __future__ import annotations

import pytest
from playwright.async_api import FrameLocator, expect

from tests.browser.conftest import CitySite, OpenVisit, Visit

pytestmark = pytest.mark.slow


async def open_site(open_visit: OpenVisit, site: CitySite, path: str = "/es", **context: object) -> Visit:
    visit = await open_visit(site.url, **context)
    # The frame is ours; everything else that leaves the site would be noted.
    visit.page.on(
        "request",
        lambda request: (
            visit.complaints.remove(request.url) if request.url.startswith(site.chat_url) else None
        ),
    )
    await visit.go(path)
    return visit


def chat_of(visit: Visit) -> FrameLocator:
    return visit.page.frame_locator("iframe")


async def ask(chat: FrameLocator, question: str) -> None:
    before = await chat.locator(".message.bot").count()
    await chat.locator("#message").fill(question)
    await chat.locator("#message").press("Enter")
    await chat.locator(".message.bot").nth(before).wait_for()


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, {"width": 1200, "height": 800}])
async def test_a_conversation_on_another_website(
    open_visit: OpenVisit, city_site: CitySite, viewport: dict[str, int]
) -> None:
    """A labelled button, the chat, a question and its answer; Esc closes it and goes back to the button."""
    visit = await open_site(open_visit, city_site, viewport=viewport)
    page = visit.page
    button = page.get_by_role("button", name="Pregunte sobre sus derechos")
    await expect(button).to_have_attribute("aria-expanded", "false")
    await visit.check_accessible()
    box = await button.bounding_box()
    assert box is not None and box["height"] >= 44
    await button.click()
    chat = chat_of(visit)
    await ask(chat, "si la migra toca a la puerta tengo que abrir")
    await expect(chat.locator(".message.bot").nth(1)).to_contain_text("No tiene que abrirle la puerta")
    assert await page.locator("iframe").get_attribute("title") == "Conozca sus derechos – Huntington Park"
    await visit.check_accessible()
    await visit.check_fits()
    await chat.locator(".message.bot").nth(1).get_by_text("Fuentes").click()
    link = chat.locator(".message.bot details[open] a").first
    assert await link.get_attribute("target") == "_blank"
    await chat.locator("#message").press("Escape")
    await expect(page.locator("iframe")).to_be_hidden()
    closed = page.get_by_role("button", name="Pregunte sobre sus derechos")
    await expect(closed).to_be_focused()
    await closed.click()
    await expect(chat.locator(".message.you")).to_have_count(1)
    await page.get_by_role("button", name="Cerrar el chat").click()
    await expect(page.locator("iframe")).to_be_hidden()


async def test_it_begins_in_the_language_of_the_website_and_remembers_another(
    open_visit: OpenVisit, city_site: CitySite
) -> None:
    """Also on the website's next page; nothing of it outlives the visit."""
    visit = await open_site(open_visit, city_site, "/en")
    page = visit.page
    await page.get_by_role("button", name="Ask about your rights").click()
    await chat_of(visit).get_by_role("link", name="Ver esta página en español").click()
    await expect(page.get_by_role("button", name="Cerrar el chat")).to_be_visible()
    await visit.go("/en")
    await page.get_by_role("button", name="Pregunte sobre sus derechos").click()
    await expect(chat_of(visit).get_by_role("button", name="Enviar")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0


async def test_the_quick_exit_takes_the_whole_website_along(
    open_visit: OpenVisit, city_site: CitySite
) -> None:
    """Not only the frame."""
    visit = await open_site(open_visit, city_site)
    page = visit.page
    neutral = "https://www.google.com/"
    await page.route(f"{neutral}**", lambda route: route.fulfill(body="<title>Neutral</title>"))
    await page.get_by_role("button", name="Pregunte sobre sus derechos").click()
    await chat_of(visit).get_by_role("link", name="Salir ya").click()
    await expect(page).to_have_title("Neutral")
    visit.complaints.remove(neutral)


async def test_a_chat_that_could_not_load_is_tried_again(open_visit: OpenVisit, city_site: CitySite) -> None:
    """When it is closed and opened, without the website being loaded anew."""
    visit = await open_site(open_visit, city_site)
    page = visit.page
    await page.route("**/embed/es/", lambda route: route.abort())
    await page.get_by_role("button", name="Pregunte sobre sus derechos").click()
    await page.get_by_role("button", name="Cerrar el chat").click()
    await page.unroute("**/embed/es/")
    await page.get_by_role("button", name="Pregunte sobre sus derechos").click()
    await expect(chat_of(visit).locator("#message")).to_be_visible()


async def test_a_website_that_is_not_allowed_cannot_show_the_chat(
    open_visit: OpenVisit, city_site: CitySite
) -> None:
    """The browser refuses the frame on the same pages under another name."""
    elsewhere = city_site.url.replace("localhost", "127.0.0.1")
    visit = await open_visit(elsewhere)
    page = visit.page
    # The site listens on "localhost", which is that address.
    await page.goto(f"{elsewhere}/es")
    await page.get_by_role("button", name="Pregunte sobre sus derechos").click()
    while not any("frame-ancestors" in complaint for complaint in visit.complaints):
        await page.wait_for_timeout(50)
    assert await chat_of(visit).locator("#message").count() == 0
    visit.complaints.clear()
