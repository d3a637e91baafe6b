"""Signing in through the city's own identity provider: with a real one, and one that lies."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from bot.console import keys
from bot.console.guard import FORM_TOKEN
from bot.console.openid import Provider, ProviderError
from bot.console.sessions import COOKIE
from bot.settings import SettingsError, check_console, read_settings
from tests.conftest import StartServer
from tests.helpers.clerks import APPROVER, EDITOR, OTHER_APPROVER, PASSWORD, Clerk, Console, open_console
from tests.helpers.providers import provider

SECRET = "a secret of the console"  # noqa: S105 - of a test
# How browsers ask for the page that a provider leads back to.
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real provider for all tests."""
    with provider(tmp_path_factory.mktemp("provider")) as issuer:
        yield issuer


@pytest.fixture
async def console(tmp_path: Path, content_copy: Path, issuer: str) -> AsyncIterator[Console]:
    """A console that lets people in by the provider, in which the editor's address is written down."""
    more = {"oidc_issuer": issuer, "oidc_client_id": "console", "oidc_client_secret": SECRET}
    async with open_console(content_copy, tmp_path / "var", **more) as console:
        console.app[keys.ACCOUNTS].set_contact("test", EDITOR, "Ana@hpca.gov", "es")
        yield console


async def at_the_provider(clerk: Clerk, person: str, path: str = "/topics") -> str:
    """Go to the provider and let it know somebody there; return the address that it leads back to."""
    begin = await clerk.client.get("/provider/begin", params={"path": path}, allow_redirects=False)
    assert begin.status == 303
    return await agree(clerk, begin.headers["Location"], person)


async def agree(clerk: Clerk, url: str, person: str) -> str:
    """Be somebody at the provider; return the address that it leads back to, from the root of ours."""
    fields = {"sub": person} if person else {"action": "deny"}
    async with clerk.client.session.post(url, data=fields, allow_redirects=False) as answer:
        back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


async def come_back(clerk: Clerk, back: str) -> str:
    """Do as a browser that comes from another site: without the cookie of the console. Return the page."""
    jar = clerk.client.session.cookie_jar
    kept = "; ".join(f"{one.key}={one.value}" for one in jar if one["samesite"] == "Lax")
    jar.clear(lambda one: one["samesite"] == "Lax")
    async with clerk.client.session.get(
        clerk.client.make_url(back), headers={**FROM_ELSEWHERE, "Cookie": kept}, cookies={}
    ) as answer:
        return await answer.text()


async def test_somebody_signs_in_by_the_address_that_an_approver_wrote_down(
    console: Console, caplog: pytest.LogCaptureFixture
) -> None:
    """And lands where they wanted to; it is noted, the account belongs to them, no secret is logged."""
    caplog.set_level(logging.DEBUG)
    clerk = await console.make_clerk("ana", signed_in=False)
    assert "/provider/begin?path=" in await clerk.get("/topics/bond", status=401)
    page = await come_back(clerk, await at_the_provider(clerk, "city-ana", "/topics/bond"))
    assert 'content="0;url=/topics/bond"' in page
    await clerk.get("/topics/bond")
    assert console.noted(EDITOR)[:2] == [(EDITOR, "sign-in"), (EDITOR, "user connected")]
    account = console.app[keys.ACCOUNTS].get(EDITOR)
    assert account and account.connected and account.has_password
    entries = str(console.app[keys.AUDIT].entries())
    for secret in (SECRET, "city-ana", "ana@hpca.gov"):
        assert secret not in entries
    assert SECRET not in caplog.text
    again = await console.make_clerk("ana", signed_in=False)
    console.app[keys.ACCOUNTS].set_contact("test", EDITOR, "", "es")
    await come_back(again, await at_the_provider(again, "city-ana"))
    await again.get("/topics")


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("city-ana-too", "connected with somebody else"),
        ("city-berta", "vouches for no e-mail address"),
        ("city-clara", "vouches for no e-mail address"),
        ("nobody-known", "vouches for no e-mail address"),
        ("", "did not let you in"),
    ],
)
async def test_nobody_else_gets_an_account(console: Console, person: str, said: str) -> None:
    """Not by an address that is not verified, nor by one that was somebody else's before; it is said."""
    first = await console.make_clerk("ana", signed_in=False)
    await come_back(first, await at_the_provider(first, "city-ana"))
    console.app[keys.ACCOUNTS].set_contact("test", APPROVER, "berta@hpca.gov", "en")
    clerk = await console.make_clerk("x", signed_in=False)
    page = await come_back(clerk, await at_the_provider(clerk, person))
    assert "0;url=/sign-in?provider=provider_" in page
    path = page.partition("0;url=")[2].partition('"')[0]
    assert said in await clerk.get(path)
    await clerk.get("/topics", status=401)


