"""The typed names under which the console keeps what its handlers share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web
from jinja2 import Environment

from bot.console.content_cache import ContentCache
from bot.console.openid import CitySignIn
from bot.console.sessions import Sessions
from bot.console.throttle import SignIn
from bot.console.uploads import Brought, Pending, Upload
from bot.content.page_texts import PageTexts
from bot.database.accounts import Account, Accounts
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.editing.live_check import LiveCheck
from bot.editing.resident_texts import TextCheck
from bot.settings import Settings
from bot.staff.jobs import Runs
from bot.staff.release import Release
from bot.staff.reminders import Reminders
from bot.training.models import ModelStore
from bot.training.publishing import ServingStatusFile
from bot.training.topics_off import TopicsOff
from bot.training.trial import Trials
from bot.training.tryout import TryOut
from bot.web.assets import Assets

ACCOUNTS = web.AppKey("ACCOUNTS", Accounts)
ASSETS = web.AppKey("ASSETS", Assets)
AUDIT = web.AppKey("AUDIT", AuditLog)
# What waits for an approver, apart from sheets that are tried by whoever uploads them.
BROUGHT: web.AppKey[Pending[Brought]] = web.AppKey("BROUGHT", Pending)
DATABASE = web.AppKey("DATABASE", Database)
CITY_SIGN_IN: web.AppKey[CitySignIn | None] = web.AppKey("CITY_SIGN_IN")
CONTENT_CACHE = web.AppKey("CONTENT_CACHE", ContentCache)
LIVE_CHECK = web.AppKey("LIVE_CHECK", LiveCheck)
# What somebody looks for: in memory, and in no address, which browsers and other servers keep.
LOOKED_FOR: web.AppKey[Pending[str]] = web.AppKey("LOOKED_FOR", Pending)
ROLES: web.AppKey[Mapping[tuple[str, str], str]] = web.AppKey("ROLES", Mapping)
REMINDERS = web.AppKey("REMINDERS", Reminders)
RELEASE = web.AppKey("RELEASE", Release)
RUNS = web.AppKey("RUNS", Runs)
SERVING = web.AppKey("SERVING", ServingStatusFile)
SESSIONS = web.AppKey("SESSIONS", Sessions)
SETTINGS = web.AppKey("SETTINGS", Settings)
SIGN_IN = web.AppKey("SIGN_IN", SignIn)
KNOWN_THREADS = web.AppKey("KNOWN_THREADS", ThreadPoolExecutor)
SIGN_IN_THREADS = web.AppKey("SIGN_IN_THREADS", ThreadPoolExecutor)
STORE = web.AppKey("STORE", ModelStore)
STRINGS: web.AppKey[PageTexts] = web.AppKey("STRINGS", Mapping)
TEXT_CHECK = web.AppKey("TEXT_CHECK", TextCheck)
TOPICS_OFF = web.AppKey("TOPICS_OFF", TopicsOff)
TRIALS = web.AppKey("TRIALS", Trials)
TRY_OUT = web.AppKey("TRY_OUT", TryOut)
UPLOADS: web.AppKey[Pending[Upload]] = web.AppKey("UPLOADS", Pending)
# What loads a model for trials while somebody writes.
WARMING_UP: web.AppKey[set[asyncio.Task[None]]] = web.AppKey("WARMING_UP", set)
TEMPLATES = web.AppKey("TEMPLATES", Environment)

# Kept with a request: who sends it (None: nobody who is signed in), the token of the browser, the language.
ACCOUNT: web.RequestKey[Account | None] = web.RequestKey("ACCOUNT")
LANGUAGE: web.RequestKey[str] = web.RequestKey("LANGUAGE", str)
TOKEN: web.RequestKey[str] = web.RequestKey("TOKEN", str)
