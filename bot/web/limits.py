"""How many messages one sender may send a minute."""

from __future__ import annotations

import math
import time

from cachetools import TTLCache

SECONDS = 60
# One address may stand for a whole school or clinic, so the limit stops machines, not people.
MOST_MESSAGES = 600
_MOST_SENDERS = 50_000


class RateLimit:
    """Counts messages in fixed windows of a minute, in memory, by sender."""

    def __init__(self, most: int = MOST_MESSAGES) -> None:
        self._most = most
        self._counts: TTLCache[str, tuple[int, float]] = TTLCache(_MOST_SENDERS, SECONDS)

    def seconds_to_wait(self, sender: str) -> int:
        """Count a message; return 0 if it may pass, else the seconds until the next one may."""
        now = time.monotonic()
        count, began = self._counts.get(sender, (0, now))
        if now - began >= SECONDS:
            count, began = 0, now
        self._counts[sender] = (count + 1, began)
        return 0 if count < self._most else max(1, math.ceil(SECONDS - (now - began)))
