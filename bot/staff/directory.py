"""Replacing the service directory and going back, one change at a time and each noted in the audit log."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.paths import FAQ
from bot.content.service_references import services_named
from bot.content.topic_reading import check_topics
from bot.database.audit import AuditLog
from bot.directory.tables import Tables
from bot.directory.update import (
    UpdateError,
    differences,
    read_present,
    refuse,
    replace_directory,
    staged,
    undo,
)
from bot.files.hashing import folder_hash
from bot.files.locks import exclusive
from bot.messages import Message
from bot.problems import ContentError, Problems
from bot.settings import Settings

# Replacing takes a second, and a check of the topics, which others may be waiting for, some ten.
_SECONDS_TO_WAIT = 30.0


@dataclass(frozen=True)
class DirectoryEditor:
    """Replaces the directory in `folder`, one change at a time, whichever process asks for it.

    The directory before is kept under `kept`, and each change is noted in the audit log. No service goes that
    an answer under `content` names.
    """

    folder: Path
    kept: Path
    audit: AuditLog
    content: Path

    @classmethod
    def of(cls, settings: Settings, audit: AuditLog) -> DirectoryEditor:
        """Return what replaces the directory that the settings name."""
        kept = settings.data_dir / "resources"
        return cls(settings.resources_dir, kept, audit, settings.content_dir)

    def replace(
        self, who: str, action: str, build: Callable[[], Tables], show: Callable[[Message], None]
    ) -> bool:
        """Replace the directory by new tables, showing each difference first; say whether there was any.

        `build` makes the tables, from those that stand then, and `action` is what the audit log calls it.
        Raises UpdateError, and changes nothing, where the new directory has a mistake or somebody else has
        been changing the content for half a minute; DatabaseError; and what `build` raises.
        """
        with self._alone():
            tables = build()
            self._refuse_without(tables)
            changes = differences(read_present(self.folder), tables)
            for line in changes:
                show(line)
            if changes:
                with staged(tables, self.folder) as new, self._noting(who, action):
                    try:
                        replace_directory(new, self.folder, self.kept)
                    except ContentError:
                        refuse(new, self.kept)
        return bool(changes)

    def undo(self, who: str) -> list[Message]:
        """Exchange the directory for the one kept before it; return what that changes.

        Raises UpdateError and DatabaseError, as `replace` does.
        """
        with self._alone(), self._noting(who, "undo"):
            return undo(self.folder, self.kept)

    def _refuse_without(self, tables: Tables) -> None:
        """Refuse tables without a service that an answer names: residents would be sent to nobody."""
        active = {row["id"] for row in tables["services"] if row["status"] == "active"}
        topics = check_topics(self.content / FAQ, Problems(self.content))
        for service, answer in sorted(services_named(topics).items()):
            if service not in active:
                raise UpdateError(Message("service_in_use", service=service, answer=answer))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all others out: whoever makes a workplace takes away those of others."""
        # The folder that holds the topics too: their check reads the directory.
        refusal = UpdateError(Message("directory_being_changed"))
        with exclusive(self.folder.parent, _SECONDS_TO_WAIT, refusal):
            yield

    @contextlib.contextmanager
    def _noting(self, who: str, action: str) -> Iterator[None]:
        before = folder_hash(self.folder)
        yield
        self.audit.record(who, action, "directory", before=before, after=folder_hash(self.folder))
