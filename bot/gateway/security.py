"""What protects the public door: headers on every response, and errors that say no more than they must."""

from __future__ import annotations

import logging

from aiohttp import web

from bot.gateway import keys
from bot.gateway.body import BadRequest
from bot.gateway.embed import TRIAL
from bot.gateway.errors import api_error, page_error
from bot.gateway.limits import MESSAGE, PAGE
from bot.web.clients import client_of
from bot.web.headers import HEADERS, POLICY, SERVER, Handler

logger = logging.getLogger(__name__)

_FOR_PROGRAMS = ("/api/", "/messaging/")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the protecting headers on a response (a signal: it runs for errors too)."""
    response.headers.update(HEADERS)
    if request.path.startswith(TRIAL):
        # The one page that shows another of ours in a frame.
        response.headers["Content-Security-Policy"] = f"frame-src 'self'; {POLICY}'none'"
    elif request.path.startswith("/embed/") and request.app[keys.EMBED_ORIGINS]:
        # The one page that others may show in a frame; the older header knows no list of them.
        origins = " ".join(("'self'", *request.app[keys.EMBED_ORIGINS]))
        response.headers["Content-Security-Policy"] = POLICY + origins
        del response.headers["X-Frame-Options"]
    if request.path.startswith("/embed"):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # aiohttp names itself and its version, which helps nobody but an attacker.
    response.headers["Server"] = SERVER


@web.middleware
async def limits(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a client ask so much and no more; messages of channels are counted by sender (webhook.py)."""
    if request.path != "/health" and not request.path.startswith("/messaging/"):
        # Whoever wants to be forgotten is never told to wait for others' messages.
        asks = request.path.startswith("/api/") or request.method == "POST"
        message = asks and request.path != "/api/forget"
        kind = MESSAGE if message else PAGE
        request.app[keys.LIMITS].check(kind, client_of(request, request.app[keys.TRUSTED_PROXIES]))
    return await handler(request)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error in the form its reader expects: JSON for programs, a page for people."""
    answer = api_error if request.path.startswith(_FOR_PROGRAMS) else page_error
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except BadRequest as error:
        return api_error(request, error.status, code=error.code)
    except web.HTTPException as error:
        if error.content_type == "application/json":
            raise
        return answer(request, error.status, headers=_kept_headers(error))
    except ConnectionResetError:
        raise  # the person went away; there is nobody to answer
    except Exception as error:
        # Only the kind of error: its text and traceback may hold what a resident wrote.
        logger.error("%s %s failed: %s", request.method, _route(request), type(error).__name__)
        return answer(request, 500)


def _kept_headers(error: web.HTTPException) -> dict[str, str]:
    return {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "an unknown path"
