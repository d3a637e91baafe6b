"""Signing in and out, and the language of the console."""

from __future__ import annotations

import asyncio
import json
import re

from aiohttp import web

from bot.console import keys
from bot.console.guard import (
    CARRIED_FIELDS,
    CARRIED_PATH,
    LANGUAGE_COOKIE,
    continue_page,
    set_cookie,
    sign_in_page,
)
from bot.console.rendering import text
from bot.console.throttle import SignInRefused
from bot.text.language import LANGUAGES

HOME = "/"
# Where to go on may come from anywhere: only a path of ours, and none that a browser takes for a host.
_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")


async def get_sign_in(request: web.Request) -> web.StreamResponse:
    """GET /sign-in."""
    return sign_in_page(request, path=HOME)


async def post_sign_in(request: web.Request) -> web.StreamResponse:
    """POST /sign-in: `name`, `password`; then on to `carried_path`, with what was written before."""
    form = await request.post()
    path, fields = _path(form.get(CARRIED_PATH)), _fields(form.get(CARRIED_FIELDS))
    try:
        # In threads of its own: whoever guesses passwords keeps nobody waiting who is signed in.
        account = await asyncio.get_running_loop().run_in_executor(
            request.app[keys.SIGN_IN_THREADS],
            request.app[keys.SIGN_IN].attempt,
            str(form.get("name", "")),
            str(form.get("password", "")),
        )
    except SignInRefused as error:
        minutes = -(-error.seconds // 60)
        failure = (
            text(request, "sign_in_wait", MINUTES=minutes)
            if error.seconds
            else text(request, "sign_in_wrong")
        )
        status = 429 if error.seconds else 401
        return sign_in_page(request, status=status, path=path, carried=fields, failure=failure)
    sessions = request.app[keys.SESSIONS]
    sessions.end(request[keys.TOKEN])
    request[keys.TOKEN], request[keys.ACCOUNT] = sessions.begin(account), account
    if fields:
        return continue_page(request, path, fields)
    raise web.HTTPSeeOther(path)


async def post_sign_out(request: web.Request) -> web.StreamResponse:
    """POST /sign-out: the token is worth nothing from now on, whoever has it."""
    request.app[keys.SESSIONS].end(request[keys.TOKEN])
    request[keys.TOKEN] = request.app[keys.SESSIONS].new_token()
    raise web.HTTPSeeOther("/sign-in")


async def post_language(request: web.Request) -> web.StreamResponse:
    """POST /language: `to`, `back`."""
    form = await request.post()
    response = web.HTTPSeeOther(_path(form.get("back")))
    if form.get("to") in LANGUAGES:
        set_cookie(request, response, LANGUAGE_COOKIE, str(form["to"]))
    raise response


def _path(value: object) -> str:
    return value if isinstance(value, str) and _PATH.fullmatch(value) else HOME


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
