"""The pages: the chat, every answer in both languages, errors, and which language a browser gets."""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.content.paths import PAGE_TEXTS
from bot.content.reading import Content, read_content
from bot.content.topics import page_path
from bot.gateway import keys
from bot.gateway.current_model import LoadedModel
from bot.text.markup import phone_uri
from bot.web.languages import preferred_language
from tests.gateway.conftest import Client, MakeGateway
from tests.helpers.situations import with_situations


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "es"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.5, es;q=0.9", "es"),
        ("fr, zh-CN;q=0.9, en;q=0.1", "en"),
        ("fr", "es"),
        ("*", "es"),
        ("en;q=x, ,,;;", "es"),
        ("-" * 5000, "es"),
        ("fr, en; q=0.9", "en"),
        ("en;q=0, es;q=nan", "es"),
    ],
)
def test_the_browsers_language_is_taken(accepted: str, expected: str) -> None:
    """The first of the two that it names by weight; Spanish where it names neither."""
    assert preferred_language(accepted) == expected


async def test_the_first_page_leads_to_a_language(gateway: Client) -> None:
    """GET / redirects."""
    response = await gateway.get("/", headers={"Accept-Language": "en"}, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/en/")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/en", "/en/"),
        ("/es", "/es/"),
        ("/en/red_card/", "/en/red_card"),
        ("/es/bond/refused/", "/es/bond/refused"),
    ],
)
async def test_addresses_as_people_type_them_lead_to_the_page(
    gateway: Client, typed: str, meant: str
) -> None:
    """With or without the slash at the end."""
    response = await gateway.get(typed, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, meant)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_chat_page_is_usable(gateway: Client, language: str) -> None:
    """A log, a labelled box, phones as links, a switch of language, and only topics with an answer."""
    response = await gateway.get(f"/{language}/")
    page = await response.text()
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert 'role="log"' in page and '<label for="message">' in page
    assert 'href="tel:211"' in page and 'href="tel:911"' in page
    other = {"en": "es", "es": "en"}[language]
    assert f'href="/{other}/"' in page
    assert f'href="/{language}/red_card"' in page and f'href="/{language}/bond"' not in page


