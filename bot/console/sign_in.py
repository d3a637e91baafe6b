"""Signing in and out, and the language of the console."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from bot.console import keys
from bot.console.guard import (
    CARRIED_FIELDS,
    CARRIED_PATH,
    HOME,
    LANGUAGE_COOKIE,
    continue_page,
    own_path,
    set_cookie,
    sign_in_page,
)
from bot.console.rendering import said, text
from bot.console.throttle import DAYS_KNOWN, SignInRefused
from bot.database.accounts import Account
from bot.messages import Message
from bot.text.language import LANGUAGES
from bot.web.browsers import browser_of
from bot.web.clients import client_of

# What may be wrong at the city's sign-in, by the keys of its texts (messages.yml).
_PROVIDER_FAILURES = tuple(
    f"provider_{what}" for what in ("silent", "wrong", "refused", "old", "no_email", "nobody", "taken")
)


async def get_sign_in(request: web.Request) -> web.StreamResponse:
    """GET /sign-in; `provider` says what went wrong at the city's sign-in, `out` that one has signed out."""
    notice = text(request, "signed_out") if "out" in request.query else ""
    return sign_in_page(request, path=HOME, failure=provider_failure(request), notice=notice)


def provider_failure(request: web.Request) -> str:
    """Return what went wrong at the city's sign-in, by the key in `provider`; empty where nothing did."""
    key = request.query.get("provider", "")
    if key not in _PROVIDER_FAILURES:
        return ""
    return said(Message.from_json({"key": key, "values": {}}), request[keys.LANGUAGE])


async def post_sign_in(request: web.Request) -> web.StreamResponse:
    """POST /sign-in: `name`, `password`; then on to `carried_path`, with what was written before."""
    if not request.app[keys.SETTINGS].password_sign_in:
        raise web.HTTPForbidden
    form, sign_in = await request.post(), request.app[keys.SIGN_IN]
    path, fields = own_path(form.get(CARRIED_PATH)), _fields(form.get(CARRIED_FIELDS))
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    cookie = request.cookies.get(sign_in.cookie_of(name), "")
    try:
        account = await in_sign_in_threads(
            request,
            lambda: sign_in.attempt(name, password, client=client(request), cookie=cookie),
            known=bool(cookie),
        )
    except SignInRefused as error:
        status, failure = 429 if error.seconds else 401, refusal(request, error)
        return sign_in_page(request, status=status, path=path, carried=fields, failure=failure)
    let_in(request, account)
    response = continue_page(request, path, fields) if fields else web.HTTPSeeOther(path)
    await remember_browser(request, response, account)
    if isinstance(response, web.HTTPException):
        raise response
    return response


_Found = TypeVar("_Found")


async def in_sign_in_threads(request: web.Request, work: Callable[[], _Found], *, known: bool) -> _Found:
    """Do what checks a password in threads of its own: whoever guesses keeps nobody waiting.

    Browsers that say they are known have one to themselves.
    """
    threads = request.app[keys.KNOWN_THREADS if known else keys.SIGN_IN_THREADS]
    return await asyncio.get_running_loop().run_in_executor(threads, work)


def client(request: web.Request) -> str:
    """Return the address that a browser comes from, also behind the proxies that the settings name."""
    return client_of(request, request.app[keys.SETTINGS].trusted_proxies)


def refusal(request: web.Request, error: SignInRefused) -> str:
    """Return what is said of a try that was refused."""
    if not error.seconds:
        return text(request, "sign_in_wrong")
    name = "sign_in_others" if error.others else "sign_in_wait"
    return text(request, name, MINUTES=-(-error.seconds // 60))


def let_in(request: web.Request, account: Account) -> None:
    """Sign somebody in, with a token that nobody has seen before."""
    sessions = request.app[keys.SESSIONS]
    sessions.end(request[keys.TOKEN])
    browser = browser_of(request.headers.get("User-Agent", ""))
    request[keys.TOKEN], request[keys.ACCOUNT] = sessions.begin(account, browser), account


async def remember_browser(request: web.Request, response: web.StreamResponse, account: Account) -> None:
    """Make this browser known for somebody who has just signed in with it."""
    device = await asyncio.to_thread(request.app[keys.SIGN_IN].device, account)
    set_cookie(request, response, device.cookie, device.value, seconds=DAYS_KNOWN * 24 * 60 * 60)


async def post_sign_out(request: web.Request) -> web.StreamResponse:
    """POST /sign-out: the token is worth nothing from now on, whoever has it."""
    request.app[keys.SESSIONS].end(request[keys.TOKEN])
    request[keys.TOKEN] = request.app[keys.SESSIONS].new_token()
    raise web.HTTPSeeOther("/sign-in?out=1")


async def post_language(request: web.Request) -> web.StreamResponse:
    """POST /language: `to`, `back`."""
    form = await request.post()
    response = web.HTTPSeeOther(own_path(form.get("back")))
    if form.get("to") in LANGUAGES:
        set_cookie(request, response, LANGUAGE_COOKIE, str(form["to"]))
    raise response


def _fields(value: object) -> dict[str, list[str]]:
    """Return what was written before signing in; nothing where it is not what we put into the page."""
    try:
        fields = json.loads(str(value or "{}"))
    except ValueError:
        return {}
    if not isinstance(fields, dict):
        return {}
    return {
        name: [text for text in values if isinstance(text, str)]
        for name, values in fields.items()
        if isinstance(values, list)
    }
