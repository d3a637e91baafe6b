"""What a new release changes in the content is brought to the content that staff edit, as they decide.

What only the release has changed comes by itself, what only the city has changed stays, and where both have
somebody chooses. The content which both come from (BASE) moves with each item that was decided: nothing is
asked twice. Everything is checked first, and put in place or not at all; the content before is kept once.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.home import copy_content, files_of, state_of
from bot.content.paths import BASE, CONTENT, FAQ
from bot.database.audit import AuditLog
from bot.database.engine import DatabaseError
from bot.editing.differences import changed_cells
from bot.editing.replace import SECONDS_TO_WAIT, ContentChangedError, Outcome, checked
from bot.editing.topic_layout import YamlEditError
from bot.editing.topic_text import TopicEditError, read_fields
from bot.editing.upgrade import items
from bot.editing.upgrade.compare import Values, compare, write
from bot.editing.upgrade.items import Item, Roots
from bot.errors import KyrError, reason_of
from bot.files.atomic import sync
from bot.files.locks import exclusive
from bot.files.several import exchange_several, finish_exchange, is_under_way
from bot.messages import Message
from bot.settings import PROJECT_ROOT, Settings

UPGRADE, UNDO, SUBJECT = "upgrade", "undo upgrade", "content"
EDIT = "edit"
_WORKPLACE = ".upgrading-"
_KEPT = ".before"
_STATE_AFTER = "state-after"
_PARTS = (BASE, *CONTENT)


class UpgradeError(KyrError):
    """An upgrade that cannot be done; the text says why and what to do."""


@dataclass(frozen=True)
class Waiting:
    """What differs from the release; `state` changes when any of the three contents does."""

    items: Sequence[Item]
    state: str

    @property
    def to_take(self) -> Sequence[Item]:
        """What only the release has changed."""
        return [item for item in self.items if item.waits and not item.to_decide]

    @property
    def to_decide(self) -> Sequence[Item]:
        """What both have changed."""
        return [item for item in self.items if item.to_decide]

    @property
    def ours(self) -> Sequence[Item]:
        """What only the city has changed, which stays."""
        return [item for item in self.items if not item.waits]


@dataclass(frozen=True)
class Upgrade:
    """Brings the content below `root` up to that of a release below `program`.

    `with_directory` says whether the directory of services stands in the content; elsewhere it is left alone.
    """

    root: Path
    audit: AuditLog
    with_directory: bool = True
    program: Path = PROJECT_ROOT

    @classmethod
    def of(cls, settings: Settings, audit: AuditLog) -> Upgrade:
        """Return what upgrades the content that the settings name."""
        inside = settings.resources_dir.is_relative_to(settings.content_dir)
        return cls(settings.content_dir, audit, inside, PROJECT_ROOT)

    @property
    def _roots(self) -> Roots:
        return {items.BASE: self.root / BASE, items.CITY: self.root, items.RELEASE: self.program}

    def waiting(self) -> Waiting:
        """Return what differs; nothing where the program's own content is edited. Raises UpgradeError."""
        if self.root == self.program:
            return Waiting((), "")
        try:
            found = tuple(compare(self._roots, with_directory=self.with_directory))
            return Waiting(found, self._state())
        except (OSError, ValueError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            raise UpgradeError(Message("upgrade_unreadable", reason=reason)) from None

    def _state(self) -> str:
        return "-".join(state_of(root)[:16] for root in self._roots.values())

    def take(
        self,
        who: str,
        decided: Mapping[str, Values],
        *,
        left: Collection[str] = (),
        state: str | None = None,
    ) -> tuple[list[Item], Outcome]:
        """Take over what only the release has changed, but for the items `left`, and what was `decided`.

        `decided` is what each part becomes, by the id of its item; `state` that of the `Waiting` which was
        shown. Return what was written, with what the check says. Raises ContentError with every mistake that
        the new content would have, ContentChangedError where something changed meanwhile, UpgradeError and
        DatabaseError; but for the last nothing is changed then.
        """
        held = ContentChangedError(Message("content_being_changed"))
        with exclusive(self.root / "data", SECONDS_TO_WAIT, held):
            waiting = self.waiting()
            if state is not None and waiting.state != state:
                raise ContentChangedError(Message("upgrade_changed_meanwhile"))
            chosen = [(item, item.decided({})) for item in waiting.to_take if key_of(item) not in left]
            chosen += [(item, decided.get(key_of(item))) for item in waiting.to_decide]
            written = [(item, values) for item, values in chosen if values is not None]
            if not written:
                raise UpgradeError(Message("upgrade_nothing_chosen"))
            before = state_of(self.root)
            with self._staged() as workplace:
                outcome = self._build(workplace, written)
                after = state_of(workplace)
                (workplace / _STATE_AFTER).write_text(after, encoding="utf-8")
                changes = self._changed_answers(workplace, [item for item, _ in written])
                for path in files_of(workplace, _PARTS):
                    sync(path)
                exchange_several(self.root, workplace, _PARTS, kept=_KEPT)
        by_hand = {item.id for item, values in written if item.kind == "answer" and item.is_by_hand(values)}
        self._note(who, [item for item, _ in written], changes, by_hand, before, after)
        return [item for item, _ in written], outcome

    @contextlib.contextmanager
    def _staged(self) -> Iterator[Path]:
        """Yield a copy of the content and of its base, in which the new ones are built."""
        try:
            finish_exchange(self.root)
            for left in self.root.glob(f"{_WORKPLACE}*"):
                shutil.rmtree(left, ignore_errors=True)
            (self.root / BASE).mkdir(exist_ok=True)
            workplace = Path(tempfile.mkdtemp(prefix=_WORKPLACE, dir=self.root))
            try:
                copy_content(self.root, workplace)
                copy_content(self.root / BASE, workplace / BASE)
                yield workplace
            finally:
                if not is_under_way(self.root):
                    shutil.rmtree(workplace, ignore_errors=True)
        except OSError as error:
            raise UpgradeError(Message("upgrade_not_written", reason=reason_of(error))) from None

    def _build(self, workplace: Path, written: Sequence[tuple[Item, Values]]) -> Outcome:
        try:
            write(workplace, written, self._roots)
            write(workplace / BASE, [(item, item.taken()) for item, _ in written], self._roots)
        except TopicEditError as error:
            raise UpgradeError(Message("upgrade_not_writable", what=error.message)) from None
        except YamlEditError as error:
            raise UpgradeError(Message("upgrade_not_writable", what=error.what)) from None
        outcome = checked(self.root, workplace, None)
        staged = {**self._roots, items.BASE: workplace / BASE, items.CITY: workplace}
        if not any(item.waits for item in compare(staged, with_directory=self.with_directory)):
            # What is left differs in its form alone: from here on the base is the release, to the letter.
            shutil.rmtree(workplace / BASE)
            copy_content(self.program, workplace / BASE)
        return outcome

    def _changed_answers(
        self, workplace: Path, written: Sequence[Item]
    ) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Return what changes in each answer, by its id, as the audit log has it."""
        changes: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
        for item in written:
            if item.kind == "answer":
                places = [(root / FAQ / f"{item.id}.yml") for root in (self.root, workplace)]
                before, after = (
                    read_fields(one.read_text("utf-8")) if one.exists() else None for one in places
                )
                if after is not None:
                    changes[item.id] = changed_cells(before, after)
        return changes

    def _note(
        self,
        who: str,
        written: Sequence[Item],
        changes: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]],
        by_hand: Collection[str],
        before: str,
        after: str,
    ) -> None:
        told = {"content": after, "items": [key_of(item) for item in written]}
        try:
            with self.audit.database.transaction() as connection:
                for answer, (was, now) in changes.items():
                    # Whoever wrote words of their own is their author, and does not approve them.
                    action = EDIT if answer in by_hand else UPGRADE
                    self.audit.append(connection, who, action, answer, before=was, after=now)
                self.audit.append(connection, who, UPGRADE, SUBJECT, before={"content": before}, after=told)
        except DatabaseError as error:
            raise DatabaseError(Message("edit_not_noted", changes=SUBJECT, error=error.message)) from None
        self.audit.keep_head()

    @property
    def can_undo(self) -> bool:
        """Whether the content before the last upgrade is kept, and nothing was changed after it."""
        try:
            return (self.root / _KEPT / _STATE_AFTER).read_text("utf-8") == state_of(self.root)
        except OSError:
            return False

    def undo(self, who: str) -> None:
        """Go back to the content before the last upgrade.

        Raises UpgradeError where there is none, or something was changed after it: that would be lost.
        """
        held = ContentChangedError(Message("content_being_changed"))
        with exclusive(self.root / "data", SECONDS_TO_WAIT, held):
            if not self.can_undo:
                raise UpgradeError(Message("upgrade_not_undone"))
            before, kept = state_of(self.root), self.root / _KEPT
            try:
                names = [name for name in _PARTS if (kept / name).exists()]
                (kept / _STATE_AFTER).unlink()  # there is no way forward but to decide anew
                exchange_several(self.root, kept, names, kept=_KEPT)
            except OSError as error:
                raise UpgradeError(Message("upgrade_not_written", reason=reason_of(error))) from None
        after = state_of(self.root)
        self.audit.record(who, UNDO, SUBJECT, before={"content": before}, after={"content": after})


def key_of(item: Item) -> str:
    """Return what names an item among all of them."""
    return f"{item.kind}:{item.id}"


def upgrade_waiting(settings: Settings) -> int:
    """Return how many answers, texts and services a new release changes that the city has not decided on.

    Content that was not made of a release has nothing to compare it with, and is not counted. It takes a
    moment after a new release, and next to nothing otherwise. Raises UpgradeError.
    """
    root = settings.content_dir
    if root == PROJECT_ROOT or not (root / BASE).is_dir():
        return 0
    inside = settings.resources_dir.is_relative_to(root)
    return _count(root, inside, *(state_of(one) for one in (root, root / BASE, PROJECT_ROOT)))


@functools.lru_cache(maxsize=4)
def _count(root: Path, with_directory: bool, here: str, base: str, released: str) -> int:
    """Count what waits; `here`, `base` and `released` are the states of the contents, for the cache."""
    if base == released:
        return 0
    roots = {items.BASE: root / BASE, items.CITY: root, items.RELEASE: PROJECT_ROOT}
    try:
        return sum(item.waits for item in compare(roots, with_directory=with_directory))
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise UpgradeError(Message("upgrade_unreadable", reason=reason)) from None