async def test_another_number_of_the_hotline_is_on_the_pages_at_once(
    make_gateway: MakeGateway, content_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the directory has it, without a start."""
    gateway = await make_gateway(read_content(content_copy))
    monkeypatch.setattr("bot.directory.live._SECONDS_BETWEEN_LOOKS", 0)
    phones = content_copy / "data" / "resources" / "phones.csv"
    phones.write_text(phones.read_text(encoding="utf-8").replace(",211-la,211,", ",211-la,213-555-0100,"))
    page = await (await gateway.get("/en/")).text()
    assert '<a href="tel:+12135550100"><span>Hotline <span class="number">213-555-0100</span>' in page


async def test_pages_say_what_the_model_that_answers_has_of_their_texts(
    make_gateway: MakeGateway, content_copy: Path
) -> None:
    """Not what was saved since: that goes out with the next version, and back with the one before."""
    before = read_content(content_copy)
    (content_copy / PAGE_TEXTS).write_text("start: {en: What now?, es: ¿Y ahora?}\n", encoding="utf-8")
    gateway = await make_gateway(before)
    assert "¿Qué pasó?" in await (await gateway.get("/es/")).text()
    current = gateway.server.app[keys.CURRENT_MODEL]  # type: ignore[attr-defined] # a TestServer has it
    first = current.replace(LoadedModel("2", read_content(content_copy), current.rasa))
    assert "¿Y ahora?" in await (await gateway.get("/es/")).text()
    current.replace(first)
    assert "¿Qué pasó?" in await (await gateway.get("/es/")).text()


async def test_every_answer_is_a_page_in_both_languages(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """With its title, its sources, the day they were checked, and its twin; no script needed."""
    gateway = await make_gateway(project_content)
    for topic in project_content.topics.values():
        for language, other in (("en", "es"), ("es", "en")):
            response = await gateway.get(page_path(topic.id, language))
            page = await response.text()
            assert response.status == 200, topic.id
            assert f'href="{page_path(topic.id, other)}"' in page
            assert "kyr-chat" not in page and page.count("<script") == 1
            for source in topic.sources if topic.answers else ():
                assert source.url.replace("&", "&amp;") in page
            assert not topic.answers or f'datetime="{topic.reviewed}"' in page


async def test_search_engines_are_told_what_an_answer_is(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Question, answer, day of review and sources (schema.org), its own address and its twin's."""
    gateway = await make_gateway(small_content, public_url="https://rights.example.org")
    page = await (await gateway.get("/es/red_card")).text()
    for schema in ("FAQPage", "Question", "Answer"):
        assert f'itemscope itemtype="https://schema.org/{schema}"' in page
    assert '<link rel="canonical" href="https://rights.example.org/es/red_card">' in page
    for language in ("en", "es"):
        twin = f'hreflang="{language}" href="https://rights.example.org/{language}/red_card"'
        assert f'<link rel="alternate" {twin}>' in page
    assert 'itemprop="lastReviewed" datetime="2026-11-22"' in page
    assert 'itemprop="citation" href="https://example.org/page"' in page
    short = small_content.topics["red_card"].answers["es"].short
    assert f'<meta name="description" content="{short}">' in page and "noindex" not in page


async def test_a_page_without_a_checked_answer_is_not_offered_as_one(gateway: Client) -> None:
    """Search engines are asked to leave it out, and the list of pages does not name it."""
    page = await (await gateway.get("/en/bond")).text()
    assert '<meta name="robots" content="noindex">' in page and "FAQPage" not in page
    pages = await (await gateway.get("/sitemap.xml")).text()
    assert "/en/bond<" not in pages


async def test_the_list_of_pages_names_every_page_with_its_twin(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """As sitemaps.org wants it; each address in it answers."""
    gateway = await make_gateway(project_content)
    response = await gateway.get("/sitemap.xml")
    assert response.content_type == "application/xml"
    pages = ElementTree.fromstring(await response.text())  # noqa: S314 # our own text
    found = [str(place.text) for place in pages.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    answered = sum(topic.answered for topic in project_content.topics.values())
    assert len(found) == len(set(found)) == 2 * (answered + 9)
    for address in found:
        path = address.removeprefix(str(gateway.make_url("/")).rstrip("/"))
        assert (await gateway.get(path, allow_redirects=False)).status == 200, path
    robots = await (await gateway.get("/robots.txt")).text()
    assert f"Sitemap: {gateway.make_url('/sitemap.xml')}" in robots


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/es/red-card", "/es/tarjeta-roja"), ("/en/tarjeta-roja", "/en/red-card"), ("/es/help", "/es/ayuda")],
)
async def test_a_name_of_the_other_language_leads_to_the_page(
    gateway: Client, typed: str, meant: str
) -> None:
    """Addresses are passed on by word of mouth."""
    response = await gateway.get(typed, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, meant)


@pytest.mark.parametrize("path", ["/en/red-card", "/es/tarjeta-roja"])
async def test_the_cards_are_in_english_outside_and_in_spanish_inside(gateway: Client, path: str) -> None:
    """Four on a sheet, whatever the language of the page; a screen reader meets one of them."""
    page = await (await gateway.get(path)).text()
    assert page.count('lang="en"><p>English red card front</p>') == 4
    assert page.count('lang="es"><p>Español red card back</p>') == 4
    assert page.count('class="card" aria-hidden="true"') == 3


@pytest.mark.parametrize(("path", "language"), [("/en/help", "en"), ("/es/ayuda", "es")])
async def test_the_directory_names_every_service_once(
    make_gateway: MakeGateway, project_content: Content, path: str, language: str
) -> None:
    """With its phones, and what else it is for."""
    gateway = await make_gateway(project_content)
    page = html.unescape(await (await gateway.get(path)).text())
    for service in project_content.directory.services:
        assert page.count(f"<h3>{service.name[language]}</h3>") == 1
        assert all(phone_uri(number) in page for number in service.phones)


@pytest.mark.parametrize(("path", "language"), [("/en/help", "en"), ("/es/ayuda", "es")])
async def test_a_caution_stands_below_the_number(
    make_gateway: MakeGateway, project_content: Content, path: str, language: str
) -> None:
    """Before any other detail of the line of ICE or ORR."""
    gateway = await make_gateway(project_content)
    page = html.unescape(await (await gateway.get(path)).text())
    careful = [service for service in project_content.directory.services if service.caution[language]]
    assert len(careful) == 3
    for service in careful:
        (number,) = service.phones
        below = re.split(rf">[^<]*{number}</a></p>", page)[1:]
        assert below and all(service.caution[language] in rest.partition("<dl>")[0] for rest in below)


async def test_words_to_say_aloud_are_marked_as_english_on_a_spanish_page(gateway: Client) -> None:
    """So that a screen reader speaks them in English."""
    page = await (await gateway.get("/es/red_card")).text()
    assert '<blockquote lang="en"><p>I want to remain silent.</p></blockquote>' in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/es/nothing", "Esa página no existe"),
        ("/en/nothing", "There is no such page"),
        ("/fr/", "Esa página no existe"),
        ("/en/%00", "There is no such page"),
        ("/en/../../etc/passwd", "Esa página no existe"),
        ("/static/../app.py", "Esa página no existe"),
    ],
)
async def test_a_missing_page_says_so_and_shows_whom_to_call(gateway: Client, path: str, words: str) -> None:
    """A page in the language of the address, never a bare error."""
    response = await gateway.get(path)
    page = await response.text()
    assert response.status == 404
    assert words in page and 'href="tel:211"' in page


