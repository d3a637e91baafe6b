"""Buttons, lists, reactions and voice notes on WhatsApp."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from bot.answering.reply import Button
from bot.gateway.messaging.whatsapp import Templates
from tests.gateway.messaging.conftest import MakeTwilio
from tests.gateway.messaging.standins import ACCOUNT, Twilio

SENDER, RECEIVER = "whatsapp:+13235550100", "whatsapp:+13235550199"
QUICK_REPLIES = tuple(f"HX{number:032}" for number in range(1, 4))
LISTS = tuple(f"HX{number:032}" for number in range(11, 21))
ANSWER = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]
SAID = "The card states your rights.\nEnglish not legal advice\nhttps://rights.example.org/en/red_card"


async def ask(twilio: Twilio, body: str = "what is a red card", **more: str) -> list[str]:
    """Send a message by WhatsApp; return those that come in the response."""
    return await twilio.text(body, sender=SENDER, To=RECEIVER, **more)


async def test_choices_are_buttons_where_there_are_templates(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """What is pressed is a choice like any other; nothing else is sent."""
    rasa = await misbehaving_rasa(ANSWER)
    twilio = await make_twilio(rasa, twilio_quick_replies=QUICK_REPLIES, twilio_lists=LISTS)
    assert await ask(twilio) == []
    (sent,) = twilio.sent
    assert (sent["From"], sent["To"], sent["ContentSid"]) == (RECEIVER, SENDER, QUICK_REPLIES[1])
    variables = json.loads(sent["ContentVariables"])
    assert variables["body"] == SAID
    assert (variables["title1"], variables["title2"]) == ("Food help", "English who can help")
    assert await ask(twilio, "Food help", ButtonPayload=variables["id1"], ButtonText="Food help") == []
    assert "https://rights.example.org/en/food_assistance" in twilio.sent[1]["ContentVariables"]


async def test_choices_are_a_list_where_they_have_no_room_on_buttons(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """An item of it is a choice too."""
    twilio = await make_twilio(await misbehaving_rasa(ANSWER), twilio_lists=LISTS)
    assert await ask(twilio) == []
    variables = json.loads(twilio.sent[0]["ContentVariables"])
    assert (variables["opens"], variables["whole1"]) == ("English choose here", "Food help")
    assert await ask(twilio, "Food help", ListId=variables["id1"], ListTitle="Food help") == []
    assert "https://rights.example.org/en/food_assistance" in twilio.sent[1]["ContentVariables"]


@pytest.mark.parametrize("takes", [True, False])
async def test_a_message_that_comes_again_is_answered_once(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]], takes: bool
) -> None:
    """By buttons; and by numbers where Twilio does not take them, which is logged without a word."""
    twilio = await make_twilio(await misbehaving_rasa(ANSWER), twilio_lists=LISTS)
    twilio.takes = takes
    fields = {"MessageSid": "SM5", "AccountSid": ACCOUNT, "From": SENDER, "To": RECEIVER}
    first, again = [await twilio.call({**fields, "Body": "what is a red card"}) for _ in range(2)]
    assert first == again and len(twilio.sent) == takes
    assert ("2. English who can help" in first[1]) is not takes


async def test_without_templates_choices_are_numbered(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """And text messages have numbers in any case."""
    rasa = await misbehaving_rasa(ANSWER)
    numbered = f"{SAID}\nEnglish reply with number\n1. Food help\n2. English who can help"
    assert await ask(await make_twilio(rasa)) == [numbered]
    twilio = await make_twilio(rasa, twilio_lists=LISTS)
    assert await twilio.text("what is a red card") == [numbered] and twilio.sent == []


def test_long_titles_make_a_list_and_are_whole_below() -> None:
    """Buttons have 20 letters, items 24 and a line below; what has no room at all has no template."""
    templates = Templates(QUICK_REPLIES, LISTS)
    short, long = Button("Ya entraron", "topic:a"), Button("Cómo se paga, cuánto y si regresa", "topic:b")
    assert (templates.fill("x", [short] * 3, "o") or {})["ContentSid"] == QUICK_REPLIES[2]
    listed = templates.fill("x", [short, long], "o") or {}
    assert listed["ContentSid"] == LISTS[1]
    variables = json.loads(listed["ContentVariables"])
    assert (variables["title2"], variables["whole2"]) == ("Cómo se paga, cuánto y…", long.title)
    assert len(json.loads((templates.fill("x", [short] * 10, "o") or {})["ContentVariables"])) == 32
    for text, buttons in (("x", [short] * 11), ("x" * 1025, [short]), ("x", [])):
        assert templates.fill(text, buttons, "o") is None
    assert Templates().fill("x", [short], "o") is None


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("👍", {"MessageType": "reaction"}, "English reaction"),
        ("🙏", {}, "English reaction"),
        ("", {"NumMedia": "1", "MediaContentType0": "audio/ogg"}, "English voice note"),
    ],
)
async def test_a_reaction_or_a_voice_note_is_met_kindly_once(
    twilio: Twilio, body: str, more: dict[str, str], said: str
) -> None:
    """Once in a conversation; what is written between them is answered as ever."""
    await ask(twilio, "what are my rights at home")
    assert await ask(twilio, body, **more) == [said]
    assert await ask(twilio, "DACA") == ["English hotline card"]
    assert await ask(twilio, body, **more) == []


async def test_a_reaction_by_text_message_costs_nobody_anything(twilio: Twilio) -> None:
    """A thank you would be billed, and two machines might go on thanking each other."""
    assert await twilio.text("👍", MessageType="reaction") == []
