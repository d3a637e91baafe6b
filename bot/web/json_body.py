"""What programs send: JSON, so many times a minute, in so much time, or refused with a reason."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import ClientPayloadError, web

from bot.web import keys

# A message is at most a few kilobytes; who needs longer only holds the door open.
_SECONDS_TO_SEND = 10


class BadRequest(Exception):
    """A request that cannot be answered: its HTTP status and error code (see bot/web/errors.py)."""

    def __init__(self, status: int, code: str | None = None) -> None:
        self.status, self.code = status, code


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object in the body of a request; raises BadRequest, or HTTPTooManyRequests."""
    wait = request.app[keys.RATE_LIMIT].seconds_to_wait(request.remote or "")
    if wait:
        raise web.HTTPTooManyRequests(headers={"Retry-After": str(wait)})
    if request.content_type != "application/json":
        raise BadRequest(415)
    try:
        body = json.loads(await asyncio.wait_for(request.read(), _SECONDS_TO_SEND))
    except (ValueError, RecursionError, web.RequestPayloadError, ClientPayloadError, asyncio.TimeoutError):
        raise BadRequest(400) from None
    if not isinstance(body, dict):
        raise BadRequest(400)
    return body
