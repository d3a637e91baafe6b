"""Memory that forgets in time, whether or not anybody uses it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from cachetools import TTLCache

K = TypeVar("K")
V = TypeVar("V")


class ExpiringCache(TTLCache[K, V]):
    """A TTLCache that is empty a second after its time; it has to be filled inside of an event loop.

    The parent class drops what has expired only when it is used again, which on a quiet night it is not.
    """

    def __setitem__(self, key: K, value: V) -> None:
        """Keep a value, and see to it that it is forgotten."""
        super().__setitem__(key, value)
        asyncio.get_running_loop().call_later(self.ttl + 1, self.expire)
