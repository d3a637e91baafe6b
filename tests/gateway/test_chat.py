"""POST /api/chat with nothing behind it: the contract, bad input, and that nobody is left without a reply."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.content.follow_up_map import SAY_IT, FollowUpMap, Kind
from bot.content.glossary import pattern_of
from bot.content.reading import Content
from bot.gateway import body as json_body
from bot.gateway import keys
from bot.gateway.conversations import Conversation
from bot.gateway.dialogue import replies_from_rasa
from bot.gateway.rasa_client import RasaUnavailable
from bot.text.cleaning import MOST_CHARACTERS, clean, shorten
from bot.training.topics_off import GivenTopics, TopicsOff
from tests.conftest import StartServer
from tests.gateway.conftest import Client, MakeGateway, offer
from tests.helpers.situations import MORE, with_situations


async def post(gateway: Client, body: Any, **headers: str) -> tuple[int, Any]:
    response = await gateway.post("/api/chat", json=body, headers=headers)
    return response.status, await response.json()


async def choose(gateway: Client, choice: str, **more: str) -> tuple[int, Any]:
    """Make a choice that was offered."""
    return await post(gateway, {"choice": choice, "session": offer(gateway, choice), **more})


async def test_a_choice_is_answered_without_rasa(gateway: Client) -> None:
    """A chosen topic needs no understanding, so it is answered even when everything behind is down."""
    status, body = await choose(gateway, "topic:red_card", lang="en")
    assert status == 200 and "degraded" not in body
    reply, notice = body["replies"]
    assert reply["text"].startswith("The card states your rights.")
    assert (reply["topic"], reply["lang"], reply["reviewed"]) == ("red_card", "en", "2026-11-22")
    assert reply["sources"] == [{"title": "A page", "url": "https://example.org/page"}]
    assert reply["buttons"] == [
        {"title": "Food help", "payload": "topic:food_assistance"},
        {"title": "English who can help", "payload": "show:food:::0"},
    ]
    assert [block["kind"] for block in reply["blocks"]] == ["paragraph", "paragraph", "say"]
    assert notice["text"] == "English not legal advice"


async def test_the_legal_notice_comes_once_a_conversation(gateway: Client) -> None:
    """Not in every bubble; and again in a new conversation."""
    _, first = await choose(gateway, "topic:red_card", lang="es")
    _, second = await post(gateway, {"choice": "again", "session": first["session"]})
    _, other = await choose(gateway, "topic:red_card", lang="es")
    notices = [
        sum(reply["text"] == "Español not legal advice" for reply in body["replies"])
        for body in (first, second, other)
    ]
    assert notices == [1, 0, 1]
    assert first["session"] == second["session"] != other["session"]


@pytest.mark.parametrize(
    ("message", "lang", "expected"),
    [
        ("what are my rights at home", "es", "en"),
        ("cuáles son mis derechos en casa", "en", "es"),
        ("DACA", "en", "en"),
        ("😭", "en", "en"),
    ],
)
async def test_without_rasa_the_hotline_card_comes_in_the_persons_language(
    gateway: Client, message: str, lang: str | None, expected: str
) -> None:
    """The words decide the language, then the page, then Spanish."""
    status, body = await post(gateway, {"message": message, **({"lang": lang} if lang else {})})
    assert (status, body["degraded"], body["lang"]) == (200, True, expected)
    name = {"en": "English", "es": "Español"}[expected]
    assert [reply["text"] for reply in body["replies"]] == [f"{name} hotline card"]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("/restart", "English greet"),
        ("/help", "English what can you do"),
        ("/privacidad", "Español chat privacy"),
        ("/nothing_known", "English what can you do"),
        ("Stop texting me", "English goodbye"),
        ("ya no me manden mensajes", "Español goodbye"),
        ("👍", "English no question"),
        ("Loved “Call first”", "English no question"),
        ("Estoy manejando", "Español no question"),
        ("STOP", "English goodbye"),
        ("alto", "Español goodbye"),
    ],
)
async def test_what_asks_nothing_gets_a_short_reply_on_the_page(
    gateway: Client, message: str, expected: str
) -> None:
    """It never reaches Rasa, which would take it for a question or for a command."""
    _, body = await post(gateway, {"message": message, "lang": "en"})
    assert "degraded" not in body and [reply["text"] for reply in body["replies"]] == [expected]


@pytest.mark.parametrize("message", ["help", "info", "ayuda"])
async def test_a_word_alone_is_asked_of_rasa_on_the_page(gateway: Client, message: str) -> None:
    """There it is no word of a carrier, but what somebody needs."""
    _, body = await post(gateway, {"message": message, "lang": "en"})
    assert body["degraded"]


async def test_whoever_has_got_the_card_and_drives_is_no_machine(gateway: Client) -> None:
    """The card asks where they are; without it such words are what a phone writes by itself."""
    session = offer(gateway)
    conversation = gateway.server.app[keys.CONVERSATIONS].resume(session)  # type: ignore[attr-defined]
    conversation.again = "say:utter_emergency_now"
    _, body = await post(gateway, {"message": "I'm driving", "session": session})
    assert body["degraded"]


async def test_a_command_on_the_page_begins_a_new_conversation(gateway: Client) -> None:
    """The token of the one before is good for nothing then."""
    _, body = await post(gateway, {"message": "what are my rights at home"})
    _, again = await post(gateway, {"message": "/restart", "session": body["session"]})
    _, after = await post(gateway, {"message": "DACA", "session": again["session"]})
    assert after["session"] != again["session"]


@pytest.mark.parametrize(
    ("message", "lang", "language"),
    [
        ("hablo mixteco, no español", "en", "es"),
        ("no entiendo bien español", "es", "es"),
        ("mi mamá solo habla zapoteco", "es", "es"),
        ("mixteco", "es", "es"),
        ("K'iche'", "es", "es"),
        ("hablo akateko", "es", "es"),
        ("do you speak Q'anjob'al?", "es", "en"),
        ("I don't speak English or Spanish", "en", "en"),
        ("i dont speak english or spanish", "en", "en"),
    ],
)
async def test_whoever_speaks_another_language_is_told_how_to_ask_for_an_interpreter(
    make_gateway: MakeGateway, project_content: Content, message: str, lang: str, language: str
) -> None:
    """Never that the answer comes in Spanish; without Rasa, from the words of the glossary."""
    _, body = await post(await make_gateway(project_content), {"message": message, "lang": lang})
    (reply,) = body["replies"]
    assert "> I speak ___. I need an interpreter." in reply["text"] and reply["lang"] == language
    assert [button["payload"] for button in reply["buttons"]] == ["topic:indigenous_languages"]


@pytest.mark.parametrize(
    ("message", "lang", "language"),
    [
        ("I don't speak English", "en", "es"),
        ("no hablo inglés, por favor", "en", "es"),
        ("sorry, I can't read Spanish", "es", "en"),
        ("i dont speak spanish", "es", "en"),
        ("no spanish", "es", "en"),
        ("hablo poquito ingles", "en", "es"),
    ],
)
async def test_who_does_not_know_a_language_is_answered_in_the_other(
    make_gateway: MakeGateway, project_content: Content, message: str, lang: str, language: str
) -> None:
    """From then on, whatever the next words are in."""
    gateway = await make_gateway(project_content)
    _, first = await post(gateway, {"message": message, "lang": lang})
    assert "degraded" not in first and first["lang"] == language
    _, after = await post(gateway, {"message": "DACA", "lang": lang, "session": first["session"]})
    assert after["lang"] == language


@pytest.mark.parametrize(
    "message",
    ["y en inglés cómo se dice", "en español por favor", "mi tía habla mam y tiene corte"],
)
async def test_a_wish_for_a_language_or_a_question_is_left_to_rasa(
    make_gateway: MakeGateway, project_content: Content, message: str
) -> None:
    """Where more is said than that a language is spoken."""
    _, body = await post(await make_gateway(project_content), {"message": message, "lang": "es"})
    assert body["degraded"]


@pytest.mark.parametrize("times", [100, 700])
async def test_a_long_message_is_read_at_both_ends_and_called_long(gateway: Client, times: int) -> None:
    """Its question stands at the end; not even one of ten pages is refused."""
    story = "Mi primo trabaja en el mismo lugar desde hace muchos años. " * times
    _, body = await post(gateway, {"message": f"{story}¿Cuáles son mis derechos en casa?"})
    assert [reply["text"] for reply in body["replies"]] == ["Español hotline card", "Español long message"]


@pytest.mark.parametrize("message", ["DACA", "ok", "2"])
async def test_what_may_be_either_language_is_answered_in_both(gateway: Client, message: str) -> None:
    """Where no page tells it either, as in a first text message; in one as soon as the words tell."""
    _, body = await post(gateway, {"message": message})
    texts = ["Español hotline card", "English hotline card"]
    assert (body["lang"], [reply["text"] for reply in body["replies"]]) == ("es", texts)
    _, body = await post(gateway, {"message": message, "session": body["session"]})
    assert len(body["replies"]) == 2
    _, body = await post(gateway, {"message": "what are my rights at home", "session": body["session"]})
    assert [reply["text"] for reply in body["replies"]] == ["English hotline card"]
    _, body = await post(gateway, {"message": message, "session": body["session"]})
    assert [reply["text"] for reply in body["replies"]] == ["English hotline card"]


async def test_without_rasa_a_third_language_is_told_which_two_there_are(gateway: Client) -> None:
    """Also then nobody is answered in a language they may not read, without a word in it."""
    _, body = await post(gateway, {"message": "我需要一个律师帮助我的家人"})
    assert [reply["text"] for reply in body["replies"]] == ["Español other language"]


@pytest.mark.parametrize(
    ("answer", "status", "delay"),
    [
        ([], 200, 0),
        ([{"text": "a text without its language"}], 200, 0),
        ([{"custom": {"language": "en"}}], 200, 0),
        ([{"text": "x"}, {"custom": {"language": "fr"}}], 200, 0),
        ({"not": "a list"}, 200, 0),
        (["not a mapping"], 200, 0),
        ([{"text": "x", "buttons": [{}]}, {"custom": {"language": "en"}}], 200, 0),
        ([], 500, 0),
        ([{"text": "late"}, {"custom": {"language": "en"}}], 200, 1),
    ],
    ids=[
        "silence",
        "no-language",
        "no-text",
        "third-language",
        "no-list",
        "no-mapping",
        "no-title",
        "error",
        "too-slow",
    ],
)
async def test_whatever_rasa_does_there_is_a_reply(
    make_gateway: MakeGateway,
    misbehaving_rasa: Callable[..., Awaitable[str]],
    small_content: Content,
    answer: Any,
    status: int,
    delay: float,
) -> None:
    """Silence, nonsense, errors and slowness all end in the hotline card."""
    url = await misbehaving_rasa(answer, status=status, delay=delay)
    gateway = await make_gateway(small_content, url, seconds_to_answer=0.5)
    got, body = await post(gateway, {"message": "hello there my friend"})
    assert (got, body["degraded"]) == (200, True)
    assert [reply["text"] for reply in body["replies"]] == ["English hotline card"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 400, "bad_request"),
        (b"{", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"[1]", 400, "bad_request"),
        (b"{}", 400, "bad_request"),
        (b'{"message": 5}', 400, "bad_request"),
        (b'{"message": null}', 400, "bad_request"),
        (b'{"message": "a", "choice": "b"}', 400, "bad_request"),
        (b"[" * 60_000, 400, "bad_request"),
        (b'{"message": ""}', 400, "empty"),
        (b'{"message": "  \\n\\t "}', 400, "empty"),
        (b'{"message": "\\u0000"}', 400, "empty"),
        (b'{"message": "///"}', 400, "empty"),
        (b'{"choice": "nothing"}', 400, "unknown_choice"),
        (b'{"message": "' + b"a" * 100_000 + b'"}', 413, "too_long"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_bad_input_gets_a_clear_error_in_both_languages(
    gateway: Client, body: bytes, status: int, error: str
) -> None:
    """JSON with a code and a sentence in English and Spanish, never a traceback."""
    response = await gateway.post("/api/chat", data=body, headers={"Content-Type": "application/json"})
    answered = await response.json()
    assert (response.status, answered["error"]) == (status, error)
    assert set(answered["message"]) == {"en", "es"} and all(answered["message"].values())


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_only_json_is_read(gateway: Client, content_type: str) -> None:
    """A form on another site cannot send JSON, so it cannot speak for a resident."""
    headers = {"Content-Type": content_type}
    response = await gateway.post("/api/chat", data=b'{"message": "hi"}', headers=headers)
    assert (response.status, (await response.json())["error"]) == (415, "not_json")


async def test_a_message_that_never_ends_is_refused(gateway: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends half a message does not hold the door open; here for half a second."""
    monkeypatch.setattr(json_body, "SECONDS_TO_SEND", 0.5)

    async def half() -> AsyncIterator[bytes]:
        yield b'{"message": "ho'
        await asyncio.sleep(5)

    response = await gateway.post("/api/chat", data=half(), headers={"Content-Type": "application/json"})
    assert (response.status, (await response.json())["error"]) == (400, "bad_request")


