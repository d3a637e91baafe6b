"""Signing in: guessing passwords is slowed down, for known and unknown names alike, from any thread."""

from __future__ import annotations

import concurrent.futures
import datetime
import threading
import time
from collections import Counter

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

import bot.console.throttle
import bot.database.accounts
from bot.console.throttle import DAYS_KNOWN, SignIn, SignInRefused
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


def seconds_after(
    sign_in: SignIn, name: str, password: str = WRONG, *, client: str = "192.0.2.1", cookie: str = ""
) -> int:
    """Try something that is refused; return how long to wait."""
    with pytest.raises(SignInRefused) as refused:
        sign_in.attempt(name, password, client=client, cookie=cookie)
    return refused.value.seconds


def address(number: int) -> str:
    """Return one of many addresses."""
    return f"198.51.{number // 250}.{number % 250}"


def cookie_for(sign_in: SignIn, accounts: Accounts, name: str = "clerk-1") -> str:
    """Return what a browser holds in which somebody has signed in."""
    account = accounts.get(name)
    assert account is not None
    return sign_in.device(account).value


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
        assert [seconds_after(sign_in, "clerk-1", client="") for _ in range(4)] == [0] * 4
        assert sign_in.attempt("clerk-1", WORDS)


def test_failures_are_forgotten_an_hour_after_the_last(sign_in: SignIn, clock: Clock) -> None:
    """Not before, so that one guess in 15 minutes does not begin anew each time."""
    for _ in range(4):
        seconds_after(sign_in, "clerk-1")
        clock.now += 3599
    assert seconds_after(sign_in, "clerk-1") == 30
    clock.now += 3601
    assert seconds_after(sign_in, "clerk-1") == 0


