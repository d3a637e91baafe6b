"""What programs send: in so much time, and as JSON where that is asked for, or refused with a reason."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import ClientPayloadError, web

# A message is at most a few kilobytes; who needs longer only holds the door open.
SECONDS_TO_SEND = 10


class BadRequest(Exception):
    """A request that cannot be answered: its HTTP status and error code (see bot/gateway/errors.py)."""

    def __init__(self, status: int, code: str | None = None) -> None:
        self.status, self.code = status, code


async def read_bytes(request: web.Request) -> bytes:
    """Return the body of a request; raises BadRequest where it does not come whole and in time."""
    try:
        return await asyncio.wait_for(request.read(), SECONDS_TO_SEND)
    except (web.RequestPayloadError, ClientPayloadError, asyncio.TimeoutError):
        raise BadRequest(400) from None


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object in the body of a request; raises BadRequest."""
    if request.content_type != "application/json":
        raise BadRequest(415)
    try:
        body = json.loads(await read_bytes(request))
    except (ValueError, RecursionError):
        raise BadRequest(400) from None
    if not isinstance(body, dict):
        raise BadRequest(400)
    return body
