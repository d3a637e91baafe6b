"""Who may do what in the console, and how it withstands those who try more."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress

import pytest

from bot.console import keys
from bot.console.app import MOST_BYTES, ROUTES
from bot.console.guard import FORM_TOKEN
from bot.console.sessions import COOKIE, SECONDS_IDLE, SECONDS_IN_ALL
from tests.helpers.clerks import PASSWORD, Clerk, Console

ANYBODY = [
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "POST /language",
    "GET /welcome",
    "POST /welcome",
    "GET /provider/begin",
    "GET /provider/back",
    "GET /provider/sign-out",
]
APPROVERS = [
    "GET /people",
    "POST /people",
    "POST /reminders/test",
    "GET /people/{name}",
    "POST /people/{name}/role",
    "POST /people/{name}/contact",
    "POST /people/{name}/sign-ins",
    "GET /people/{name}/code",
    "POST /people/{name}/code",
    "GET /people/{name}/remove",
    "POST /people/{name}/remove",
    "GET /topics/{topic}/on",
    "POST /topics/{topic}/on",
    "GET /topics/{topic}/approve",
    "POST /topics/{topic}/approve",
    "POST /directory/replace",
    "GET /directory/undo",
    "POST /directory/undo",
    "POST /directory/withheld",
    "POST /directory/services/{service}/change",
    "GET /directory/services/{service}/remove",
    "POST /directory/services/{service}/remove",
    "POST /release/publish",
    "GET /release/undo",
    "POST /release/undo",
    "GET /upgrade",
    "POST /upgrade",
    "POST /upgrade/undo",
]
_PLACES = {
    "{topic}": "bond",
    "{group}": "12345678",
    "{version}": "none",
    "people/{name}": "people/clara",
    "{name}": "topics.csv",
    "{table}": "phones",
    "{service}": "211-la",
    "{key}": "utter_greet",
}


def named(role: str) -> list[str]:
    return [f"{route.method} {route.path}" for route in ROUTES if route.role == role]


def test_every_route_needs_the_role_that_is_stated_here() -> None:
    """Whatever is not named here is for editors, and for approvers too."""
    assert named("anybody") == ANYBODY
    assert named("approver") == APPROVERS
    assert len(named("editor")) == len(ROUTES) - len(ANYBODY) - len(APPROVERS)


def _address(path: str) -> str:
    for place, value in _PLACES.items():
        path = path.replace(place, value)
    return path


async def test_nobody_gets_further_than_the_sign_in_page(console: Console) -> None:
    """Every other address answers 401 with that page, whether it is looked at or sent to."""
    nobody = await console.make_clerk("nobody", signed_in=False)
    for route in ROUTES:
        if route.role == "anybody":
            continue
        fields = {FORM_TOKEN: await nobody.token()}
        method = nobody.client.get if route.method == "GET" else nobody.client.post
        more = {} if route.method == "GET" else {"data": fields}
        async with method(_address(route.path), **more) as response:
            assert (route.path, response.status) == (route.path, 401)
            assert 'name="password"' in await response.text()


async def test_an_editor_who_types_the_address_of_an_approver_is_refused_and_it_is_noted(
    console: Console, editor: Clerk
) -> None:
    """Where no link leads there, nobody but the server can refuse it."""
    for route in ROUTES:
        if route.role != "approver":
            continue
        path = _address(route.path)
        if route.method == "GET":
            await editor.get(path, status=403)
        else:
            await editor.post(path, status=403, version="none", seen="")
        assert console.noted(path)[0] == ("ana", "refused")


@pytest.mark.parametrize("token", [None, "", "0" * 64])
async def test_a_form_with_a_forged_or_missing_token_does_nothing(
    console: Console, editor: Clerk, token: str | None
) -> None:
    """It may come from a page of somebody else, so it is noted too."""
    fields = {} if token is None else {FORM_TOKEN: token}
    async with await editor.send("/release/train", fields) as response:
        assert response.status == 403
    assert console.app[keys.RUNS].last("training") is None
    assert ("ana", "refused") in console.noted("/release/train")


async def test_a_token_of_another_browser_is_worth_nothing(console: Console, editor: Clerk) -> None:
    """Whoever has an account could otherwise send forms for a colleague."""
    other = await (await console.make_clerk("berta")).token()
    async with await editor.send("/release/train", {FORM_TOKEN: other}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_a_form_on_another_site_does_nothing_and_carries_nothing_in(
    editor: Clerk, header: dict[str, str]
) -> None:
    """By what the browser says of where it comes from, even with a token that is right."""
    fields = {FORM_TOKEN: await editor.token(), "name": "slipped in"}
    async with await editor.send("/release/train", fields, headers=header) as response:
        assert response.status == 403
        assert "slipped in" not in await response.text()


async def test_under_another_name_the_console_does_not_answer(editor: Clerk) -> None:
    """So that a page of others cannot lead its own name to this machine and read along."""
    await editor.get("/topics", status=421, headers={"Host": "evil.example"})


async def test_a_stolen_cookie_is_worth_nothing_after_signing_out(console: Console, editor: Clerk) -> None:
    """The server forgets the session, not only the browser its cookie."""
    stolen = editor.client.session.cookie_jar.filter_cookies(editor.client.make_url("/"))[COOKIE].value
    thief = await console.make_clerk("thief", signed_in=False)
    await thief.get("/topics", headers={"Cookie": f"{COOKIE}={stolen}"})
    await editor.post("/sign-out")
    await thief.get("/topics", status=401, headers={"Cookie": f"{COOKIE}={stolen}"})


async def test_the_cookie_from_before_signing_in_is_not_the_one_after(console: Console) -> None:
    """Whoever has planted a cookie in a browser is not signed in with it."""
    clerk = await console.make_clerk("ana", signed_in=False)
    await clerk.get("/sign-in")
    url = clerk.client.make_url("/")
    before = clerk.client.session.cookie_jar.filter_cookies(url)[COOKIE].value
    await clerk.sign_in()
    assert clerk.client.session.cookie_jar.filter_cookies(url)[COOKIE].value != before
    other = await console.make_clerk("other", signed_in=False)
    await other.get("/topics", status=401, headers={"Cookie": f"{COOKIE}={before}"})


async def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(console: Console) -> None:
    """From the first page on."""
    nobody = await console.make_clerk("nobody", signed_in=False)
    async with nobody.client.get("/sign-in") as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(("mode", "status"), [("navigate", 200), ("no-cors", 401)])
async def test_a_link_in_an_email_does_not_sign_anybody_out(
    console: Console, editor: Clerk, mode: str, status: int
) -> None:
    """Browsers keep the cookie to themselves there: the page asks for itself again and sets none."""
    stranger = await console.make_clerk("stranger", signed_in=False)
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    async with stranger.client.get("/topics?q=<b>", headers=headers) as response:
        page = await response.text()
        assert response.status == status
        if mode == "navigate":
            assert "Set-Cookie" not in response.headers
            assert 'http-equiv="refresh" content="0;url=/topics?q=%3Cb%3E"' in page
    assert "<b>" not in page


@pytest.mark.parametrize("path", [b"//evil.example/x", b"/\\evil.example/x"])
async def test_a_link_elsewhere_leads_to_no_other_site(console: Console, path: bytes) -> None:
    """What a browser would take for another host is not gone on to."""
    port = int(console.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = (b"GET %s HTTP/1.1" % path, b"Host: 127.0.0.1:%d" % port, b"Connection: close")
    sent = (b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Mode: navigate")
    writer.write(b"\r\n".join([*asked, *sent, b"", b""]))
    page = (await reader.read()).decode()
    writer.close()
    # The form for the language carries the address, and goes to no other site either.
    assert 'content="0;url=/"' in page and 'href="/" class="button main"' in page


async def test_no_password_is_carried_through_signing_in(console: Console, editor: Clerk) -> None:
    """What else was written is."""
    console.app[keys.SESSIONS]._known.clear()
    fields = {"old": PASSWORD, "password": "another long one", "again": "another long one", "x": "kept"}
    page = await editor.post("/account/password", fields, status=401)
    assert "kept" in page and PASSWORD not in page and "another long one" not in page


async def test_a_cookie_that_was_made_up_is_worth_nothing(console: Console) -> None:
    """Its shape alone opens nothing: it has to be signed and known."""
    thief = await console.make_clerk("thief", signed_in=False)
    await thief.get("/topics", status=401, headers={"Cookie": f"{COOKIE}={'A' * 43}.{'0' * 64}"})


@pytest.mark.parametrize("seconds", [SECONDS_IDLE + 1, SECONDS_IN_ALL + 1])
async def test_a_sign_in_ends_after_a_while(
    console: Console, editor: Clerk, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without use, and after some hours however much it was used."""
    sessions, step = console.app[keys.SESSIONS], SECONDS_IDLE - 1
    now = sessions._clock()
    passed = 0
    while passed + step < seconds and seconds > SECONDS_IDLE + 1:
        passed += step
        monkeypatch.setattr(sessions, "_clock", lambda passed=passed: now + passed)
        if passed < SECONDS_IN_ALL:
            await editor.get("/topics")
    monkeypatch.setattr(sessions, "_clock", lambda: now + seconds)
    await editor.get("/topics", status=401)


