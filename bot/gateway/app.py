"""The application factory: everything the public door is made of, put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from aiohttp import web

from bot.content.reading import Content
from bot.database.engine import Database
from bot.database.feedback import Feedback
from bot.database.review_queue import ReviewQueue
from bot.database.usage import Usage
from bot.gateway import chat, embed, feedback, given, health, keys, pages, security
from bot.gateway.background_writer import BackgroundWriter
from bot.gateway.body import SECONDS_TO_SEND
from bot.gateway.conversations import Conversations
from bot.gateway.current_model import CurrentModel, LoadedModel
from bot.gateway.idempotency import AnswerCache
from bot.gateway.limits import Limits
from bot.gateway.message_counts import MessageCounts
from bot.gateway.messaging.channel import Channel
from bot.gateway.messaging.telegram import TELEGRAM_URL, Telegram
from bot.gateway.messaging.twilio import TWILIO_URL, Twilio
from bot.gateway.messaging.webhook import receive
from bot.gateway.messaging.whatsapp import Templates
from bot.gateway.offline import OfflineCopies, get_manifest
from bot.gateway.plain_search import PlainSearch
from bot.gateway.rasa_client import SECONDS_TO_ANSWER, RasaClient
from bot.gateway.readiness import Readiness
from bot.gateway.sounds import Sounds
from bot.settings import Settings
from bot.training.models import ModelStore
from bot.web.assets import Assets
from bot.web.connections import take_time

# Ten pages of text and more: whoever sends them is answered to how they begin and end.
_MOST_BYTES = 64 * 1024
# A choice of a conversation that was forgotten is asked as a question, and a conversation may have ended
# before either was answered: Rasa is waited for so often at most.
_MOST_ASKED = 4
_SECONDS_A_DAY = 24 * 60 * 60


def create_app(
    content: Content,
    settings: Settings,
    *,
    rasa_url: str,
    actions_url: str,
    model_version: str,
    seconds_to_answer: float = SECONDS_TO_ANSWER,
    telegram_url: str = TELEGRAM_URL,
    twilio_url: str = TWILIO_URL,
) -> web.Application:
    """Return the gateway for a content and the Rasa and action server that belong to it."""
    waiting = take_time(SECONDS_TO_SEND + _MOST_ASKED * seconds_to_answer)
    app = web.Application(
        client_max_size=_MOST_BYTES, middlewares=[waiting, security.errors, security.limits]
    )
    app[keys.ANSWER_CACHE] = AnswerCache()
    app[keys.ASSETS] = Assets(Path(__file__).parent / "static")
    app[keys.CONVERSATIONS] = Conversations()
    app[keys.EMBED_ORIGINS] = settings.embed_origins
    database = Database.of(settings)
    app[keys.FEEDBACK] = Feedback(database)
    app[keys.LIMITS] = Limits(settings.messages_a_minute, settings.messages_a_minute_overall)
    app[keys.PUBLIC_URL] = settings.public_url
    app[keys.READINESS] = Readiness()
    queue = ReviewQueue(database)
    app[keys.REVIEW_QUEUE] = queue if settings.keep_unanswered else None
    rasa = RasaClient(rasa_url, actions_url, seconds_to_answer)
    app[keys.CURRENT_MODEL] = CurrentModel(LoadedModel(model_version, content, rasa))
    models = ModelStore(settings.data_dir)
    app[keys.SOUNDS] = Sounds(settings.content_dir, models.published_content_dir)
    app[keys.TEMPLATES] = pages.create_templates()
    app[keys.TRUSTED_PROXIES] = settings.trusted_proxies
    app[keys.WRITER] = BackgroundWriter()
    usage = Usage(database)
    app[keys.MESSAGE_COUNTS] = MessageCounts(usage, app[keys.WRITER])

    async def close_rasa_client(app: web.Application) -> None:
        await app[keys.CURRENT_MODEL].rasa.close()

    app.on_cleanup.append(close_rasa_client)
    app.cleanup_ctx.append(_write_staff_data)
    app.cleanup_ctx.append(_forget_daily(queue, usage))
    app.on_response_prepare.append(security.add_headers)
    offline = OfflineCopies(app)
    plain_search = PlainSearch(offline)
    app.add_routes(
        [
            web.post("/api/chat", chat.post_chat),
            web.post("/api/feedback", feedback.post_feedback),
            web.post("/api/forget", feedback.post_forget),
            web.get("/api/answers/{answer}", given.get_answer),
            *(
                route
                for one in _channels(app[keys.CURRENT_MODEL], settings, telegram_url, twilio_url)
                for route in _webhook(one)
            ),
            web.get("/health", health.get_health),
            web.get("/", pages.home),
            web.get("/privacy", pages.get_privacy),
            web.get("/robots.txt", pages.get_robots),
            web.get("/sitemap.xml", pages.get_sitemap),
            web.get("/static/{name}", app[keys.ASSETS].serve),
            web.get("/static/sounds/{name}", app[keys.SOUNDS].serve),
            web.get("/embed.js", embed.get_embed_script),
            web.get("/embed/try", embed.get_trial),
            web.get("/embed/try/{language:en|es}", embed.get_trial_page),
            web.get("/embed/{language:en|es}/", embed.get_embedded_chat),
            web.get("/embed/{language:en|es}/{topic:[a-z0-9_]+}", embed.get_embedded_chat),
            web.get(
                "/embed/{language:en|es}/{topic:[a-z0-9_]+}/{situation:[a-z0-9_]+}", embed.get_embedded_chat
            ),
            web.get("/sw.js", offline.get_service_worker),
            web.get("/{language:en|es}/pages.json", offline.get_pages),
            web.get("/{language:en|es}/search.json", offline.get_search_index),
            web.get("/{language:en|es}/app.webmanifest", get_manifest),
            web.get("/{language:en|es}/{name:search|buscar}", plain_search.get),
            web.post("/{language:en|es}/{name:search|buscar}", plain_search.post),
            web.get("/{language:en|es}/", pages.get_chat),
            web.get("/{language:en|es}", pages.without_slash),
            web.get("/{language:en|es}/{topic:[a-z0-9_-]+}/", pages.without_slash),
            web.get("/{language:en|es}/{topic:[a-z0-9_-]+}", pages.get_named_page),
            web.get("/{language:en|es}/{topic:[a-z0-9_]+}/{situation:[a-z0-9_]+}/", pages.without_slash),
            web.get("/{language:en|es}/{topic:[a-z0-9_]+}/{situation:[a-z0-9_]+}", pages.get_answer),
        ]
    )
    return app


async def _write_staff_data(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[keys.WRITER].finish()


def _forget_daily(queue: ReviewQueue, usage: Usage) -> Callable[[web.Application], AsyncIterator[None]]:
    """Once a day let go of what was kept long enough, also where nothing new comes."""

    def forget(writer: BackgroundWriter) -> None:
        writer.write("Old questions could not be removed", queue.forget_old)
        writer.write("Old counts could not be removed", usage.forget_old)

    async def forget_daily(writer: BackgroundWriter) -> None:
        while True:
            await asyncio.sleep(_SECONDS_A_DAY)
            forget(writer)

    async def run(app: web.Application) -> AsyncIterator[None]:
        forget(app[keys.WRITER])
        task = asyncio.create_task(forget_daily(app[keys.WRITER]))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return run


def _webhook(channel: Channel) -> Iterator[web.RouteDef]:
    """Yield where a channel is called: people write the address with a slash at its end too."""
    handle = receive(channel)
    for end in ("", "/"):
        yield web.post(f"/messaging/{channel.name}{end}", handle)


def _channels(
    current: CurrentModel, settings: Settings, telegram_url: str, twilio_url: str
) -> Iterator[Channel]:
    """Yield the channels that are on. One that is off answers 404, like any address that is not there."""
    if settings.twilio:
        yield Twilio(
            current,
            settings.public_url,
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            folds=settings.fold_text_messages,
            templates=Templates(settings.twilio_quick_replies, settings.twilio_lists),
            api_url=twilio_url,
        )
    if settings.telegram:
        yield Telegram(settings.telegram_bot_token, settings.telegram_secret_token, telegram_url)
