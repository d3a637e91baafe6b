"""How many messages and pages a minute."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.gateway.limits import MESSAGE, PAGE, Limits


def wait(limits: Limits, kind: str, client: str) -> int:
    """Return the seconds to wait, 0 where a request may pass."""
    try:
        limits.check(kind, client)
    except web.HTTPTooManyRequests as error:
        return int(error.headers["Retry-After"])
    return 0


def test_a_client_waits_and_others_do_not() -> None:
    """Only the one who sends too many is told to wait."""
    limits = Limits(2, 100)
    assert [wait(limits, MESSAGE, "a") for _ in range(2)] == [0, 0]
    assert 1 <= wait(limits, MESSAGE, "a") <= 60
    assert wait(limits, MESSAGE, "b") == 0


def test_all_together_wait_when_there_are_too_many() -> None:
    """However many clients share the messages; refused ones do not count."""
    limits = Limits(2, 3)
    assert [wait(limits, MESSAGE, client) for client in "abc"] == [0, 0, 0]
    assert 1 <= wait(limits, MESSAGE, "d") <= 60
    assert wait(limits, PAGE, "d") == 0


def test_pages_may_be_twice_as_many() -> None:
    """They are counted apart, since they cost little."""
    limits = Limits(1, 100)
    assert [wait(limits, PAGE, "a") > 0 for _ in range(3)] == [False] * 2 + [True]
    assert wait(limits, MESSAGE, "a") == 0


@pytest.mark.parametrize("kind", [MESSAGE, PAGE])
def test_the_minute_passes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it there is room again."""
    now = [1000.0]
    monkeypatch.setattr("bot.gateway.limits.time.monotonic", lambda: now[0])
    limits = Limits(1, 1)
    while not wait(limits, kind, "a"):
        pass
    now[0] += 60
    assert wait(limits, kind, "a") == 0
