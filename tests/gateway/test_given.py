"""GET /api/answers/{answer}: what staff are told that residents get."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from bot.content.reading import Content
from bot.database.engine import Database
from bot.database.usage import Usage
from bot.training.topics_off import GivenTopics, TopicsOff
from tests.gateway.conftest import Client, MakeGateway
from tests.helpers.situations import with_situations


async def given(gateway: Client, answer: str) -> tuple[str | None, dict[str, str]]:
    """Return what is given for an answer, and what is said by language."""
    response = await gateway.get(f"/api/answers/{answer}")
    assert response.status == 200 and response.headers["Cache-Control"] == "no-store"
    body = await response.json()
    assert body["model"] == "test"
    return body["given"], {code: reply["text"] for code, reply in body["replies"].items()}


async def test_what_is_given_for_an_answer_is_what_its_button_says(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """Also at the moment in which it, or its topic, is turned off; nothing of it is counted."""
    off, whole = TopicsOff(tmp_path), with_situations(small_content)
    content = dataclasses.replace(whole, topics=GivenTopics(whole.topics, off))
    gateway = await make_gateway(content)
    what, lost = await given(gateway, "red_card.lost")
    assert what == "answer" and "I lost my card" in lost["en"] and "Perdí mi tarjeta" in lost["es"]
    _, core = await given(gateway, "red_card")
    off.add("red_card.lost")
    assert await given(gateway, "red_card.lost") == ("core", core)
    off.add("red_card")
    what, said = await given(gateway, "red_card.lost")
    assert what == "being_checked"
    assert said["es"] == content.text_of("utter_answer_being_checked", "es")
    assert await given(gateway, "no_such_answer") == (None, {})
    await gateway.close()
    assert Usage(Database(tmp_path)).weeks(1) == []


async def test_an_answer_that_nobody_has_signed_is_told_so(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Where that is required; services of the directory need no signature."""
    gateway = await make_gateway(dataclasses.replace(small_content, require_approval=True))
    assert (await given(gateway, "red_card"))[0] == "not_approved"
