"""The typed names under which the application keeps what its handlers share."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from jinja2 import Environment

from bot.database.feedback import Feedback
from bot.database.review_queue import ReviewQueue
from bot.gateway.background_writer import BackgroundWriter
from bot.gateway.conversations import Conversations
from bot.gateway.current_model import CurrentModel
from bot.gateway.idempotency import AnswerCache
from bot.gateway.limits import Limits
from bot.gateway.message_counts import MessageCounts
from bot.gateway.readiness import Readiness
from bot.gateway.sounds import Sounds
from bot.settings import Network
from bot.web.assets import Assets

ANSWER_CACHE = web.AppKey("ANSWER_CACHE", AnswerCache)
ASSETS = web.AppKey("ASSETS", Assets)
CONVERSATIONS = web.AppKey("CONVERSATIONS", Conversations)
EMBED_ORIGINS: web.AppKey[tuple[str, ...]] = web.AppKey("EMBED_ORIGINS", tuple)
FEEDBACK = web.AppKey("FEEDBACK", Feedback)
LIMITS = web.AppKey("LIMITS", Limits)
MESSAGE_COUNTS = web.AppKey("MESSAGE_COUNTS", MessageCounts)
PUBLIC_URL = web.AppKey("PUBLIC_URL", str)
READINESS = web.AppKey("READINESS", Readiness)
REVIEW_QUEUE: web.AppKey[ReviewQueue | None] = web.AppKey("REVIEW_QUEUE")
CURRENT_MODEL = web.AppKey("CURRENT_MODEL", CurrentModel)
SOUNDS = web.AppKey("SOUNDS", Sounds)
TEMPLATES = web.AppKey("TEMPLATES", Environment)
TRUSTED_PROXIES: web.AppKey[Sequence[Network]] = web.AppKey("TRUSTED_PROXIES")
WRITER = web.AppKey("WRITER", BackgroundWriter)
