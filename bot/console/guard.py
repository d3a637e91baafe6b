"""Who may do what in the console: before any handler runs, it is known who asks and that they may.

What is refused to somebody who is signed in goes into the audit log.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from multidict import MultiDictProxy

from bot.console import keys
from bot.console.rendering import render
from bot.console.sessions import COOKIE
from bot.database.accounts import Account, may
from bot.database.engine import DatabaseError
from bot.text.language import LANGUAGES
from bot.web.headers import HEADERS, SERVER, Handler
from bot.web.languages import preferred_language

logger = logging.getLogger(__name__)

# Whoever is not signed in may ask for these.
ANYBODY = "anybody"
LANGUAGE_COOKIE = "kyr_console_language"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
# What was written while signed out, carried through signing in.
CARRIED_PATH, CARRIED_FIELDS = "carried_path", "carried_fields"
# Where the city's sign-in leads back to.
PROVIDER_CALLBACK = "/provider/back"
_FOR_OTHER_SITES = (PROVIDER_CALLBACK,)
# Secrets of forms, which are not sent back into a page.
_NEVER_CARRIED = ("password", "again", "old", "code")
HOME = "/"
# Where to go on may come from anywhere: only a path of ours, and none that a browser takes for a host.
_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the protecting headers on a response (a signal: it runs for errors too)."""
    response.headers.update({**HEADERS, "Content-Security-Policy": _POLICY, "Server": SERVER})
    # With the public pages' "no-referrer" browsers do not say that a form comes from a page of ours.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def cookies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a browser its token where it has none yet, or another one now."""
    given, sessions = request.cookies.get(COOKIE, ""), request.app[keys.SESSIONS]
    request[keys.TOKEN] = given if sessions.is_ours(given) else sessions.new_token()
    request[keys.LANGUAGE], request[keys.ACCOUNT] = _language(request), None
    if not given and _comes_by_a_link_elsewhere(request):
        # The browser has kept our cookie to itself. Asked again by a page of ours it sends it, and whoever is
        # signed in stays so.
        return hop_page(request, own_path(request.path_qs))
    try:
        response = await handler(request)
    except web.HTTPException as error:
        _hand_out(request, error)
        raise
    if given or request[keys.ACCOUNT] is not None or request.path not in _FOR_OTHER_SITES:
        _hand_out(request, response)
    return response


def _hand_out(request: web.Request, response: web.StreamResponse) -> None:
    if not response.prepared and request[keys.TOKEN] != request.cookies.get(COOKIE):
        set_cookie(request, response, COOKIE, request[keys.TOKEN])


def set_cookie(
    request: web.Request,
    response: web.StreamResponse,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    samesite: str = "Strict",
    path: str = "/",
) -> None:
    """Set a cookie that no script reads and no other site sends; over https alone, but on this machine.

    It goes with the browser's window, or after some seconds.
    """
    secure = (request.url.host or "") not in _LOOPBACK
    response.set_cookie(
        name, value, path=path, max_age=seconds, httponly=True, samesite=samesite, secure=secure
    )


def _comes_by_a_link_elsewhere(request: web.Request) -> bool:
    """Whether a page is opened from another site: by a link in an e-mail, say; forms are refused later."""
    headers = request.headers
    return (
        request.method == "GET"
        and headers.get("Sec-Fetch-Site") == "cross-site"
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and request.path not in _FOR_OTHER_SITES
    )


def own_address(request: web.Request) -> str:
    """Return the address by which staff reach the console, without a slash at its end."""
    return request.app[keys.SETTINGS].console_url or str(request.url.origin())


def own_path(value: object) -> str:
    """Return a path of ours, the first page where that is none."""
    return value if isinstance(value, str) and _PATH.fullmatch(value) else HOME


