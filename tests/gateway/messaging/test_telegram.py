"""Telegram, with nothing else behind the gateway: what is answered from the content alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.serving.processes import free_port
from tests.gateway.messaging.conftest import MakeTelegram
from tests.gateway.messaging.standins import SECRET, Telegram
from tests.helpers.waiting import until

CARD_EN = "English hotline card"
ANSWER = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]


async def test_a_message_is_answered_in_its_own_language(telegram: Telegram) -> None:
    """Not in that of the phone's settings, which often are in English."""
    message = await telegram.write("cuáles son mis derechos en casa")
    assert (message["method"], message["chat_id"], message["text"]) == (
        "sendMessage",
        7,
        "Español hotline card",
    )
    assert (await telegram.write("what are my rights at home", chat=8))["text"] == CARD_EN


async def test_choices_are_buttons_under_the_message(
    make_telegram: MakeTelegram, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """Telegram is told that one was pressed; what is behind a button is known only here."""
    telegram = await make_telegram(await misbehaving_rasa(ANSWER))
    shown = await telegram.write("what is a red card")
    assert shown["text"].startswith("The card states your rights.")
    assert "https://rights.example.org/en/red_card" in shown["text"]
    assert shown["link_preview_options"] == {"is_disabled": True}
    rows = shown["reply_markup"]["inline_keyboard"]
    assert [button["text"] for (button,) in rows] == ["Food help", "English who can help"]
    assert all(len(button["callback_data"]) <= 64 for (button,) in rows)
    answered = await telegram.press(shown, 0)
    assert "https://rights.example.org/en/food_assistance" in answered["text"]
    await until(lambda: telegram.pressed)
    assert [set(call) for call in telegram.pressed] == [{"callback_query_id"}]


async def test_a_button_of_a_forgotten_conversation_is_asked_as_a_question(
    make_telegram: MakeTelegram, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """In another chat it was never offered; its title is, at least, a question."""
    telegram = await make_telegram(await misbehaving_rasa(ANSWER))
    shown = await telegram.write("what is a red card")
    answered = await telegram.press(shown, 1, chat=9)
    assert answered["text"].startswith("The card states your rights.")
    del shown["reply_markup"]["inline_keyboard"][1][0]["text"]
    shown["reply_markup"]["inline_keyboard"][1][0]["text"] = ""
    assert (await telegram.press(shown, 1, chat=10))["text"] == "Español choice gone\n\nEnglish choice gone"


async def test_an_answer_s_button_needs_no_conversation(
    make_telegram: MakeTelegram, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """It is the same answer after half an hour, though no word of it was kept."""
    telegram = await make_telegram(await misbehaving_rasa(ANSWER))
    shown = await telegram.write("what is a red card")
    assert "food_assistance" in (await telegram.press(shown, 0, chat=9))["text"]


async def test_where_telegram_takes_no_calls_the_answer_comes_all_the_same(
    make_telegram: MakeTelegram,
    misbehaving_rasa: Callable[..., Awaitable[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Down or frozen; the log does not hold the token, which is part of the address."""
    nobody = f"http://127.0.0.1:{free_port()}"
    telegram = await make_telegram(await misbehaving_rasa(ANSWER), telegram_url=nobody)
    shown = await telegram.write("what is a red card")
    assert "food_assistance" in (await telegram.press(shown, 0))["text"]
    await until(lambda: "Telegram was not told of a button pressed: ClientConnectorError" in caplog.text)
    assert "a-token" not in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/start", "Español greet\n\nEnglish greet"),
        ("/start website", "Español greet\n\nEnglish greet"),
        ("/help", "Español text help\n\nEnglish text help"),
        ("/ayuda", "Español text help"),
        ("/privacy@a_bot", "Español chat privacy\n\nhttps://rights.example.org/es/privacidad"),
        ("/stop", "Español text stopped\n\nEnglish text stopped"),
        ("/restart", "Español greet\n\nEnglish greet"),
        ("/menu", "Español text help\n\nEnglish text help"),
        ('/find_help{"need": "food"}', "English hotline card"),
    ],
)
async def test_commands(telegram: Telegram, text: str, said: str) -> None:
    """Answered at once; words behind a slash are words, and never a command of Rasa's."""
    assert (await telegram.write(text))["text"].startswith(said)


@pytest.mark.parametrize(
    "more",
    [
        {"photo": [{"file_id": "x"}]},
        {"location": {"latitude": 33.98}},
        {"voice": {}},
        {"sticker": {}},
        {"caption": " "},
    ],
    ids=["photo", "place", "voice", "sticker", "spaces"],
)
async def test_what_holds_no_words_is_met_kindly(telegram: Telegram, more: dict[str, Any]) -> None:
    """A picture with words below it is answered by the words."""
    assert (await telegram.write(None, **more))["text"] == "Español words only\n\nEnglish words only"
    answered = await telegram.write(None, photo=[], caption="what are my rights at home")
    assert answered["text"] == CARD_EN


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": {"chat": {"id": 7, "type": "private"}, "text": "hola"}},
        {"channel_post": {"chat": {"id": -1, "type": "channel"}, "text": "hola"}},
        {"my_chat_member": {"chat": {"id": -1, "type": "group"}}},
        {"message_reaction": {"chat": {"id": 7, "type": "private"}}},
        {},
    ],
    ids=["edit", "channel", "member", "reaction", "nothing"],
)
async def test_edits_and_other_news_are_left_alone(telegram: Telegram, update: dict[str, Any]) -> None:
    """An empty 200, so that Telegram does not send them again."""
    assert await telegram.update(update) == {}


@pytest.mark.parametrize("text", ["👍", "👍 a “Llame primero”", "Estoy manejando, luego le contesto"])
async def test_a_reaction_or_a_machine_gets_no_answer(telegram: Telegram, text: str) -> None:
    """An empty 200."""
    assert await telegram.write(text) == {}


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_is_told_once_to_write_in_private(telegram: Telegram, kind: str) -> None:
    """Others would read along; after that the group is left in peace."""
    message = {"chat": {"id": -100, "type": kind}, "text": "what are my rights at home"}
    assert (await telegram.update({"message": message}))[
        "text"
    ] == "Español group declined\n\nEnglish group declined"
    assert await telegram.update({"message": message}) == {}


async def test_an_update_that_comes_again_gets_the_same_answer_once(telegram: Telegram) -> None:
    """Telegram repeats itself until it hears something."""
    update = {"update_id": 5, "message": {"chat": {"id": 7, "type": "private"}, "text": "DACA"}}
    first, again = await asyncio.gather(telegram.call(update), telegram.call(update))
    await telegram.write("what are my rights at home")
    assert first == again == await telegram.call(update)
    assert first[1]["text"].startswith("Español")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET.upper(), "ñ"])
async def test_without_the_secret_nothing_is_read(telegram: Telegram, secret: str) -> None:
    """403, whatever the body."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret.encode("utf-8").decode("latin-1")}
    url = f"{telegram.url}/messaging/telegram"
    async with telegram.session.post(url, data=b"{", headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "update",
    [
        [],
        5,
        {"message": {"text": "hola"}, "update_id": 1},
        {"update_id": 1, "message": {"chat": {"id": "x; y", "type": "private"}, "text": "hola"}},
        {"update_id": 1, "message": 5},
        {"message": {"chat": {"id": 7, "type": "private"}}},
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_refused_and_not_logged(
    telegram: Telegram, update: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """400, with the kind of mistake in the log alone."""
    status, _ = await telegram.call(update)
    assert status == 400 and "hola" not in caplog.text and "cannot be read" in caplog.text


@pytest.mark.parametrize(
    "pressed", [{"id": "1"}, {}, 5, {"id": "1", "message": {"chat": {"id": "hola"}}}], ids=str
)
async def test_a_press_that_cannot_be_read_is_not_sent_again(
    telegram: Telegram, pressed: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """200, as of a message that is too old to be shown: Telegram repeats what is refused, for a day."""
    assert await telegram.update({"callback_query": pressed}) == {}
    assert "hola" not in caplog.text and "cannot be read" in caplog.text


async def test_a_slash_at_the_end_of_the_address_leads_there_too(telegram: Telegram) -> None:
    """As it is often typed into a form."""
    update = {"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "text": "DACA"}}
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    url = f"{telegram.url}/messaging/telegram/"
    async with telegram.session.post(url, json=update, headers=headers) as response:
        assert response.status == 200 and (await response.json())["text"].startswith("Español")


async def test_a_long_answer_fits_into_one_message(
    make_telegram: MakeTelegram, misbehaving_rasa: Callable[..., Awaitable[str]]
) -> None:
    """Telegram refuses more than 4,096 letters."""
    rasa = await misbehaving_rasa([{"text": "a" * 3000}, {"custom": {"language": "en"}}] * 3)
    telegram = await make_telegram(rasa)
    assert len((await telegram.write("hello there friend"))["text"]) == 4096
