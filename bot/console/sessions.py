"""Who is signed in, in memory: a restart of the console signs everybody out.

A browser is known by a signed token in a cookie. Until somebody signs in nothing is kept of it, and then
what kind of browser it is, in a word or two; no address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.database.accounts import Account

COOKIE = "kyr_console"
# Without a click, and from sign-in on.
SECONDS_IDLE = 30 * 60
SECONDS_IN_ALL = 10 * 60 * 60

_TOKEN = re.compile(r"(?P<id>[A-Za-z0-9_-]{43})\.(?P<signature>[0-9a-f]{64})")


@dataclass
class Session:
    """One sign-in: the name of the account, its `changed` at that time, and when it began and was used.

    `browser` is what kind it is ("Firefox, Windows"), and `id` what it is called on pages: it opens nothing.
    """

    name: str
    changed: str
    began: float
    used: float
    browser: str = ""
    id: str = ""


class Sessions:
    """The sign-ins that are neither ended nor too old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: dict[str, Session] = {}

    def new_token(self) -> str:
        """Return a token for a browser that has none."""
        name = secrets.token_urlsafe(32)
        return f"{name}.{self._sign('cookie', name)}"

    def is_ours(self, token: str) -> bool:
        """Whether a token was made here since the start."""
        match = _TOKEN.fullmatch(token)
        return match is not None and hmac.compare_digest(
            match["signature"], self._sign("cookie", match["id"])
        )

    def form_token(self, token: str) -> str:
        """Return what a form must carry that the browser with a token sends."""
        return self._sign("form", token.partition(".")[0])

    def begin(self, account: Account, browser: str = "") -> str:
        """Sign an account in; return the token, which is never one that was known before."""
        now = self._clock()
        self._known = {name: one for name, one in self._known.items() if self._lives(one, now)}
        token = self.new_token()
        session = Session(account.name, account.changed, now, now, browser, secrets.token_hex(8))
        self._known[token.partition(".")[0]] = session
        return token

    def find(self, token: str) -> Session | None:
        """Return the sign-in of a token and note that it is used; None where there is none any more."""
        now, name = self._clock(), token.partition(".")[0]
        session = self._known.get(name)
        if session is None or not self.is_ours(token):
            return None
        if not self._lives(session, now):
            del self._known[name]
            return None
        session.used = now
        return session

    def end(self, token: str) -> None:
        """Sign out."""
        self._known.pop(token.partition(".")[0], None)

    def of(self, account: Account) -> list[Session]:
        """Return the sign-ins of an account that are good, the one used last first."""
        now = self._clock()
        found = [
            one
            for one in list(self._known.values())
            if (one.name, one.changed) == (account.name, account.changed) and self._lives(one, now)
        ]
        return sorted(found, key=lambda one: -one.used)

    def end_one(self, account: Account, identity: str) -> bool:
        """End a sign-in of an account by its id; return whether there was one."""
        found = [name for name, one in self._known.items() if (one.name, one.id) == (account.name, identity)]
        for name in found:
            del self._known[name]
        return bool(found)

    def seconds_ago(self, moment: float) -> int:
        """Return how long ago something was that a session notes."""
        return int(self._clock() - moment)

    @staticmethod
    def _lives(session: Session, now: float) -> bool:
        return now - session.used < SECONDS_IDLE and now - session.began < SECONDS_IN_ALL

    def _sign(self, purpose: str, name: str) -> str:
        return hmac.new(self._key, f"{purpose} {name}".encode(), hashlib.sha256).hexdigest()
