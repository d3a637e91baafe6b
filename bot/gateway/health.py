"""GET /health: whether questions can be answered now."""

from __future__ import annotations

from aiohttp import web

from bot.gateway import keys


async def get_health(request: web.Request) -> web.StreamResponse:
    """Answer 200 where Rasa and the action server are up, else 503."""
    readiness = request.app[keys.READINESS]
    rasa_up, actions_up = await readiness.up(request.app[keys.CURRENT_MODEL].rasa)
    down = "degraded" if readiness.was_ready else "starting"
    status = "ok" if rasa_up and actions_up else down
    body = {
        "status": status,
        "rasa": rasa_up,
        "actions": actions_up,
        "model": request.app[keys.CURRENT_MODEL].version,
    }
    return web.json_response(body, status=200 if status == "ok" else 503)
