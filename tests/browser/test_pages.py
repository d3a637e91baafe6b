"""The pages without a conversation: anybody can read, print and keep them. Rasa is not needed."""

from __future__ import annotations

import datetime
import re

import pytest
from playwright.async_api import expect

from bot.clock import current_date
from bot.content.reading import Content
from bot.content.topics import page_path, situations_of
from bot.directory.mentions import put_in
from bot.gateway.pages import DIRECTORY, PRINTED_CARDS, PRIVACY
from tests.browser.conftest import OpenVisit, Visit

# One page of each kind.
KINDS = ("/", "/ice_at_home", "/bond/paying", "/legal_aid_find", "help", "cards", "/nothing-here", "privacy")


def path_of(kind: str, language: str) -> str:
    named = {"help": DIRECTORY[language], "cards": PRINTED_CARDS[language], "privacy": PRIVACY[language]}
    return named.get(kind, f"/{language}{kind}")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(
    open_visit: OpenVisit, pages_url: str, project_content: Content, language: str, scheme: str
) -> None:
    """Every kind of page in both colour schemes, in one of them every topic with one of its situations."""
    visit = await open_visit(pages_url, color_scheme=scheme)
    paths = [path_of(kind, language) for kind in (*KINDS, "/embed")]
    if scheme == "light":
        topics = project_content.topics
        for core in (topic for topic in topics.values() if topic.is_core):
            shown = [core, *situations_of(topics, core.id)[:1]]
            paths += [page_path(one.id, language) for one in shown]
    for path in paths:
        await visit.go(f"/embed/{language}/" if path.endswith("/embed") else path)
        await visit.check_accessible()
        await visit.check_fits()


@pytest.mark.parametrize("kind", KINDS)
async def test_everything_fits_when_text_is_twice_as_large(
    open_visit: OpenVisit, pages_url: str, kind: str
) -> None:
    """A desktop at 200% zoom, and a phone whose owner has doubled the letters."""
    zoomed = await open_visit(pages_url, viewport={"width": 640, "height": 360}, device_scale_factor=2)
    await zoomed.go(path_of(kind, "es"))
    await zoomed.check_fits()
    large = await open_visit(pages_url)
    await large.go(path_of(kind, "es"))
    await large.page.evaluate("document.documentElement.style.fontSize = '200%'")
    await large.check_fits()


@pytest.mark.parametrize(
    "settings", [{"forced_colors": "active"}, {"contrast": "more"}, {"reduced_motion": "reduce"}]
)
async def test_settings_for_poor_sight_are_followed(
    open_visit: OpenVisit, pages_url: str, settings: dict[str, str]
) -> None:
    """High contrast, the system's own colours, and no movement."""
    visit = await open_visit(pages_url, **settings)
    await visit.go("/es/")
    await visit.check_accessible()
    moving = "getComputedStyle(document.querySelector('.message')).transitionDuration"
    assert await visit.page.evaluate(moving) == "0s"


