"""Errors as the contract says: JSON with a code and a text in both languages, or a page."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.gateway.pages import error_page, respond, texts
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES

# HTTP status -> error code and name of its text in the texts of pages.
_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_long",
    415: "not_json",
    429: "too_many",
}


def api_error(
    request: web.Request, status: int, *, code: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return `{"error": code, "message": {"en": ..., "es": ...}}`."""
    code = code or _CODES.get(status, "server_error")
    strings = texts(request.app)
    message = {language: strings[language][f"error_{code}"] for language in LANGUAGES}
    return web.json_response({"error": code, "message": message}, status=status, headers=headers)


def page_error(
    request: web.Request, status: int, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a page that says what went wrong, in the language of its address, with whom to call."""
    code = _CODES.get(status, "server_error")
    # "OPTIONS *" has a path without any slash.
    first = request.path.strip("/").partition("/")[0]
    language = first if first in LANGUAGES else DEFAULT_LANGUAGE
    page = error_page(request.app, language, f"error_{code}")
    return respond(request, page, status=status, headers=headers)
