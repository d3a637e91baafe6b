"""Signing in: guessing passwords is slowed down, for known and unknown names alike, from any thread."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from collections import Counter

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

import bot.database.accounts
from bot.console.throttle import SignIn, SignInRefused
from bot.database.accounts import Account, Accounts
from bot.database.audit import AuditLog
from bot.database.engine import Database, DatabaseError

WORDS = "four words nobody joins"
WRONG = "something else altogether"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountedAccounts(Accounts):
    """Accounts that count how often passwords were checked, of which name, and how many at a time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, AuditLog(database))
        self.__dict__.update(checks=Counter(), under_way=Counter(), most=Counter(), _lock=threading.Lock())

    checks: Counter[str]
    under_way: Counter[str]
    most: Counter[str]
    _lock: threading.Lock

    def check(self, name: str, password: str) -> Account | None:
        with self._lock:
            self.checks[name] += 1
            for counted in (name, "all"):
                self.under_way[counted] += 1
                self.most[counted] = max(self.most[counted], self.under_way[counted])
        try:
            time.sleep(0.005)  # long enough for others to come
            return super().check(name, password)
        finally:
            with self._lock:
                self.under_way.subtract([name, "all"])


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hashes, with less work: what is tested here is how many."""
    monkeypatch.setattr(bot.database.accounts, "_HASHER", PasswordHasher(1, 8, 1))


@pytest.fixture
def accounts(database: Database) -> CountedAccounts:
    """An editor called clerk-1."""
    accounts = CountedAccounts(database)
    accounts.add("a terminal", "clerk-1", "editor", WORDS)
    return accounts


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_in(accounts: CountedAccounts, clock: Clock) -> SignIn:
    return SignIn(accounts, clock)


def seconds_after(sign_in: SignIn, name: str, password: str = WRONG) -> int:
    """Try something that is refused; return how long to wait."""
    with pytest.raises(SignInRefused) as refused:
        sign_in.attempt(name, password)
    return refused.value.seconds


def noted(accounts: Accounts) -> list[tuple[str, str, str, str]]:
    """Return what the audit log says of signing in, the oldest first."""
    entries = accounts.audit.entries()[::-1]
    return [(one.who, one.action, one.subject, one.after) for one in entries if "sign-in" in one.action]


def rename(accounts: Accounts, table: str, name: str) -> None:
    with accounts.database.transaction() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def test_whoever_has_the_password_is_let_in_and_noted(sign_in: SignIn, accounts: CountedAccounts) -> None:
    """By the name of the account, however it was typed."""
    assert sign_in.attempt("Clerk-1 ", WORDS) == accounts.get("clerk-1")
    assert noted(accounts) == [("clerk-1", "sign-in", "clerk-1", '"editor"')]


def test_a_refusal_says_what_is_wrong_and_not_which(sign_in: SignIn) -> None:
    """The same for a wrong password and an unknown name, and then how long to wait."""
    said = []
    for name in ("clerk-1", "clerk-2"):
        with pytest.raises(SignInRefused) as refused:
            sign_in.attempt(name, WRONG)
        said.append((refused.value.seconds, str(refused.value)))
    assert said == [(0, "The name or the password is wrong. Try again.")] * 2
    assert str(SignInRefused(30)) == "Too many tries were wrong. Wait 30 seconds, then try again."


@pytest.mark.parametrize("name", ["clerk-1", "clerk-2", "no name at all"])
def test_the_fifth_failure_locks_and_each_one_more_for_twice_as_long(
    sign_in: SignIn, clock: Clock, name: str
) -> None:
    """Known or not: from 30 seconds to 15 minutes."""
    assert [seconds_after(sign_in, name) for _ in range(5)] == [0, 0, 0, 0, 30]
    waited = []
    for _ in range(7):
        clock.now += seconds_after(sign_in, name)
        waited.append(seconds_after(sign_in, name))
    assert waited == [60, 120, 240, 480, 900, 900, 900]


def test_while_a_name_is_locked_nothing_is_checked(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """Not even the right password, and trying does not make it longer; afterwards it is let in."""
    for _ in range(5):
        seconds_after(sign_in, "clerk-1")
    assert [seconds_after(sign_in, "clerk-1", WORDS) for _ in range(20)] == [30] * 20
    clock.now += 29.5
    assert seconds_after(sign_in, "CLERK-1", WORDS) == 1
    assert accounts.checks["clerk-1"] == 5
    clock.now += 0.5
    assert sign_in.attempt("clerk-1", WORDS).name == "clerk-1"


def test_one_name_that_is_locked_keeps_no_other_out(sign_in: SignIn) -> None:
    """Whoever is known otherwise signs in as always."""
    for _ in range(5):
        seconds_after(sign_in, "clerk-2")
    assert sign_in.attempt("clerk-1", WORDS)


def test_whoever_gets_in_begins_anew(sign_in: SignIn) -> None:
    """Four failures are forgotten."""
    for _ in range(3):
        assert [seconds_after(sign_in, "clerk-1") for _ in range(4)] == [0] * 4
        assert sign_in.attempt("clerk-1", WORDS)


def test_failures_are_forgotten_an_hour_after_the_last(sign_in: SignIn, clock: Clock) -> None:
    """Not before, so that one guess in 15 minutes does not begin anew each time."""
    for _ in range(4):
        seconds_after(sign_in, "clerk-1")
        clock.now += 3599
    assert seconds_after(sign_in, "clerk-1") == 30
    clock.now += 3601
    assert seconds_after(sign_in, "clerk-1") == 0


def test_after_sixty_failures_in_a_minute_everybody_waits_until_it_is_over(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """Whoever guesses one password of many names; also who knows theirs, without any check."""
    for number in range(59):
        assert seconds_after(sign_in, f"name-{number}") == 0
        clock.now += 0.5
    assert sign_in.attempt("clerk-1", WORDS), "successes do not count"
    assert seconds_after(sign_in, "name-59") == 31
    checked = accounts.checks.total()
    assert seconds_after(sign_in, "clerk-1", WORDS) == 31
    assert accounts.checks.total() == checked
    clock.now += 30.5
    assert sign_in.attempt("clerk-1", WORDS)
    assert [seconds_after(sign_in, f"later-{number}") for number in range(60)] == [0] * 59 + [60]


def test_each_lock_is_noted_and_no_failure(sign_in: SignIn, accounts: CountedAccounts, clock: Clock) -> None:
    """Of whom, where that is an account; what else was typed is not kept, it may be a password."""
    for name in ("Clerk-1", "correct-horse-battery", "no name at all"):
        for _ in range(5):
            seconds_after(sign_in, name)
    seconds_after(sign_in, "clerk-1")
    clock.now += 30
    seconds_after(sign_in, "clerk-1")
    assert noted(accounts) == [
        ("console", "sign-in locked", "clerk-1", '{"failures":5,"seconds":30}'),
        ("console", "sign-in locked", "unknown name", '{"failures":5,"seconds":30}'),
        ("console", "sign-in locked", "unknown name", '{"failures":5,"seconds":30}'),
        ("console", "sign-in locked", "clerk-1", '{"failures":6,"seconds":60}'),
    ]
    for number in range(60 - 16):
        seconds_after(sign_in, f"name-{number}")
    assert noted(accounts)[4:] == [("console", "sign-in locked", "all names", '{"failures":60,"seconds":30}')]


def test_threads_that_guess_one_password_at_once_have_five_guesses(
    sign_in: SignIn, accounts: CountedAccounts
) -> None:
    """As many as one after the other: the others wait, and find the name locked."""
    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        waits = list(threads.map(lambda _: seconds_after(sign_in, "clerk-1"), range(20)))
    assert sorted(waits) == [0] * 4 + [30] * 16
    assert accounts.checks["clerk-1"] == 5 and accounts.most["clerk-1"] == 1
    assert len(noted(accounts)) == 1


def test_two_passwords_are_checked_at_a_time_and_sixty_a_minute(
    sign_in: SignIn, accounts: CountedAccounts
) -> None:
    """However many threads come with however many names."""
    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        waits = list(threads.map(lambda number: seconds_after(sign_in, f"name-{number}"), range(80)))
    assert accounts.checks.total() == 60 and accounts.most["all"] == 2
    assert sorted(waits) == [0] * 59 + [60] * 21


def test_right_passwords_from_many_threads_are_all_let_in(sign_in: SignIn, accounts: CountedAccounts) -> None:
    """One after the other."""
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        names = list(threads.map(lambda _: sign_in.attempt("clerk-1", WORDS).name, range(8)))
    assert names == ["clerk-1"] * 8
    assert len(noted(accounts)) == 8 and accounts.audit.verify().number == 9


def test_a_database_that_cannot_be_used_is_no_failure(sign_in: SignIn, accounts: CountedAccounts) -> None:
    """It is said, nobody is locked for it, and nobody waits for a check that never ended."""
    rename(accounts, "accounts", "away")
    for _ in range(6):
        with pytest.raises(DatabaseError):
            sign_in.attempt("clerk-1", WORDS)
    rename(accounts, "away", "accounts")
    assert sign_in.attempt("clerk-1", WORDS)


def test_nobody_is_let_in_without_a_note(sign_in: SignIn, accounts: CountedAccounts) -> None:
    """Here the audit log is away."""
    rename(accounts, "audit_log", "away")
    with pytest.raises(DatabaseError):
        sign_in.attempt("clerk-1", WORDS)
