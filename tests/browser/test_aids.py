"""What is heard and shown instead of read, in a browser: sounds play, the card fills the screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.content.reading import Content
from bot.gateway.aids import INTERPRETER, SHOWN_CARD, SPOKEN
from tests.browser.conftest import OpenVisit, Visit

# Debian's Chromium has no voices; these are of the kinds that phones have. What is said ends at once, except
# where a test asks for it to go on.
VOICES = """
  window.said = [];
  const voice = (lang, localService) => ({ lang, localService, name: lang });
  const voices = [voice("es-ES", false), voice("es-MX", true), voice("en-GB", true), voice("en-US", true)];
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => (window.mute ? [voices[0]] : voices),
    cancel: () => window.said.push(["stopped"]),
    addEventListener: () => {},
    speak: (one) => {
      window.said.push([one.voice.lang, one.text]);
      if (!window.endless) setTimeout(() => one.onend(), 0);
    },
  } });
"""
# Notes what happens to every sound.
LISTENING = """
  window.heard = [];
  for (const name of ["playing", "ended", "pause", "error"]) {
    document.addEventListener(name, (event) => window.heard.push(name), true);
  }
"""


async def heard(page: Page, *names: str) -> None:
    """Wait until these things have happened to the sounds of the page."""
    for name in names:
        await page.wait_for_function("name => window.heard.includes(name)", arg=name)
    assert "error" not in await page.evaluate("window.heard")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
async def test_axe_finds_nothing_on_what_is_shown(
    open_visit: OpenVisit, pages_url: str, language: str, settings: dict[str, Any]
) -> None:
    """The pages, a sentence, a language, a box to write it in, both sides of the card; all of it fits."""
    visit = await open_visit(pages_url, **settings)
    for path in (SHOWN_CARD[language], SPOKEN[language], INTERPRETER[language]):
        for shown in {
            SPOKEN[language]: ("", "#say-silent"),
            INTERPRETER[language]: ("", "#kiche", "#other"),
        }.get(path, ("",)):
            await visit.go(path + shown)
            await visit.check_accessible()
            await visit.check_fits()
    await visit.go(SHOWN_CARD[language])
    await visit.page.locator(".turn").click()
    await visit.check_accessible()


@pytest.mark.parametrize(
    "path", [SHOWN_CARD["es"], SPOKEN["es"], f"{SPOKEN['es']}#say-silent", INTERPRETER["es"]]
)
async def test_everything_fits_when_letters_are_twice_as_large(reader: Visit, path: str) -> None:
    """On the smallest phone; what does not fit below the other is scrolled to, never sideways."""
    await reader.go(path)
    await reader.page.evaluate("document.documentElement.style.fontSize = '200%'")
    await reader.check_fits()
    for shown in await reader.page.locator(".shown:visible").all():
        wide, seen = await shown.evaluate("element => [element.scrollWidth, element.clientWidth]")
        assert wide <= seen


@pytest.mark.parametrize("offline", [False, True])
async def test_each_sentence_is_heard_while_its_words_fill_the_screen(reader: Visit, offline: bool) -> None:
    """To its end, with a signal or without; then the words stay until they are closed."""
    page = reader.page
    await page.add_init_script(LISTENING)
    await reader.go(SPOKEN["es"])
    if offline:
        await page.evaluate("navigator.serviceWorker.ready")
        await page.context.set_offline(True)
        await reader.go(SPOKEN["es"])
        await expect(page.get_by_text("Guardado en este teléfono:")).to_be_visible()
    for meaning, words in (
        ("No doy mi consentimiento para que entren.", "I do not consent to your entry."),
        ("Quiero guardar silencio.", "I want to remain silent."),
        ("Quiero hablar con un abogado.", "I want to speak to a lawyer."),
        ("Necesito un intérprete.", "I need an interpreter."),
    ):
        await page.evaluate("window.heard = []")
        article = page.get_by_role("article", name=meaning)
        await article.get_by_role("link", name="Tocar la frase en inglés").click()
        shown = page.get_by_role("dialog", name=words)
        await expect(shown.get_by_text(words)).to_be_visible()
        await heard(page, "playing", "ended")
        await expect(shown).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(shown).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "name"), [(SPOKEN["es"], "say-silent-play"), (INTERPRETER["es"], "mixtec-choice")]
)
@pytest.mark.parametrize("way", ["Close", "Escape"])
async def test_what_was_closed_is_not_opened_again_by_back(
    reader: Visit, path: str, name: str, way: str
) -> None:
    """The phone's button after closing goes on towards where one came from."""
    page = reader.page
    await reader.go("/es/")
    await reader.go(path)
    await page.wait_for_load_state("networkidle")
    await page.locator(f"#{name}").click()
    shown = page.locator(".shown:target")
    await expect(shown).to_be_visible()
    if way == "Escape":
        await page.keyboard.press("Escape")
    else:
        await shown.locator(".close").click()
    await expect(shown).to_have_count(0)
    await page.go_back()
    await expect(shown).to_have_count(0)
    await page.go_back()
    await expect(page.locator(".starters")).to_be_visible()