async def test_who_is_removed_is_out_at_once(console: Console, editor: Clerk) -> None:
    """With the next page, not with the next sign-in."""
    console.app[keys.ACCOUNTS].remove("test", "ana")
    await editor.get("/topics", status=401)


async def test_who_guesses_passwords_has_to_wait_and_it_is_noted(console: Console) -> None:
    """After that also with the right one."""
    thief = await console.make_clerk("ana", signed_in=False)
    for _ in range(4):
        await thief.sign_in("wrong wrong wrong", status=401)
    assert "Too many attempts" in await thief.sign_in("wrong wrong wrong", status=429)
    await thief.sign_in(PASSWORD, status=429)
    assert ("console", "sign-in locked") in console.noted()


async def test_a_browser_that_has_signed_in_before_gets_in_while_others_guess(console: Console) -> None:
    """Its cookie is read by no script and sent by no other site; others close nothing for it."""
    clerk = await console.make_clerk("ana", signed_in=False)
    fields = {"name": "ana", "password": PASSWORD, FORM_TOKEN: await clerk.token()}
    async with await clerk.send("/sign-in", fields, allow_redirects=False) as response:
        cookie = next(one for one in response.headers.getall("Set-Cookie") if "known" in one)
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Max-Age=15552000" in cookie
    await clerk.post("/sign-out")
    thief = await console.make_clerk("ana", signed_in=False)
    for _ in range(4):
        await thief.sign_in("wrong wrong wrong", status=401)
    await thief.sign_in("wrong wrong wrong", status=429)
    await thief.sign_in(PASSWORD, status=429)
    await clerk.sign_in()