async def test_a_verified_address_that_no_account_or_two_have_opens_nothing(console: Console) -> None:
    """Somebody has to say whose it is."""
    for addresses in ({EDITOR: ""}, {EDITOR: "ana@hpca.gov", APPROVER: "ANA@hpca.gov"}):
        for name, email in addresses.items():
            console.app[keys.ACCOUNTS].set_contact("test", name, email, "en")
        clerk = await console.make_clerk("x", signed_in=False)
        page = await come_back(clerk, await at_the_provider(clerk, "city-ana"))
        assert "provider=provider_nobody" in page
        await clerk.get("/topics", status=401)


async def test_who_is_signed_in_connects_the_account_with_the_provider(console: Console) -> None:
    """Without any address; the sign-in goes on, and from then on the provider opens it."""
    clerk = await console.make_clerk(OTHER_APPROVER)
    assert "Connect my account" in await clerk.get("/account")
    page = await clerk.post("/account/connect")
    url = page.partition("0;url=")[2].partition('"')[0].replace("&amp;", "&")
    page = await come_back(clerk, await agree(clerk, url, "city-clara"))
    assert "0;url=/account?done=connected" in page
    assert "is connected with the city" in await clerk.get("/account?done=connected")
    other = await console.make_clerk("x", signed_in=False)
    await come_back(other, await at_the_provider(other, "city-clara"))
    assert OTHER_APPROVER in await other.get("/account")
    approver = await console.make_clerk(APPROVER)
    page = await approver.post("/account/connect")
    url = page.partition("0;url=")[2].partition('"')[0].replace("&amp;", "&")
    page = await come_back(approver, await agree(approver, url, "city-clara"))
    assert "0;url=/account?provider=provider_taken" in page
    await approver.get("/account")


async def test_an_answer_that_belongs_to_another_browser_opens_nothing(console: Console) -> None:
    """Nor one that is used twice or made up: whoever leads a clerk there gains nothing."""
    clerk = await console.make_clerk("ana", signed_in=False)
    back = await at_the_provider(clerk, "city-ana")
    thief = await console.make_clerk("x", signed_in=False)
    assert "provider_old" in await come_back(thief, back)
    await at_the_provider(thief, "city-berta")
    assert "provider_old" in await come_back(thief, back)
    for made_up in ("/provider/back", "/provider/back?state=x&code=y", "/provider/back?state=<b>&code=<b>"):
        page = await come_back(thief, made_up)
        assert "provider_old" in page and "<b>" not in page
    assert "provider_refused" in await come_back(thief, "/provider/back?error=<b>&state=x&code=y")
    await thief.get("/topics", status=401)
    assert "0;url=/topics" in await come_back(clerk, back)
    assert "provider_old" in await come_back(clerk, back)


async def test_the_cookie_on_the_way_is_sealed_short_and_the_session_a_new_one(console: Console) -> None:
    """It alone is sent from other sites; the token from before signing in opens nothing afterwards."""
    clerk = await console.make_clerk("ana", signed_in=False)
    await clerk.get("/sign-in")
    url = clerk.client.make_url("/")
    before = clerk.client.session.cookie_jar.filter_cookies(url)[COOKIE].value
    async with clerk.client.get("/provider/begin", allow_redirects=False) as begin:
        asked, cookie = parse_qs(urlsplit(begin.headers["Location"]).query), begin.headers["Set-Cookie"]
    assert asked["code_challenge_method"] == ["S256"] and {"state", "nonce"} <= set(asked)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=600" in cookie
    assert "Path=/provider" in cookie and asked["state"][0] not in cookie and asked["nonce"][0] not in cookie
    await come_back(clerk, await at_the_provider(clerk, "city-ana"))
    assert clerk.client.session.cookie_jar.filter_cookies(url)[COOKIE].value != before
    thief = await console.make_clerk("thief", signed_in=False)
    await thief.get("/topics", status=401, headers={"Cookie": f"{COOKIE}={before}"})


