"""The chat on the city's website: one line, a frame of its own."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.async_api import FrameLocator, Route, expect

from tests.browser.conftest import CitySite, OpenVisit, Visit

pytestmark = pytest.mark.slow


# What the browser prints where it refuses a frame.
REFUSALS = ("Refused to frame", "Refused to display", "Framing '")
# A wide screen with room for the chat beside the website.
DESK = {"width": 1200, "height": 800}


async def open_site(open_visit: OpenVisit, site: CitySite, path: str = "/es", **context: object) -> Visit:
    visit = await open_visit(site.url, **context)
    await open_site_as(visit, site, path)
    return visit


async def open_site_as(visit: Visit, site: CitySite, path: str) -> None:
    # The frame is ours; everything else that leaves the site would be noted.
    visit.page.on(
        "request",
        lambda request: (
            visit.complaints.remove(request.url) if request.url.startswith(site.chat_url) else None
        ),
    )
    await visit.go(path)


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


def address(path: str, *tags: str, policy: str = "") -> str:
    """Return the address of a page of the website with so many lines for the chat."""
    query = [*(("tag", tag) for tag in tags), *([("policy", policy)] if policy else [])]
    return f"{path}?{urlencode(query)}"


async def press(visit: Visit, name: str = "Pregunte sobre sus derechos") -> None:
    await visit.page.get_by_role("button", name=name).click()


async def check_is_a_link(visit: Visit, site: CitySite, path: str = "/es/") -> None:
    """Assert that the button has become a link to the assistant, with whom to call, and no frame is there."""
    page = visit.page
    link = page.get_by_role("link", name="Abrir el asistente en otra pestaña")
    await expect(link).to_have_attribute("href", site.chat_url + path)
    await expect(link).to_be_focused()
    assert await link.get_attribute("target") == "_blank"
    call = page.get_by_role("link", name="Línea 888-624-4752")
    assert await call.get_attribute("href") == "tel:+18886244752"
    assert await page.locator("iframe").count() == 0
    await visit.check_accessible()
    await visit.check_fits()


def forgive_refusals(visit: Visit) -> None:
    """Take note that the browser has said of a frame what nobody sees, and of nothing else."""
    refused = [said for said in visit.complaints if any(refusal in said for refusal in REFUSALS)]
    assert refused
    for said in refused:
        visit.complaints.remove(said)


async def test_a_website_that_is_not_allowed_shows_a_link(
    open_visit: OpenVisit, quiet_site: CitySite
) -> None:
    """The browser refuses the frame on the same pages under another name, and never says so to the person."""
    elsewhere = quiet_site.url.replace("localhost", "127.0.0.1")
    visit = await open_visit(elsewhere)
    # The site listens on "localhost", which is that address.
    await open_site_as(visit, quiet_site, "/es")
    await press(visit)
    await expect(visit.page.get_by_text("Un momento…")).to_be_visible()
    await expect(visit.page.locator("iframe")).to_be_hidden()
    await check_is_a_link(visit, quiet_site)
    forgive_refusals(visit)


async def test_a_frame_that_the_websites_policy_blocks_becomes_a_link(
    open_visit: OpenVisit, quiet_site: CitySite
) -> None:
    """To the same answer that the button would have begun with."""
    policy = f"script-src {quiet_site.chat_url}; frame-src 'none'"
    path = address("/es", 'data-topic="red_card"', policy=policy)
    visit = await open_site(open_visit, quiet_site, path)
    await press(visit)
    await check_is_a_link(visit, quiet_site, "/es/red_card")
    forgive_refusals(visit)


async def test_with_the_server_down_the_button_becomes_a_link_and_a_number(
    open_visit: OpenVisit, quiet_site: CitySite
) -> None:
    """The website's page was there before; nothing of the browser's own error is shown on it."""
    visit = await open_site(open_visit, quiet_site)
    await expect(visit.page.get_by_role("button", name="Pregunte sobre sus derechos")).to_be_visible()
    await quiet_site.stop_chat()
    await press(visit)
    await check_is_a_link(visit, quiet_site)


async def test_two_lines_make_one_button(open_visit: OpenVisit, quiet_site: CitySite) -> None:
    """As where a template and an editor of the website both put one."""
    visit = await open_site(open_visit, quiet_site, address("/es", "", ""))
    await expect(visit.page.get_by_role("button")).to_have_count(1)
    await press(visit)
    await expect(chat_of(visit).locator("#message")).to_be_visible()
    await expect(visit.page.locator("iframe")).to_have_count(1)


@pytest.mark.parametrize("lines", [('data-side="left"', ""), ("", 'data-side="left"')])
@pytest.mark.parametrize("late", [0, 1])
async def test_of_two_lines_the_one_that_says_something_counts(
    open_visit: OpenVisit, quiet_site: CitySite, lines: tuple[str, str], late: int
) -> None:
    """Whichever stands first in the page, and whichever runs first."""
    visit = await open_visit(quiet_site.url)
    page = visit.page
    button = page.get_by_role("button", name="Pregunte sobre sus derechos")

    async def wait(route: Route) -> None:
        await expect(button).to_be_visible()
        await route.continue_()

    await page.route(re.compile(rf"/embed\.js\?{late}$"), wait)
    await open_site_as(visit, quiet_site, address("/es", *lines))
    assert await button.evaluate("made => made.getBoundingClientRect().left") == 16


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, DESK])
async def test_the_line_says_where_the_button_stands(
    open_visit: OpenVisit, quiet_site: CitySite, viewport: dict[str, int]
) -> None:
    """On the left, and so far from the lower edge; the chat opens above it, where there is room for that."""
    path = address("/es", 'data-side="left" data-bottom="120"')
    visit = await open_site(open_visit, quiet_site, path, viewport=viewport)
    box = await visit.page.locator("#launcher").bounding_box()
    assert box is not None and box["x"] == 16
    assert box["y"] + box["height"] == viewport["height"] - 120
    await press(visit)
    await expect(chat_of(visit).locator("#message")).to_be_visible()
    panel = await visit.page.locator("#panel").bounding_box()
    assert panel is not None and panel["y"] >= 0
    assert panel["x"] == (16 if viewport == DESK else 0)
    await visit.check_accessible()
    await visit.check_fits()


@pytest.mark.parametrize(
    ("color", "background", "letters"),
    [
        ("#ffcc00", "rgb(255, 204, 0)", "rgb(0, 0, 0)"),
        ("#7A1F1F", "rgb(122, 31, 31)", "rgb(255, 255, 255)"),
        ("#767676", "rgb(118, 118, 118)", "rgb(0, 0, 0)"),
        ("#fff; position: static", "rgb(11, 79, 108)", "rgb(255, 255, 255)"),
    ],
)
async def test_the_line_says_the_color_and_its_words_can_be_read(
    open_visit: OpenVisit, quiet_site: CitySite, color: str, background: str, letters: str
) -> None:
    """In black or white, whichever is the better contrast; what is no color counts as none."""
    visit = await open_site(open_visit, quiet_site, address("/es", f'data-color="{color}"'))
    button = visit.page.get_by_role("button", name="Pregunte sobre sus derechos")
    await expect(button).to_have_css("background-color", background)
    await expect(button).to_have_css("color", letters)
    await visit.check_accessible()


async def test_the_line_names_the_answer_to_begin_with(open_visit: OpenVisit, quiet_site: CitySite) -> None:
    """Its first screen stands where the greeting would, in the language of the page, and in the other."""
    visit = await open_site(open_visit, quiet_site, address("/es", 'data-topic="ice_at_home/at_door"'))
    await press(visit)
    chat = chat_of(visit)
    first = chat.locator(".message.bot").first
    await expect(first).to_contain_text("No abra")
    await expect(chat.locator(".message")).to_have_count(1)
    whole = chat.get_by_role("link", name="Leer la respuesta completa")
    await expect(whole).to_have_attribute("href", "/es/ice_at_home/at_door")
    await expect(whole).to_have_attribute("target", "_blank")
    await visit.check_accessible()
    await chat.get_by_role("link", name="See this page in English").click()
    await expect(first).to_contain_text("Do not open")
    await expect(chat.get_by_role("link", name="Read the whole answer")).to_be_visible()


@pytest.mark.parametrize("topic", ["no_such_topic", "../../es", "ice_at_home/nothing"])
async def test_an_answer_that_is_not_there_opens_the_chat(
    open_visit: OpenVisit, quiet_site: CitySite, topic: str
) -> None:
    """A website may name one that has gone since, or mistype it."""
    visit = await open_site(open_visit, quiet_site, address("/es", f'data-topic="{topic}"'))
    await press(visit)
    await expect(chat_of(visit).locator("#message")).to_be_visible()


async def test_the_keyboard_goes_into_the_chat_and_back(open_visit: OpenVisit, quiet_site: CitySite) -> None:
    """Enter opens it and Tab goes on inside; Escape closes it, and the button has the focus again."""
    visit = await open_site(open_visit, quiet_site, viewport=DESK)
    page = visit.page
    button = page.get_by_role("button", name="Pregunte sobre sus derechos")
    await expect(button).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("iframe")).to_be_focused()
    await page.keyboard.press("Tab")
    assert await chat_of(visit).locator(":focus").count() == 1
    await page.keyboard.press("Escape")
    await expect(page.locator("iframe")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_whoever_went_on_reading_is_not_taken_into_the_chat(
    open_visit: OpenVisit, quiet_site: CitySite
) -> None:
    """The focus moves into the frame, or to the link, only where the button still has it."""
    visit = await open_site(open_visit, quiet_site, viewport=DESK)
    page = visit.page
    await page.evaluate("document.querySelector('h1').tabIndex = -1")
    await page.route("**/embed/es/", lambda route: route.abort())
    await press(visit)
    await page.locator("h1").focus()
    await expect(page.get_by_role("link", name="Abrir el asistente en otra pestaña")).to_be_visible()
    await expect(page.locator("h1")).to_be_focused()


async def test_in_forced_colors_the_button_has_an_edge(open_visit: OpenVisit, quiet_site: CitySite) -> None:
    """And the colors of the system, whatever the website asks for."""
    path = address("/es", 'data-color="#ffcc00"')
    visit = await open_site(open_visit, quiet_site, path, forced_colors="active")
    button = visit.page.get_by_role("button", name="Pregunte sobre sus derechos")
    await expect(button).to_have_css("border-top-style", "solid")
    await expect(button).not_to_have_css("background-color", "rgb(255, 204, 0)")
    await press(visit)
    await expect(chat_of(visit).locator("#message")).to_be_visible()
    await visit.check_accessible()


async def test_the_button_stays_on_a_low_screen(open_visit: OpenVisit, quiet_site: CitySite) -> None:
    """However far from the lower edge the line wants it."""
    path = address("/es", 'data-bottom="900"')
    visit = await open_site(open_visit, quiet_site, path, viewport={"width": 844, "height": 200})
    button = visit.page.get_by_role("button", name="Pregunte sobre sus derechos")
    await expect(button).to_be_in_viewport(ratio=1)


async def test_on_a_phone_that_lies_on_its_side_the_chat_can_be_used(
    open_visit: OpenVisit, city_site: CitySite
) -> None:
    """With the keyboard open 200 pixels are left: the chat fills them, and the way back stands beside it."""
    visit = await open_site(open_visit, city_site, viewport={"width": 844, "height": 200})
    page = visit.page
    await press(visit)
    chat = chat_of(visit)
    await ask(chat, "si la migra toca a la puerta tengo que abrir")
    await expect(chat.locator(".message.bot").nth(1)).to_contain_text("No tiene que abrirle la puerta")
    frame = await page.locator("iframe").bounding_box()
    assert frame is not None and (frame["height"], frame["y"]) == (200, 0) and frame["width"] > 600
    await expect(chat.get_by_role("link", name="Salir ya")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Cerrar el chat")).to_be_in_viewport(ratio=1)
    await visit.check_accessible()
    await visit.check_fits()
    await press(visit, "Cerrar el chat")
    await expect(page.locator("iframe")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_button_can_be_tried_on_a_page_of_ours(
    open_visit: OpenVisit, quiet_site: CitySite, language: str
) -> None:
    """With the line to copy, made of what was filled in; the chat opens on it."""
    visit = await open_visit(quiet_site.chat_url)
    page = visit.page
    await visit.go(f"/embed/try/{language}")
    await visit.check_accessible()
    await visit.check_fits()
    await page.fill("#side", "left")
    await page.fill("#color", "#ffcc00")
    await page.fill("#topic", "<script>")
    await page.locator("form button").click()
    line = (
        f'<script src="{quiet_site.chat_url}/embed.js" async data-side="left" data-color="#ffcc00"></script>'
    )
    await expect(page.locator("pre").first).to_have_text(line)
    await expect(page.locator("#launcher")).to_have_css("background-color", "rgb(255, 204, 0)")
    await page.locator("#launcher").click()
    await expect(chat_of(visit).locator("#message")).to_be_visible()
    await visit.check_accessible()


async def test_where_no_website_is_allowed_the_page_to_try_it_says_so(reader: Visit) -> None:
    """Then the button becomes a link there too."""
    page = reader.page
    await reader.go("/embed/try/es")
    await expect(page.get_by_text("Ponga KYR_EMBED_ORIGINS")).to_be_visible()
    await page.locator("#launcher").click()
    await expect(page.get_by_role("link", name="Abrir el asistente en otra pestaña")).to_be_visible()
    forgive_refusals(reader)