async def test_every_answer_prints_on_one_sheet(
    open_visit: OpenVisit, pages_url: str, project_content: Content
) -> None:
    """With its sources and its address; the cards too. What only works on a screen is left out."""
    visit = await open_visit(pages_url)
    paths = [f"/{language}/{topic}" for topic in project_content.topics for language in ("en", "es")]
    for path in (*paths, *PRINTED_CARDS.values()):
        await visit.go(path)
        sheets = len(re.findall(rb"/Type\s*/Page\b", await visit.page.pdf(prefer_css_page_size=True)))
        assert sheets == 1, path
    await visit.page.emulate_media(media="print")
    for gone in (".exit", ".switch", ".intro"):
        await expect(visit.page.locator(gone).first).to_be_hidden()
    await expect(visit.page.locator(".card")).to_have_count(4)
    await expect(visit.page.locator(".card").last).to_be_visible()
    await visit.go("/es/bond")
    await expect(visit.page.get_by_text(f"Esta página: {visit.url}/es/bond")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_no_word_of_the_printed_cards_is_cut_off(
    open_visit: OpenVisit, pages_url: str, language: str
) -> None:
    """Each side is as large as a card, and holds all of its text."""
    visit = await open_visit(pages_url, viewport={"width": 816, "height": 1056})
    await visit.page.emulate_media(media="print")
    await visit.go(PRINTED_CARDS[language])
    for side in await visit.page.locator(".side").all():
        heights = await side.evaluate("element => [element.scrollHeight, element.clientHeight]")
        assert heights[0] <= heights[1]


async def test_without_a_signal_all_answers_can_be_read(reader: Visit, project_content: Content) -> None:
    """In both languages, with the directory and the cards; each says of which day it is."""
    page = reader.page
    await reader.go("/es/")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    for language, note in (("es", "Guardado en este teléfono:"), ("en", "Saved on this phone:")):
        answered = [topic.id for topic in project_content.topics.values() if topic.answered]
        named = (DIRECTORY[language], PRINTED_CARDS[language])
        for path in (*(f"/{language}/{topic}" for topic in answered[::5]), *named):
            await reader.go(path)
            await expect(page.get_by_text(note)).to_be_visible()
            await expect(page.locator("header")).to_have_css("display", "flex")
    await reader.go("/es/ice_at_home")
    await reader.check_accessible()
    await page.get_by_role("link", name="See this page in English").click()
    await expect(page.get_by_role("heading", name="ICE at your door")).to_be_visible()
    await reader.go("/en/")
    await page.get_by_role("link", name="Ver esta página en español").click()
    await expect(page.get_by_role("button", name="Enviar")).to_be_visible()
    await reader.go("/es/no-such-page")
    await expect(page.locator("kyr-chat")).to_be_visible()


@pytest.mark.parametrize(
    ("page_language", "question", "expected"),
    [
        ("es", "se llevaron a mi esposo", "/es/if_arrested_detained/relative_now"),
        ("en", "la migra esta en mi puerta", "/es/ice_at_home"),
        ("es", "me detuvieron y quieren que firme un papel", "/es/dont_sign/before"),
        ("es", "my boss has not paid me for two weeks", "/en/worker_rights_wages/not_paid"),
        ("en", "can they take my kids", "/en/children_minors/foster_care"),
    ],
)
async def test_saved_answers_are_searched_without_a_signal(
    reader: Visit, page_language: str, question: str, expected: str
) -> None:
    """In the language of the question, whatever the page is in; a link leads to the saved answer."""
    page = reader.page
    await reader.go(f"/{page_language}/")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await page.reload()
    await page.fill("#message", question)
    await page.press("#message", "Enter")
    # Not the starter of the first message, which may lead there too.
    await page.locator(f'.message.bot:not(:first-child) a[href="{expected}"]').click()
    await expect(page.locator("article h1")).to_be_visible()


async def test_an_old_copy_says_what_to_do_but_not_what_the_courts_said(
    reader: Visit, project_content: Content
) -> None:
    """A phone that was off for months helps at the door, and does not speak of the law with confidence."""
    page = reader.page
    await reader.go("/es/")
    await page.evaluate("navigator.serviceWorker.ready")
    names = await page.evaluate("caches.keys()")
    kept = project_content.topics["bond"].review_by
    assert kept is not None and kept > current_date()
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    await page.evaluate(
        """async ([name, path, day]) => {
          const cache = await caches.open(name);
          const found = await cache.match(path);
          const headers = new Headers(found.headers);
          headers.set("Use-By", day);
          await cache.put(path, new Response(await found.text(), { headers }));
        }""",
        [names[0], "/es/bond", yesterday.isoformat()],
    )
    await page.context.set_offline(True)
    await reader.go("/es/bond")
    screen = put_in(project_content.topics["bond"].answers["es"].screen, project_content.directory, "es")
    await expect(page.get_by_text(screen.split("\n")[0], exact=True)).to_be_visible()
    await expect(page.get_by_text("Revisamos por última vez la ley y las cortes")).to_be_visible()
    await expect(page.get_by_text("Lo que dicen ahora la ley y las cortes")).to_have_count(0)
    await expect(page.locator(".urgent")).to_be_visible()


async def test_no_conversation_is_ever_kept(reader: Visit) -> None:
    """What is kept are pages, files and the index; nothing of /api/."""
    page = reader.page
    await reader.go("/es/")
    await page.evaluate("navigator.serviceWorker.ready")
    await reader.ask("tengo miedo, zarzamora")
    kept = await page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              found.push([request.url, await (await cache.match(request)).text()]);
            }
          }
          return found;
        }"""
    )
    assert len(kept) > 90
    assert not any("/api/" in url or "zarzamora" in text for url, text in kept)


async def test_whoever_saves_data_is_asked_first(open_visit: OpenVisit, pages_url: str) -> None:
    """Then one button saves all answers; without it nothing is fetched."""
    visit = await open_visit(pages_url)
    page = visit.page
    await page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
    )
    await visit.go("/es/")
    button = page.get_by_role("button", name="Guardar todas las respuestas")
    await expect(button).to_be_visible()
    await visit.check_accessible()
    assert await page.evaluate("caches.keys()") == []
    await button.click()
    await expect(page.get_by_text("Las respuestas están guardadas")).to_be_visible()
    assert len(await page.evaluate("caches.keys()")) == 1


@pytest.mark.parametrize("blocked", ["**/static/chat.js*", "**/static/*.js*"])
async def test_with_a_blocked_script_the_answers_are_a_link_away(reader: Visit, blocked: str) -> None:
    """The page says so after a moment, and every topic is there."""
    page = reader.page
    await page.route(blocked, lambda route: route.abort())
    await reader.go("/es/")
    await expect(page.get_by_text("El chat no funciona")).to_be_visible()
    await expect(page.locator("kyr-chat form")).to_be_hidden()
    await page.get_by_role("link", name="ICE en su puerta").click()
    await expect(page.locator("article")).to_be_visible()


async def test_without_javascript_pages_and_the_exit_work(open_visit: OpenVisit, pages_url: str) -> None:
    """Everything but the chat."""
    visit = await open_visit(pages_url, java_script_enabled=False)
    page = visit.page
    await visit.go("/en/")
    await expect(page.get_by_text("The chat does not work")).to_be_visible()
    await page.get_by_role("link", name="ICE at your door").click()
    await expect(page.locator("article")).to_be_visible()
    assert await page.get_by_role("link", name="Leave now").get_attribute("href") == "https://www.google.com/"


async def test_the_first_visit_is_small(open_visit: OpenVisit, pages_url: str) -> None:
    """Six files and at most 26 KB before anything is saved, all from this host."""
    visit = await open_visit(pages_url)
    sizes = {}
    session = await visit.page.context.new_cdp_session(visit.page)
    await session.send("Network.enable")
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    await visit.page.add_init_script("delete Navigator.prototype.serviceWorker;")
    await visit.go("/es/")
    await visit.page.wait_for_load_state("networkidle")
    assert len(sizes) <= 6
    # Kilobytes of 1,024 bytes, as for scripts and styles.
    assert sum(sizes.values()) <= 26 * 1024
