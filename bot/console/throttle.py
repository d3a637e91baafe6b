"""Tries to sign in to the console: who guesses passwords has to wait, and keeps nobody else out by it.

A browser in which somebody has signed in before is known by a signed cookie, for that name alone ("device
cookie"). It has counters of its own, which nobody without the cookie reaches: whatever others try, a clerk
gets in at the first try. All other browsers are counted together, by the address they come from.

What failed is counted in memory, for known and unknown names alike, and forgotten after an hour or with the
next start. Of addresses only hashes are kept, with a key that is made at each start.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import hmac
import math
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from bot.clock import utc_now
from bot.database.accounts import Account, Accounts, account_name
from bot.errors import KyrError
from bot.messages import Message

# What the audit log says of locks; no account can be called like the two with a space.
_CONSOLE = "console"
_UNKNOWN_NAME, _ALL_NAMES = "unknown name", "all names"

_FAILURES_TO_A_LOCK = 5
_SECONDS_LOCKED = 30
_MOST_SECONDS_LOCKED = 15 * 60
# Of unknown browsers: from one address for all names, for one name from all addresses, and altogether.
_FAILURES_AN_ADDRESS = 20
_FAILURES_A_NAME = 30
_FAILURES_A_MINUTE = 60
_SECONDS_KEPT = 60 * 60
_MOST_COUNTED = 20_000
# Locks of names that nobody has, in the audit log: whoever makes up names for days must not fill it.
_NOTES_OF_UNKNOWN_NAMES = 20

# So long a browser stays known after its last sign-in.
DAYS_KNOWN = 180
_DEVICE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)\.(?P<nonce>[0-9a-f]{32})\.(?P<signature>[0-9a-f]{64})")


class SignInRefused(KyrError):
    """A try that was refused: name or password are wrong, or there were too many wrong ones.

    `seconds` is how long to wait before another try is looked at, 0 where it may come at once. `others` says
    that it is not this browser's fault: others have guessed.
    """

    def __init__(self, seconds: int, *, others: bool = False) -> None:
        locked, wrong = Message("sign_in_locked", seconds=seconds), Message("sign_in_wrong")
        super().__init__(locked if seconds else wrong)
        self.seconds, self.others = seconds, others


@dataclass(frozen=True)
class Device:
    """A browser that is known for one name: what its cookie is called, and holds."""

    cookie: str
    value: str


@dataclass(frozen=True)
class _Failures:
    """How often something was tried in vain, and until when (by the clock) it is not looked at."""

    count: int
    locked_until: float


class _Counter:
    """Failures by name of what is counted: locked from some on, for twice as long with each further one."""

    def __init__(self, failures_to_a_lock: int, clock: Callable[[], float]) -> None:
        self._most, self._clock = failures_to_a_lock, clock
        self._failures: TTLCache[str, _Failures] = TTLCache(_MOST_COUNTED, _SECONDS_KEPT, timer=clock)

    def seconds(self, name: str) -> int:
        """Return how long to wait."""
        failures = self._failures.get(name)
        return max(0, math.ceil(failures.locked_until - self._clock())) if failures else 0

    def fail(self, name: str) -> _Failures:
        """Count a failure; return all of them."""
        earlier = self._failures.get(name)
        count = earlier.count + 1 if earlier else 1
        more = count - self._most
        seconds = min(_MOST_SECONDS_LOCKED, _SECONDS_LOCKED * 2 ** min(more, 10)) if more >= 0 else 0
        self._failures[name] = failures = _Failures(count, self._clock() + seconds)
        return failures

    def forget(self, name: str) -> None:
        """Begin anew."""
        self._failures.pop(name, None)


class _Budget:
    """Failures by name of what is counted, so many within some seconds from the first of them on."""

    def __init__(self, failures: int, seconds: int, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._windows: TTLCache[str, tuple[float, int]] = TTLCache(
            _MOST_COUNTED, max(seconds, _SECONDS_KEPT), timer=clock
        )

    def seconds(self, name: str) -> int:
        """Return how long to wait."""
        ends, count = self._windows.get(name, (0.0, 0))
        return max(0, math.ceil(ends - self._clock())) if count >= self._most else 0

    def fail(self, name: str) -> bool:
        """Count a failure; return whether it was the last one of the window."""
        now = self._clock()
        ends, count = self._windows.get(name, (0.0, 0))
        if now >= ends:
            ends, count = now + self._seconds, 0
        self._windows[name] = ends, count + 1
        return count + 1 == self._most


class SignIn:
    """Lets people in, from as many threads as there may be. `clock` gives seconds and never goes back.

    In a known browser: from the fifth failure of that browser on it waits 30 s, then twice as long with each
    further failure, up to 15 min. In others the same holds for a name from one address, and for all names
    together from the twentieth failure of an address on; after 30 failures within an hour a name, and after
    60 within a minute all names are closed to browsers that are not known until the time is over.

    Who is signed in already is not concerned, nor who has a one-time code.
    """

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts, self._clock = accounts, clock
        self._devices = _Counter(_FAILURES_TO_A_LOCK, clock)
        self._tries = _Counter(_FAILURES_TO_A_LOCK, clock)
        self._addresses = _Counter(_FAILURES_AN_ADDRESS, clock)
        self._names = _Budget(_FAILURES_A_NAME, _SECONDS_KEPT, clock)
        self._all = _Budget(_FAILURES_A_MINUTE, 60, clock)
        self._all_noted = -math.inf
        self._noted_unknown = _Budget(_NOTES_OF_UNKNOWN_NAMES, _SECONDS_KEPT, clock)
        self._hash_key = secrets.token_bytes(32)
        # One check at a time of each kind: it takes a core for a while, and residents need one, too. What is
        # counted is changed by whoever holds the lock of its kind alone.
        self._unknown, self._known = threading.Lock(), threading.Lock()

    @functools.cached_property
    def _device_key(self) -> bytes:
        return self._accounts.key("device")

    def cookie_of(self, name: str) -> str:
        """Return what the cookie of a known browser is called for a name: several people may share one."""
        digest = hashlib.sha256((account_name(name) or _UNKNOWN_NAME).encode()).hexdigest()
        return f"kyr_console_known_{digest[:12]}"

    def device(self, account: Account) -> Device:
        """Return what makes a browser known, for whoever has just signed in with it. Raises DatabaseError."""
        today, nonce = utc_now()[:10], secrets.token_hex(16)
        value = f"{today}.{nonce}.{self._sign(account.name, today, nonce)}"
        return Device(self.cookie_of(account.name), value)

    def knows(self, name: str, cookie: str) -> str | None:
        """Return what a known browser is counted by for a name, None where its cookie is not ours or too old.

        Raises DatabaseError.
        """
        match, known = _DEVICE.fullmatch(cookie), account_name(name)
        if match is None or known is None:
            return None
        signature = self._sign(known, match["day"], match["nonce"])
        if not hmac.compare_digest(match["signature"], signature) or _days_since(match["day"]) > DAYS_KNOWN:
            return None
        return match["nonce"]

    def attempt(self, name: str, password: str, *, client: str = "", cookie: str = "") -> Account:
        """Return the account of a name and password, noting it in the audit log.

        `client` is the address that the browser comes from, `cookie` what it holds of `device`. Raises
        SignInRefused and DatabaseError; what could not be checked does not count.
        """
        # What can be no name is counted as one: it may be a password, and is never right.
        known = account_name(name) or _UNKNOWN_NAME
        device = self.knows(known, cookie)
        if device is not None:
            account = self._check_known(f"{known} {device}", known, password)
        else:
            account = self._check_unknown(known, password, self._hashed(client))
        self.note(account)
        return account

    def note(self, account: Account) -> None:
        """Note in the audit log that somebody signs in. Raises DatabaseError."""
        self._accounts.audit.record(account.name, "sign-in", account.name, before=None, after=account.role)

    def confirm(self, account: Account, password: str) -> None:
        """Check the password of somebody who is signed in; raises SignInRefused and DatabaseError."""
        self._check_known(f"{account.name} signed in", account.name, password)

    def _check_known(self, counted: str, name: str, password: str) -> Account:
        _refuse(self._devices.seconds(counted))
        with self._known:
            _refuse(self._devices.seconds(counted))
            account = self._accounts.check(name, password)
            if account is not None:
                self._devices.forget(counted)
                return account
            failures = self._devices.fail(counted)
            seconds = self._devices.seconds(counted)
        if seconds:
            self._note_lock(name, {"failures": failures.count, "seconds": seconds})
        raise SignInRefused(seconds)

    def _check_unknown(self, name: str, password: str, client: str) -> Account:
        counted = f"{name} {client}"
        self._refuse_unknown(name, counted, client)
        with self._unknown:
            self._refuse_unknown(name, counted, client)
            account = self._accounts.check(name, password)
            if account is not None:
                # Nothing else is forgotten: whoever has an account must not guess those of others by it.
                self._tries.forget(counted)
                return account
            failures = self._tries.fail(counted)
            self._addresses.fail(client)
            closed, all_closed = self._names.fail(name), self._all.fail("")
            seconds = max(self._tries.seconds(counted), self._addresses.seconds(client))
        if locked := self._tries.seconds(counted):
            self._note_lock(name, {"failures": failures.count, "seconds": locked})
        if closed:
            self._note_lock(name, {"failures": _FAILURES_A_NAME, "seconds": self._names.seconds(name)})
        if all_closed and self._clock() - self._all_noted >= _SECONDS_KEPT:
            # Once an hour: whoever guesses for days must not fill the log.
            self._all_noted = self._clock()
            after = {"failures": _FAILURES_A_MINUTE, "seconds": self._all.seconds("")}
            self._accounts.audit.record(_CONSOLE, "sign-in locked", _ALL_NAMES, before=None, after=after)
        raise SignInRefused(seconds)

    def _refuse_unknown(self, name: str, counted: str, client: str) -> None:
        _refuse(max(self._tries.seconds(counted), self._addresses.seconds(client)))
        _refuse(max(self._names.seconds(name), self._all.seconds("")), others=True)

    def _note_lock(self, name: str, after: dict[str, Any]) -> None:
        # What was typed is not kept where nobody is called so: it may be a password.
        subject = name if self._accounts.get(name) else _UNKNOWN_NAME
        if subject == _UNKNOWN_NAME:
            if self._noted_unknown.seconds(subject):
                return
            self._noted_unknown.fail(subject)
        self._accounts.audit.record(_CONSOLE, "sign-in locked", subject, before=None, after=after)

    def _hashed(self, client: str) -> str:
        return hmac.new(self._hash_key, client.encode(), hashlib.sha256).hexdigest()[:24]

    def _sign(self, name: str, day: str, nonce: str) -> str:
        return hmac.new(self._device_key, f"device {name} {day} {nonce}".encode(), hashlib.sha256).hexdigest()


def _days_since(day: str) -> int:
    return (datetime.date.fromisoformat(utc_now()[:10]) - datetime.date.fromisoformat(day)).days


def _refuse(seconds: int, *, others: bool = False) -> None:
    if seconds:
        raise SignInRefused(seconds, others=others)
