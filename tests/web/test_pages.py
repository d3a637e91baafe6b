"""The pages: the chat, every answer in both languages, errors, and which language a browser gets."""

from __future__ import annotations

import re

import pytest

from bot.content import Content
from bot.web.pages import preferred_language
from tests.web.conftest import Client, MakeGateway


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
    ("typed", "meant"), [("/en", "/en/"), ("/es", "/es/"), ("/en/red_card/", "/en/red_card")]
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
    assert 'href="tel:+18886244752"' in page and 'href="tel:911"' in page
    other = {"en": "es", "es": "en"}[language]
    assert f'href="/{other}/"' in page
    assert f'href="/{language}/red_card"' in page and f'href="/{language}/bond"' not in page


async def test_every_answer_is_a_page_in_both_languages(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """With its title, its sources, the day they were checked, and its twin; no script needed."""
    gateway = await make_gateway(project_content)
    for topic in project_content.topics.values():
        for language, other in (("en", "es"), ("es", "en")):
            response = await gateway.get(f"/{language}/{topic.id}")
            page = await response.text()
            assert response.status == 200, topic.id
            assert f'href="/{other}/{topic.id}"' in page
            assert "<script" not in page
            for source in topic.sources if topic.answers else ():
                assert source.url.replace("&", "&amp;") in page
            assert not topic.answers or f'datetime="{topic.reviewed}"' in page


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
    assert words in page and 'href="tel:+18886244752"' in page


async def test_pages_load_nothing_from_elsewhere(make_gateway: MakeGateway, project_content: Content) -> None:
    """Scripts, styles and pictures come from this host; only links lead away."""
    gateway = await make_gateway(project_content)
    for path in ("/en/", "/es/", "/en/ice_at_home", "/es/food_assistance"):
        page = await (await gateway.get(path)).text()
        loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"([^\"]*)\"", page)
        assert loaded and all(address.startswith("/") for address in loaded)
        assert "style=" not in page and "onclick" not in page
