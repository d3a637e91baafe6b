"""Text messages and WhatsApp, with nothing behind the gateway: what is answered from the content alone."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

import pytest
from twilio.request_validator import RequestValidator

from bot.gateway.conversations import SenderKeys
from bot.gateway.messaging import webhook
from tests.gateway.conftest import Client
from tests.gateway.messaging.conftest import MakeTwilio
from tests.gateway.messaging.standins import ACCOUNT, CHANNELS, PUBLIC_URL, TOKEN, Twilio

CARD_EN = "English hotline card"
CARD_ES = "Español hotline card"


async def test_a_message_is_answered_in_its_language(twilio: Twilio) -> None:
    """Without Rasa by the hotline card; the response is the answer, nothing else is sent."""
    assert await twilio.text("what are my rights at home") == [CARD_EN]
    assert await twilio.text("¿cuáles son mis derechos en casa?", sender="+13235550101") == [CARD_ES]


async def test_spanish_letters_arrive_whole(twilio: Twilio) -> None:
    """Both ways; Rasa's own channel turns "¡" into "@"."""
    text = "¡No abra! ¿Ñandú, pingüino, á?"
    status, body = await twilio.call(
        {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": text}
    )
    assert status == 200
    assert [each.text for each in ElementTree.fromstring(body)] == [CARD_ES]  # noqa: S314 # our own


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("STOP", ["Español text stopped", "English text stopped"]),
        (" Stop. ", ["Español text stopped", "English text stopped"]),
        ("cancel", ["Español text stopped", "English text stopped"]),
        ("ALTO", ["Español text stopped"]),
        ("baja", ["Español text stopped"]),
        ("HELP", ["English text help"]),
        ("AYUDA", ["Español text help"]),
        ("¡ayuda!", ["Español text help"]),
        ("info", ["Español text help", "English text help"]),
        ("START", ["Español greet", "English greet"]),
    ],
)
async def test_reserved_words_are_answered_at_once(twilio: Twilio, body: str, said: list[str]) -> None:
    """They never reach Rasa, in whatever case; in the language of the word or of the conversation."""
    assert await twilio.text(body) == said
    await twilio.text("what are my rights at home", sender="+13235550102")
    assert await twilio.text(body, sender="+13235550102") == said[-1:]


async def test_stop_forgets_the_conversation(twilio: Twilio) -> None:
    """Nothing is known of it when the same person begins again."""
    await twilio.text("what are my rights at home")
    assert await twilio.text("STOP") == ["English text stopped"]
    assert await twilio.text("START") == ["Español greet", "English greet"]
    assert await twilio.text("DACA") == [CARD_ES, CARD_EN]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("", {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}),
        ("", {"Latitude": "33.98", "Longitude": "-118.22"}),
        ("", {}),
        ("   ", {}),
        ("///", {}),
    ],
    ids=["picture", "place", "empty", "spaces", "slashes"],
)
async def test_what_holds_no_words_is_met_kindly(twilio: Twilio, body: str, more: dict[str, str]) -> None:
    """In the language of the conversation, in both where there is none yet; never with silence."""
    assert await twilio.text(body, **more) == ["Español words only", "English words only"]
    await twilio.text("what are my rights at home")
    assert await twilio.text(body, **more) == ["English words only"]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("👍", {"MessageType": "reaction"}),
        ("🙏", {}),
        ("Liked “No tiene que abrir la puerta.”", {}),
        ("Le encantó “No tiene que abrir la puerta.”", {}),
        ("👍 to “You do not have to open.”", {}),
        ("I'm driving right now, I'll text you later.", {}),
        ("Respuesta automática: estoy fuera de la oficina.", {}),
    ],
)
async def test_a_reaction_or_a_machine_gets_no_message(
    twilio: Twilio, body: str, more: dict[str, str]
) -> None:
    """Two machines would talk for ever, at the city's cost; and the conversation goes on as it was."""
    await twilio.text("what are my rights at home")
    assert await twilio.text(body, **more) == []
    assert await twilio.text("DACA") == [CARD_EN]


