"""How people come through it, from the first screen to what they came for; axe at every step."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from playwright.async_api import Locator, expect

from bot.gateway.aids import INTERPRETER, SPOKEN
from bot.gateway.family import TELL_FAMILY
from tests.browser.conftest import OpenVisit, Visit
from tests.browser.test_aids import LISTENING, VOICES, heard
from tests.conftest import Service

PHONE = {"width": 390, "height": 844}


async def look(visit: Visit) -> None:
    """Assert that what is on the screen now can be used by everybody."""
    await visit.check_accessible()
    await visit.check_fits()


async def choose(visit: Visit, button: Locator) -> Locator:
    """Tap what leads to an answer, and return the answer."""
    before = await visit.page.locator(".message.bot").count()
    await button.click()
    answer = visit.page.locator(".message.bot").nth(before)
    await answer.wait_for()
    await look(visit)
    return answer


async def test_a_mother_whose_husband_was_taken(open_visit: OpenVisit, service: Service) -> None:
    """Says so in her words, has a number to tap, writes to her sister, and leaves without a trace."""
    visit = await open_visit(service.url, viewport=PHONE)
    page = visit.page
    await visit.go("/es/")
    await visit.ask("se llevaron a mi esposo")
    answer = page.locator(".message.bot").nth(1)
    await look(visit)
    await expect(answer.locator(".calls .call").first).to_be_in_viewport(ratio=1)
    await answer.get_by_role("link", name="Avisar a mi familia").click()
    await page.get_by_label("Lugar (si lo sabe)").fill("Home Depot de Slauson")
    await page.locator("summary", has_text="Se llevaron a alguien").click()
    await page.get_by_label("¿A quién? (nombre)").fill("Juan")
    message = unquote(await page.locator("#taken .sms").get_attribute("href") or "")
    assert message.startswith("sms:") and "Juan" in message and "Home Depot de Slauson" in message
    await look(visit)
    await page.go_back()
    # The answer came back by the token of the tab; not a word of hers is kept.
    await expect(page.locator(".message.bot").nth(1)).to_contain_text("Pida un abogado hoy")
    assert "esposo" not in await page.evaluate("JSON.stringify([sessionStorage, localStorage])")


async def test_a_day_laborer_who_was_stopped(open_visit: OpenVisit, pages_url: str) -> None:
    """On the cheapest phone: what to say in English, whom to call, and nothing to take the phone out for."""
    visit = await open_visit(pages_url, viewport={"width": 320, "height": 568})
    page = visit.page
    await visit.go("/es/")
    await look(visit)
    answer = await choose(visit, page.locator(".starters").get_by_text("Me pararon"))
    words = answer.locator("blockquote[lang=en]").first
    await expect(words).to_have_text("I want to remain silent. I want a lawyer.")
    await expect(answer.get_by_role("link", name="Que el celular hable por mí")).to_have_count(0)
    await expect(answer.locator(".calls .call").first).to_have_attribute("href", "tel:+18886244752")


async def test_a_tenant_with_papers_of_the_court(open_visit: OpenVisit, pages_url: str) -> None:
    """Two taps: food and rent today, then what the papers mean and who answers them."""
    visit = await open_visit(pages_url, viewport=PHONE)
    await visit.go("/en/")
    first = await choose(visit, visit.page.locator(".starters").get_by_text("Rent or food"))
    await expect(first.locator("a[href='tel:211']").first).to_be_in_viewport(ratio=1)
    eviction = first.locator(".choices button").filter(has_text="court papers").first
    answer = await choose(visit, eviction)
    await expect(answer.locator(".calls .call").first).to_be_visible()
    await answer.locator("summary", has_text="Share").click()
    await look(visit)


async def test_somebody_who_cannot_read(open_visit: OpenVisit, pages_url: str) -> None:
    """Hears what the first screen offers and each answer, by the one sign that is the same everywhere."""
    visit = await open_visit(pages_url, viewport=PHONE)
    page = visit.page
    await page.add_init_script(VOICES)
    await visit.go("/es/")
    start = page.locator(".message.bot").first
    await start.get_by_text("🔊").click()
    await page.wait_for_function("() => said.some(([, text]) => text === 'Están en mi puerta')")
    await expect(page.locator("kyr-chat form")).to_be_in_viewport(ratio=1)
    answer = await choose(visit, page.locator(".starters a").first)
    await answer.get_by_text("🔊").click()
    await page.wait_for_function(
        "() => said.some(([, text]) => text.startsWith('Lo siento. Pida un abogado'))"
    )
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.locator(".message.bot").first.get_by_text("🔊").click()
    await page.wait_for_function("() => said.some(([, text]) => text === 'They stopped me')")
    await look(visit)


async def test_somebody_who_speaks_mixtec(open_visit: OpenVisit, service: Service) -> None:
    """From the start and from an answer to a sentence for the agent; nothing is said in a made-up Mixtec."""
    visit = await open_visit(service.url, viewport=PHONE)
    page = visit.page
    await visit.go("/es/")
    await visit.ask("hablo mixteco y no entiendo español")
    answer = page.locator(".message.bot").nth(1)
    await answer.get_by_role("link", name="Necesito un intérprete").click()
    assert page.url.endswith(INTERPRETER["es"])
    await expect(page.locator("article a[href^='tel:']").first).to_be_visible()
    await look(visit)
    await page.get_by_role("link", name="mixteco").click()
    shown = page.get_by_text("I speak Mixtec. I need an interpreter.")
    await expect(shown).to_be_in_viewport(ratio=1)
    await look(visit)
    await page.get_by_role("link", name="Cerrar").click()
    await expect(shown).to_be_hidden()


async def test_somebody_who_hears_nothing(open_visit: OpenVisit, pages_url: str) -> None:
    """What is played stands on the screen in large letters, and stays there; so does who signs."""
    visit = await open_visit(pages_url, viewport=PHONE)
    page = visit.page
    await page.add_init_script(LISTENING)
    await visit.go("/en/")
    answer = await choose(visit, page.locator(".starters").get_by_text("They are at my door"))
    await answer.get_by_role("link", name="Let the phone speak for me").click()
    assert page.url.endswith(SPOKEN["en"])
    await page.locator("#say-lawyer-play").click()
    words = page.get_by_role("dialog").get_by_text("I want to speak to a lawyer.")
    await heard(page, "ended")
    await expect(words).to_be_in_viewport(ratio=1)
    await look(visit)
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="interpreter").last.click()
    await page.get_by_role("link", name="American Sign Language").click()
    await expect(page.get_by_text("I use American Sign Language. I need an interpreter.")).to_be_visible()
    await look(visit)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_with_the_keyboard_alone(open_visit: OpenVisit, pages_url: str, language: str) -> None:
    """To a starter, the card and back to where one was, the box and the way out; the focus is always seen."""
    visit = await open_visit(pages_url, viewport={"width": 1280, "height": 720})
    page = visit.page
    await visit.go(f"/{language}/")

    async def tab_to(selector: str, most: int = 40) -> None:
        for _ in range(most):
            await page.keyboard.press("Tab")
            if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                await expect(page.locator(":focus")).to_be_in_viewport()
                return
        raise AssertionError(f"{selector} is not reached")

    await tab_to('[data-choice="start:door"]')
    await page.keyboard.press("Enter")
    answer = page.locator(".message.bot").nth(1)
    await answer.wait_for()
    await tab_to(".message.bot .calls .call")
    await tab_to(".message.bot .show-card")
    await page.keyboard.press("Enter")
    await expect(page.locator(".shown .face").first).to_be_focused()
    await look(visit)
    await page.keyboard.press("Escape")
    await expect(answer.locator(".show-card")).to_be_focused()
    await tab_to("#message")
    await page.keyboard.press("Tab")
    await expect(page.locator("kyr-chat button[type=submit]")).to_be_focused()
    for _ in range(40):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.matches('.exit')"):
            break
    await expect(page.locator(".exit")).to_be_in_viewport(ratio=1)
    await expect(page.locator(".exit")).to_be_focused()
    await look(visit)
    await visit.go(TELL_FAMILY[language])
    await tab_to("#taken summary")
    await page.keyboard.press("Enter")
    await tab_to("#taken .sms")
    await look(visit)