async def test_a_failed_sign_in_signs_nobody_out(console: Console, editor: Clerk) -> None:
    """The page that the provider leads back to gets no cookie of ours, and gives none then."""
    headers = {**FROM_ELSEWHERE, "Cookie": ""}
    stranger = await console.make_clerk("x", signed_in=False)
    async with stranger.client.get("/provider/back", headers=headers) as answer:
        assert not any(one.startswith(f"{COOKIE}=") for one in answer.headers.getall("Set-Cookie", []))
    await editor.get("/topics")


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_the_provider_leads_to_no_other_site(console: Console, path: str) -> None:
    """Whatever was asked for at the beginning."""
    clerk = await console.make_clerk("ana", signed_in=False)
    page = await come_back(clerk, await at_the_provider(clerk, "city-ana", path))
    assert 'content="0;url=/"' in page and "evil" not in page


async def test_signing_out_leads_on_to_the_provider(console: Console, issuer: str) -> None:
    """Where the session there can be ended too; here it is over already."""
    clerk = await console.make_clerk("ana", signed_in=False)
    await come_back(clerk, await at_the_provider(clerk, "city-ana"))
    page = await clerk.post("/sign-out")
    assert "You are signed out here." in page and "/provider/sign-out" in page
    await clerk.get("/topics", status=401)
    async with clerk.client.get("/provider/sign-out", allow_redirects=False) as answer:
        assert answer.headers["Location"].startswith(f"{issuer}/oauth2/end_session?client_id=console&")


async def test_a_removed_account_is_not_opened_by_the_provider(console: Console) -> None:
    """Nor one that an approver has given a code to, which takes the connection away, without its address."""
    clerk = await console.make_clerk("ana", signed_in=False)
    await come_back(clerk, await at_the_provider(clerk, "city-ana"))
    console.app[keys.ACCOUNTS].remove(APPROVER, EDITOR)
    await clerk.get("/topics", status=401)
    assert "provider_nobody" in await come_back(clerk, await at_the_provider(clerk, "city-ana"))


async def test_without_a_provider_there_is_no_trace_of_it(tmp_path: Path, content_copy: Path) -> None:
    """No button and no address."""
    async with open_console(content_copy, tmp_path / "plain") as console:
        clerk = await console.make_clerk(EDITOR)
        assert "/provider/" not in await clerk.get("/sign-in") + await clerk.get("/account")
        for path in ("/provider/begin", "/provider/back", "/provider/sign-out"):
            await clerk.get(path, status=404)


async def test_a_provider_that_is_away_is_said_and_passwords_still_work(
    tmp_path: Path, content_copy: Path
) -> None:
    """In words that a clerk knows."""
    more = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "console"}
    async with open_console(content_copy, tmp_path / "away", **more) as console:
        clerk = await console.make_clerk(EDITOR, signed_in=False)
        assert "does not answer. Try again in a few minutes" in await clerk.get("/provider/begin")
        await clerk.sign_in()


async def test_without_passwords_a_code_still_lets_somebody_in(
    tmp_path: Path, content_copy: Path, issuer: str
) -> None:
    """By the terminal also the last approver, whatever the provider does; passwords open nothing."""
    more = {"oidc_issuer": issuer, "oidc_client_id": "console", "password_sign_in": False}
    async with open_console(content_copy, tmp_path / "none", **more) as console:
        clerk = await console.make_clerk(APPROVER, signed_in=False)
        assert 'name="password"' not in await clerk.get("/sign-in") + await clerk.get("/welcome")
        await clerk.sign_in(PASSWORD, status=403)
        _, code = console.app[keys.ACCOUNTS].rescue("root (terminal)", APPROVER)
        page = await clerk.post("/welcome", name=APPROVER, code=code)
        assert "Connect my account" in page and 'name="old"' not in page
        await clerk.get("/people")


class Liar:
    """A provider whose ID tokens say what a test wants them to say."""

    def __init__(self) -> None:
        self.key, self.header = RSAKey.generate_key(2048), {"alg": "RS256"}
        self.claims: dict[str, Any] = {}
        self.signing: Any = self.key
        self.issuer = ""
        self.published = self.key
        self.metadata: dict[str, Any] = {}
        self.nonce = ""

    async def start(self, start_server: StartServer) -> Provider:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._configuration)
        app.router.add_get("/jwks", self._jwks)
        app.router.add_post("/token", self._token)
        self.issuer = await start_server(app)
        return Provider(self.issuer, "console", SECRET)

    async def _configuration(self, request: web.Request) -> web.Response:
        ends = {
            name: f"{self.issuer}/{path}"
            for name, path in (("jwks_uri", "jwks"), ("token_endpoint", "token"))
        }
        told = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", **ends}
        return web.json_response({**told, **self.metadata})

    async def _jwks(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.published.as_dict(private=False)]})

    async def _token(self, request: web.Request) -> web.Response:
        now = int(time.time())
        right = {
            "iss": self.issuer,
            "aud": "console",
            "sub": "x",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 60,
        }
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        if self.header["alg"] == "none":
            parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (self.header, claims))
            token = ".".join(part.decode().rstrip("=") for part in parts) + "."
            return web.json_response({"access_token": "a", "token_type": "Bearer", "id_token": token})
        token = jwt.encode(self.header, claims, self.signing, algorithms=["RS256", "HS256"])
        return web.json_response({"access_token": "a", "token_type": "Bearer", "id_token": token})

    async def finish(self, provider: Provider) -> str:
        """Go through a sign-in; return whom the console takes the person for, or what it says."""
        try:
            begun = await asyncio.to_thread(provider.begin, "http://localhost/back")
            self.nonce = begun.nonce
            found = await asyncio.to_thread(
                lambda: provider.finish(
                    "http://localhost/back", "code", nonce=begun.nonce, verifier=begun.verifier
                )
            )
        except ProviderError as error:
            return error.message.key
        return found.subject.rpartition(" ")[2]


