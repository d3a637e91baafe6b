"""Which questions enter the review queue: those that were left open, and those asked again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.answering.decision import SAY
from bot.content.reading import Content
from bot.gateway import keys
from tests.gateway.conftest import Client, MakeGateway, offer

ANSWER: list[dict[str, Any]] = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]


def said(again: str) -> list[dict[str, Any]]:
    """Return what Rasa sends for something that can be said again."""
    return [{"text": "x"}, {"custom": {"language": "en", "again": again, "services": []}}]


async def ask(gateway: Client, times: int) -> list[int]:
    """Ask a question so many times in one conversation; return how often each kept question was asked."""
    session = offer(gateway, "topic:red_card")
    for _ in range(times):
        body = {"message": "what is the card", "lang": "en", "session": session}
        assert (await gateway.post("/api/chat", json=body)).status == 200
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer of an application has it
    await app[keys.WRITER].finish()
    return [one.count for one in app[keys.REVIEW_QUEUE].questions()]


@pytest.mark.parametrize(
    ("replies", "times", "kept"),
    [
        (said(f"{SAY}utter_not_understood"), 1, [1]),
        (said(f"{SAY}utter_out_of_scope"), 1, [1]),
        (said("offer:red_card,bond"), 1, [1]),
        (said("steps:red_card:bond"), 1, [1]),
        (said(f"{SAY}utter_greet"), 1, []),
        (ANSWER, 1, []),
        # Asked again after its answer, it was not answered well.
        (ANSWER, 2, [1]),
    ],
)
async def test_what_was_left_open_or_asked_again_is_kept(
    make_gateway: MakeGateway,
    misbehaving_rasa: Callable[..., Awaitable[str]],
    small_content: Content,
    replies: list[dict[str, Any]],
    times: int,
    kept: list[int],
) -> None:
    """Staff see what people asked in vain; an answer and small talk leave nothing behind."""
    gateway = await make_gateway(small_content, await misbehaving_rasa(replies))
    assert await ask(gateway, times) == kept
