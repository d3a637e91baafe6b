"""Saying whether an answer helped, and ending a conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.content.reading import Content
from bot.database.engine import DATABASE_FILE, Database
from bot.database.feedback import Feedback, Total
from bot.database.review_queue import NOT_HELPFUL, ReviewQueue
from bot.gateway import keys
from tests.conftest import StartServer
from tests.gateway.conftest import Client, MakeGateway, offer


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


async def test_a_vote_waits_where_nothing_can_be_written(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why nothing can be, and the vote is counted as soon as it can."""
    (tmp_path / DATABASE_FILE).mkdir()
    gateway = await make_gateway(small_content)
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": True}
    assert (await gateway.post("/api/feedback", json=vote)).status == 204
    assert "(Is a directory)" in caplog.text
    (tmp_path / DATABASE_FILE).rmdir()
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    await app[keys.WRITER].finish()
    assert app[keys.FEEDBACK].totals() == [Total("red_card", "es", 1, 0)]


async def test_where_too_much_waits_the_person_is_told(
    make_gateway: MakeGateway,
    small_content: Content,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The conversation goes on; the log says what is lost."""
    monkeypatch.setattr("bot.gateway.background_writer._MOST_WAITING", 1)
    (tmp_path / DATABASE_FILE).mkdir()
    gateway = await make_gateway(small_content)
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": True}
    assert (await gateway.post("/api/feedback", json=vote)).status == 500
    assert "A yes or no could not be counted: 1 others are waiting" in caplog.text


QUESTION = "me llamo Zorvak, mi tel es 323-555-0199: ¿puedo llevar una tarjeta roja en plunxwor? 7"


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_question_is_kept_where_somebody_lets_us(gateway: Client, at_once: bool) -> None:
    """With the no, or after it; our own words alone, once, with the answer that did not help."""
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": False}
    if not at_once:
        assert (await gateway.post("/api/feedback", json=vote)).status == 204
        assert app[keys.REVIEW_QUEUE].questions() == []
    asked = {**vote, "question": QUESTION}
    assert (await gateway.post("/api/feedback", json=asked)).status == 204
    (kept,) = app[keys.REVIEW_QUEUE].questions()
    assert (kept.language, kept.count, kept.reason, kept.topic) == ("es", 1, NOT_HELPFUL, "red_card")
    own_words = app[keys.CURRENT_MODEL].content.own_words.to_keep
    assert "tarjeta" in kept.text
    assert set(kept.text.replace("¿", "").replace("?", "").lower().split()) <= {*own_words, "***"}
    again = await gateway.post("/api/feedback", json=asked)
    assert (again.status, (await again.json())["error"]) == (400, "not_to_rate")
    assert [one.count for one in app[keys.REVIEW_QUEUE].questions()] == [1]
    assert app[keys.FEEDBACK].totals() == [Total("red_card", "es", 0, 1)]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"helpful": True, "question": "hola"}, 400),
        ({"question": 5}, 400),
        ({"question": None}, 400),
        ({"topic": "bond", "question": "hola"}, 400),
        ({"session": "x", "question": "hola"}, 400),
    ],
)
async def test_a_question_comes_with_a_no_to_an_answer_of_this_conversation(
    gateway: Client, wrong: dict[str, Any], status: int
) -> None:
    """What is refused is neither counted nor kept."""
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": False, **wrong}
    response = await gateway.post("/api/feedback", json=vote)
    assert response.status == status and set((await response.json())["message"]) == {"en", "es"}
    assert app[keys.FEEDBACK].totals() == [] and app[keys.REVIEW_QUEUE].questions() == []


async def test_where_nothing_is_kept_a_question_is_neither_asked_for_nor_kept(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """With KYR_KEEP_UNANSWERED=0; the no counts."""
    gateway = await make_gateway(small_content, keep_unanswered=False)
    assert "keep_question" not in await (await gateway.get("/es/")).text()
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": False, "question": QUESTION}
    assert (await gateway.post("/api/feedback", json=vote)).status == 204
    database = Database(tmp_path)
    assert ReviewQueue(database).questions() == []
    assert Feedback(database).totals() == [Total("red_card", "es", 0, 1)]


async def test_after_a_yes_no_question_is_taken(gateway: Client) -> None:
    """Nobody was asked for it."""
    vote = {"session": await answered(gateway), "topic": "red_card", "helpful": True}
    assert (await gateway.post("/api/feedback", json=vote)).status == 204
    asked = {**vote, "helpful": False, "question": QUESTION}
    assert (await gateway.post("/api/feedback", json=asked)).status == 400


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
