"""The first screen and an answer on it, on the screens that people hold; nothing but the content behind."""

from __future__ import annotations

import gzip
import re

import pytest
from playwright.async_api import expect

from bot.settings import PROJECT_ROOT
from tests.browser.conftest import OpenVisit, Visit

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 568}
# Kilobytes of 1,024 bytes of the chat's scripts and styles as they travel.
MOST_BYTES = 15 * 1024
STARTERS = {
    "es": (
        "Se llevaron a alguien",
        "Están en mi puerta",
        "Me pararon",
        "Tengo cita o corte",
        "Necesito abogado",
        "Renta o comida",
    ),
    "en": (
        "They took someone",
        "They are at my door",
        "They stopped me",
        "An appointment or court date",
        "I need a lawyer",
        "Rent or food",
    ),
}
# How many words lie below the way out when the page is scrolled to any place.
COVERED = """() => {
  const exit = document.querySelector('.exit').getBoundingClientRect();
  const bar = document.querySelector('.top');
  const sticks = getComputedStyle(bar).position === 'sticky';
  if (sticks && exit.bottom <= bar.getBoundingClientRect().bottom + 1) return 0;
  let covered = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const unseen = '.exit, [hidden], .sender, .announced, .skip';
    if (!text.data.trim() || text.parentElement.closest(unseen)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      const apart = box.right <= exit.left || box.left >= exit.right || box.width < 2;
      // Lines pass by the exit when the page is scrolled.
      if (!apart) covered += 1;
    }
  }
  return covered;
}"""


async def tap(visit: Visit, title: str) -> None:
    """Tap a starter, and wait for what it leads to."""
    before = await visit.page.locator(".message.bot").count()
    await visit.page.locator(".starters").get_by_text(title, exact=True).click()
    await visit.page.locator(".message.bot").nth(before).wait_for()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_first_screen_holds_all_that_is_needed(
    open_visit: OpenVisit, pages_url: str, language: str
) -> None:
    """Who this is, what to do now, six large starters and the box, without a scroll."""
    visit = await open_visit(pages_url, viewport=PHONE)
    await visit.go(f"/{language}/")
    page = visit.page
    starters = page.locator(".starters a")
    assert tuple(await starters.all_inner_texts()) == STARTERS[language]
    for shown in (
        page.locator(".urgent"),
        page.locator("#log p"),
        *await starters.all(),
        page.locator("kyr-chat form"),
    ):
        await expect(shown).to_be_in_viewport(ratio=1)
    assert min(await starters.evaluate_all("all => all.map((one) => one.offsetHeight)")) >= 56
    # Nothing of it lies below the box.
    last, form = await starters.last.bounding_box(), await page.locator("kyr-chat form").bounding_box()
    assert last and form and last["y"] + last["height"] <= form["y"]
    await visit.check_accessible()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("number", range(6))
async def test_one_tap_and_no_scroll_to_somebody_to_call(
    open_visit: OpenVisit, pages_url: str, language: str, number: int
) -> None:
    """From each starter; the number is a button as large as a thumb, and says when it answers."""
    visit = await open_visit(pages_url, viewport=PHONE)
    await visit.go(f"/{language}/")
    await tap(visit, STARTERS[language][number])
    call = visit.page.locator(".message.bot .call").first
    await expect(call).to_be_in_viewport(ratio=1)
    assert (await call.get_attribute("href") or "").startswith("tel:")
    below, form = await call.bounding_box(), await visit.page.locator("kyr-chat form").bounding_box()
    assert below and form and below["height"] >= 44 and below["y"] + below["height"] <= form["y"]
    await visit.check_accessible()
    await visit.check_fits()


async def test_more_opens_in_its_place(open_visit: OpenVisit, pages_url: str) -> None:
    """Nothing is asked of the gateway again, and no other message comes."""
    visit = await open_visit(pages_url, viewport=PHONE)
    page = visit.page
    await visit.go("/es/")
    await tap(visit, "Me pararon")
    messages = await page.locator(".message").count()
    await page.locator(".tools summary", has_text="Más").click()
    await expect(page.locator(".tools details[open] p").first).to_be_visible()
    assert await page.locator(".message").count() == messages
    assert await page.get_by_role("button", name="Más sobre esto").count() == 0
    await visit.check_accessible()