async def test_guesses_are_counted_by_the_address_that_a_trusted_proxy_names(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise all browsers behind it would count as one."""
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    settings = dataclasses.replace(console.settings, trusted_proxies=networks)
    monkeypatch.setitem(console.app._state, keys.SETTINGS, settings)
    clerk = await console.make_clerk("ana", signed_in=False)
    wrong = {"name": "ana", "password": "wrong wrong wrong", FORM_TOKEN: await clerk.token()}
    statuses = []
    for address in ["203.0.113.1"] * 6 + ["203.0.113.2"]:
        async with await clerk.send("/sign-in", wrong, headers={"X-Forwarded-For": address}) as response:
            statuses.append(response.status)
    assert statuses == [401] * 4 + [429] * 2 + [401]


async def test_what_is_too_large_is_refused(console: Console, editor: Clerk) -> None:
    """With how much may be sent."""
    page = await editor.upload("/spreadsheet", b"x" * (50 << 20), "large.xlsx", status=413)
    assert "12 MB" in page
    assert MOST_BYTES < 50 << 20


async def test_no_page_may_load_or_send_anything_elsewhere(editor: Clerk) -> None:
    """And none is kept by a browser that others use after."""
    async with editor.client.get("/topics") as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x"]
)
async def test_signing_in_leads_to_no_other_site(console: Console, path: str) -> None:
    """Whatever address the form carries."""
    clerk = await console.make_clerk("ana", signed_in=False)
    fields = {"name": "ana", "password": PASSWORD, "carried_path": path, FORM_TOKEN: await clerk.token()}
    async with await clerk.send("/sign-in", fields, allow_redirects=False) as response:
        assert response.headers["Location"] == "/"


async def test_what_was_written_survives_an_expired_sign_in(console: Console, editor: Clerk) -> None:
    """It is in the form again after signing in, and nothing is saved by itself."""
    console.app[keys.SESSIONS]._known.clear()
    page = await editor.post("/topics/new", status=401, id="fresh_topic", title_en='A "new" title <b>')
    assert "What you wrote is not lost" in page
    page = await editor.post(
        "/sign-in",
        name="ana",
        password=PASSWORD,
        carried_path="/topics/new",
        carried_fields='{"id": ["fresh_topic"], "title_en": ["A \\"new\\" title <b>"]}',
    )
    assert 'action="/topics/new"' in page
    assert "A &#34;new&#34; title &lt;b&gt;" in page
    assert not console.topic_file("fresh_topic").exists()


async def test_the_console_speaks_spanish_where_it_is_told_to(editor: Clerk) -> None:
    """From the button that is on every page."""
    page = await editor.post("/language", to="es", back="/topics")
    assert '<html lang="es">' in page
    assert "Cerrar sesión" in page
