"""Finding words in the console: what is found, where its links lead, and that nothing of it is kept."""

from __future__ import annotations

import logging
import re

import pytest

from bot.console import keys
from bot.database.review_queue import ReviewQueue
from tests.helpers.clerks import EDITOR, Clerk, Console


async def test_a_hit_says_its_place_and_leads_to_the_field_of_the_form(editor: Clerk) -> None:
    """Of an answer down to the field, in the language of whoever reads."""
    page = await editor.post("/find", words="tarjeta dice derechos")
    assert 'href="/topics/red_card#answer_es">Spanish, answer, paragraph 1' in page
    assert "La <mark>tarjeta</mark> <mark>dice</mark> sus <mark>derechos</mark>." in page
    form = await editor.get("/topics/red_card")
    assert 'id="answer_es"' in form
    page = await editor.post("/language", to="es", back="/find")
    page = await editor.post("/find", words="remain silent")
    assert ">Inglés, respuesta, palabras para decir en voz alta 1<" in page


async def test_every_link_of_an_answer_leads_to_a_field_that_is_there(editor: Clerk) -> None:
    """Its title, its questions, its text message, its sources."""
    form = await editor.get("/topics/red_card")
    for words in ("red card", "where do I get", "states your rights", "example.org"):
        page = await editor.post("/find", words=words)
        fields = re.findall(r'href="/topics/red_card#(\w+)"', page)
        assert fields and all(f'id="{field}"' in form for field in fields), words


async def test_services_and_texts_lead_to_their_forms(console: Console, editor: Clerk) -> None:
    """By the id of the service, and by the name of the text."""
    assert 'href="/directory/services/211-la"' in await editor.post("/find", words="211 LA County")
    name, texts = next(iter(console.app[keys.CONTENT_CACHE].content().conversation.responses.items()))
    page = await editor.post("/find", words=f'"{texts["en"].splitlines()[0]}"')
    assert f'href="/texts/{name}"' in page


async def test_the_box_is_on_every_page_and_works_without_script(editor: Clerk) -> None:
    """On its own page it stands once, with what was looked for."""
    for path in ("/", "/topics", "/topics/red_card", "/release", "/nowhere"):
        page = await editor.get(path, status=404 if path == "/nowhere" else 200)
        assert page.count('action="/find"') == 1 and 'name="words"' in page
    page = await editor.post("/find", words="<b>card</b>")
    assert page.count('action="/find"') == 1 and 'value="&lt;b&gt;card&lt;/b&gt;"' in page


async def test_what_is_looked_for_is_in_no_address_no_log_and_no_file(
    console: Console, editor: Clerk, caplog: pytest.LogCaptureFixture
) -> None:
    """Browsers and servers before this one keep addresses; it is in memory, for whoever has typed it."""
    caplog.set_level(logging.DEBUG)
    async with await editor.send(
        "/find", {"form_token": await editor.token(), "words": "zebracorn"}, allow_redirects=False
    ) as response:
        address = response.headers["Location"]
    assert "zebracorn" not in address and "zebracorn" in await editor.get(address)
    other = await console.make_clerk("berta")
    assert "zebracorn" not in await other.get(address)
    assert "What you looked for is not here any more" in await other.get(address)
    assert "zebracorn" not in caplog.text
    files = [file for file in console.settings.data_dir.rglob("*") if file.is_file()]
    assert files and not any(b"zebracorn" in file.read_bytes() for file in files)
    assert (EDITOR, "find") not in console.noted()


async def test_no_words_of_residents_are_searched(console: Console, editor: Clerk) -> None:
    """What was asked in vain is found on its own page alone."""
    ReviewQueue(console.app[keys.DATABASE]).add("can my neighbor sponsor me", "en")
    assert "Nothing has all these words." in await editor.post("/find", words="neighbor sponsor")


async def test_what_was_saved_a_moment_ago_is_found(console: Console, editor: Clerk) -> None:
    """And what is gone is not."""
    assert "Nothing has all these words." in await editor.post("/find", words="wallet")
    file = console.topic_file("red_card")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("what is a red card", "what is a wallet card"), encoding="utf-8")
    assert "English, question 1" in await editor.post("/find", words="wallet")


async def test_nothing_and_too_much_to_look_for_do_no_harm(editor: Clerk) -> None:
    """An empty box, signs alone, and more than anybody types."""
    for words in ("", " ", '"', "?!" * 10, "a " * 5000, "\ud800x".encode("utf-8", "replace").decode()):
        assert "<h1>Find</h1>" in await editor.post("/find", words=words)
    assert "<h1>Find</h1>" in await editor.get("/find?of=nothing")
