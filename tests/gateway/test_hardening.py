"""One test for each thing that the door withstands."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import pickle
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.content.reading import Content, read_content
from bot.gateway import keys
from bot.gateway.app import create_app
from bot.gateway.conversations import Conversations
from bot.problems import ContentError
from bot.serving.processes import Child
from bot.settings import Settings
from bot.web import connections
from bot.web.server import listening
from tests.gateway.conftest import Client, MakeGateway, offer
from tests.gateway.messaging.standins import CHANNEL_SETTINGS
from tests.helpers.waiting import SECONDS_AT_MOST

HERE = ipaddress.ip_network("127.0.0.0/8")


@pytest.fixture
async def port(small_content: Content, tmp_path: Path) -> AsyncIterator[int]:
    """The port of a gateway served as `kyr serve` does, with nothing behind it."""
    app = create_app(
        small_content, Settings(data_dir=tmp_path), rasa_url="", actions_url="", model_version=""
    )
    async with listening(app, "127.0.0.1", 0) as url:
        yield int(url.rsplit(":", 1)[1])


async def say(port: int, request: bytes) -> bytes:
    """Send bytes and return all that comes back until the connection is closed, which has to come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        answer = await asyncio.wait_for(reader.read(), SECONDS_AT_MOST)
    writer.close()
    with contextlib.suppress(ConnectionResetError):
        await writer.wait_closed()
    return answer


async def statuses(gateway: Client, number: int, **headers: str) -> list[int]:
    """Send messages that are answered without Rasa; return their statuses."""
    session = offer(gateway, "topic:red_card")
    sent = {"choice": "topic:red_card", "session": session}
    return [(await gateway.post("/api/chat", json=sent, headers=headers)).status for _ in range(number)]


