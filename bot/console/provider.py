"""Signing in through the city's own identity provider: there, back, and whose account it is.

An account belongs to somebody there once it is connected: with its own button, by whoever is signed in, or at
the first sign-in by an address that an approver has written down and the provider has verified. Nobody gets
an account or a role from the provider.

On the way there only a cookie with a seal stays in the browser, for ten minutes. It is sent along when the
provider leads back ("Lax"), which those that open something are not.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import Any

from aiohttp import web
from cryptography.fernet import InvalidToken

from bot.console import keys
from bot.console.guard import PROVIDER_CALLBACK, account_of, hop_page, own_address, own_path, set_cookie
from bot.console.openid import Begun, CitySignIn, Person, ProviderError
from bot.console.sign_in import let_in, remember_browser
from bot.database.accounts import Account, AccountError

_COOKIE = "kyr_console_provider"
_SECONDS = 10 * 60


class _Failed(Exception):
    """A sign-in that did not work; `name` is that of the text that says why."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


async def get_begin(request: web.Request) -> web.StreamResponse:
    """GET /provider/begin: on to the provider; afterwards to `path`."""
    try:
        begun = await _begin(request)
    except ProviderError as error:
        raise web.HTTPSeeOther(f"/sign-in?provider={error.message.key}") from None
    response = web.HTTPSeeOther(begun.url)
    _seal(request, response, begun, path=own_path(request.query.get("path")))
    raise response


async def post_connect(request: web.Request) -> web.StreamResponse:
    """POST /account/connect: connects the account that is signed in, once the provider has led back."""
    account = account_of(request)
    try:
        begun = await _begin(request)
    except ProviderError as error:
        raise web.HTTPSeeOther(f"/account?provider={error.message.key}") from None
    # No redirect: a form may not lead to another site (Content-Security-Policy).
    response = hop_page(request, "/account", elsewhere=begun.url)
    _seal(request, response, begun, path="/account", name=account.name, changed=account.changed)
    return response


async def get_back(request: web.Request) -> web.StreamResponse:
    """GET /provider/back: `state`, and `code` or `error`."""
    city, connecting = _city(request), False
    try:
        sealed = _opened(request)
        connecting = "name" in sealed
        person = await _person(request, city, sealed)
        if connecting:
            await _connect(request, person, sealed)
            path = "/account?done=connected"
        else:
            account = await _account(request, person)
            await asyncio.to_thread(request.app[keys.SIGN_IN].note, account)
            let_in(request, account)
            path = own_path(sealed["path"])
    except (_Failed, ProviderError) as error:
        name = error.name if isinstance(error, _Failed) else error.message.key
        path = f"{'/account' if connecting else '/sign-in'}?provider={name}"
    # No redirect either: asked for from the provider's page the next one would come without our cookie.
    response = hop_page(request, path)
    if (signed_in := request[keys.ACCOUNT]) is not None:
        await remember_browser(request, response, signed_in)
    response.del_cookie(_COOKIE, path="/provider")
    return response


async def get_sign_out(request: web.Request) -> web.StreamResponse:
    """GET /provider/sign-out: to the provider's page for that, after one has signed out here."""
    city, back = _city(request), f"{own_address(request)}/sign-in"
    try:
        url = await city.ask(lambda: city.provider.sign_out_url(back))
    except ProviderError as error:
        raise web.HTTPSeeOther(f"/sign-in?provider={error.message.key}") from None
    raise web.HTTPSeeOther(url or "/sign-in")


def _city(request: web.Request) -> CitySignIn:
    city = request.app[keys.CITY_SIGN_IN]
    if city is None:
        raise web.HTTPNotFound
    return city


async def _begin(request: web.Request) -> Begun:
    city, back = _city(request), f"{own_address(request)}{PROVIDER_CALLBACK}"
    return await city.ask(lambda: city.provider.begin(back))


def _seal(request: web.Request, response: web.StreamResponse, begun: Begun, **more: str) -> None:
    held = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, **more}
    value = _city(request).seal.encrypt(json.dumps(held).encode()).decode()
    set_cookie(request, response, _COOKIE, value, seconds=_SECONDS, samesite="Lax", path="/provider")


def _opened(request: web.Request) -> dict[str, Any]:
    """Return what the cookie holds; raises _Failed where the answer does not belong to this browser."""
    if "error" in request.query:
        raise _Failed("provider_refused")  # which opens nothing, whoever says so
    try:
        opened = _city(request).seal.decrypt(request.cookies.get(_COOKIE, "").encode(), ttl=_SECONDS)
    except InvalidToken:
        raise _Failed("provider_old") from None
    sealed: dict[str, Any] = json.loads(opened)
    if not hmac.compare_digest(request.query.get("state", "").encode(), sealed["state"].encode()):
        raise _Failed("provider_old")
    return sealed


async def _person(request: web.Request, city: CitySignIn, sealed: dict[str, Any]) -> Person:
    code, issuer = request.query.get("code"), request.query.get("iss")
    if not code:
        raise _Failed("provider_refused")
    if not await city.ask(lambda: city.provider.is_from(issuer)):
        raise _Failed("provider_wrong")
    back = f"{own_address(request)}{PROVIDER_CALLBACK}"
    nonce, verifier = sealed["nonce"], sealed["verifier"]
    return await city.ask(lambda: city.provider.finish(back, code, nonce=nonce, verifier=verifier))


async def _account(request: web.Request, person: Person) -> Account:
    """Return whose account it is; raises _Failed where nobody's."""
    accounts = request.app[keys.ACCOUNTS]
    account = await asyncio.to_thread(accounts.of_subject, person.subject)
    if account is not None:
        return account
    if person.email is None:
        raise _Failed("provider_no_email")
    account = await asyncio.to_thread(accounts.by_email, person.email)
    if account is None:
        raise _Failed("provider_nobody")
    return await _connected(request, account, person)


async def _connect(request: web.Request, person: Person, sealed: dict[str, Any]) -> None:
    account = await asyncio.to_thread(request.app[keys.ACCOUNTS].get, sealed["name"])
    if account is None or account.changed != sealed["changed"]:
        raise _Failed("provider_old")
    await _connected(request, account, person)


async def _connected(request: web.Request, account: Account, person: Person) -> Account:
    try:
        return await asyncio.to_thread(request.app[keys.ACCOUNTS].connect, account, person.subject)
    except AccountError:
        raise _Failed("provider_taken") from None
