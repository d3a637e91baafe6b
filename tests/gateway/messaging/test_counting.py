"""What is counted of messages by text, WhatsApp and Telegram."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.content.reading import Content
from bot.database.usage import CHANNELS
from tests.gateway.conftest import MakeGateway
from tests.gateway.messaging.conftest import MakeTelegram, MakeTwilio
from tests.gateway.messaging.standins import ACCOUNT
from tests.gateway.test_outcomes import ANSWER, StartRasa, counted_in, post
from tests.helpers.waiting import until


async def test_each_channel_is_counted_once(
    make_twilio: MakeTwilio,
    make_telegram: MakeTelegram,
    make_gateway: MakeGateway,
    small_content: Content,
    misbehaving_rasa: StartRasa,
    tmp_path: Path,
) -> None:
    """Also where a message comes again; pictures, STOP, START and HELP ask nothing."""
    rasa = await misbehaving_rasa(ANSWER)
    twilio, telegram = await make_twilio(rasa), await make_telegram(rasa)
    for text in ("", "STOP", "START", "AYUDA"):
        await twilio.text(text)
    again = {"MessageSid": "SM5", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "DACA"}
    first, second = await asyncio.gather(twilio.call(again), twilio.call(again))
    assert first == second == await twilio.call(again)
    await twilio.text("DACA", sender="whatsapp:+13235550100")
    shown = await telegram.write("DACA")
    gateway = await make_gateway(small_content, rasa)
    await post(gateway, message="DACA")
    await until(lambda: len(counted_in(tmp_path).get("channel", {})) == len(CHANNELS))
    assert counted_in(tmp_path) == {
        "topic": {"red_card": 4},
        "language": {"en": 4},
        "channel": dict.fromkeys(CHANNELS, 1),
        "outcome": {"answer": 4},
    }
    # One of a conversation that is forgotten is asked as a question, which is one message.
    await telegram.press(shown, 0, chat=9)
    await until(lambda: counted_in(tmp_path)["channel"]["telegram"] == 2)