async def test_a_website_is_a_link_and_no_button_to_call(reader: Visit) -> None:
    """Without the sign of a telephone, in the chat as on the answer's page; and as large as a finger."""
    page = reader.page
    await reader.go("/es/")
    await page.evaluate("document.querySelector('.starters a').dataset.choice = 'topic:red_card'")
    await tap(reader, "Se llevaron a alguien")
    for path in ("", "/es/red_card"):
        if path:
            await reader.go(path)
        website = page.locator('.calls a[href^="http"]')
        await expect(website).to_have_class("website")
        sign = "made => getComputedStyle(made, '::before').content"
        assert await website.locator("strong").evaluate(sign) == "none"
        assert await website.evaluate("made => made.getBoundingClientRect().height") >= 44
        assert await page.locator('.call:not([href^="tel:"])').count() == 0
        await reader.check_accessible()
        await reader.check_fits()


async def test_each_message_is_an_item_with_a_heading(reader: Visit) -> None:
    """That says what was asked, and which answer it is."""
    await reader.go("/es/")
    await tap(reader, "Se llevaron a alguien")
    headings = await reader.page.locator("[role=log] > article > h2").all_text_contents()
    assert headings[:3] == [
        "¿Qué pasó?",
        "Usted: Se llevaron a alguien",
        "Asistente: Se llevaron a alguien hoy",
    ]
    names = await reader.page.locator("article").evaluate_all(
        "all => all.map((one) => one.querySelector('h2').id === one.getAttribute('aria-labelledby'))"
    )
    ids = await reader.page.locator("article > h2").evaluate_all("all => all.map((one) => one.id)")
    assert all(names) and len(set(ids)) == len(ids)


async def test_an_answer_is_announced_in_pieces(reader: Visit) -> None:
    """A sentence or step at a time, words to say in English as such; who goes on is not read to."""
    await reader.go("/es/")
    await tap(reader, "Me pararon")
    pieces = reader.page.locator(".announced > p")
    await expect(pieces.first).to_contain_text("No corra.")
    assert await pieces.count() == 1
    await expect(pieces.nth(1)).to_contain_text("Diga la frase de abajo")
    await reader.page.keyboard.press("Escape")
    count = await pieces.count()
    await reader.page.wait_for_timeout(6000)
    assert await pieces.count() == count


async def test_other_scripts_learn_of_each_reply(reader: Visit) -> None:
    """With the message and what the gateway said, so that a button can be added to its row."""
    await reader.go("/es/")
    await reader.page.evaluate(
        """() => document.addEventListener("kyr-message", ({ detail }) => {
          const row = detail.element.querySelector(".tools");
          const button = document.createElement("button");
          button.textContent = `+ ${detail.reply.answer}`;
          row.prepend(button);
        })"""
    )
    await tap(reader, "Me pararon")
    await expect(reader.page.get_by_role("button", name="+ ice_in_public.stopped_now")).to_be_visible()


async def test_a_long_message_is_sent_whole_and_leaves_room_for_its_answer(reader: Visit) -> None:
    """The reply says that it was long; a few lines of it are seen, the others scroll, by keyboard too."""
    page = reader.page
    story = "Mi primo trabaja en el mismo lugar desde hace muchos años. " * 40
    typed = f"{story}¿Puede entrar ICE a mi casa?"
    await reader.go("/es/")
    await page.locator("#message").click()
    await page.evaluate("typed => document.execCommand('insertText', false, typed)", typed)
    async with page.expect_request("**/api/chat") as sent:
        await page.press("#message", "Enter")
    asked = (await sent.value).post_data_json
    assert asked and asked["message"] == typed
    await expect(page.get_by_text("Su mensaje era largo")).to_be_visible()
    mine = page.locator(".message.you")
    height = await mine.evaluate("message => message.getBoundingClientRect().height")
    assert height < SMALL["height"] / 3
    await expect(page.locator(".message.bot").nth(1).locator("p").first).to_be_in_viewport()
    await mine.locator("h2").focus()
    await page.keyboard.press("End")
    await page.wait_for_function("() => document.querySelector('.message.you h2').scrollTop > 0")
    await reader.check_accessible()


@pytest.mark.parametrize(
    ("starter", "address"),
    [
        ("Se llevaron a alguien", "/es/if_arrested_detained/relative_now"),
        ("Están en mi puerta", "/es/ice_at_home/at_door"),
    ],
)
async def test_without_a_signal_a_starter_opens_the_saved_answer(
    reader: Visit, starter: str, address: str
) -> None:
    """At once; nothing is said of a question that stays in the box."""
    page = reader.page
    await reader.go("/es/")
    await page.evaluate("navigator.serviceWorker.ready")
    await expect(page.get_by_text("Las respuestas están guardadas")).to_be_visible()
    await page.context.set_offline(True)
    await page.locator(".starters").get_by_text(starter, exact=True).click()
    await page.wait_for_url(f"**{address}")
    await expect(page.locator(".saved")).to_be_visible()


