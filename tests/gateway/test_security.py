"""Promises of the public door that must never be broken."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

import pytest

from bot.content.reading import Content
from bot.gateway import keys
from bot.gateway.app import create_app
from bot.settings import PROJECT_ROOT, Settings
from bot.web.server import listening
from tests.gateway.conftest import Client, MakeGateway
from tests.gateway.messaging.standins import CHANNELS
from tests.helpers.waiting import SECONDS_AT_MOST

# Every route, and who may call it. A new route fails the test until somebody has thought about this.
ROUTES = {
    ("POST", "/api/chat"): "anyone, within the rate limit",
    ("POST", "/api/feedback"): "whoever was given the answer, once, within the rate limit",
    ("POST", "/api/forget"): "whoever holds the token of the conversation",
    ("GET", "/api/answers/{answer}"): "anyone, within the rate limit; what the page of the answer says",
    ("POST", "/messaging/twilio"): "Twilio, by its signature; only where it is set up",
    ("POST", "/messaging/telegram"): "Telegram, by the secret token; only where it is set up",
    ("POST", "/messaging/twilio/"): "the same",
    ("POST", "/messaging/telegram/"): "the same",
    ("GET", "/health"): "anyone; says nothing but up or down and the model's version",
    ("GET", "/"): "anyone",
    ("GET", "/privacy"): "anyone",
    ("GET", "/robots.txt"): "anyone",
    ("GET", "/sitemap.xml"): "anyone",
    ("GET", "/static/{name}"): "anyone; only files that were there at the start",
    ("GET", "/static/sounds/{name}"): "anyone; only sounds that were there at the start",
    ("GET", "/embed.js"): "anyone, also scripts of other websites",
    ("GET", "/embed/try"): "anyone; leads to the page in a language",
    ("GET", "/embed/try/{language}"): "anyone",
    ("GET", "/embed/{language}/"): "anyone; in a frame only on the websites of KYR_EMBED_ORIGINS",
    ("GET", "/embed/{language}/{topic}"): "anyone; in a frame only on the websites of KYR_EMBED_ORIGINS",
    ("GET", "/embed/{language}/{topic}/{situation}"): "anyone; in a frame only on those websites",
    ("GET", "/sw.js"): "anyone",
    ("GET", "/{language}/pages.json"): "anyone; the same pages in one file",
    ("GET", "/{language}/search.json"): "anyone; words of training questions, none of a resident",
    ("GET", "/{language}/app.webmanifest"): "anyone",
    ("GET", "/{language}/{name}"): "anyone; the form of the search without a script",
    ("POST", "/{language}/{name}"): "anyone, within the rate limit of messages; nothing is kept",
    ("GET", "/{language}/"): "anyone",
    ("GET", "/{language}"): "anyone; leads to the page with the slash",
    ("GET", "/{language}/{topic}/"): "anyone; leads to the page without the slash",
    ("GET", "/{language}/{topic}"): "anyone",
    ("GET", "/{language}/{topic}/{situation}/"): "anyone; leads to the page without the slash",
    ("GET", "/{language}/{topic}/{situation}"): "anyone",
}


def test_every_route_says_who_may_call_it(small_content: Content) -> None:
    """The list above is complete."""
    app = create_app(small_content, CHANNELS, rasa_url="", actions_url="", model_version="")
    routes = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    assert {route for route in routes if route[0] != "HEAD"} == set(ROUTES)


@pytest.mark.parametrize("path", ["/en/", "/es/red_card", "/nothing", "/health", "/static/chat.js", "/"])
async def test_every_response_carries_the_protecting_headers(gateway: Client, path: str) -> None:
    """Pages, errors, redirects, files: nothing may be loaded from elsewhere, framed or sniffed."""
    headers = (await gateway.get(path, allow_redirects=False)).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "aiohttp" not in headers["Server"].lower() and "python" not in headers["Server"].lower()
    assert "Set-Cookie" not in headers


async def test_a_failure_shows_and_logs_no_words(
    make_gateway: MakeGateway, small_content: Content, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours costs the person a traceback-free sentence, and no log learns what was typed."""
    caplog.set_level(logging.DEBUG)
    gateway = await make_gateway(small_content)
    # Breaks the handler behind the check of the message, as a programming mistake would.
    gateway.app.__dict__["_state"][keys.CONVERSATIONS] = None
    response = await gateway.post("/api/chat", json={"message": "me llamo Ana", "lang": "es"})
    body = await response.text()
    assert (response.status, (await response.json())["error"]) == (500, "server_error")
    assert " 211" in body and "Traceback" not in body and "Ana" not in body
    assert "Ana" not in caplog.text and "POST /api/chat failed: AttributeError" in caplog.text


