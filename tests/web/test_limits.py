"""How many messages a minute."""

from __future__ import annotations

from bot.web.limits import RateLimit


def test_a_sender_waits_and_others_do_not() -> None:
    """Only the one who sends too many is told to wait."""
    limit = RateLimit(most=2)
    assert [limit.seconds_to_wait("a") for _ in range(2)] == [0, 0]
    assert 1 <= limit.seconds_to_wait("a") <= 60
    assert limit.seconds_to_wait("b") == 0