async def test_without_a_signal_and_saved_answers_a_starter_waits(reader: Visit) -> None:
    """It says that the answer comes, not that something stays in the empty box."""
    page = reader.page
    await page.add_init_script("delete Navigator.prototype.serviceWorker;")
    await reader.go("/es/")
    await page.context.set_offline(True)
    await tap(reader, "Se llevaron a alguien")
    await expect(page.locator(".failure")).to_have_text(
        "No hay conexión. La respuesta llega en cuanto haya señal."
    )
    await page.context.set_offline(False)
    await expect(page.locator(".message.you")).to_have_count(1)
    await expect(page.locator(".failure")).to_be_hidden()


async def test_without_javascript_starters_are_links(open_visit: OpenVisit, pages_url: str) -> None:
    """To the pages that say the same."""
    visit = await open_visit(pages_url, java_script_enabled=False)
    await visit.go("/es/")
    await visit.page.get_by_role("link", name="Están en mi puerta").click()
    assert visit.page.url.endswith("/es/ice_at_home/at_door")
    await expect(visit.page.locator(".call, article a[href^='tel:']").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_small_phone_keeps_two_thirds_for_reading(
    open_visit: OpenVisit, pages_url: str, language: str
) -> None:
    """Header and box together take a third of 568 pixels at most, before and after an answer."""
    visit = await open_visit(pages_url, viewport=SMALL)
    await visit.go(f"/{language}/")
    for _ in range(2):
        boxes = [await visit.page.locator(part).bounding_box() for part in (".top", "kyr-chat form")]
        assert sum(box["height"] for box in boxes if box) <= SMALL["height"] / 3
        await visit.check_fits()
        await visit.check_accessible()
        await tap(visit, STARTERS[language][0])


@pytest.mark.parametrize(
    ("width", "height", "path"),
    [
        (844, 390, "/es/"),
        (844, 200, "/embed/es/"),
        (320, 256, "/es/"),
        (320, 300, "/es/"),
        (640, 360, "/es/"),
        (844, 390, "/es/ice_at_home"),
    ],
)
async def test_the_way_out_covers_no_text(
    open_visit: OpenVisit, pages_url: str, width: int, height: int, path: str
) -> None:
    """Lying on its side, in a low frame, at 200% and 400%; it is in reach, and everything fits."""
    visit = await open_visit(pages_url, viewport={"width": width, "height": height})
    await visit.go(path)
    if await visit.page.locator(".starters").count():
        await tap(visit, "Se llevaron a alguien")
    await visit.page.evaluate("window.scrollTo(0, 300)")
    await expect(visit.page.locator(".exit")).to_be_in_viewport(ratio=1)
    assert await visit.page.evaluate(COVERED) == 0
    await visit.check_fits()
    await visit.check_accessible()


@pytest.mark.parametrize(
    "settings", [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"reduced_motion": "reduce"}]
)
async def test_axe_finds_nothing_in_any_state(
    open_visit: OpenVisit, pages_url: str, settings: dict[str, str]
) -> None:
    """First screen, answer, everything opened, services, card; also where sight or light is poor."""
    visit = await open_visit(pages_url, viewport=PHONE, **settings)
    await visit.go("/es/")
    await visit.check_accessible()
    for title in STARTERS["es"]:
        await tap(visit, title)
        await visit.page.evaluate(
            "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
        )
        await visit.check_accessible()
        await visit.check_fits()


async def test_everything_that_can_be_pressed_is_large_enough(reader: Visit) -> None:
    """44 pixels high at least, also what opens in its place."""
    await reader.go("/es/")
    await tap(reader, "Necesito abogado")
    await reader.page.evaluate(
        "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    heights = await reader.page.locator("button, .call, .starters a, .row > a, summary").evaluate_all(
        "all => all.filter((one) => one.offsetParent).map((one) => one.offsetHeight)"
    )
    assert len(heights) > 20 and min(heights) >= 44


async def test_scripts_and_styles_of_the_first_visit_are_small(reader: Visit) -> None:
    """At most 15 KB gzipped in all that the page loads by itself."""
    names = set()
    reader.page.on(
        "request",
        lambda request: names.update(re.findall(r"/static/([\w-]+\.(?:js|css))", request.url)),
    )
    await reader.page.add_init_script("delete Navigator.prototype.serviceWorker;")
    await reader.go("/es/")
    await reader.page.wait_for_load_state("networkidle")
    static = PROJECT_ROOT / "bot" / "gateway" / "static"
    assert sum(len(gzip.compress((static / name).read_bytes())) for name in names) <= MOST_BYTES
