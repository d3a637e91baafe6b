"""What is counted of a conversation: once for each message, by what it was met with, and nobody waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.answering.decision import SAY
from bot.content.reading import Content
from bot.database.engine import Database
from bot.database.review_queue import ReviewQueue
from bot.database.tables import USAGE
from bot.database.usage import OUTCOMES
from bot.gateway import keys
from bot.serving.asking import ask
from bot.serving.processes import free_port
from tests.gateway.conftest import Client, MakeGateway, offer
from tests.helpers.situations import with_situations
from tests.helpers.waiting import until

StartRasa = Callable[..., Awaitable[str]]
Counted = dict[str, dict[str, int]]
ANSWER: list[dict[str, Any]] = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]


def said(response: str, **more: Any) -> list[dict[str, Any]]:
    """Return what Rasa sends where one of the bot's texts is said."""
    return [{"text": "x"}, {"custom": {"language": "en", "again": f"{SAY}{response}", **more}}]


def counted_in(data_dir: Path) -> Counted:
    """Return the counts, by kind and value."""
    found: Counted = {}
    with Database(data_dir).transaction() as connection:
        for _, kind, value, count in connection.execute(select(USAGE)):
            found.setdefault(kind, {})[value] = count
    return found


async def counted(gateway: Client, data_dir: Path) -> Counted:
    """Return the counts once nothing waits to be written any more."""
    await gateway.server.app[keys.WRITER].finish()  # type: ignore[attr-defined] # a TestServer has it
    return counted_in(data_dir)


async def post(gateway: Client, **body: Any) -> Any:
    """Send a message or a choice from the page; return the answer."""
    response = await gateway.post("/api/chat", json={"lang": "en", **body})
    assert response.status == 200, await response.text()
    return await response.json()


BUTTON = {"title": "Food help", "payload": "topic:food_assistance"}
MET_WITH: dict[str, tuple[list[dict[str, Any]], str, str | None]] = {
    "answer": (ANSWER, "answer", "red_card"),
    "privacy": (said("utter_chat_privacy", topic="chat_privacy"), "answer", "chat_privacy"),
    "several questions": ([*ANSWER, *said("utter_also_asked")], "answer", "red_card"),
    "agents": (said("utter_emergency_now", topic="emergency_now"), "emergency", "emergency_now"),
    "agents at home": (said("utter_emergency_home", topic="emergency_now"), "emergency", "emergency_now"),
    "agents still": (said("utter_emergency_again", topic="emergency_now"), "emergency", "emergency_now"),
    "thoughts of death": (said("utter_danger_now"), "emergency", None),
    "a life": (said("utter_life_in_danger"), "emergency", None),
    "a life still": (said("utter_danger_again"), "emergency", None),
    "topics": (
        [
            {"text": "x", "buttons": [BUTTON]},
            {"custom": {"language": "en", "again": "offer:food_assistance", "services": []}},
        ],
        "offer",
        None,
    ),
    "services": (
        [{"text": "x"}, {"custom": {"language": "en", "again": "show:food:::0", "services": [{"id": "x"}]}}],
        "help",
        None,
    ),
    "services of a topic": (
        [{"text": "x"}, {"custom": {"language": "en", "topic": "bond", "services": [{"id": "x"}]}}],
        "help",
        "bond",
    ),
    "greeting": (said("utter_greet"), "small_talk", None),
    "other language asked for": (
        [*said("utter_language_switched", requested=True), *ANSWER],
        "small_talk",
        None,
    ),
    "nothing": (said("utter_not_understood"), "not_understood", None),
    "a third language": (said("utter_other_language"), "not_understood", None),
    "no place": (said("utter_place_not_known"), "not_understood", None),
    "no business": (said("utter_out_of_scope"), "out_of_scope", None),
    "silence": ([], "degraded", None),
}