def hop_page(request: web.Request, path: str, *, elsewhere: str = "") -> web.Response:
    """Return a page that goes on by itself: to a page of ours, or `elsewhere`."""
    return render(request, "hop.html", path=path, elsewhere=elsewhere)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through only what its sender may do, sent from our own pages."""
    sessions, token = request.app[keys.SESSIONS], request[keys.TOKEN]
    if not _named_rightly(request):
        raise web.HTTPMisdirectedRequest
    if request.content_length and request.content_length > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.content_length)
    account = request[keys.ACCOUNT] = await _account(request, token)
    resource = request.match_info.route.resource
    needed = request.app[keys.ROLES].get((request.method, resource.canonical if resource else ""), ANYBODY)
    carried: dict[str, list[str]] = {}
    if request.method == "POST":
        if not _from_our_pages(request):
            await _note_refusal(request, "another site")
            raise web.HTTPForbidden
        form = await request.post()
        carried = _carried(form)
        if not hmac.compare_digest(
            str(form.get(FORM_TOKEN, "")).encode(), sessions.form_token(token).encode()
        ):
            await _note_refusal(request, "a forged or old form")
            if account is None and needed != ANYBODY:
                return sign_in_page(request, status=401, carried=carried)
            return continue_page(request, request.path, carried, status=403)
    if needed == ANYBODY:
        return await handler(request)
    if account is None:
        return sign_in_page(request, status=401, carried=carried)
    if not may(account.role, needed):
        await _note_refusal(request, f"needs the role {needed}")
        return render(request, "refused.html", status=403, needed=needed)
    return await handler(request)


def account_of(request: web.Request) -> Account:
    """Return who asks for what needs a role; the guard lets nobody else through."""
    account = request[keys.ACCOUNT]
    assert account is not None  # noqa: S101 - see above
    return account


async def _account(request: web.Request, token: str) -> Account | None:
    session = request.app[keys.SESSIONS].find(token)
    if session is None:
        return None
    # Asked each time: whoever is removed, or has another password or role, is signed out at once.
    account = await asyncio.to_thread(request.app[keys.ACCOUNTS].get, session.name)
    if account is None or account.changed != session.changed:
        request.app[keys.SESSIONS].end(token)
        return None
    return account


def _language(request: web.Request) -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else preferred_language(request.headers.get("Accept-Language", "en"))


def _named_rightly(request: web.Request) -> bool:
    """Whether a browser means us: a page of others may lead its own name to this machine (DNS rebinding)."""
    named = urlsplit(request.app[keys.SETTINGS].console_url).hostname
    try:
        host = request.url.host
    except ValueError:
        return False
    return host in _LOOPBACK or (named is not None and host == named)


def _from_our_pages(request: web.Request) -> bool:
    """Whether a form comes from a page of ours; browsers say so themselves."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


async def _note_refusal(request: web.Request, why: str) -> None:
    """Note what was refused to somebody who is signed in; others could fill the log."""
    account = request[keys.ACCOUNT]
    if account is None:
        return
    audit = request.app[keys.AUDIT]
    after = {"why": why, "method": request.method}
    try:
        await asyncio.to_thread(
            audit.record, account.name, "refused", request.path[:200], before=None, after=after
        )
    except DatabaseError as error:
        logger.error("A refusal could not be noted. %s", error)


def _carried(form: MultiDictProxy[Any]) -> dict[str, list[str]]:
    """Return the fields of a form that are text, but for its token and secrets."""
    return {
        name: [value for value in form.getall(name) if isinstance(value, str)]
        for name in form
        if name not in (FORM_TOKEN, CARRIED_PATH, CARRIED_FIELDS, *_NEVER_CARRIED)
    }


def sign_in_page(
    request: web.Request,
    *,
    status: int = 200,
    carried: dict[str, list[str]] | None = None,
    path: str | None = None,
    failure: str = "",
    notice: str = "",
) -> web.Response:
    """Return the page to sign in on; afterwards the browser goes to `path`, with the fields carried on."""
    return render(
        request,
        "sign_in.html",
        status=status,
        path=request.path_qs if path is None else path,
        carried=json.dumps(carried, ensure_ascii=False) if carried else "",
        failure=failure,
        notice=notice,
        city=request.app[keys.CITY_SIGN_IN] is not None,
        passwords=request.app[keys.SETTINGS].password_sign_in,
    )


def continue_page(
    request: web.Request, path: str, fields: dict[str, list[str]], *, status: int = 200
) -> web.Response:
    """Return the page that asks whether what was written before signing in is to be sent now."""
    return render(request, "continue.html", status=status, path=path, fields=fields)