async def test_a_sound_ends_with_its_words(reader: Visit) -> None:
    """Closed or left by the way back, and it is played from its beginning the next time."""
    page = reader.page
    await page.add_init_script(LISTENING)
    await reader.go(SPOKEN["en"])
    await page.locator("#say-no-entry-play").click()
    await heard(page, "playing")
    await page.go_back()
    await heard(page, "pause")
    assert await page.locator("#say-no-entry audio").evaluate("sound => sound.paused")


async def test_without_a_script_the_sentences_can_be_played(open_visit: OpenVisit, pages_url: str) -> None:
    """The words by a link, the sound by the browser's own button; a language and the card too."""
    visit = await open_visit(pages_url, java_script_enabled=False)
    page = visit.page
    await visit.go(SPOKEN["es"])
    await page.locator("#say-silent-play").click()
    await expect(page.get_by_text("I want to remain silent.")).to_be_visible()
    await expect(page.locator("#say-silent audio")).to_be_visible()
    await visit.go(INTERPRETER["es"])
    await page.get_by_role("link", name="zapoteco").click()
    await expect(page.get_by_text("I speak Zapotec. I need an interpreter.")).to_be_visible()
    await visit.go("/es/")
    await page.get_by_role("link", name="Mostrar la tarjeta roja").click()
    for side in ("To the officer:", "En casa: muestre la pantalla"):
        await expect(page.get_by_text(side)).to_be_visible()


@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
@pytest.mark.parametrize("size", [(390, 844), (320, 568), (844, 390)])
async def test_the_card_fills_the_screen_black_on_white(
    open_visit: OpenVisit, pages_url: str, settings: dict[str, Any], size: tuple[int, int]
) -> None:
    """Whatever the phone is set to; nothing of the page is left beside it, and each side fits on it."""
    width, height = size
    visit = await open_visit(pages_url, viewport={"width": width, "height": height}, **settings)
    page = visit.page
    await visit.go("/es/red_card")
    await page.get_by_role("link", name="Mostrar la tarjeta roja").click()
    card = page.locator(".shown")
    for side, unseen in (
        ("To the officer:", "En casa: muestre la pantalla"),
        ("En casa: muestre la pantalla", "To the officer:"),
    ):
        await expect(card.get_by_text(side)).to_be_visible()
        await expect(card.get_by_text(unseen)).to_be_hidden()
        await expect(card).to_have_css("background-color", "rgb(255, 255, 255)")
        await expect(card.get_by_text(side)).to_have_css("color", "rgb(0, 0, 0)")
        assert await card.bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
        face = card.locator(".face:visible")
        tall, seen = await face.evaluate("face => [face.scrollHeight, face.clientHeight]")
        assert tall <= seen or height < 500, "on a phone held sideways it may have to be scrolled"
        await visit.check_fits()
        await card.get_by_role("button", name="Darle vuelta").click()
    for gone in ("header", ".urgent", "main", "footer"):
        await expect(page.locator(f"body > {gone}")).to_be_hidden()


@pytest.mark.parametrize("way", ["close", "escape", "back"])
async def test_the_card_closes_to_where_one_was(reader: Visit, way: str) -> None:
    """By its button, by Esc and by the phone's way back; the page is as it was, and so is the focus."""
    page = reader.page
    await reader.go("/es/ice_at_home/what_if")
    link = page.get_by_role("link", name="Mostrar la tarjeta roja")
    await link.scroll_into_view_if_needed()
    before = await page.evaluate("[location.href, scrollY]")
    await link.press("Enter")
    card = page.locator(".shown")
    await expect(card.locator(".face").first).to_be_focused()
    if way == "close":
        await card.get_by_role("link", name="Cerrar").click()
    elif way == "escape":
        await page.keyboard.press("Escape")
    else:
        await page.go_back()
    await expect(card).to_have_count(0)
    assert await page.evaluate("[location.href, scrollY]") == before
    await expect(link).to_be_focused()
    await expect(page.get_by_role("link", name="Salir ya")).to_be_visible()


async def test_without_a_signal_the_card_is_there(reader: Visit) -> None:
    """From the start page and by its address, once the answers are saved."""
    page = reader.page
    await reader.go("/en/")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await reader.go("/en/")
    await page.get_by_role("link", name="Show the red card").click()
    await expect(page.get_by_text("To the officer:")).to_be_visible()
    await page.get_by_role("link", name="Close").click()
    await reader.go(SHOWN_CARD["en"])
    await page.get_by_role("button", name="Turn it over").click()
    await expect(page.get_by_text("At home: hold the screen to a window.")).to_be_visible()


