"""What somebody has uploaded or fetched, shown the difference of, and not yet said yes to: in memory only."""

from __future__ import annotations

import functools
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bot.directory.fitting import Pulled
from bot.directory.one_service import OneService, put_back, take_out
from bot.directory.tables import Tables
from bot.directory.update import UpdateError, edited, offered, read_present
from bot.expiring_cache import ExpiringCache
from bot.messages import Message

T = TypeVar("T")

# A working day, since it may wait for somebody else.
_SECONDS_KEPT = 8 * 60 * 60
# Of one account: whoever brings more lets go of the oldest of their own, and of nobody else's.
_MOST_KEPT = 4


@dataclass(frozen=True)
class ServiceChange:
    """One service as somebody wants it to be, and the state of it that they saw; "" where it is new."""

    wanted: OneService
    seen: str

    def applied(self, tables: Tables) -> Tables:
        """Return the tables with it; raises UpdateError where the service is not as it was seen."""
        present = take_out(tables, self.wanted.id)
        if (present.state if present else "") != self.seen:
            raise UpdateError(Message("service_changed_meanwhile"))
        return put_back(tables, self.wanted)


@dataclass(frozen=True)
class Brought:
    """What may take the place of the directory once an approver says yes, whoever has brought it.

    `action` is what replacing it is called in the audit log. `complete` returns all tables as they would be
    in the place of those in a folder; it raises UpdateError and ContentError. `change` says more of it where
    it is the change of one service, and `notes` what was left out.
    """

    action: str
    complete: Callable[[Path], Tables]
    change: ServiceChange | None = None
    notes: Sequence[Message] = ()


def pulled(fetched: Pulled, folder: Path, keep: Collection[str]) -> Brought:
    """Return a directory that was fetched, with what is left out of it; services to `keep` stay."""
    notes = offered(fetched, folder, keep).notes
    return Brought("pull", lambda folder: offered(fetched, folder, keep).tables, notes=notes)


def uploaded(files: Mapping[str, bytes]) -> Brought:
    """Return tables of the directory that were edited, by the names of their files."""
    return Brought("edit", functools.partial(edited, files))


def changed(change: ServiceChange) -> Brought:
    """Return the directory with one service changed."""
    return Brought("edit", lambda folder: change.applied(read_present(folder)), change)


@dataclass(frozen=True)
class Upload:
    """A spreadsheet that somebody has uploaded: what kind it is, and what is in it."""

    name: str
    suffix: str
    content: bytes
    compared: tuple[str, ...]


class Pending(Generic[T]):
    """A few things of one kind from each account, by the account and a name for each."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, ExpiringCache[str, T]] = defaultdict(
            lambda: ExpiringCache(_MOST_KEPT, _SECONDS_KEPT)
        )

    def keep(self, account: str, thing: T) -> str:
        """Keep something; return the name to ask for it by."""
        name = secrets.token_urlsafe(16)
        self._kept[account][name] = thing
        return name

    def all(self) -> list[tuple[str, str]]:
        """Return the account that brought it and the name of everything."""
        return [(account, name) for account, things in self._kept.items() for name in things]

    def find(self, account: str, name: str) -> T | None:
        """Return what was kept under a name, None where it is not there any more."""
        return self._kept[account].get(name) if account in self._kept else None

    def drop(self, account: str, name: str) -> None:
        """Let go of what has been dealt with."""
        if account in self._kept:
            self._kept[account].pop(name, None)