@pytest.mark.parametrize(
    ("body", "more"), [("Questioned “Ask for a warrant.”", {}), ("👎", {"MessageType": "reaction"})]
)
async def test_a_reaction_that_doubts_is_asked_what_is_missing(
    twilio: Twilio, body: str, more: dict[str, str]
) -> None:
    """In one short message."""
    await twilio.text("what are my rights at home")
    assert await twilio.text(body, **more) == ["English no question"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Stop texting me", "English text stopped"),
        ("ya no me manden mensajes por favor", "Español text stopped"),
        ("quiten mi número", "Español text stopped"),
    ],
)
async def test_a_sentence_stops_as_the_word_does(twilio: Twilio, body: str, said: str) -> None:
    """In the language of the sentence; nothing is sent until START, but what this is to who asks for help."""
    await twilio.text("what are my rights at home")
    assert await twilio.text(body) == [said]
    for text in ("DACA", "what are my rights at home", body, "STOP", "2", "MÁS", "", "👎"):
        assert await twilio.text(text) == [], text
    assert await twilio.text("AYUDA") == ["Español text help"]
    assert await twilio.text("DACA", sender="+13235550109") == [CARD_ES, CARD_EN]
    assert await twilio.text("empezar") == ["Español greet"]
    assert await twilio.text("DACA") == [CARD_ES, CARD_EN]


async def test_a_stop_that_comes_again_gets_the_same_answer(twilio: Twilio) -> None:
    """The phone company repeats itself where it has not heard us, and whoever stops is told so."""
    fields = {"MessageSid": "SM6", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "alto"}
    first = await twilio.call(fields)
    assert "Español text stopped" in first[1] and await twilio.call(fields) == first


async def test_a_command_is_no_question_by_text_message_either(twilio: Twilio) -> None:
    """It begins anew: what was talked of before is forgotten."""
    await twilio.text("what are my rights at home")
    assert await twilio.text("/restart") == ["English greet"]
    assert await twilio.text("DACA") == [CARD_ES, CARD_EN]


async def test_a_long_text_message_is_answered_and_called_long(twilio: Twilio) -> None:
    """It is not cut off before the question, which stands at its end."""
    for times in (25, 700):
        told = "My cousin has worked at the same place for many years. " * times
        assert await twilio.text(f"{told}What are my rights at home?") == [f"{CARD_EN}\nEnglish long message"]


async def test_a_message_that_comes_again_gets_the_same_answer_once(twilio: Twilio) -> None:
    """Also when it comes while the first is being answered: the phone company repeats itself."""
    fields = {"MessageSid": "SM5", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "DACA"}
    first, again = await asyncio.gather(twilio.call(fields), twilio.call(fields))
    assert first == again and first[0] == 200
    # Were it taken for a new message, the conversation would have a language by now.
    await twilio.text("what are my rights at home")
    assert await twilio.call(fields) == first


async def test_what_twilio_has_said_itself_is_not_said_again(twilio: Twilio) -> None:
    """Where it answers STOP and HELP on its own; news of messages sent are no messages."""
    assert await twilio.text("STOP", OptOutType="STOP") == []
    assert await twilio.text("", MessageStatus="delivered") == []
    assert await twilio.text("HELP", OptOutType="HELP") == []
    assert await twilio.text("what are my rights at home") == []
    assert await twilio.text("START", OptOutType="START") == []
    assert await twilio.text("what are my rights at home") == [CARD_EN]