async def test_pages_load_nothing_from_elsewhere(make_gateway: MakeGateway, project_content: Content) -> None:
    """Scripts, styles and pictures come from this host; only links lead away."""
    gateway = await make_gateway(project_content)
    for path in ("/en/", "/es/", "/en/ice_at_home", "/es/food_assistance"):
        page = await (await gateway.get(path)).text()
        loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"([^\"]*)\"", page)
        assert loaded and all(address.startswith(("/", str(gateway.make_url("/")))) for address in loaded)
        assert "style=" not in page and "onclick" not in page


async def test_the_page_of_a_topic_leads_to_its_situations_and_they_lead_back(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Below the question that tells them apart, the first one first; the title names the topic."""
    gateway = await make_gateway(with_situations(small_content))
    page = await (await gateway.get("/es/red_card")).text()
    below = page.split("<h2>¿Qué pasó con la tarjeta?</h2>")[1]
    links = ['<a href="/es/red_card/shown">Enseñé mi tarjeta', '<a href="/es/red_card/lost">Perdí mi tarjeta']
    assert below.index(links[0]) < below.index(links[1])
    page = await (await gateway.get("/es/red_card/lost")).text()
    assert "<title>Perdí mi tarjeta – La tarjeta roja – " in page
    assert 'href="/en/red_card/lost"' in page and '<a href="/es/red_card">La tarjeta roja</a>' in page


async def test_a_page_shows_what_goes_beyond_the_first_screen_below_it(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """What stays right, then what the law says now."""
    gateway = await make_gateway(with_situations(small_content))
    page = await (await gateway.get("/en/red_card/lost")).text()
    parts = ["I lost my card, ", "Print two cards.", "English law now", "A court said so."]
    assert [page.count(f"<p>{part}") for part in parts] == [1, 1, 1, 1]
    assert sorted(parts, key=page.index) == parts


async def test_a_page_that_is_saved_is_not_for_search_engines(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """So that what a phone keeps stays small; a page that is opened has it all."""
    gateway = await make_gateway(small_content)
    saved = (await (await gateway.get("/en/pages.json")).json())["pages"]["/en/red_card"]["html"]
    assert "schema.org" not in saved and "og:" not in saved and "canonical" not in saved
    assert "schema.org" in await (await gateway.get("/en/red_card")).text()


@pytest.mark.parametrize("path", ["/en/red_card/nothing", "/en/nothing/lost", "/en/red_card/lost/x"])
async def test_a_situation_that_is_not_there_is_a_missing_page(
    make_gateway: MakeGateway, small_content: Content, path: str
) -> None:
    """Also one of a topic that is."""
    gateway = await make_gateway(with_situations(small_content))
    assert (await gateway.get(path)).status == 404
