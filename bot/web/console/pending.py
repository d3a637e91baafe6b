"""What somebody has uploaded or fetched, shown the difference of, and not yet said yes to: in memory only."""

from __future__ import annotations

import secrets
from typing import Any

from bot.expiring_cache import ExpiringCache

# A working day, since it may wait for somebody else.
_SECONDS_KEPT = 8 * 60 * 60
_MOST_KEPT = 20


class Pending:
    """A few such things, each known to the account that brought it."""

    def __init__(self) -> None:
        self._kept: ExpiringCache[tuple[str, str], Any] = ExpiringCache(_MOST_KEPT, _SECONDS_KEPT)

    def keep(self, account: str, thing: Any) -> str:
        """Keep something; return the name to ask for it by."""
        name = secrets.token_urlsafe(16)
        self._kept[account, name] = thing
        return name

    def all_of(self, kind: type) -> list[tuple[str, str]]:
        """Return the account that brought it and the name of everything of a kind."""
        return [key for key, thing in self._kept.items() if isinstance(thing, kind)]

    def find(self, account: str, name: str) -> Any | None:
        """Return what was kept under a name, None where it is not there any more."""
        return self._kept.get((account, name))

    def drop(self, account: str, name: str) -> None:
        """Let go of what has been dealt with."""
        self._kept.pop((account, name), None)
