"""How many messages and pages a minute: of one client, and of all together."""

from __future__ import annotations

import hashlib
import math
import secrets
import time

from aiohttp import web
from cachetools import TTLCache

SECONDS = 60
MESSAGE, PAGE = "message", "page"
# A visit takes five requests; a page takes a tenth of the time of an answer, the list of pages as much.
_PAGES_A_MESSAGE = 2
_MOST_CLIENTS = 50_000


class TooMany(web.HTTPTooManyRequests):
    """Too many requests: of one client, or of `everybody`, where it is not the client's fault."""

    def __init__(self, seconds_to_wait: int, *, everybody: bool) -> None:
        super().__init__(headers={"Retry-After": str(seconds_to_wait)})
        self.everybody = everybody


class Limits:
    """Counts requests in fixed windows of a minute, in memory; addresses only as hashes.

    `each` and `overall` are messages a minute, of one client and of all; pages may be twice as many.
    """

    def __init__(self, each: int, overall: int) -> None:
        self._each, self._overall = each, overall
        self._key = secrets.token_bytes(32)
        self._counts: TTLCache[bytes, tuple[int, float]] = TTLCache(_MOST_CLIENTS, SECONDS)
        # Kept apart, so that many clients cannot push the sum out.
        self._sums: dict[str, tuple[int, float]] = {}

    def check(self, kind: str, client: str) -> None:
        """Count a request; raises TooMany with the seconds to wait."""
        times = 1 if kind == MESSAGE else _PAGES_A_MESSAGE
        now = time.monotonic()
        name = hashlib.blake2b(f"{kind} {client}".encode(), key=self._key).digest()
        self._counts[name] = count, began = _counted(self._counts.get(name), now)
        if count > self._each * times:
            raise TooMany(_until_the_next(began, now), everybody=False)
        self._sums[kind] = count, began = _counted(self._sums.get(kind), now)
        if count > self._overall * times:
            raise TooMany(_until_the_next(began, now), everybody=True)


def _until_the_next(began: float, now: float) -> int:
    return max(1, math.ceil(SECONDS - (now - began)))


def _counted(before: tuple[int, float] | None, now: float) -> tuple[int, float]:
    count, began = before or (0, now)
    return (1, now) if now - began >= SECONDS else (count + 1, began)
