"""One's own account: the first password by a one-time code, another one, and where one is signed in."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console import keys
from bot.console.guard import HOME, account_of
from bot.console.people import shown_sign_ins
from bot.console.rendering import render, said, text
from bot.console.sign_in import in_sign_in_threads, let_in, provider_failure, refusal, remember_browser
from bot.console.throttle import SignInRefused
from bot.database.accounts import HOURS_OF_A_CODE, AccountError

# What the page says was done, by the names of their texts.
_DONE = ("password", "signed_out", "welcome", "connected")


async def get_welcome(request: web.Request) -> web.StreamResponse:
    """GET /welcome: where somebody with a one-time code chooses a password."""
    return _welcome(request)


async def post_welcome(request: web.Request) -> web.StreamResponse:
    """POST /welcome: `name`, `code`, `password`, `again`; signs in, and the browser is known from then on."""
    form = await request.post()
    name, code = str(form.get("name", "")), str(form.get("code", ""))
    password: str | None = str(form.get("password", ""))
    if not request.app[keys.SETTINGS].password_sign_in:
        password = None
    elif password != str(form.get("again", "")):
        return _welcome(request, status=422, name=name, failure=text(request, "passwords_differ"))
    accounts = request.app[keys.ACCOUNTS]
    try:
        account = await in_sign_in_threads(request, lambda: accounts.redeem(name, code, password), known=True)
    except AccountError as error:
        failure = said(error.message, request[keys.LANGUAGE])
        return _welcome(request, status=422, name=name, failure=failure)
    await asyncio.to_thread(request.app[keys.SIGN_IN].note, account)
    let_in(request, account)
    response = web.HTTPSeeOther("/account?done=welcome")
    await remember_browser(request, response, account)
    raise response


async def get_account(request: web.Request) -> web.StreamResponse:
    """GET /account; `done` says what just was."""
    done = request.query.get("done", "")
    return _page(request, done=done if done in _DONE else "", failure=provider_failure(request))


async def post_password(request: web.Request) -> web.StreamResponse:
    """POST /account/password: `old`, `password`, `again`; ends all other sign-ins."""
    form, account = await request.post(), account_of(request)
    old, password = str(form.get("old", "")), str(form.get("password", ""))
    if password != str(form.get("again", "")):
        return _page(request, status=422, failure=text(request, "passwords_differ"))
    accounts, sign_in = request.app[keys.ACCOUNTS], request.app[keys.SIGN_IN]
    try:
        await in_sign_in_threads(request, lambda: sign_in.confirm(account, old), known=True)
        changed = await asyncio.to_thread(accounts.set_password, account.name, account.name, password)
    except SignInRefused as error:
        failure = refusal(request, error) if error.seconds else text(request, "old_password_wrong")
        return _page(request, status=429 if error.seconds else 422, failure=failure)
    except AccountError as error:
        return _page(request, status=422, failure=said(error.message, request[keys.LANGUAGE]))
    let_in(request, changed)
    raise web.HTTPSeeOther("/account?done=password")


async def post_sign_ins(request: web.Request) -> web.StreamResponse:
    """POST /account/sign-ins: `id` of the one to end, else all but this one."""
    form, account = await request.post(), account_of(request)
    identity = str(form.get("id", ""))
    if identity:
        request.app[keys.SESSIONS].end_one(account, identity)
    else:
        accounts = request.app[keys.ACCOUNTS]
        let_in(request, await asyncio.to_thread(accounts.end_sign_ins, account.name, account.name))
    raise web.HTTPSeeOther("/account?done=signed_out")


def _welcome(request: web.Request, *, status: int = 200, name: str = "", failure: str = "") -> web.Response:
    return render(
        request,
        "welcome.html",
        status=status,
        name=name,
        failure=failure,
        hours=HOURS_OF_A_CODE,
        passwords=request.app[keys.SETTINGS].password_sign_in,
    )


def _page(request: web.Request, *, status: int = 200, done: str = "", failure: str = "") -> web.Response:
    account = account_of(request)
    return render(
        request,
        "account.html",
        status=status,
        sign_ins=shown_sign_ins(request, account),
        done=done,
        failure=failure,
        home=HOME,
        city=request.app[keys.CITY_SIGN_IN] is not None,
        passwords=request.app[keys.SETTINGS].password_sign_in,
    )
