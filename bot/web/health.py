"""GET /health: whether questions can be answered now."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.web import keys


async def get_health(request: web.Request) -> web.StreamResponse:
    """Answer 200 where Rasa and the action server are up, else 503."""
    rasa = request.app[keys.SERVED].rasa
    rasa_up, actions_up = await asyncio.gather(rasa.rasa_is_up(), rasa.actions_are_up())
    first_time = not request.app[keys.HEALTH].was_ready
    if rasa_up and actions_up:
        request.app[keys.HEALTH].was_ready = True
        status = "ok"
    else:
        status = "starting" if first_time else "degraded"
    body = {
        "status": status,
        "rasa": rasa_up,
        "actions": actions_up,
        "model": request.app[keys.SERVED].version,
    }
    return web.json_response(body, status=200 if status == "ok" else 503)