async def test_no_log_line_holds_what_was_typed(gateway: Client, caplog: pytest.LogCaptureFixture) -> None:
    """At debug level, with nothing behind the gateway."""
    caplog.set_level(logging.DEBUG)
    await gateway.post("/api/chat", json={"message": "me llamo Ana y vivo en Gage"})
    assert "Rasa gave no answer: ClientConnectorError" in caplog.text
    assert "Ana" not in caplog.text and "Gage" not in caplog.text


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /api/chat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b'{"message":"soy Ana"}\r\n\r\n',
        b'POST /api/chat HTTP/1.1\r\nHost: x\r\n{"message":"soy Ana"}\r\n\r\n',
        "GET /es/?q=soy+Ana+José HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        b"GET /es/soy-Ana HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /es/ HTTP/1.1\r\nHost: x\r\nX: soy \0 Ana\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nX: soy Ana\r\n\r\n",
        b"CONNECT soy.Ana:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b'Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n{"message":"soy Ana"}',
    ],
    ids=["chunk", "header", "address", "version", "nul", "options", "connect", "gzip"],
)
async def test_malformed_requests_are_answered_and_not_logged(
    small_content: Content, caplog: pytest.LogCaptureFixture, request_bytes: bytes
) -> None:
    """Neither their words, nor where they came from, nor a traceback; served as `kyr serve` does."""
    caplog.set_level(logging.DEBUG)
    app = create_app(small_content, Settings(), rasa_url="", actions_url="", model_version="")
    async with listening(app, "127.0.0.1", 0) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(request_bytes)
        answer = await asyncio.wait_for(reader.read(2000), SECONDS_AT_MOST)
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.") and b"Traceback" not in answer
    assert "Ana" not in caplog.text and "127.0.0.1" not in caplog.text and "Traceback" not in caplog.text


async def test_health_says_that_it_is_starting(gateway: Client) -> None:
    """503 until Rasa and the action server are up."""
    response = await gateway.get("/health")
    assert response.status == 503
    assert await response.json() == {"status": "starting", "rasa": False, "actions": False, "model": "test"}


# All that scripts may do with what outlives a visit, each of it once.
_KEPT_ON_REQUEST = {
    "page.js": ("localStorage.clear();",),
    "family.js": (
        'localStorage.getItem(family.dataset.key) || "null"',
        "if (keep.checked) localStorage.setItem(family.dataset.key, JSON.stringify(filled));",
        "else localStorage.removeItem(family.dataset.key);",
    ),
}


@pytest.mark.parametrize("script", sorted((PROJECT_ROOT / "bot").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_put_text_in_as_text_and_keep_nothing(script: Path) -> None:
    """None makes HTML out of a string, or leaves anything on the phone that outlives the visit.

    But for what people tick a box to keep of the pages for a family, which is taken away by the same script
    when they untick it, and by the way out.
    """
    text = script.read_text(encoding="utf-8")
    for allowed in _KEPT_ON_REQUEST.get(script.name, ()):
        assert text.count(allowed) == 1, allowed
        text = text.replace(allowed, "")
    dangers = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function")
    for danger in (*dangers, "localStorage", "indexedDB", "cookie"):
        assert danger not in text


@pytest.mark.parametrize("script", sorted((PROJECT_ROOT / "bot").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_are_written_for_old_phones(script: Path) -> None:
    """Nothing that browsers learned after 2018, which would leave such a phone without any chat."""
    text = re.sub(r"//[^\n]*", "", script.read_text(encoding="utf-8"))
    for late in (
        r"\?\.[a-zA-Z\[(]",
        r"\?\?",
        r"\bcatch \{",
        r"replaceChildren",
        r"requestSubmit",
        r"\.at\(",
        r"#\w+ ?=",
        r"\bimport ?\(",
    ):
        assert re.search(late, text) is None, late


async def test_the_chat_may_be_framed_only_where_that_is_set(
    make_gateway: MakeGateway, gateway: Client, small_content: Content
) -> None:
    """One page, by the websites named; everything else, and without the setting that page too, by nobody."""
    city = "https://www.hpca.gov"
    framing = await make_gateway(small_content, embed_origins=(city,))
    headers = (await framing.get("/embed/es/")).headers
    assert headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {city}")
    assert "X-Frame-Options" not in headers
    for client, path in ((framing, "/es/"), (framing, "/es/red_card"), (gateway, "/embed/es/")):
        headers = (await client.get(path)).headers
        assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("host", ["evil.example", 'a"><script>', "a b", "[", "a:99999999"])
async def test_a_forged_host_changes_nothing_but_its_own_page(
    make_gateway: MakeGateway, small_content: Content, host: str
) -> None:
    """Where the public address is set it is used; where not, no host becomes markup or an error."""
    for settings in ({"public_url": "https://rights.example.org"}, {}):
        gateway = await make_gateway(small_content, **settings)
        response = await gateway.get("/en/red_card", headers={"Host": host})
        page = await response.text()
        if response.status == 400:
            continue  # aiohttp itself refuses it
        assert response.status == 200 and "<script>" not in page
        assert ('href="https://rights.example.org/en/red_card"' in page) == bool(settings)