@pytest.mark.parametrize("met_with", MET_WITH)
async def test_each_outcome_is_counted_once(
    make_gateway: MakeGateway,
    small_content: Content,
    misbehaving_rasa: StartRasa,
    tmp_path: Path,
    met_with: str,
) -> None:
    """With its topic, where it has one, and in the language of the reply."""
    answer, outcome, topic = MET_WITH[met_with]
    gateway = await make_gateway(small_content, await misbehaving_rasa(answer))
    await post(gateway, message="what about the red card")
    expected: Counted = {"language": {"en": 1}, "channel": {"web": 1}, "outcome": {outcome: 1}}
    assert await counted(gateway, tmp_path) == expected | ({"topic": {topic: 1}} if topic else {})


def test_every_outcome_is_tried_here() -> None:
    """The list above leaves none out."""
    assert {outcome for _, outcome, _ in MET_WITH.values()} == set(OUTCOMES)


async def test_a_chosen_topic_is_an_answer_and_what_the_page_does_is_nothing(
    gateway: Client, tmp_path: Path
) -> None:
    """A button, or its number; the last answer again and in another language are no messages of anybody."""
    session = offer(gateway, "topic:red_card")
    await post(gateway, choice="topic:red_card", session=session)
    await post(gateway, choice="again", session=session)
    await post(gateway, choice="language:es", session=session)
    await post(gateway, message="1", session=session)
    assert (await gateway.post("/api/chat", json={"choice": "find:food"})).status == 400
    assert await counted(gateway, tmp_path) == {
        "topic": {"red_card": 1, "food_assistance": 1},
        "language": {"en": 1, "es": 1},
        "channel": {"web": 2},
        "outcome": {"answer": 1, "help": 1},
    }


async def test_an_answer_for_a_situation_is_counted_as_its_topic(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """So that what is counted stays one line a topic."""
    gateway = await make_gateway(with_situations(small_content))
    session = offer(gateway, "topic:red_card.lost")
    await post(gateway, choice="topic:red_card.lost", session=session)
    assert (await counted(gateway, tmp_path))["topic"] == {"red_card": 1}


async def test_a_message_that_comes_again_is_counted_once(gateway: Client, tmp_path: Path) -> None:
    """As it is answered once."""
    session = offer(gateway, "topic:red_card")
    for _ in range(3):
        await post(gateway, choice="topic:red_card", session=session, id="a")
    assert (await counted(gateway, tmp_path))["topic"] == {"red_card": 1}


async def test_what_is_asked_as_a_test_is_neither_counted_nor_kept(
    make_gateway: MakeGateway, small_content: Content, misbehaving_rasa: StartRasa, tmp_path: Path
) -> None:
    """As `kyr ask` and the start of `kyr serve` ask; the same question of a resident is."""
    gateway = await make_gateway(small_content, await misbehaving_rasa(said("utter_not_understood")))
    conversations = gateway.server.app[keys.CONVERSATIONS]  # type: ignore[attr-defined] # a TestServer has it
    session = conversations.token(conversations.begin_test())
    url, question = str(gateway.make_url("")).rstrip("/"), "what about the red card"
    body = await ask(url, question, "en", session)
    assert body["session"] == session and "degraded" not in body
    assert await counted(gateway, tmp_path) == {}
    assert ReviewQueue(Database(tmp_path)).questions() == []
    await ask(url, question, "en")
    assert (await counted(gateway, tmp_path))["outcome"] == {"not_understood": 1}
    assert len(ReviewQueue(Database(tmp_path)).questions()) == 1


async def test_a_database_that_is_away_costs_the_resident_nothing(
    make_gateway: MakeGateway,
    small_content: Content,
    misbehaving_rasa: StartRasa,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The answer is the same and does not wait for it; the log says why nothing is counted, and not what."""
    away = f"postgresql://kyr@127.0.0.1:{free_port()}/kyr"
    gateway = await make_gateway(small_content, await misbehaving_rasa(ANSWER), database_url=away)
    body = await post(gateway, message="what about the red card")
    assert body["replies"][0]["topic"] == "red_card" and "degraded" not in body
    await until(lambda: "could not be removed yet. The PostgreSQL" in caplog.text)
    assert "red_card" not in caplog.text and "red card" not in caplog.text