async def test_other_methods_are_refused_in_json(gateway: Client) -> None:
    """With the allowed one named."""
    response = await gateway.get("/api/chat")
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert (await response.json())["error"] == "method_not_allowed"


@pytest.mark.parametrize(
    "session",
    ["default", "x" * 500, "../../etc", 5, None, {"a": 1}, "A" * 22, f"{'A' * 22}.{'0' * 32}", "é.\u0661"],
)
async def test_a_session_that_was_not_given_out_is_not_taken(gateway: Client, session: object) -> None:
    """Nobody can choose the name of a conversation, least of all one that others share."""
    _, body = await post(gateway, {"message": "hola amigo", "session": session})
    assert body["session"] != session and len(body["session"]) == 55


async def test_too_many_messages_are_told_when_to_come_back(gateway: Client) -> None:
    """429 with Retry-After, in both languages."""
    for _ in range(600):
        await gateway.post("/api/chat", data=b"")
    response = await gateway.post("/api/chat", json={"message": "hola"})
    assert response.status == 429 and 1 <= int(response.headers["Retry-After"]) <= 60
    assert (await response.json())["error"] == "too_many"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/restart", "restart"),
        (" / /faq{x}", "faq{x}"),
        ("a\x00b\x07c", "abc"),
        ("dos\nlíneas\ty", "dos líneas y"),
        ("¿ñandú? ¡sí!", "¿ñandú? ¡sí!"),
        ("half \ud83d emoji 🙂", "half  emoji 🙂"),
        ("<b>1/2</b>", "<b>1/2</b>"),
    ],
)
def test_a_message_is_plain_text_and_never_a_command(text: str, expected: str) -> None:
    """Leading slashes and control characters go; letters, accents and markup stay as text."""
    assert clean(text) == expected


