"""The search without a script: a form, a page with the answer, and nothing of it kept."""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, web

from bot.answering.reply import response_reply
from bot.content.reading import Content
from bot.content.topics import page_path
from bot.gateway import keys
from bot.gateway.aids import INTERPRETER, SHOWN_CARD, SPOKEN
from tests.conftest import StartServer
from tests.gateway.conftest import Client, MakeGateway

ADDRESSES = {"en": "/en/search", "es": "/es/buscar"}


class RecordedRasa:
    """Stands in for Rasa: answers every message alike, and notes who asked what."""

    def __init__(self, answer: list[dict[str, Any]]) -> None:
        self.answer, self.asked = answer, list[tuple[str, str]]()

    async def webhook(self, request: web.Request) -> web.Response:
        """Answer as Rasa's REST channel does."""
        body = await request.json()
        self.asked.append((body["sender"], body["message"]))
        return web.json_response(self.answer)


# Address and name in each button or link of those to call.
CALLED = re.compile(r'<li><a class="(?:call|website)" href="([^"]+)"[^>]*><span><strong>([^<]+)')


async def start(start_server: StartServer, rasa: RecordedRasa) -> str:
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", rasa.webhook)
    return await start_server(app)


def said(content: Content, response: str, language: str, topic: str | None = None) -> list[dict[str, Any]]:
    """Return a text of domain.yml as Rasa sends it."""
    names = content.response_names.items()
    text = next(text for (spoken, text), name in names if (spoken, name) == (language, response))
    paragraphs = ({"text": one} for one in text.split("\n\n"))
    return [*paragraphs, {"custom": {"language": language, "topic": topic}}]


async def test_the_page_says_how_to_go_on_without_the_chat(gateway: Client) -> None:
    """Where the chat would be: a form that sends by POST, as words in an address would be written down."""
    for language, address in ADDRESSES.items():
        page = await (await gateway.get(f"/{language}/")).text()
        assert page.index("</kyr-chat>") < page.index('class="no-script"')
        assert f'method="post" action="{address}"' in page


async def test_the_answer_is_found_as_the_chat_finds_it(
    make_gateway: MakeGateway, small_content: Content, start_server: StartServer
) -> None:
    """By Rasa's understanding: the answer with its title, whom it names, what it leads to, and its page."""
    rasa = RecordedRasa([{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}])
    gateway = await make_gateway(small_content, await start(start_server, rasa))
    response = await gateway.post("/es/buscar", data={"question": "what is the red card?"})
    page = await response.text()
    assert response.status == 200 and rasa.asked[0][1] == "what is the red card?"
    assert '<section class="message" lang="en">' in page and "The card states your rights." in page
    assert '<a href="/en/food_assistance">Food help</a>' in page
    assert '<a href="/en/red_card">Read the whole answer</a>' in page
    assert 'value="show:food:::0"' in page


