"""The typed names under which the application keeps what its handlers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from jinja2 import Environment

from bot.content import Content
from bot.web.conversations import Conversations
from bot.web.limits import RateLimit
from bot.web.rasa_client import RasaClient

Strings = Mapping[str, Mapping[str, str]]


@dataclass
class Health:
    """Whether everything was up at least once: before that the service is starting, not degraded."""

    was_ready: bool = False


CONTENT = web.AppKey("CONTENT", Content)
CONVERSATIONS = web.AppKey("CONVERSATIONS", Conversations)
HEALTH = web.AppKey("HEALTH", Health)
MODEL_VERSION = web.AppKey("MODEL_VERSION", str)
RASA = web.AppKey("RASA", RasaClient)
RATE_LIMIT = web.AppKey("RATE_LIMIT", RateLimit)
STRINGS: web.AppKey[Strings] = web.AppKey("STRINGS", Mapping)
TEMPLATES = web.AppKey("TEMPLATES", Environment)
