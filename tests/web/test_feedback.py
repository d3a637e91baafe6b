"""Saying whether an answer helped, and ending a conversation."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.content import Content
from bot.feedback import Total
from bot.web import keys
from tests.conftest import StartServer
from tests.web.conftest import Client, MakeGateway, offer


async def answered(gateway: Client) -> str:
    """Be given an answer; return the session."""
    chosen = {"choice": "topic:red_card", "lang": "es", "session": offer(gateway, "topic:red_card")}
    response = await gateway.post("/api/chat", json=chosen)
    return str((await response.json())["session"])


async def test_a_yes_or_no_is_counted_once_for_an_answer(gateway: Client) -> None:
    """In the language of the answer; a second one is refused, until the answer was given again."""
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": True}
    assert (await gateway.post("/api/feedback", json=vote)).status == 204
    again = await gateway.post("/api/feedback", json={**vote, "helpful": False})
    assert (again.status, (await again.json())["error"]) == (400, "not_to_rate")
    assert app[keys.FEEDBACK].totals() == [Total("red_card", "es", 1, 0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"session": "x"},
        {"session": None},
        {"topic": "bond"},
        {"topic": ["red_card"]},
        {"topic": "me llamo Ana"},
        {"helpful": "yes"},
        {"helpful": 1},
    ],
)
async def test_only_answers_of_this_conversation_are_counted(gateway: Client, wrong: dict[str, Any]) -> None:
    """So that no text of anybody, and no made-up topic, gets into the counts."""
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": True, **wrong}
    response = await gateway.post("/api/feedback", json=vote)
    assert response.status == 400 and set((await response.json())["message"]) == {"en", "es"}
    assert app[keys.FEEDBACK].totals() == []


async def test_where_nothing_can_be_written_the_person_is_told(
    make_gateway: MakeGateway, small_content: Content, caplog: pytest.LogCaptureFixture
) -> None:
    """The conversation goes on; the log says what kind of error it was."""
    gateway = await make_gateway(small_content)
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    app[keys.FEEDBACK].file.mkdir()
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": True}
    assert (await gateway.post("/api/feedback", json=vote)).status == 500
    assert "could not be counted: OperationalError" in caplog.text


async def test_a_conversation_that_was_ended_is_gone_here_and_in_rasa(
    make_gateway: MakeGateway, small_content: Content, start_server: StartServer
) -> None:
    """Its token opens nothing any more; a token that is none of ours is met with the same silence."""
    told: list[Any] = []

    async def webhook(request: web.Request) -> web.Response:
        told.append(await request.json())
        return web.json_response([])

    rasa = web.Application()
    rasa.router.add_post("/webhooks/rest/webhook", webhook)
    gateway = await make_gateway(small_content, await start_server(rasa))
    session = await answered(gateway)
    for token in (session, session, "x", None, 5):
        assert (await gateway.post("/api/forget", json={"session": token})).status == 204
    # Rasa knows a conversation by its id, not by the token that opens it.
    assert told == [{"sender": session.partition(".")[0], "message": "/restart", "metadata": {}}]
    response = await gateway.post("/api/chat", json={"choice": "again", "session": session})
    assert response.status == 400


@pytest.mark.parametrize("path", ["/api/feedback", "/api/forget"])
async def test_what_is_no_json_is_refused(gateway: Client, path: str) -> None:
    """As everywhere, with a code and a sentence in both languages."""
    assert (await gateway.post(path, data=b"session=x")).status == 415
    headers = {"Content-Type": "application/json"}
    bodies = await asyncio.gather(*(gateway.post(path, data=body, headers=headers) for body in (b"{", b"[]")))
    assert [body.status for body in bodies] == [400, 400]
