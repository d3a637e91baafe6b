"""The application factory: everything the public door is made of, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession, TCPConnector, web
from ruamel.yaml import YAML

from bot.content import Content
from bot.web import chat, health, keys, pages, security
from bot.web.conversations import Conversations
from bot.web.limits import RateLimit
from bot.web.rasa_client import SECONDS_TO_ANSWER, RasaClient

_FOLDER = Path(__file__).parent
# A message has at most 1,000 characters; this leaves room for escapes and a long session token.
_MOST_BYTES = 64 * 1024


def create_app(
    content: Content,
    *,
    rasa_url: str,
    actions_url: str,
    model_version: str,
    seconds_to_answer: float = SECONDS_TO_ANSWER,
) -> web.Application:
    """Return the gateway for a content and the Rasa and action server that belong to it."""
    app = web.Application(client_max_size=_MOST_BYTES, middlewares=[security.errors])
    app[keys.CONTENT] = content
    app[keys.CONVERSATIONS] = Conversations()
    app[keys.HEALTH] = keys.Health()
    app[keys.MODEL_VERSION] = model_version
    app[keys.RATE_LIMIT] = RateLimit()
    app[keys.STRINGS] = YAML(typ="safe").load(_FOLDER / "strings.yml")
    app[keys.TEMPLATES] = pages.create_templates()

    async def rasa_client(app: web.Application) -> AsyncIterator[None]:
        # Rasa closes idle connections without notice; a fresh one costs less than a lost message.
        async with ClientSession(connector=TCPConnector(force_close=True, limit=100)) as session:
            app[keys.RASA] = RasaClient(session, rasa_url, actions_url, seconds_to_answer)
            yield

    app.cleanup_ctx.append(rasa_client)
    app.on_response_prepare.append(security.add_headers)
    app.add_routes(
        [
            web.post("/api/chat", chat.post_chat),
            web.get("/health", health.get_health),
            web.get("/", pages.home),
            web.static("/static", _FOLDER / "static"),
            web.get("/{language:en|es}/", pages.chat_page),
            web.get("/{language:en|es}", pages.without_slash),
            web.get("/{language:en|es}/{topic:[a-z0-9_]+}/", pages.without_slash),
            web.get("/{language:en|es}/{topic:[a-z0-9_]+}", pages.topic_page),
        ]
    )
    return app