def test_after_sixty_failures_in_a_minute_unknown_browsers_wait_until_it_is_over(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """Of many names and addresses together; without any check, and known browsers do not wait."""
    cookie = cookie_for(sign_in, accounts)
    for number in range(59):
        assert seconds_after(sign_in, f"name-{number}", client=address(number)) == 0
        clock.now += 0.5
    assert sign_in.attempt("clerk-1", WORDS), "successes do not count"
    assert seconds_after(sign_in, "name-59", client=address(59)) == 0
    checked = accounts.checks.total()
    assert seconds_after(sign_in, "clerk-1", WORDS) == 31
    assert accounts.checks.total() == checked
    assert sign_in.attempt("clerk-1", WORDS, cookie=cookie)
    clock.now += 30.5
    assert sign_in.attempt("clerk-1", WORDS)


def test_an_address_that_guesses_at_many_names_waits(sign_in: SignIn, clock: Clock) -> None:
    """From the twentieth failure on, then for twice as long each time; others do not."""
    waits = [seconds_after(sign_in, f"name-{number}") for number in range(20)]
    assert waits == [0] * 19 + [30]
    clock.now += 30
    assert seconds_after(sign_in, "name-20") == 60
    assert seconds_after(sign_in, "clerk-1", WORDS) == 60
    assert sign_in.attempt("clerk-1", WORDS, client="192.0.2.9")


def test_whoever_signs_in_cannot_guess_at_others_for_longer(sign_in: SignIn) -> None:
    """A sign-in of one's own between the guesses takes nothing back of what others are counted by."""
    for number in range(19):
        seconds_after(sign_in, f"name-{number}")
        sign_in.attempt("clerk-1", WORDS, client="192.0.2.1")
    assert seconds_after(sign_in, "name-19") == 30


def test_a_known_browser_gets_in_at_once_however_long_others_guess(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """Here from 200 addresses for six hours, without a pause; the clerk signs in every hour."""
    cookie = cookie_for(sign_in, accounts)
    for hour in range(6):
        for step in range(240):
            seconds_after(sign_in, "clerk-1", client=address(step % 200))
            seconds_after(sign_in, f"name-{step}", client=address(step % 200))
            clock.now += 15
        assert sign_in.attempt("clerk-1", WORDS, client=address(hour), cookie=cookie)


@pytest.mark.parametrize(("addresses", "a_day"), [(1, 106), (500, 24 * 30)])
def test_guesses_at_one_name_stay_few(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock, addresses: int, a_day: int
) -> None:
    """Passwords that are checked within a day, where somebody tries one every five seconds."""
    for step in range(24 * 60 * 12):
        seconds_after(sign_in, "clerk-1", client=address(step % addresses))
        clock.now += 5
    assert accounts.checks["clerk-1"] <= a_day


def test_a_new_browser_gets_in_where_one_address_guesses(sign_in: SignIn, clock: Clock) -> None:
    """At any time, at the first try: whoever guesses closes the name for their own address."""
    for step in range(2000):
        seconds_after(sign_in, "clerk-1")
        clock.now += 5
        if step % 200 == 0:
            assert sign_in.attempt("clerk-1", WORDS, client="192.0.2.77")


def test_a_new_browser_waits_an_hour_where_many_addresses_guess(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """It is said that others are the reason; a one-time code opens at once, and makes the browser known."""
    for number in range(30):
        seconds_after(sign_in, "clerk-1", client=address(number))
        clock.now += 2
    with pytest.raises(SignInRefused) as refused:
        sign_in.attempt("clerk-1", WORDS, client="192.0.2.77")
    assert refused.value.others and refused.value.seconds == 3600 - 60
    accounts.add("a terminal", "boss", "approver", WORDS)
    _, code = accounts.give_code("boss", "clerk-1")
    account = accounts.redeem("clerk-1", code, WORDS)
    cookie = sign_in.device(account).value
    assert sign_in.attempt("clerk-1", WORDS, client="192.0.2.77", cookie=cookie)
    clock.now += 3600
    assert sign_in.attempt("clerk-1", WORDS, client="192.0.2.77")


def test_a_known_browser_guesses_as_slowly_as_any(sign_in: SignIn, accounts: CountedAccounts) -> None:
    """Whoever has stolen it, or its cookie; other browsers of the clerk do not wait for that."""
    stolen, other = cookie_for(sign_in, accounts), cookie_for(sign_in, accounts)
    assert [seconds_after(sign_in, "clerk-1", cookie=stolen) for _ in range(5)] == [0, 0, 0, 0, 30]
    assert seconds_after(sign_in, "clerk-1", WORDS, cookie=stolen) == 30
    assert sign_in.attempt("clerk-1", WORDS, cookie=other)
    assert sign_in.attempt("clerk-1", WORDS)


def test_a_cookie_is_for_one_name_signed_and_good_for_half_a_year(
    sign_in: SignIn, accounts: CountedAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of this installation, also after a restart; anything else is as if there were none."""
    accounts.add("a terminal", "clerk-2", "editor", WORDS)
    cookie = cookie_for(sign_in, accounts)
    assert sign_in.knows("Clerk-1", cookie) == cookie.split(".")[1]
    assert SignIn(accounts).knows("clerk-1", cookie)
    day, nonce, signature = cookie.split(".")
    for made_up in (
        "",
        "x" * 5000,
        f"{day}.{'0' * 32}.{signature}",
        f"2999-01-01.{nonce}.{signature}",
        f"{day}.{nonce}.{'0' * 64}",
        f"2026-99-99.{nonce}.{signature}",
    ):
        assert sign_in.knows("clerk-1", made_up) is None
    assert sign_in.knows("clerk-2", cookie) is None and sign_in.knows("no name at all", cookie) is None
    assert sign_in.cookie_of("Clerk-1") == sign_in.cookie_of("clerk-1") != sign_in.cookie_of("clerk-2")
    later = (datetime.date.fromisoformat(day) + datetime.timedelta(DAYS_KNOWN + 1)).isoformat()
    monkeypatch.setattr(bot.console.throttle, "utc_now", lambda: f"{later}T00:00:00Z")
    assert sign_in.knows("clerk-1", cookie) is None


def test_who_changes_a_password_confirms_the_old_one_in_five_tries(
    sign_in: SignIn, accounts: CountedAccounts
) -> None:
    """So that a browser that was left open is no way to guess it."""
    account = accounts.get("clerk-1")
    assert account is not None
    sign_in.confirm(account, WORDS)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in.confirm(account, WRONG)
    with pytest.raises(SignInRefused) as refused:
        sign_in.confirm(account, WORDS)
    assert refused.value.seconds == 30
    assert noted(accounts) == [("console", "sign-in locked", "clerk-1", '{"failures":5,"seconds":30}')]


def test_each_lock_is_noted_and_no_failure(sign_in: SignIn, accounts: CountedAccounts, clock: Clock) -> None:
    """Of whom, where that is an account; what else was typed is not kept, it may be a password."""
    for number, name in enumerate(("Clerk-1", "correct-horse-battery", "no name at all")):
        for _ in range(5):
            seconds_after(sign_in, name, client=address(number))
    clock.now += 1
    seconds_after(sign_in, "clerk-1", client=address(0))
    clock.now += 29
    seconds_after(sign_in, "clerk-1", client=address(0))
    assert noted(accounts) == [
        ("console", "sign-in locked", "clerk-1", '{"failures":5,"seconds":30}'),
        ("console", "sign-in locked", "unknown name", '{"failures":5,"seconds":30}'),
        ("console", "sign-in locked", "unknown name", '{"failures":5,"seconds":30}'),
        ("console", "sign-in locked", "clerk-1", '{"failures":6,"seconds":60}'),
    ]
    for number in range(60 - 16):
        seconds_after(sign_in, f"name-{number}", client=address(number + 3))
    everybody = ("console", "sign-in locked", "all names", '{"failures":60,"seconds":30}')
    assert noted(accounts)[4:] == [everybody]
    for number in range(180):
        clock.now += 0 if number % 60 else 60
        seconds_after(sign_in, f"other-{number}", client=address(number + 60))
    assert noted(accounts)[4:] == [everybody], "once an hour: it must not fill the log"


def test_locks_of_names_that_nobody_has_do_not_fill_the_log(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """Twenty an hour at most; those of accounts are noted all the same."""
    for number in range(300):
        seconds_after(sign_in, f"name-{number // 6}", client=address(number // 6))
        clock.now += 2
    assert (
        noted(accounts) == [("console", "sign-in locked", "unknown name", '{"failures":5,"seconds":30}')] * 20
    )
    for _ in range(5):
        seconds_after(sign_in, "clerk-1")
    assert noted(accounts)[20:] == [("console", "sign-in locked", "clerk-1", '{"failures":5,"seconds":30}')]


def test_a_name_that_many_addresses_guess_at_is_noted_once_an_hour(
    sign_in: SignIn, accounts: CountedAccounts, clock: Clock
) -> None:
    """With how often, and without any address."""
    for number in range(200):
        seconds_after(sign_in, "clerk-1", client=address(number))
        clock.now += 10
    assert noted(accounts) == [("console", "sign-in locked", "clerk-1", '{"failures":30,"seconds":3310}')]


def test_threads_that_guess_one_password_at_once_have_five_guesses(
    sign_in: SignIn, accounts: CountedAccounts
) -> None:
    """As many as one after the other: the others wait, and find the name locked."""
    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        waits = list(threads.map(lambda _: seconds_after(sign_in, "clerk-1"), range(20)))
    assert sorted(waits) == [0] * 4 + [30] * 16
    assert accounts.checks["clerk-1"] == 5 and accounts.most["clerk-1"] == 1
    assert len(noted(accounts)) == 1


def test_one_password_is_checked_at_a_time_and_sixty_a_minute(
    sign_in: SignIn, accounts: CountedAccounts
) -> None:
    """Of unknown browsers, however many threads come with however many names; a known one beside them."""
    cookie = cookie_for(sign_in, accounts)

    def guess(number: int) -> int:
        return seconds_after(sign_in, f"name-{number}", client=address(number))

    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        waits = list(threads.map(guess, range(80)))
    assert accounts.checks.total() == 60 and accounts.most["all"] == 1
    assert sorted(waits) == [0] * 60 + [60] * 20
    assert sign_in.attempt("clerk-1", WORDS, cookie=cookie)


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