def test_of_a_long_message_whole_sentences_of_both_ends_are_read() -> None:
    """How it begins, which may be an emergency, and its end; a short one is read whole."""
    told = "Nothing much happened on that day. " * 60
    read = shorten(f"ICE is at my door. {told}Can they come in?")
    assert read.startswith("ICE is at my door. ") and read.endswith("Can they come in?")
    assert len(read) <= MOST_CHARACTERS and " … Nothing much" in read and "day. …" in read
    assert shorten("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS
    assert 0 < len(shorten("a" * 5000)) <= MOST_CHARACTERS
    assert shorten("palabra " * 500).split(" … ")[1].startswith("palabra ")


def test_paragraphs_are_put_together_and_answers_come_from_the_content(small_content: Content) -> None:
    """Rasa parts a text at empty lines; a topic's answer is taken whole from its file."""
    messages: list[dict[str, Any]] = [
        {"text": "One."},
        {"text": "Two."},
        {"custom": {"language": "en"}},
        {"text": "an older text"},
        {"custom": {"language": "es", "topic": "red_card", "short": "x"}},
    ]
    first, second = replies_from_rasa(small_content, messages)
    assert (first.text, first.language) == ("One.\n\nTwo.", "en")
    assert second.text == small_content.topics["red_card"].answers["es"].text


def test_a_text_behind_the_last_language_is_refused(small_content: Content) -> None:
    """A half answer is no answer."""
    with pytest.raises(RasaUnavailable):
        replies_from_rasa(small_content, [{"text": "a"}, {"custom": {"language": "en"}}, {"text": "b"}])


@pytest.mark.parametrize("choice", ["find", "find:food", "near:90255", "speaks:es"])
async def test_a_search_without_rasa_still_names_who_can_help(gateway: Client, choice: str) -> None:
    """Nothing can be asked back, so services are named at once."""
    status, body = await choose(gateway, choice, lang="en")
    assert (status, body["degraded"]) == (200, True)
    reply = body["replies"][0]
    assert reply["text"] == "English find help"
    assert reply["services"][0]["id"] == "hp-with-you"


@pytest.mark.parametrize(
    "choice", ["find:x", "near:2345 Nowhere Street", "speaks:xx", "show:x:::0", "/restart"]
)
async def test_a_choice_that_nobody_can_offer_is_refused(gateway: Client, choice: str) -> None:
    """Choices come from outside and may say anything."""
    status, body = await choose(gateway, choice)
    assert (status, body["error"]) == (400, "unknown_choice")


@pytest.mark.parametrize(
    "choice", ["topic:nothing", "find", "find:food", "near:90255", "none", "say:utter_greet"]
)
async def test_a_choice_is_taken_only_where_it_was_offered(gateway: Client, choice: str) -> None:
    """In this conversation: not in another one, not in none, and not for whoever makes a token up."""
    other = offer(gateway, "topic:bond")
    for session in (None, other, f"{'a' * 22}.{'0' * 32}", other[:-1] + ("1" if other[-1] == "0" else "0")):
        status, body = await post(gateway, {"choice": choice, "session": session})
        assert (status, body["error"]) == (400, "unknown_choice")


async def test_an_answer_is_chosen_in_a_conversation_that_was_forgotten(gateway: Client) -> None:
    """Its button means the same as before: every answer is a page that anybody may read."""
    status, body = await post(gateway, {"choice": "topic:red_card", "session": None, "lang": "en"})
    assert status == 200 and body["replies"][0]["topic"] == "red_card"


async def test_a_choice_is_taken_by_its_number(gateway: Client) -> None:
    """As on a channel without buttons; it needs no Rasa, and a number that is none is asked again."""
    _, body = await choose(gateway, "topic:red_card", lang="en")
    session, buttons = body["session"], body["replies"][0]["buttons"]
    _, body = await post(gateway, {"message": "9", "session": session})
    assert body["replies"][0]["text"] == "English choose again 2"
    assert body["replies"][0]["buttons"] == buttons
    _, body = await post(gateway, {"message": "the second one", "session": session})
    assert body["replies"][0]["services"][0]["id"] == "hp-with-you"
    _, body = await post(gateway, {"message": "2"})
    assert body["degraded"]


async def test_the_last_answer_comes_again_after_a_reload(gateway: Client) -> None:
    """By the token alone, in the language of the conversation; there is none where nothing was said."""
    _, body = await choose(gateway, "topic:red_card", lang="en")
    session, answered = body["session"], body["replies"][0]
    _, body = await post(gateway, {"choice": "again", "session": session, "lang": "es"})
    assert body["replies"] == [answered]
    status, body = await post(gateway, {"choice": "again"})
    assert (status, body["error"]) == (400, "unknown_choice")


async def test_the_page_switches_the_language_of_the_conversation(gateway: Client) -> None:
    """The last answer comes in it, and so do those to come, also without Rasa."""
    _, body = await choose(gateway, "topic:red_card", lang="en")
    session = body["session"]
    _, body = await post(gateway, {"choice": "language:es", "session": session, "lang": "en"})
    assert (body["lang"], body["replies"][0]["topic"]) == ("es", "red_card")
    _, body = await post(gateway, {"choice": "topic:food_assistance", "session": session, "lang": "en"})
    assert body["lang"] == "es"
    _, body = await post(gateway, {"choice": "language:en"})
    assert [reply["text"] for reply in body["replies"]] == ["English language switched at start"]
    status, _ = await post(gateway, {"choice": "language:fr"})
    assert status == 400


async def test_a_message_whose_answer_was_lost_is_answered_once(gateway: Client) -> None:
    """The same id gets the same answer, and is not taken for a choice among what that answer offers."""
    _, body = await choose(gateway, "topic:red_card", lang="en")
    sent = {"message": "1", "session": body["session"], "id": "a"}
    _, first = await post(gateway, sent)
    _, again = await post(gateway, sent)
    assert first == again and first["replies"][0]["topic"] == "food_assistance"
    _, other = await post(gateway, {**sent, "id": "b"})
    assert other != first
    assert (await post(gateway, {**sent, "id": "half \ud83d emoji"}))[0] == 200
    for wrong in ("", "x" * 65, 5):
        assert (await post(gateway, {**sent, "id": wrong}))[0] == 400


async def test_an_answer_says_where_it_stands_as_a_page(gateway: Client) -> None:
    """To be shared and printed, in its own language; the cards belong to one topic."""
    _, body = await choose(gateway, "topic:red_card", lang="es")
    assert [(reply["page"], reply["cards"]) for reply in body["replies"]] == [
        ("/es/red_card", "/es/tarjeta-roja"),
        (None, None),
    ]
    _, body = await choose(gateway, "topic:food_assistance", lang="en")
    assert (body["replies"][0]["page"], body["replies"][0]["cards"]) == ("/en/food_assistance", None)


async def test_what_was_said_is_sent_with_the_next_message(
    make_gateway: MakeGateway, small_content: Content, start_server: StartServer
) -> None:
    """The topic before and those near it, so that "and at work?" can be understood; no words of anybody."""
    sent: list[Any] = []

    async def webhook(request: web.Request) -> web.Response:
        sent.append((await request.json())["metadata"])
        custom = {"language": "es", "requested": True, "services": []}
        return web.json_response([{"text": "Español language switched"}, {"custom": custom}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", webhook)
    gateway = await make_gateway(small_content, await start_server(app))
    _, body = await choose(gateway, "topic:red_card", lang="en")
    for _ in range(2):
        _, body = await post(gateway, {"message": "en español", "session": body["session"], "lang": "en"})
    before: dict[str, Any] = {"topic": "red_card", "related": ["food_assistance"], "again": "topic:red_card"}
    before |= {"fits": {}, "asked": None, "who_helps": False, "bare": False}
    assert sent == [{"language": "en", "held": False, **before}, {"language": "es", "held": True, **before}]


async def test_an_answer_names_its_topic_its_situation_and_what_goes_beyond(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """The topic's id stays what reports count; `answer` and `more` are beside it."""
    gateway = await make_gateway(with_situations(small_content))
    _, body = await choose(gateway, "topic:red_card.lost", lang="en")
    reply = body["replies"][0]
    assert (reply["topic"], reply["answer"]) == ("red_card", "red_card.lost")
    assert MORE["en"] in reply["more"] and MORE["en"] not in reply["text"]
    assert "more:red_card.lost" in [button["payload"] for button in reply["buttons"]]


async def test_more_is_shown_without_the_first_screen_again(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Behind its button, with what leads on and without that button."""
    gateway = await make_gateway(with_situations(small_content))
    _, body = await choose(gateway, "more:red_card.lost", lang="en")
    reply = body["replies"][0]
    assert reply["text"].startswith(MORE["en"]) and "I lost my card" not in reply["text"]
    assert not any(button["payload"].startswith("more:") for button in reply["buttons"])


async def test_a_core_answer_asks_which_situation_it_is(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Last of its text, with a button for each."""
    gateway = await make_gateway(with_situations(small_content))
    _, body = await choose(gateway, "topic:red_card", lang="es")
    reply = body["replies"][0]
    assert reply["text"].endswith("¿Qué pasó con la tarjeta?")
    payloads = [button["payload"] for button in reply["buttons"]]
    assert payloads[:2] == ["topic:red_card.shown", "topic:red_card.lost"]


async def test_an_answer_is_not_said_twice_but_what_stood_in_its_place_is_no_answer(
    make_gateway: MakeGateway,
    misbehaving_rasa: Callable[..., Awaitable[str]],
    small_content: Content,
    tmp_path: Path,
) -> None:
    """Turned on again it is given to whoever was told that it is being checked; then what goes beyond."""
    off = TopicsOff(tmp_path)
    content = dataclasses.replace(small_content, topics=GivenTopics(small_content.topics, off))
    said = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]
    gateway = await make_gateway(content, await misbehaving_rasa(said))
    session = offer(gateway, "topic:red_card")

    async def told() -> str:
        _, body = await post(gateway, {"message": "what is it", "lang": "en", "session": session})
        return str(body["replies"][0]["text"])

    off.add("red_card")
    assert [await told(), await told()] == ["English answer being checked"] * 2
    off.remove("red_card")
    assert (await told()).startswith("The card states your rights.")
    assert await told() == "English more on this"


async def test_an_answer_is_given_again_in_another_language(
    make_gateway: MakeGateway, misbehaving_rasa: Callable[..., Awaitable[str]], small_content: Content
) -> None:
    """Who could not read it in the first one has not had it."""
    said = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]
    gateway = await make_gateway(small_content, await misbehaving_rasa(said))
    session = offer(gateway, "topic:red_card")
    await post(gateway, {"choice": "topic:red_card", "lang": "es", "session": session})
    _, body = await post(gateway, {"message": "what is it", "lang": "en", "session": session})
    assert body["replies"][0]["text"].startswith("The card states your rights.")


async def test_who_listens_is_said_again_behind_the_next_two_answers(
    make_gateway: MakeGateway, misbehaving_rasa: Callable[..., Awaitable[str]], small_content: Content
) -> None:
    """To somebody whose life was in danger: their next message is not met as if nothing had been said."""
    card = [{"text": "English danger now"}, {"custom": {"language": "en"}}]
    gateway = await make_gateway(small_content, await misbehaving_rasa(card))
    session = offer(gateway, "topic:red_card")
    _, body = await post(gateway, {"message": "what can I do now", "lang": "en", "session": session})
    bodies = [body]
    for _ in range(3):
        _, body = await post(gateway, {"choice": "topic:red_card", "session": session})
        bodies.append(body)
    said = [[reply["text"] for reply in body["replies"]] for body in bodies]
    assert ["English danger reminder" in texts for texts in said] == [False, True, True, False]


async def test_where_agents_are_is_a_choice_below_the_card(
    make_gateway: MakeGateway, misbehaving_rasa: Callable[..., Awaitable[str]], small_content: Content
) -> None:
    """Four places, each with a card of its own that asks no more; no Rasa is needed."""
    card = [{"text": "English emergency now"}, {"custom": {"language": "en"}}]
    gateway = await make_gateway(small_content, await misbehaving_rasa(card))
    _, body = await post(gateway, {"message": "they are outside now", "lang": "en"})
    payloads = [button["payload"] for button in body["replies"][0]["buttons"]]
    assert payloads[:4] == ["place:home", "place:street", "place:car", "place:work"]
    for payload in payloads[:4]:
        _, chosen = await choose(gateway, payload, lang="en")
        place = payload.removeprefix("place:")
        reply = chosen["replies"][0]
        assert (reply["text"], reply["topic"]) == (f"English emergency {place}", "emergency_now")
        assert not any(button["payload"].startswith("place:") for button in reply["buttons"])


async def test_the_words_to_say_in_english_are_given_in_the_language_of_the_conversation(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Those of the last answer that has some, without Rasa; the conversation does not turn to English."""
    follow_ups = FollowUpMap({SAY_IT: Kind((pattern_of(["cómo se dice"]),))})
    gateway = await make_gateway(dataclasses.replace(small_content, follow_ups=follow_ups))
    _, body = await choose(gateway, "topic:red_card", lang="es")
    _, body = await post(gateway, {"message": "cómo se dice en inglés", "session": body["session"]})
    reply = body["replies"][0]
    assert (body["lang"], reply["topic"]) == ("es", None)
    said = small_content.topics["red_card"].answers["es"].screen
    words = [line for line in said.splitlines() if line.startswith("> ")]
    assert words and [line for line in reply["text"].splitlines() if line.startswith("> ")] == words


def test_of_a_few_answers_it_is_known_that_they_were_given() -> None:
    """So that none is said again word for word: the newest first, each once, and no words of anybody."""
    conversation = Conversation()
    for name in ("bond", "daca", "bond", "red_card", "food_assistance", "tps"):
        conversation.remember(name, (name, "es"))
    conversation.remember("bond", None)
    assert conversation.answers == ("bond", "tps", "food_assistance", "red_card")
    assert [name for name, _ in conversation.said] == ["tps", "food_assistance", "red_card", "bond"]