async def test_the_cards_are_printed_by_a_button(reader: Visit) -> None:
    """Where there is a script; the button is on no sheet."""
    page = reader.page
    await page.add_init_script("window.print = () => { window.printed = true; };")
    await reader.go("/es/tarjeta-roja")
    await page.get_by_role("button", name="Imprimir").click()
    assert await page.evaluate("window.printed")
    await page.emulate_media(media="print")
    await expect(page.locator("button.print")).to_be_hidden()


async def test_an_answer_is_read_aloud_with_the_phones_own_voices(
    reader: Visit, project_content: Content
) -> None:
    """Spanish in Spanish, the English words to say in English, none by a company; not the sources."""
    page = reader.page
    await page.add_init_script(VOICES)
    await reader.go("/es/red_card")
    await page.get_by_role("button", name="Escuchar").click()
    await page.wait_for_function("() => said.some(([, text]) => text.includes('aquí más de dos años, diga'))")
    said = await page.evaluate("said")
    assert said[0] == ["es-MX", "La tarjeta roja"]
    words = "I want to remain silent. I want to speak to a lawyer. I do not consent to a search."
    assert ["en-US", words] in said
    assert {voice for voice, *_ in said} == {"es-MX", "en-US"}
    assert not any("Observed" in text for _, text in said)
    await expect(page.get_by_role("button", name="Escuchar")).to_be_visible()
    await reader.check_accessible()


async def test_a_second_press_stops_the_reading(reader: Visit) -> None:
    """And so does the beginning of another one, so that two are never heard at once."""
    page = reader.page
    await page.add_init_script(f"window.endless = true; {VOICES}")
    await reader.go(SPOKEN["es"])
    first = page.get_by_role("article", name="Quiero guardar silencio.").get_by_role("button")
    await first.click()
    await expect(first).to_have_text("⏹ Parar")
    await first.click()
    await expect(first).to_have_text("🔊 Escuchar")
    assert await page.evaluate("said") == [["es-MX", "Quiero guardar silencio."], ["stopped"]]
    await first.click()
    second = page.get_by_role("article", name="Necesito un intérprete.").get_by_role("button")
    await second.click()
    await expect(first).to_have_text("🔊 Escuchar")
    await expect(second).to_have_text("⏹ Parar")
    assert (await page.evaluate("said"))[3:] == [["stopped"], ["es-MX", "Necesito un intérprete."]]


async def test_without_a_voice_of_the_phone_there_is_no_button(reader: Visit) -> None:
    """A voice that sends the text to a company is none; neither is one of another language."""
    page = reader.page
    await page.add_init_script(f"window.mute = true; {VOICES}")
    await reader.go("/es/red_card")
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".listen")).to_have_count(0)


async def test_an_answer_of_the_chat_gets_its_aids(reader: Visit) -> None:
    """To be heard, English words in English; the card, which covers the page, and is there with one tap."""
    page = reader.page
    await page.add_init_script(VOICES)
    await reader.go("/en/")
    await page.locator(".starters").get_by_text("They are at my door").click()
    message = page.locator(".message.bot").nth(1)
    await message.get_by_role("button", name="Listen").click()
    words = ["en-US", "I do not consent. I will stay silent. I want a lawyer."]
    await page.wait_for_function("([voice, text]) => said.some((one) => one[1] === text)", arg=words)
    links = message.locator(".links a")
    names = ["Show the red card", "Let the phone speak for me", "Show: “I need an interpreter”"]
    await expect(links).to_have_text(names)
    await links.first.click()
    await expect(page.locator(".shown").get_by_text("At home: slide it")).to_be_hidden()
    await expect(page.locator(".shown").get_by_text("To the officer:")).to_be_visible()


async def test_where_hands_must_stay_in_view_no_sound_is_offered(reader: Visit) -> None:
    """Whoever was stopped is not led to the phone."""
    await reader.go("/es/")
    await reader.page.locator(".starters").get_by_text("Me pararon").click()
    message = reader.page.locator(".message.bot").nth(1)
    await message.wait_for()
    await expect(message.get_by_role("link", name="Que el celular hable por mí")).to_have_count(0)


async def test_what_does_not_come_is_done_without(reader: Visit) -> None:
    """The way out leaves, and a link to the card leads to its page, where none of the other scripts came."""
    page = reader.page
    for name in ("listen", "card", "spoken"):
        await page.route(f"**/static/{name}.js*", lambda route: route.abort())
    await page.add_init_script("delete Navigator.prototype.serviceWorker;")
    await reader.go("/es/")
    await page.get_by_role("link", name="Mostrar la tarjeta roja").click()
    await page.wait_for_url(f"**{SHOWN_CARD['es']}")
    await expect(page.get_by_text("To the officer:")).to_be_visible()
    await reader.go(SPOKEN["es"])
    left = page.get_by_role("link", name="Salir ya")
    await left.evaluate("(link, path) => { link.href = path; }", "/es/privacidad")
    await left.click()
    await page.wait_for_url("**/es/privacidad")