async def test_nothing_of_a_search_is_kept(
    make_gateway: MakeGateway,
    small_content: Content,
    start_server: StartServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No conversation, no count, no question for review, no log line, no copy; Rasa forgets it at once."""
    caplog.set_level(logging.DEBUG)
    rasa = RecordedRasa(said(small_content, "utter_not_understood", "es"))
    gateway = await make_gateway(small_content, await start(start_server, rasa), keep_unanswered=True)
    response = await gateway.post("/es/buscar", data={"question": "zarzamora tarjeta"}, allow_redirects=False)
    page = await response.text()
    assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
    assert "zarzamora" not in page and "Set-Cookie" not in response.headers
    (sender, question), (forgotten, command) = rasa.asked
    assert (question, command) == ("zarzamora tarjeta", "/restart") and sender == forgotten
    assert "zarzamora" not in caplog.text
    app = gateway.server.app  # type: ignore[attr-defined] # a TestServer has it
    await app[keys.WRITER].finish()
    assert not any(b"zarzamora" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not app[keys.CONVERSATIONS]._known


async def test_in_an_emergency_the_card_comes_and_asks_where(
    make_gateway: MakeGateway, project_content: Content, start_server: StartServer
) -> None:
    """Each place is a button of a form, answered with the card of that place."""
    rasa = RecordedRasa(said(project_content, "utter_emergency_now", "es", "emergency_now"))
    gateway = await make_gateway(project_content, await start(start_server, rasa))
    page = await (await gateway.post("/es/buscar", data={"question": "la migra está aquí"})).text()
    assert "No corra" in page
    for place in ("home", "street", "car", "work"):
        assert f'<button name="choice" value="place:{place}">' in page
    said_in_chat = response_reply(project_content, "utter_emergency_now", "es")
    assert CALLED.findall(page) == [(call["uri"], call["name"]) for call in said_in_chat.calls] != []
    card = await (await gateway.post("/es/buscar", data={"choice": "place:home"})).text()
    assert "Si están afuera, no abra." in card and 'href="/es/ice_at_home/inside"' in card
    for paths in (SHOWN_CARD, SPOKEN, INTERPRETER):
        assert f'href="{paths["es"]}"' in card


async def test_whom_to_call_is_as_in_the_chat(
    make_gateway: MakeGateway, project_content: Content, start_server: StartServer
) -> None:
    """The same people in the same order in the search's answer and on the answer's page, on every answer."""
    answered = [topic for topic in project_content.topics.values() if topic.answered]
    rasa = RecordedRasa([])
    gateway = await make_gateway(project_content, await start(start_server, rasa), messages_a_minute=1000)
    named = 0
    for topic in answered:
        response = await gateway.post("/api/chat", json={"choice": f"topic:{topic.id}", "lang": "es"})
        (blocks,) = [one["blocks"] for one in (await response.json())["replies"][:1]]
        calls = [call for block in blocks for call in block.get("calls", ())]
        shown = [(html.escape(call["uri"]), html.escape(call["name"])) for call in calls]
        named += len(shown)
        page = await (await gateway.get(page_path(topic.id, "es"))).text()
        assert CALLED.findall(page) == shown, topic.id
    assert named
    rasa.answer = [
        {"text": "x"},
        {"custom": {"language": "es", "topic": "if_arrested_detained.relative_now"}},
    ]
    page = await (await gateway.post("/es/buscar", data={"question": "se llevaron a mi esposo"})).text()
    answer_page = await (await gateway.get("/es/if_arrested_detained/relative_now")).text()
    assert CALLED.findall(page) == CALLED.findall(answer_page)
    assert CALLED.findall(page)[0][1].startswith("CHIRLA")


async def test_without_rasa_the_words_are_searched(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """Up to three answers of the index, in the language of the question, before whom to call."""
    gateway = await make_gateway(project_content)
    page = await (await gateway.post("/en/search", data={"question": "se llevaron a mi esposo"})).text()
    found = re.findall(r'<li><a href="(/es/[^"]+)">', page)
    assert len(found) == 3 and found[0] == "/es/if_arrested_detained/relative_now"
    assert page.index(found[0]) < page.index("no puedo contestar") < page.index('name="question"')


@pytest.mark.parametrize(
    "sent",
    [{}, {"question": " \n "}, {"choice": "topic:nothing"}, {"choice": "show:food:::" + "9" * 5000}],
)
async def test_who_sends_nothing_gets_the_form_again(gateway: Client, sent: dict[str, str]) -> None:
    """And is told to write a question; also with a choice that there is not."""
    response = await gateway.post("/es/buscar", data=sent or b"")
    page = await response.text()
    assert response.status == 200 and "Escriba una pregunta" in page and 'name="question"' in page


async def test_no_file_is_taken(gateway: Client) -> None:
    """A form with files would write them to the disk while it is read."""
    form = FormData()
    form.add_field("question", b"zarzamora", filename="a.txt")
    response = await gateway.post("/es/buscar", data=form)
    assert response.status == 200 and "Escriba una pregunta" in await response.text()


async def test_a_long_question_is_read_at_both_ends_and_called_long(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """As in the chat: the field takes all of it, and not even one of ten pages is refused."""
    gateway = await make_gateway(project_content)
    assert "maxlength" not in await (await gateway.get("/es/buscar")).text()
    story = "Mi primo trabaja en el mismo lugar desde hace muchos años. " * 700
    response = await gateway.post("/es/buscar", data={"question": f"{story}¿Puede entrar ICE a mi casa?"})
    assert response.status == 200 and "Su mensaje era largo" in await response.text()


async def test_a_request_that_is_too_large_is_refused_with_a_page(gateway: Client) -> None:
    """As everything is that goes wrong here: nobody sees JSON."""
    response = await gateway.post("/en/search", data={"question": "x" * (64 * 1024)})
    assert (response.status, response.content_type) == (413, "text/html")


async def test_a_search_counts_as_a_message(make_gateway: MakeGateway, small_content: Content) -> None:
    """It costs as much; who sends too many is told to wait, on a page."""
    gateway = await make_gateway(small_content, messages_a_minute=1)
    assert (await gateway.post("/en/search", data={"choice": "place:home"})).status == 200
    response = await gateway.post("/en/search", data={"question": "hello"})
    assert (response.status, response.content_type) == (429, "text/html")
    assert int(response.headers["Retry-After"]) > 0


async def test_the_form_has_an_address_in_each_language(gateway: Client) -> None:
    """Which shows it without a question, for whoever switches the language; the other's name leads there."""
    for language, address in ADDRESSES.items():
        response = await gateway.get(address)
        page = await response.text()
        assert response.status == 200 and 'name="question"' in page and 'content="noindex"' in page
        other = {"en": "es", "es": "en"}[language]
        assert f'class="switch" href="{ADDRESSES[other]}"' in page
        typed = f"/{language}/{ADDRESSES[other].rpartition('/')[2]}"
        response = await gateway.get(typed, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (302, address)
