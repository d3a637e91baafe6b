"""The pages for a family, as somebody in a hurry, without a signal or without a mouse uses them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from bot.content.reading import Content
from bot.gateway.family import FAMILY_PLAN, TELL_FAMILY
from tests.browser.conftest import OpenVisit, Visit

NEUTRAL = "https://www.google.com/"
PAGES = [paths[language] for paths in (TELL_FAMILY, FAMILY_PLAN) for language in ("en", "es")]
STORED = "[JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join(' ')"
WORD = "zarzamora"
# How many numbers of the messages stand on one line, and which do not.
NUMBERS = """() => {
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  let whole = 0;
  const broken = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.parentElement.closest('.words')) continue;
    for (const found of text.data.matchAll(/\\d{3}-\\d{3}-\\d{4}/g)) {
      const range = document.createRange();
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      if (range.getClientRects().length > 1) broken.push(found[0]);
      else whole += 1;
    }
  }
  return [whole, broken];
}"""


def message(content: Content, situation: str, place: str = "", name: str = "") -> str:
    """Return the message of a situation in Spanish with what was filled in."""
    lines = content.text_of(f"utter_family_{situation}", "es").splitlines()
    text = " ".join(line for line in lines if place or "PLACE" not in line)
    return text.replace("PLACE", place).replace("NAME", name or "alguien de la familia")


async def links(page: Page, situation: str) -> tuple[str | None, str | None]:
    """Return where the buttons of a message lead: text message, WhatsApp."""
    opened = page.locator(f"#{situation}")
    return (
        await opened.locator(".sms").get_attribute("href"),
        await opened.locator(".whatsapp").get_attribute("href"),
    )


async def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", await page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("situation", ["taken", "detained", "door", "stopped", "released"])
async def test_the_phone_is_given_the_whole_message(
    reader: Visit, project_content: Content, situation: str
) -> None:
    """With the place where one is typed, without its line where none is; to nobody yet."""
    page = reader.page
    await reader.go(TELL_FAMILY["es"])
    await page.locator(f"#{situation} summary").click()
    await expect(page.locator(f"#{situation} .words")).to_have_text(message(project_content, situation))
    await page.get_by_label("Lugar").fill("calle Pacific & Florence, n.º 5. ")
    text = message(project_content, situation, "calle Pacific & Florence, n.º 5")
    await expect(page.locator(f"#{situation} .words")).to_have_text(text)
    body = quote(text, safe="!'()*-._~")
    assert await links(page, situation) == (f"sms:?&body={body}", f"https://wa.me/?text={body}")


@pytest.mark.parametrize("script", [True, False])
async def test_no_number_in_a_message_is_broken(open_visit: OpenVisit, pages_url: str, script: bool) -> None:
    """However wide the screen is, as it came and as the script writes it."""
    visit = await open_visit(pages_url, java_script_enabled=script)
    page = visit.page
    for path in TELL_FAMILY.values():
        await visit.go(path)
        for summary in await page.locator(".tell summary").all():
            await summary.click()
        for width in range(320, 440, 4):
            await page.set_viewport_size({"width": width, "height": 640})
            whole, broken = await page.evaluate(NUMBERS)
            assert whole and not broken, (path, width)


@pytest.mark.parametrize(
    ("typed", "sms", "whatsapp"),
    [
        ("323-555-0123", "+13235550123", "13235550123"),
        ("1 (323) 555 0123", "+13235550123", "13235550123"),
        ("+52 664 555 0123", "+526645550123", "526645550123"),
        ("011 502 5555 0123", "+50255550123", "50255550123"),
    ],
)
async def test_the_message_goes_to_whom_was_written_down(
    reader: Visit, project_content: Content, typed: str, sms: str, whatsapp: str
) -> None:
    """A number of any country, as people write it; another person can be chosen, or one on the phone."""
    page = reader.page
    await reader.go(TELL_FAMILY["es"])
    await expect(page.get_by_label("Para", exact=True)).to_be_hidden()
    first = page.get_by_role("group", name="Persona 1")
    await first.get_by_label("Nombre").fill("Mamá")
    await first.get_by_label("Teléfono").fill(typed)
    body = quote(message(project_content, "detained"), safe="!'()*-._~")
    expected = (f"sms:{sms}?&body={body}", f"https://wa.me/{whatsapp}?text={body}")
    assert await links(page, "detained") == expected
    await page.get_by_role("group", name="Persona 2").get_by_label("Teléfono").fill("213-555-0199")
    await page.get_by_label("Para", exact=True).select_option("213-555-0199")
    assert ((await links(page, "detained"))[0] or "").startswith("sms:+12135550199?")
    await page.get_by_label("Para", exact=True).select_option("Lo escojo en el teléfono")
    assert ((await links(page, "detained"))[0] or "").startswith("sms:?")


async def fill_everything(page: Page, word: str) -> None:
    """Type into every field and tick every box but the one that keeps."""
    for field in await page.locator("#family input[type=text]:visible").all():
        await field.fill(word)
    for field in await page.locator("#family input[type=tel]:visible").all():
        await field.fill("323-555-0123")
    for box in await page.locator("#family input[type=checkbox]:visible").all():
        if await box.get_attribute("id") != "keep":
            await box.check()


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_that_is_typed_leaves_the_page(reader: Visit, path: str) -> None:
    """No request at all, no address, no storage, and not after a reload."""
    page, requested = reader.page, []
    await reader.go(path)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.wait_for_load_state("networkidle")
    page.context.on("request", lambda request: requested.append((request.url, request.post_data)))
    for message_shown in await page.locator(".tell summary").all():
        await message_shown.click()
    await fill_everything(page, WORD)
    for button in await page.locator(".copy").all():
        await button.click()
    await page.wait_for_timeout(500)
    assert requested == []
    assert page.url == reader.url + path and WORD not in str(await page.evaluate("history.state"))
    stored = await page.evaluate(STORED)
    assert WORD not in stored and "323-555-0123" not in stored
    await page.reload()
    await page.wait_for_load_state("networkidle")
    assert WORD not in str(requested) and "323-555-0123" not in str(requested)
    values = await page.locator("#family input").evaluate_all("all => all.map((one) => one.value).join('')")
    assert WORD not in values


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (TELL_FAMILY["es"], "kyr-contacts", "contact-1-name"),
        (FAMILY_PLAN["es"], "kyr-plan", "children-child-1-name"),
    ],
)
async def test_it_is_kept_only_by_choice_and_erased_in_three_ways(
    reader: Visit, path: str, key: str, place: str
) -> None:
    """A box under a warning; unticked, the button or the quick exit erase it."""
    page = reader.page
    await page.route(f"{NEUTRAL}**", lambda route: route.fulfill(body="<title>Neutral</title>"))
    keep, field = page.locator("#keep"), page.locator(f"#{place}")

    async def kept() -> Any:
        return json.loads(await page.evaluate(f"localStorage.getItem('{key}')") or "null")

    async def fill_and_keep() -> None:
        await reader.go(path)
        await field.fill(WORD)
        assert await kept() is None and not await keep.is_checked()
        await keep.check()
        assert await kept() == {place: WORD}

    await reader.go(path)
    warning = page.locator(f"#{await keep.get_attribute('aria-describedby')}")
    await expect(warning).to_contain_text("Un teléfono se puede revisar")
    await fill_and_keep()
    await field.fill(f"{WORD} dos")
    await page.reload()
    await expect(field).to_have_value(f"{WORD} dos")
    await expect(keep).to_be_checked()
    await keep.uncheck()
    assert await kept() is None
    await fill_and_keep()
    await page.get_by_role("button", name="Borrar").click()
    await expect(page.get_by_text("Se borró de esta página")).to_be_visible()
    assert await kept() is None and await field.input_value() == "" and not await keep.is_checked()
    await fill_and_keep()
    # From whatever page: here from an answer.
    await reader.go("/es/bond")
    await page.get_by_role("link", name="Salir ya").click()
    await expect(page).to_have_title("Neutral")
    await reader.go(path)
    assert WORD not in await page.evaluate(STORED) and await field.input_value() == ""
    reader.complaints.remove(NEUTRAL)


async def test_a_page_kept_for_back_shows_nothing_after_the_quick_exit(
    open_visit: OpenVisit, pages_url: str
) -> None:
    """Without it, what was typed is still there."""
    visit = await open_visit(pages_url, keeps_pages=True)
    page = visit.page
    await page.route(f"{NEUTRAL}**", lambda route: route.fulfill(body="<title>Neutral</title>"))
    field = page.locator("#children-child-1-name")
    await visit.go(FAMILY_PLAN["es"])
    await field.fill(WORD)
    await page.wait_for_load_state("networkidle")
    await visit.go("/es/bond")
    await page.go_back(wait_until="commit")
    await expect(field).to_have_value(WORD)
    await visit.go("/es/bond")
    await page.get_by_role("link", name="Salir ya").click()
    await expect(page).to_have_title("Neutral")
    await page.go_back(wait_until="commit")
    await expect(field).to_be_visible()
    await expect(field).to_have_value("")
    visit.complaints.remove(NEUTRAL)


async def test_without_a_signal_the_message_is_ready_and_the_plan_prints(
    reader: Visit, project_content: Content
) -> None:
    """Once the pages were saved, also where neither was opened before."""
    page = reader.page
    await reader.go("/es/")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await reader.go(TELL_FAMILY["es"])
    await expect(page.get_by_text("Guardado en este teléfono:")).to_be_visible()
    await page.locator("#taken summary").click()
    await page.get_by_label("¿A quién?").fill("Luis")
    body = quote(message(project_content, "taken", name="Luis"), safe="!'()*-._~")
    assert (await links(page, "taken"))[0] == f"sms:?&body={body}"
    await page.get_by_role("link", name="Plan familiar").click()
    await page.locator("#children-child-1-name").fill("Ana")
    assert await sheets(page) <= 2


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_plan_prints_on_two_sheets_empty_or_full(
    open_visit: OpenVisit, pages_url: str, language: str
) -> None:
    """Every word that was typed is on the paper, also a long one; what is only for the screen is not."""
    visit = await open_visit(pages_url)
    page = visit.page
    await visit.go(FAMILY_PLAN[language])
    assert await sheets(page) <= 2
    long = "Escuela Elemental de la calle Middleton, 323-555-0123, de 8 a 2:30, solo la tía Rosa"
    await fill_everything(page, long)
    assert await sheets(page) <= 2
    await page.emulate_media(media="print")
    shown = await page.locator(".typed").evaluate_all(
        "all => all.map((one) => getComputedStyle(one, '::after').content)"
    )
    assert set(shown) == {f'"{long}"', '"323-555-0123"'}
    for gone in ("#keep", "#erase", "#print", ".exit"):
        await expect(page.locator(gone)).to_be_hidden()


async def test_without_javascript_the_messages_and_an_empty_plan_are_there(
    open_visit: OpenVisit, pages_url: str, project_content: Content
) -> None:
    """To be sent and printed; nothing is offered that would not work, and what is typed is printed too."""
    visit = await open_visit(pages_url, java_script_enabled=False)
    page = visit.page
    await visit.go(TELL_FAMILY["es"])
    await page.locator("#door summary").click()
    await expect(page.locator("#door .words")).to_have_text(message(project_content, "door"))
    await expect(page.locator("#door .sms")).to_be_visible()
    for gone in ("#place", "#to", "#keep", "#contact-1-name", "#door .copy", "#door .share"):
        await expect(page.locator(gone)).to_be_hidden()
    await visit.go(FAMILY_PLAN["es"])
    assert await sheets(page) <= 2
    for gone in ("#keep", "#erase", "#print"):
        await expect(page.locator(gone)).to_be_hidden()
    field = page.locator("#children-child-1-name")
    await field.fill("Ana")
    await field.press("Enter")
    assert page.url == visit.url + FAMILY_PLAN["es"]
    await page.emulate_media(media="print")
    await expect(field).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "settings",
    [
        {"color_scheme": "dark"},
        {"forced_colors": "active"},
        {"viewport": {"width": 844, "height": 390}},
        {"viewport": {"width": 320, "height": 568}},
    ],
)
async def test_axe_finds_nothing_in_any_state(
    open_visit: OpenVisit, pages_url: str, path: str, settings: dict[str, Any]
) -> None:
    """As it comes, and with every message open, every field filled in and the box ticked; letters doubled."""
    visit = await open_visit(pages_url, **settings)
    page = visit.page
    await visit.go(path)
    await visit.check_accessible()
    await visit.check_fits()
    for message_shown in await page.locator(".tell summary").all():
        await message_shown.click()
    await fill_everything(page, WORD)
    await page.locator("#keep").check()
    await visit.check_accessible()
    await visit.check_fits()
    heights = await page.locator(
        "main button, main .row a, main summary, main input, main select"
    ).evaluate_all(
        "all => all.filter((one) => one.offsetParent)"
        ".map((one) => (one.type === 'checkbox' ? one.parentElement : one).offsetHeight)"
    )
    assert min(heights) >= 44
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await visit.check_fits()


async def test_a_mother_tells_her_sister_by_keyboard_alone(reader: Visit) -> None:
    """From the list of topics to the message: a link, a name, a summary and a button, each in its turn."""
    page = reader.page
    await reader.go("/es/")
    await page.get_by_role("link", name="Avisar a mi familia").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Avisar a mi familia")).to_be_visible()

    async def tab_to(selector: str) -> None:
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await page.evaluate("what => document.activeElement.matches(what)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    await tab_to("#place")
    await page.keyboard.type("mi trabajo")
    await tab_to("#taken summary")
    await page.keyboard.press("Enter")
    await tab_to("#name")
    await page.keyboard.type("Luis")
    await tab_to("#taken .sms")
    href = await page.evaluate("decodeURIComponent(document.activeElement.href)")
    assert "Se llevaron a Luis. Fue aquí: mi trabajo." in href
    await tab_to("#taken .copy")
    await tab_to("#contact-1-name")
    await tab_to("#keep")
    await page.keyboard.press("Space")
    await expect(page.locator("#keep")).to_be_checked()
    await tab_to("#erase")
    await page.keyboard.press("Enter")
    await expect(page.locator("#keep")).not_to_be_checked()


async def test_answers_in_the_chat_lead_to_the_pages(reader: Visit) -> None:
    """One tap from what to do when somebody was taken; nothing has to be fetched for that."""
    page = reader.page
    await reader.go("/es/")
    await page.locator(".starters").get_by_text("Se llevaron a alguien").click()
    links = page.locator(".message.bot").nth(1).locator(".links a")
    await expect(links).to_have_text(["Avisar a mi familia", "Plan familiar"])
    await reader.check_accessible()
    await reader.check_fits()
    await links.first.click()
    await expect(page.get_by_role("heading", name="Avisar a mi familia")).to_be_visible()
    assert page.url.endswith(TELL_FAMILY["es"])
