"""Tries to sign in to the console: who guesses passwords has to wait longer and longer.

What failed is counted in memory, for known and unknown names alike, and forgotten after an hour or with the
next start.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from bot.database.accounts import Account, Accounts, account_name
from bot.errors import KyrError
from bot.messages import Message

# What the audit log says of locks; no account can be called like the two with a space.
_CONSOLE = "console"
_UNKNOWN_NAME, _ALL_NAMES = "unknown name", "all names"

# Each check takes a core for a while, and residents need one, too.
_CHECKS_AT_ONCE = 2
_FAILURES_TO_A_LOCK = 5
_SECONDS_LOCKED = 30
_MOST_SECONDS_LOCKED = 15 * 60
_FAILURES_A_MINUTE = 60
_SECONDS_KEPT = 60 * 60
_MOST_NAMES = 10_000


class SignInRefused(KyrError):
    """A try that was refused: name or password are wrong, or there were too many wrong ones.

    `seconds` is how long to wait before another try is looked at, 0 where it may come at once.
    """

    def __init__(self, seconds: int) -> None:
        locked, wrong = Message("sign_in_locked", seconds=seconds), Message("sign_in_wrong")
        super().__init__(locked if seconds else wrong)
        self.seconds = seconds


@dataclass(frozen=True)
class _Failures:
    """How often a name was tried in vain, and until when (by the clock) it is not looked at."""

    count: int
    locked_until: float


class SignIn:
    """Lets people in, from as many threads as there may be. `clock` gives seconds and never goes back.

    A name is locked from the fifth failure on, for 30 s, then for twice as long with each further failure, up
    to 15 min. After 60 failures of all names together within a minute everybody waits until it is over,
    whoever knows a password, too: guesses are not told from tries before they are checked. Who is signed in
    already is not concerned.
    """

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts, self._clock = accounts, clock
        # With so few failures a minute there are never as many names.
        self._failures: TTLCache[str, _Failures] = TTLCache(_MOST_NAMES, _SECONDS_KEPT, timer=clock)
        self._minute_ends, self._failed = -math.inf, 0
        self._checking: set[str] = set()
        # Held for what is above, and told of whenever a check has ended.
        self._state = threading.Condition()

    def attempt(self, name: str, password: str) -> Account:
        """Return the account of a name and password, noting it in the audit log.

        Raises SignInRefused and DatabaseError; what could not be checked does not count.
        """
        audit = self._accounts.audit
        # What can be no name is counted as one: it may be a password, and is never right.
        name = account_name(name) or _UNKNOWN_NAME
        with self._turn(name):
            account = self._accounts.check(name, password)
            if account is not None:
                audit.record(account.name, "sign-in", account.name, before=None, after=account.role)
                with self._state:
                    self._failures.pop(name, None)
                return account
            with self._state:
                locks = self._count_failure(name)
                seconds = self._seconds_to_wait(name)
            for locked, after in locks.items():
                # What was typed is not kept where nobody is called so: it may be a password.
                known = locked == _ALL_NAMES or self._accounts.get(locked)
                subject = locked if known else _UNKNOWN_NAME
                audit.record(_CONSOLE, "sign-in locked", subject, before=None, after=after)
        raise SignInRefused(seconds)

    @contextlib.contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        """Wait until a check of a name may begin: one of each name, two of all; raises SignInRefused.

        Checks under way might all fail, so no more begin than may.
        """
        with self._state:
            while True:
                if seconds := self._seconds_to_wait(name):
                    raise SignInRefused(seconds)
                begun = len(self._checking)
                if name not in self._checking and begun < min(_CHECKS_AT_ONCE, self._failures_left()):
                    break
                self._state.wait()
            self._checking.add(name)
        try:
            yield
        finally:
            with self._state:
                self._checking.remove(name)
                self._state.notify_all()

    def _seconds_to_wait(self, name: str) -> int:
        now, failures = self._clock(), self._failures.get(name)
        until = failures.locked_until if failures else now
        if not self._failures_left():
            until = max(until, self._minute_ends)
        return max(0, math.ceil(until - now))

    def _failures_left(self) -> int:
        return _FAILURES_A_MINUTE - (self._failed if self._clock() < self._minute_ends else 0)

    def _count_failure(self, name: str) -> dict[str, dict[str, Any]]:
        """Count a failure; return what is locked by it, with what the audit log says of that."""
        now, earlier = self._clock(), self._failures.get(name)
        if now >= self._minute_ends:
            self._minute_ends, self._failed = now + 60, 0
        self._failed += 1
        count = earlier.count + 1 if earlier else 1
        more = count - _FAILURES_TO_A_LOCK
        seconds = min(_MOST_SECONDS_LOCKED, _SECONDS_LOCKED * 2**more) if more >= 0 else 0
        self._failures[name] = _Failures(count, now + seconds)
        locks = {}
        if seconds:
            locks[name] = {"failures": count, "seconds": seconds}
        if self._failed == _FAILURES_A_MINUTE:
            locks[_ALL_NAMES] = {"failures": self._failed, "seconds": math.ceil(self._minute_ends - now)}
        return locks