async def test_an_id_token_that_is_right_is_believed(start_server: StartServer) -> None:
    """Also where the provider has other keys than an hour ago."""
    liar = Liar()
    provider = await liar.start(start_server)
    assert await liar.finish(provider) == "x"
    liar.signing = liar.published = RSAKey.generate_key(2048)
    assert await liar.finish(provider) == "x"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["console", "another"]},
        {"aud": None},
        {"azp": "another"},
        {"exp": 1_000_000},
        {"exp": None},
        {"iat": 32_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"at_hash": "AAAA"},
    ],
    ids=str,
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_not_believed(
    start_server: StartServer, claims: dict[str, Any]
) -> None:
    """Of others, for others, too old, or about nobody."""
    liar = Liar()
    liar.claims = claims
    assert await liar.finish(await liar.start(start_server)) == "provider_wrong"


@pytest.mark.parametrize("how", ["other key", "none", "our secret", "public key as secret"])
async def test_an_id_token_that_the_provider_has_not_signed_is_not_believed(
    start_server: StartServer, how: str
) -> None:
    """With another key, none, or one that is no secret."""
    liar = Liar()
    if how == "other key":
        liar.signing = RSAKey.generate_key(2048)
    elif how == "none":
        liar.header = {"alg": "none"}
    else:
        liar.header = {"alg": "HS256"}
        secret = SECRET.encode() if how == "our secret" else liar.key.as_pem(private=False)
        liar.signing = OctKey.import_key(secret * 2 if how == "our secret" else secret[27:-26])
    assert await liar.finish(await liar.start(start_server)) == "provider_wrong"


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"issuer": "https://other.example"}, "provider_wrong"),
        ({"token_endpoint": "http://other.example/token"}, "provider_wrong"),
        ({"authorization_endpoint": None}, "provider_wrong"),
        ({"jwks_uri": "file:///etc/passwd"}, "provider_wrong"),
        ({"token_endpoint": "http://127.0.0.1:9/token"}, "provider_silent"),
    ],
    ids=str,
)
async def test_a_provider_that_says_odd_things_of_itself_is_not_used(
    start_server: StartServer, metadata: dict[str, Any], said: str
) -> None:
    """Another name, addresses in the open, or none at all."""
    liar = Liar()
    liar.metadata = metadata
    assert await liar.finish(await liar.start(start_server)) == said


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"KYR_OIDC_ISSUER": "https://login.example.org"}, "only one is set"),
        ({"KYR_OIDC_ISSUER": "http://login.example.org", "KYR_OIDC_CLIENT_ID": "x"}, "no address by https"),
        ({"KYR_OIDC_ISSUER": "https://", "KYR_OIDC_CLIENT_ID": "x"}, "no address by https"),
        ({"KYR_PASSWORD_SIGN_IN": "0"}, "nobody could sign in"),
    ],
)
def test_a_city_sign_in_that_is_set_up_by_half_stops_the_start(
    environment: dict[str, str], said: str
) -> None:
    """With what to write; the secret is not shown."""
    with pytest.raises(SettingsError, match=said):
        check_console(read_settings(environment))
    settings = read_settings({"KYR_OIDC_CLIENT_SECRET": SECRET})
    assert SECRET not in repr(settings)


async def test_the_account_is_connected_by_a_form_of_ours_alone(console: Console, editor: Clerk) -> None:
    """Somebody else's page could otherwise connect it with somebody else."""
    async with await editor.send("/account/connect", {FORM_TOKEN: "0" * 64}) as response:
        assert response.status == 403
