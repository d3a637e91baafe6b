"""The first screen: who this is, what has happened, and the topics in the order of need."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from bot.content.reading import Content
from tests.gateway.conftest import Client, MakeGateway, offer

_STARTER = re.compile(r'<a href="([^"]+)" data-choice="([^"]+)"[^>]*>([^<]+)</a>')


@pytest.fixture
async def assistant(make_gateway: MakeGateway, project_content: Content) -> Client:
    """The gateway on the project's content, with nothing behind it."""
    return await make_gateway(project_content)


async def choose(gateway: Client, choice: str, language: str) -> dict[str, Any]:
    response = await gateway.post("/api/chat", json={"choice": choice, "lang": language})
    assert response.status == 200
    body: dict[str, Any] = (await response.json())["replies"][0]
    return body


def calls_in(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """Return whom to call, as the page shows them."""
    return [call for block in reply["blocks"] for call in block.get("calls", ())]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_page_says_who_it_is(assistant: Client, language: str) -> None:
    """Automatic, no person, not the federal government, with a link to what is kept; also in a frame."""
    for path, privacy in ((f"/{language}/", ""), (f"/embed/{language}/", ' target="_blank" rel="noopener"')):
        page = html.unescape(await (await assistant.get(path)).text())
        about = {"en": "I am an automatic assistant", "es": "Soy un asistente automático"}[language]
        link = {"en": "/en/privacy", "es": "/es/privacidad"}[language]
        assert about in page and f'<a href="{link}"{privacy}>' in page
        warrant = {
            "en": "a warrant signed by a judge. Do not run",
            "es": "orden firmada por un juez. No corra",
        }
        do = warrant[language]
        assert do in page


@pytest.mark.parametrize("language", ["en", "es"])
async def test_each_starter_leads_straight_to_somebody_to_call(assistant: Client, language: str) -> None:
    """By script to a reply with a number, without one to a page; nothing has to be offered first."""
    page = await (await assistant.get(f"/{language}/")).text()
    starters = _STARTER.findall(page)
    assert len(starters) == 6
    for path, choice, title in starters:
        reply = await choose(assistant, choice, language)
        assert reply["lang"] == language, title
        assert calls_in(reply)[0]["uri"].startswith("tel:"), title
        assert (await assistant.get(path)).status == 200


async def test_agents_at_the_door_get_the_card_of_the_home(assistant: Client) -> None:
    """Not the longer answer; the page of that one is for whoever has no script."""
    reply = await choose(assistant, "start:door", "es")
    assert reply["topic"] == "emergency_now" and reply["text"].startswith("Si están afuera, no abra.")
    page = await (await assistant.get("/es/")).text()
    assert ("/es/ice_at_home/at_door", "start:door", "Están en mi puerta") in _STARTER.findall(page)


async def test_a_starter_that_does_not_exist_is_no_choice(assistant: Client) -> None:
    """Nothing but the ids of data/start.yml."""
    response = await assistant.post("/api/chat", json={"choice": "start:everything", "lang": "es"})
    assert (response.status, (await response.json())["error"]) == (400, "unknown_choice")


async def test_the_same_starter_in_the_other_language(assistant: Client) -> None:
    """Switching the language says the card again."""
    body = await (
        await assistant.post("/api/chat", json={"choice": "start:appointment", "lang": "es"})
    ).json()
    again = {"choice": "language:en", "session": body["session"]}
    said = (await (await assistant.post("/api/chat", json=again)).json())["replies"][0]
    assert said["text"].startswith("Do not skip it")


async def test_topics_stand_in_the_order_in_which_people_need_them(assistant: Client) -> None:
    """Whoever was taken first, the ordinance last; each topic once."""
    page = html.unescape(await (await assistant.get("/es/")).text())
    topics = page[page.index('id="topics"') :]
    headings = re.findall(r"<h3>([^<]+)</h3>", topics)
    assert headings[0] == "Si se llevaron a alguien" and headings[-1] == "La ciudad y su ordenanza"
    links = re.findall(r'<a href="/es/(\w+)">', topics)
    assert links.count("ordinance_overview") == links.count("if_arrested_detained") == 1
    assert links.index("if_arrested_detained") < links.index("ordinance_overview")


async def test_a_topic_without_a_place_stands_under_its_group(gateway: Client) -> None:
    """Of a content that says nothing of the first screen, all of them do."""
    page = await (await gateway.get("/en/")).text()
    assert "<h3>Your rights</h3>" in page and "data-choice" not in page


async def test_whom_to_call_stands_as_buttons_behind_the_steps(assistant: Client) -> None:
    """Those of the text and those below it, who answers now first; the question comes after them."""
    session = offer(assistant, "topic:ice_in_public")
    body = {"choice": "topic:ice_in_public", "session": session, "lang": "es"}
    reply = (await (await assistant.post("/api/chat", json=body)).json())["replies"][0]
    kinds = [block["kind"] for block in reply["blocks"]]
    assert kinds == ["paragraph", "steps", "say", "paragraph", "calls", "paragraph"]
    calls = calls_in(reply)
    assert {call["name"] for call in calls} == {"CHIRLA", "Abogados de ImmDef", "CIAM (México)"}
    answering = [call["open"] is not False for call in calls]
    assert answering == sorted(answering, reverse=True)
    assert "Llame a:" in reply["text"] and "Llame a:" not in str(reply["blocks"])
    assert reply["title"] == "Si ICE le para en la calle" and reply["more_blocks"]
