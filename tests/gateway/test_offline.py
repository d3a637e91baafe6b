"""What phones keep to read without a signal, and the small files around it."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.content.reading import Content
from bot.content.topics import page_path
from bot.gateway import aids, offline, pages
from bot.gateway.family import FAMILY_PLAN, TELL_FAMILY
from bot.training.topics_off import GivenTopics, TopicsOff
from tests.gateway.conftest import Client, MakeGateway, offer


async def fetch(gateway: Client, path: str) -> Any:
    response = await gateway.get(path)
    assert response.status == 200, path
    return json.loads(await response.text())


async def test_every_page_is_kept_in_both_languages(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """The pages with a name and all answers; each says that it is a copy, and of which day."""
    gateway = await make_gateway(project_content)
    for language, note in (("en", "Saved on this phone:"), ("es", "Guardado en este teléfono:")):
        kept = (await fetch(gateway, f"/{language}/pages.json"))["pages"]
        answered = [topic for topic in project_content.topics.values() if topic.answered]
        named = {f"/{language}/", pages.DIRECTORY[language]}
        named |= {pages.PRINTED_CARDS[language], pages.PRIVACY[language]}
        named |= {TELL_FAMILY[language], FAMILY_PLAN[language]}
        named |= {paths[language] for paths in (aids.SHOWN_CARD, aids.SPOKEN, aids.INTERPRETER)}
        assert set(kept) == named | {page_path(topic.id, language) for topic in answered}
        for path, page in kept.items():
            assert note in page["html"] and offline._SAVED_ON not in page["html"], path
            assert 'class="opening' not in page["html"], "whether a place is open now cannot be kept"
        for topic in answered:
            last = topic.review_by.isoformat() if topic.review_by else None
            expected = last if topic.volatility == "litigated" else None
            assert kept[page_path(topic.id, language)]["use_by"] == expected


async def test_what_is_kept_is_small(make_gateway: MakeGateway, project_content: Content) -> None:
    """At most 650 KB for both languages with the sounds, as people pay for every megabyte."""
    gateway = await make_gateway(project_content)
    assets = re.findall(r'"(/static/[^"]+)"', await (await gateway.get("/sw.js")).text())
    assert any("/sounds/" in path for path in assets)
    size = 0
    for path in ("/en/pages.json", "/es/pages.json", "/en/search.json", "/es/search.json", *assets):
        response = await gateway.get(path, headers={"Accept-Encoding": "gzip"})
        size += int(response.headers["Content-Length"])
    assert size < 650_000


async def test_phones_take_it_again_only_when_it_has_changed(
    make_gateway: MakeGateway, small_content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text of the service worker is the same from one day to the next."""
    texts = []
    for day in (datetime.date(2026, 11, 25), datetime.date(2026, 11, 26)):
        monkeypatch.setattr(offline, "current_date", lambda day=day: day)
        gateway = await make_gateway(small_content)
        texts.append(await (await gateway.get("/sw.js")).text())
        kept = await fetch(gateway, "/en/pages.json")
        assert f"November {day.day}, 2026" in kept["pages"]["/en/red_card"]["html"]
    assert texts[0] == texts[1]
    more = await make_gateway(small_content, public_url="https://rights.example.org")
    assert await (await more.get("/sw.js")).text() != texts[0]


async def test_a_topic_that_is_turned_off_is_kept_no_more(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """Nor found by its words, nor given as a page or a choice; turned on, it is there again."""
    off = TopicsOff(tmp_path)
    content = dataclasses.replace(small_content, topics=GivenTopics(small_content.topics, off))
    gateway = await make_gateway(content)

    async def is_given() -> set[bool]:
        session = offer(gateway, "topic:red_card")
        chosen = {"choice": "topic:red_card", "session": session, "lang": "en"}
        answer = await (await gateway.post("/api/chat", json=chosen)).json()
        return {
            "/en/red_card" in (await fetch(gateway, "/en/pages.json"))["pages"],
            "red_card" in (await fetch(gateway, "/en/search.json"))["titles"],
            "being checked" not in await (await gateway.get("/en/red_card")).text(),
            "being checked" not in answer["replies"][0]["text"],
        }

    assert await is_given() == {True}
    off.add("red_card")
    assert await is_given() == {False}
    off.remove("red_card")
    assert await is_given() == {True}


async def test_the_page_can_be_installed(gateway: Client) -> None:
    """The manifest names pictures that are there, and begins in its language."""
    for language in ("en", "es"):
        manifest = await fetch(gateway, f"/{language}/app.webmanifest")
        assert (manifest["lang"], manifest["start_url"]) == (language, f"/{language}/")
        for icon in manifest["icons"]:
            response = await gateway.get(icon["src"])
            assert (response.status, response.content_type) == (200, icon["type"])


async def test_files_are_small_and_stay_with_the_browser_until_they_change(gateway: Client) -> None:
    """For good under an address with their version; asked for again, with a 304, under one without."""
    page = await (await gateway.get("/es/")).text()
    # What comes when it is asked for (the aids) stands in `data-`.
    addresses = re.findall(r'(?:src|href)="(/static/[\w.-]+\?v=\w{8})"', page)
    assert {address.split("?")[0] for address in addresses} >= {
        "/static/chat.js",
        "/static/page.js",
        "/static/style.css",
    }
    size = 0
    for address in set(addresses):
        response = await gateway.get(address, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in response.headers["Cache-Control"]
        size += int(response.headers["Content-Length"]) if "png" not in address else 0
        plain = address.split("?")[0]
        response = await gateway.get(plain)
        assert response.headers["Cache-Control"] == "no-cache"
        again = await gateway.get(plain, headers={"If-None-Match": response.headers["ETag"]})
        assert (again.status, await again.read()) == (304, b"")
    assert size < 15_000, "the whole chat with its styles has to fit"


@pytest.mark.parametrize("path", ["/static/none.js", "/static/..%2Fapp.py", "/static/"])
async def test_only_the_files_that_are_there_are_served(gateway: Client, path: str) -> None:
    """By name, and none from elsewhere."""
    assert (await gateway.get(path)).status == 404