async def test_a_client_may_ask_so_often_and_no_more(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """Messages and pages, each with its own limit; the answer says when to come back."""
    gateway = await make_gateway(small_content, messages_a_minute=2)
    assert await statuses(gateway, 3) == [200, 200, 429]
    pages = [await gateway.get("/robots.txt") for _ in range(5)]
    assert [page.status for page in pages] == [200] * 4 + [429]
    assert 1 <= int(pages[-1].headers["Retry-After"]) <= 60
    assert (await gateway.get("/health")).status == 503, "whoever watches over it is never turned away"


async def test_all_clients_together_may_ask_so_often(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """However many addresses somebody has."""
    gateway = await make_gateway(small_content, messages_a_minute_overall=2, trusted_proxies=(HERE,))
    asked = [await statuses(gateway, 1, **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(3)]
    assert asked == [[200], [200], [429]]


async def test_nobody_escapes_the_limit_by_writing_another_address(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """The header is believed from trusted proxies alone, and of it only what they have written."""
    alone = await make_gateway(small_content, messages_a_minute=1)
    assert await statuses(alone, 1, **{"X-Forwarded-For": "198.51.100.1"}) == [200]
    assert await statuses(alone, 1, **{"X-Forwarded-For": "198.51.100.2"}) == [429]
    behind = await make_gateway(small_content, messages_a_minute=1, trusted_proxies=(HERE,))
    assert await statuses(behind, 1, **{"X-Forwarded-For": "198.51.100.1"}) == [200]
    assert await statuses(behind, 1, **{"X-Forwarded-For": "198.51.100.2"}) == [200]
    for forged in ("203.0.113.9, 198.51.100.2", "127.0.0.1, 198.51.100.2", "x, 198.51.100.2, 127.0.0.1"):
        assert await statuses(behind, 1, **{"X-Forwarded-For": forged}) == [429]


async def test_a_home_with_many_addresses_is_one_client(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """IPv6 gives each more addresses than can be counted."""
    gateway = await make_gateway(small_content, messages_a_minute=1, trusted_proxies=(HERE,))
    same = [await statuses(gateway, 1, **{"X-Forwarded-For": f"2001:db8::{end}"}) for end in ("1", "2:3")]
    assert same == [[200], [429]]
    assert await statuses(gateway, 1, **{"X-Forwarded-For": "2001:db8:0:1::1"}) == [200]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 1000 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["long-line", "long-header", "many-headers", "tls", "negative", "smuggling"],
)
async def test_what_is_no_request_is_refused_without_a_banner(port: int, request_bytes: bytes) -> None:
    """With nothing of what came, no version of anything, and the protecting headers."""
    answer = (await say(port, request_bytes)).lower()
    assert answer.startswith(b"http/1.") and b" 400 " in answer.split(b"\r\n")[0]
    assert b"server: kyr\r\n" in answer and b"content-security-policy: " in answer
    for banner in (b"aiohttp", b"python", b"aaaa", b"\x16\x03"):
        assert banner not in answer


@pytest.mark.parametrize("path", ["/api/chat", "/api/feedback", "/messaging/twilio", "/messaging/telegram"])
async def test_a_body_is_bounded(make_gateway: MakeGateway, small_content: Content, path: str) -> None:
    """413, and the connection is not read to the end."""
    gateway = await make_gateway(small_content, **CHANNEL_SETTINGS)
    response = await gateway.post(path, data=b"x" * 70_000, headers={"Content-Type": "application/json"})
    assert (response.status, (await response.json())["error"]) == (413, "too_long")


async def test_who_says_nothing_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither with no byte nor with a request that trickles in; here after a moment."""
    monkeypatch.setattr(connections, "SECONDS_TO_ASK", 0.3)
    for begun in (b"", b"GET / HTTP/1.1\r\nHost: x\r\nX: a"):
        assert await say(port, begun) == b""


async def test_who_does_not_listen_is_left(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that asks for much and reads none of it does not hold the door open."""
    monkeypatch.setattr(connections, "SECONDS_TO_END", 0.5)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", port))
        asked = b"GET /static/chat.js HTTP/1.1\r\nHost: x\r\n\r\n" * 2000
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while True:
                await asyncio.wait_for(loop.sock_sendall(deaf, asked), SECONDS_AT_MOST)


async def test_who_waits_for_an_answer_is_not_left(
    small_content: Content,
    tmp_path: Path,
    misbehaving_rasa: Callable[..., Awaitable[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long Rasa may take, a connection takes longer."""
    monkeypatch.setattr(connections, "SECONDS_TO_END", 0.3)
    late = await misbehaving_rasa([], delay=1)
    app = create_app(
        small_content, Settings(data_dir=tmp_path), rasa_url=late, actions_url="", model_version=""
    )
    async with (
        listening(app, "127.0.0.1", 0) as url,
        ClientSession() as session,
        session.post(f"{url}/api/chat", json={"message": "hola"}) as response,
    ):
        assert (await response.json())["replies"]


async def test_connections_are_bounded(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is closed at once; those before go on."""
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    request = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert await say(port, request) == b""
    for reader, writer in kept:
        writer.write(request)
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
    assert (await say(port, request)).startswith(b"HTTP/1.1 200")


async def test_nobody_else_may_read_the_answers_in_a_browser(gateway: Client) -> None:
    """No other website is allowed to, and none is asked whether it would like to (CORS)."""
    origin = {"Origin": "https://evil.example"}
    asked = await gateway.options("/api/chat", headers={**origin, "Access-Control-Request-Method": "POST"})
    answered = await gateway.post("/api/chat", json={"message": "hola"}, headers=origin)
    for response in (asked, answered):
        assert not [name for name in response.headers if name.lower().startswith("access-control-")]
    assert (asked.status, answered.status) == (405, 200)


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2f..%2fpyproject.toml",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static/....//settings.py",
        "/static/chat.js%00.txt",
        "/en/..%2f..%2f.env",
        "/es/%2e%2e%2fhealth",
        "/en/red_card%2f..%2f..%2fstatic",
        "/static/C:%5cwindows",
    ],
)
async def test_no_path_leads_out(port: int, path: str) -> None:
    """Files are those that were there at the start, by their names alone."""
    answer = await say(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"404", b"400")
    assert b"[project]" not in answer and b"TWILIO" not in answer


@pytest.mark.parametrize("injected", ["%0d%0aX-Bad:%201", "%0aX-Bad:%201", "%E5%98%8A%E5%98%8DX-Bad:%201"])
async def test_no_header_can_be_slipped_in(port: int, injected: str) -> None:
    """By an address that is led on, or by what a page says of itself."""
    for path in (f"/en/red_card{injected}/", f"/en{injected}", f"/es/tarjeta-roja{injected}", f"/{injected}"):
        answer = await say(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"\r\nx-bad" not in head and b"\nx-bad" not in head.replace(b"\r\n", b"")


@pytest.mark.parametrize("host", ["evil.example", 'x"><script>alert(1)</script>', "x:99999", ""])
async def test_a_made_up_host_breaks_nothing(port: int, host: str) -> None:
    """What a request says of where it goes to is not written into pages as HTML, nor does it fail."""
    request = f"GET /en/red_card HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    answer = await say(port, request)
    assert answer.split(b" ")[1] in (b"200", b"400") and b"<script>alert" not in answer


async def test_a_script_in_an_address_or_a_message_stays_text(gateway: Client) -> None:
    """An error page does not repeat it, an answer is JSON that no browser takes for a page."""
    script = "<script>alert(1)</script>"
    page = await gateway.get(f"/en/{script}")
    assert page.status == 404 and script not in await page.text()
    answered = await gateway.post("/api/chat", json={"message": script})
    assert answered.content_type == "application/json"
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert script not in await answered.text()


async def test_a_script_in_the_directory_is_refused_and_other_signs_stay_text(
    make_gateway: MakeGateway, content_copy: Path
) -> None:
    """Names of services may come from a published directory, and so from anybody."""
    table = content_copy / "data" / "resources" / "services.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("HP With You", "<img src=x onerror=alert(1)>", 1), encoding="utf-8")
    with pytest.raises(ContentError, match="name holds < or >"):
        read_content(content_copy)
    name = "O'Higgins &lt;b&gt; & Co"
    table.write_text(text.replace("HP With You", name, 1), encoding="utf-8")
    gateway = await make_gateway(read_content(content_copy))
    page = await (await gateway.get("/en/help")).text()
    assert "O&#39;Higgins &amp;lt;b&amp;gt; &amp; Co" in page


async def test_a_session_is_neither_guessed_nor_chosen(gateway: Client) -> None:
    """It is signed, carries 128 bits of chance, and one that was ended stays ended."""
    tokens = {offer(gateway, "topic:red_card") for _ in range(200)}
    assert len(tokens) == 200 and all(len(token.partition(".")[0]) == 22 for token in tokens)
    token = tokens.pop()
    await gateway.post("/api/forget", json={"session": token})
    response = await gateway.post("/api/chat", json={"message": "hola amigo", "session": token})
    assert (await response.json())["session"] != token


async def test_a_token_of_another_start_opens_nothing(
    make_gateway: MakeGateway, small_content: Content
) -> None:
    """The key is made when the assistant starts, and is nowhere else."""
    first, second = [await make_gateway(small_content) for _ in range(2)]
    token = offer(first, "topic:red_card")
    conversations = second.server.app[keys.CONVERSATIONS]  # type: ignore[attr-defined] # a TestServer has it
    assert conversations.get(token) is None


async def test_what_runs_behind_the_door_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa and the action server have no use for the keys of Twilio and Telegram."""
    for name in ("TWILIO_AUTH_TOKEN", "TELEGRAM_BOT_TOKEN", "TELEGRAM_SECRET_TOKEN", "KYR_REDIS_URL"):
        monkeypatch.setitem(os.environ, name, "a secret")
    child = Child("a child", ["-c", "pass"], 1, {"PORT": "1"})
    assert "a secret" not in child.environment.values() and child.environment["PORT"] == "1"


def test_who_asked_for_no_more_messages_is_known_by_a_hash_alone() -> None:
    """Another one after each start, in memory; START takes it away."""
    first, second = Conversations(), Conversations()
    for conversations in (first, second):
        conversations.stop("twilio", "+13235550100")
        assert conversations.has_stopped("twilio", "+13235550100")
    kept = [pickle.dumps(list(conversations._stopped)) for conversations in (first, second)]
    assert kept[0] != kept[1] and not any(b"5550100" in each for each in kept)
    first.start("twilio", "+13235550100")
    assert not first.has_stopped("twilio", "+13235550100") and not first._stopped