async def test_choices_are_numbered_and_taken_by_number(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """In one message with the answer, which is short and says where the whole one is."""
    rasa = await misbehaving_rasa([{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}])
    twilio = await make_twilio(rasa)
    (answer,) = await twilio.text("what is a red card")
    assert answer == (
        "The card states your rights.\nEnglish not legal advice\nhttps://rights.example.org/en/red_card\n"
        "English reply with number\n1. Food help\n2. English who can help"
    )
    (answered,) = await twilio.text("1")
    assert "https://rights.example.org/en/food_assistance" in answered


async def test_what_a_message_has_no_room_for_comes_when_it_is_asked_for(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """Piece by piece, once, and in letters that cost less; then MORE is a question like any other."""
    said = "\n\n".join(f"{number}: {'así es, señora, ' * 15}" for number in range(6))
    twilio = await make_twilio(await misbehaving_rasa([{"text": said}, {"custom": {"language": "es"}}]))
    sent = "\n".join(await twilio.text("qué es una tarjeta roja"))
    assert sent.startswith("0: asi es, señora") and sent.endswith("Español text more") and "5:" not in sent
    rest = "\n".join(await twilio.text("MÁS"))
    assert "5: asi es, señora" in rest and "0:" not in rest and "text more" not in rest
    assert "\n".join(await twilio.text("más")) == sent


async def test_letters_are_left_as_they_are_where_staff_want_it(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """By KYR_FOLD_TEXT_MESSAGES; and on WhatsApp in any case."""
    rasa = await misbehaving_rasa([{"text": "así es, señora, " * 20}, {"custom": {"language": "es"}}])
    folding, plain = await make_twilio(rasa), await make_twilio(rasa, fold_text_messages=False)
    assert ["así" in (await one.text("hola buenas"))[0] for one in (folding, plain)] == [False, True]
    assert "así" in (await folding.text("hola buenas", sender="whatsapp:+13235550100"))[0]


async def test_a_message_that_cannot_be_answered_is_not_met_with_silence(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever texts sees no error page: a mistake of ours still names the hotline, and logs no words."""

    async def broken(*arguments: object, **named: object) -> None:
        raise KeyError("Ximena")

    # Breaks what answers, as a programming mistake would.
    monkeypatch.setattr(webhook, "reply", broken)
    assert await twilio.text("me llamo Ximena") == [CARD_ES, CARD_EN]
    assert "twilio: a message could not be answered: KeyError" in caplog.text
    assert "Ximena" not in caplog.text


async def test_whoever_sends_too_many_is_told_to_wait(make_twilio: MakeTwilio) -> None:
    """By sender: all messages come from the same computers of the company. Others are answered."""
    twilio = await make_twilio(messages_a_minute=2)
    # Who begins anew does not begin to count anew; stopping is always heard.
    texts = ("DACA", "STOP", "START", "DACA")
    assert [len(await twilio.text(text)) for text in texts] == [2, 2, 2, 2]
    status, _ = await twilio.call(
        {"MessageSid": "SMx", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "x"}
    )
    assert status == 429
    assert len(await twilio.text("STOP")) == 2
    assert len(await twilio.text("DACA", sender="+13235550109")) == 2


async def test_where_all_together_send_too_many_each_is_told_whom_to_call(make_twilio: MakeTwilio) -> None:
    """It is not their fault, and an error would be silence to them."""
    twilio = await make_twilio(messages_a_minute_overall=1)
    assert [await twilio.text("DACA", sender=f"+1323555010{number}") for number in range(3)] == [
        [CARD_ES, CARD_EN]
    ] * 3


async def test_stopping_is_heard_while_all_together_send_too_many(make_twilio: MakeTwilio) -> None:
    """And so is HELP: neither asks anything of Rasa."""
    twilio = await make_twilio(messages_a_minute_overall=1)
    for number in range(3):
        await twilio.text("what are my rights at home", sender=f"+1323555010{number}")
    assert await twilio.text("STOP") == ["English text stopped"]
    assert await twilio.text("AYUDA") == ["Español text help"]


async def test_what_is_not_signed_costs_no_time_and_takes_none_from_others(make_twilio: MakeTwilio) -> None:
    """Many fields are not looked at, and whoever sends them is told to wait; real messages are not."""
    twilio = await make_twilio(messages_a_minute=2)
    fields = {f"f{number}": "x" for number in range(5000)}
    refused = [(await twilio.call(fields, **{"X-Twilio-Signature": "x"}))[0] for _ in range(5)]
    assert refused == [403] * 4 + [429]
    assert await twilio.text("what are my rights at home") == [CARD_EN]


async def test_an_answer_that_cannot_be_written_is_not_met_with_silence(
    make_twilio: MakeTwilio, misbehaving_rasa: Callable[..., Awaitable[str]], caplog: pytest.LogCaptureFixture
) -> None:
    """Where what Rasa sends has another shape than ours, the hotline card comes instead."""
    answer = [{"text": "x"}, {"custom": {"language": "en", "services": [{"name": "n"}]}}]
    twilio = await make_twilio(await misbehaving_rasa(answer))
    assert await twilio.text("what is a red card") == [CARD_EN]
    assert "could not be answered: KeyError" in caplog.text


@pytest.mark.parametrize(
    ("fields", "headers", "why"),
    [
        ({}, {"X-Twilio-Signature": ""}, "no signature"),
        ({}, {"X-Twilio-Signature": "c2lnbmVk"}, "another signature"),
        ({"AccountSid": "AC1"}, {}, "another account"),
    ],
)
async def test_what_is_not_signed_is_refused(
    twilio: Twilio, fields: dict[str, str], headers: dict[str, str], why: str
) -> None:
    """403, before anything of it is read."""
    sent = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "hola", **fields}
    status, body = await twilio.call(sent, **headers)
    assert (status, "forbidden" in body) == (403, True), why


async def test_a_field_added_on_the_way_breaks_the_signature(twilio: Twilio) -> None:
    """What was signed is what is read."""
    sent = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "hola"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/messaging/twilio", sent)
    headers = {"X-Twilio-Signature": signature}
    for path, fields, status in (
        ("", {}, 200),
        ("?x=1", {}, 403),
        ("/", {}, 403),
        ("", {"Body": "adiós"}, 403),
        ("", {"To": "x"}, 403),
    ):
        url = f"{twilio.url}/messaging/twilio{path}"
        async with twilio.session.post(url, data={**sent, **fields}, headers=headers) as response:
            assert response.status == status


async def test_a_slash_at_the_end_of_the_address_leads_there_too(twilio: Twilio) -> None:
    """Twilio signs the address as it was typed into its form."""
    sent = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": "+13235550100", "Body": "hola"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/messaging/twilio/", sent)
    url, headers = f"{twilio.url}/messaging/twilio/", {"X-Twilio-Signature": signature}
    async with twilio.session.post(url, data=sent, headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize("fields", [{"From": "+13235550100"}, {"MessageSid": "SM1"}])
async def test_a_signed_message_without_sender_or_id_is_refused(
    twilio: Twilio, fields: dict[str, str]
) -> None:
    """It cannot be answered, so it is an error for Twilio to show to staff."""
    status, _ = await twilio.call({"AccountSid": ACCOUNT, "Body": "hola", **fields})
    assert status == 400


async def test_a_channel_without_its_secrets_is_not_there(gateway: Client) -> None:
    """404, as for any address that leads nowhere."""
    for channel in ("twilio", "telegram"):
        assert (await gateway.post(f"/messaging/{channel}", data=b"x")).status == 404


def test_secrets_are_not_printed() -> None:
    """Not by accident in a log or a traceback."""
    shown = repr(CHANNELS)
    for secret in (CHANNELS.twilio_auth_token, CHANNELS.telegram_bot_token, CHANNELS.telegram_secret_token):
        assert secret and secret not in shown


def test_a_conversation_goes_on_past_midnight_and_ends_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the day before is known for half an hour; then nobody can say who it was."""
    day = datetime.date(2026, 7, 21)
    keys_of_days = SenderKeys(today=day)
    (before,) = keys_of_days.names("twilio", "+13235550100", today=day)
    now = day + datetime.timedelta(days=1)
    after = keys_of_days.names("twilio", "+13235550100", today=now)
    assert len(after) == 2 and after[1] == before != after[0]
    assert "3235550100" not in before
    monkeypatch.setattr(keys_of_days, "_before", {})
    assert keys_of_days.names("twilio", "+13235550100", today=now) == after[:1]
