"""Who may do what in the console, and how it withstands those who try more."""

from __future__ import annotations

import dataclasses
import ipaddress

import pytest

from bot.console import keys
from bot.console.app import MOST_BYTES, ROUTES
from bot.console.guard import FORM_TOKEN
from bot.console.sessions import COOKIE, SECONDS_IDLE, SECONDS_IN_ALL
from tests.helpers.clerks import PASSWORD, Clerk, Console

ANYBODY = [
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "POST /language",
    "GET /welcome",
    "POST /welcome",
    "GET /provider/begin",
    "GET /provider/back",
    "GET /provider/sign-out",
]
