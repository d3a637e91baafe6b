"""Replacing the service directory and going back, one change at a time and each noted in the audit log."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.paths import FAQ
from bot.content.responses import check_responses
from bot.content.service_references import (
    answers_naming,
    check_responses_services,
    check_services,
    services_named,
)
from bot.content.topic_reading import check_topics
from bot.content.topics import Topic
from bot.database.audit import AuditLog
from bot.directory.one_service import in_words, take_out
from bot.directory.reading import check_directory, read_directory
from bot.directory.services import Directory
from bot.directory.tables import Tables
from bot.directory.update import (
    UpdateError,
    differences,
    read_present,
    read_previous,
    refuse,
    replace_directory,
    staged,
    undo,
)
from bot.files.hashing import folder_hash
from bot.files.locks import exclusive
from bot.messages import DataText, Message
from bot.problems import ContentError, Problem, Problems
from bot.settings import Settings
from bot.text.language import LANGUAGES

# Replacing takes a second, and a check of the topics, which others may be waiting for, some ten.
_SECONDS_TO_WAIT = 30.0
# What the audit log calls the directory; a service of it stands behind a stroke.
SUBJECT = "directory"


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

    @property
    def state(self) -> str:
        """The state of the directory: what somebody was shown is of it, and of no other."""
        return folder_hash(self.folder)

    def replace(
        self,
        who: str,
        action: str,
        build: Callable[[], Tables],
        show: Callable[[Message], None],
        *,
        seen: str | None = None,
    ) -> bool:
        """Replace the directory by new tables, showing each difference first; say whether there was any.

        `build` makes the tables, from those that stand then, and `action` is what the audit log calls it.
        `seen` is the state of which somebody was shown what changes. Raises UpdateError, and changes nothing,
        where that is another one now, where the new directory has a mistake, or somebody else has been
        changing the content for half a minute; DatabaseError; and what `build` raises.
        """
        with self._alone():
            self._refuse_another(seen)
            tables = build()
            _refuse_without(tables, self._topics())
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

    def change_service(
        self, who: str, action: str, service: str, build: Callable[[Tables], Tables]
    ) -> tuple[Tables, Tables]:
        """Replace what the directory says of one service; return the tables as they were and as they are.

        `build` makes the tables from those that stand then. The audit log holds what was said of the service
        before and after, part by part. Raises what `replace` raises, and UpdateError too where answers could
        not be given any more as they are written.
        """
        with self._alone():
            present = read_present(self.folder)
            tables = build(present)
            topics = self._topics()
            _refuse_without(tables, topics)
            before, after = (in_words(take_out(one, service), one, "en") for one in (present, tables))
            changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            if not changed:
                return present, present
            with staged(tables, self.folder) as new:
                directory = self._checked(new)
                self._refuse_unfit(directory, topics)
                with self.audit.recording(
                    who,
                    action,
                    f"{SUBJECT}/{service}",
                    before={name: before[name] for name in changed if name in before} or None,
                    after={name: after[name] for name in changed if name in after} or None,
                ):
                    replace_directory(new, self.folder, self.kept)
        return present, tables

    def change_withheld(self, who: str, action: str, number: str, build: Callable[[Tables], Tables]) -> None:
        """Replace what the directory says of a number that is withheld, or was; raises as `replace` does."""
        with self._alone():
            present = read_present(self.folder)
            tables = build(present)
            before, after = (
                next(({**row} for row in one["withheld_phones"] if row["number"] == number), None)
                for one in (present, tables)
            )
            if before == after:
                return
            with staged(tables, self.folder) as new:
                self._checked(new)
                with self.audit.recording(who, action, f"{SUBJECT}/{number}", before=before, after=after):
                    replace_directory(new, self.folder, self.kept)

    def _checked(self, new: Path) -> Directory:
        """Return the directory in a folder; raises UpdateError with its mistakes."""
        problems = Problems(new)
        directory = check_directory(new, problems)
        if directory is None:
            raise UpdateError(Message("directory_not_changed"), sorted(problems.found))
        return directory

    def _refuse_unfit(self, directory: Directory, topics: Mapping[str, Topic]) -> None:
        """Refuse a directory with which answers or cards would be too long, or would repeat what it says."""
        conversation = check_responses(self.content, Problems(self.content))

        def problems_with(one: Directory) -> list[Problem]:
            problems = Problems(self.content)
            check_services(self.content, topics, one, problems)
            if conversation is not None:
                check_responses_services(self.content, conversation, one, problems)
            return problems.found

        before = problems_with(read_directory(self.folder))
        if found := sorted(one for one in problems_with(directory) if one not in before):
            raise UpdateError(Message("answers_not_fit"), found)

    def _topics(self) -> Mapping[str, Topic]:
        return check_topics(self.content / FAQ, Problems(self.content))

    def named(self) -> frozenset[str]:
        """Return the services that answers name, which no directory can do without."""
        return frozenset(services_named(self._topics()))

    def undo(self, who: str, *, seen: str | None = None) -> list[Message]:
        """Exchange the directory for the one kept before it; return what that changes.

        Raises UpdateError and DatabaseError, as `replace` does.
        """
        with self._alone():
            self._refuse_another(seen)
            _refuse_without(read_previous(self.kept), self._topics())
            with self._noting(who, "undo"):
                return undo(self.folder, self.kept)

    def _refuse_another(self, seen: str | None) -> None:
        if seen is not None and seen != self.state:
            raise UpdateError(Message("directory_changed_since"))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all others out: whoever makes a workplace takes away those of others."""
        # The folder that holds the topics too: their check reads the directory.
        refusal = UpdateError(Message("directory_being_changed"))
        with exclusive(self.folder.parent, _SECONDS_TO_WAIT, refusal):
            yield

    @contextlib.contextmanager
    def _noting(self, who: str, action: str) -> Iterator[None]:
        before = self.state
        yield
        self.audit.record(who, action, SUBJECT, before=before, after=self.state)


def _refuse_without(tables: Tables, topics: Mapping[str, Topic]) -> None:
    """Refuse tables without a service that an answer names: residents would be sent to nobody."""
    active = {row["id"] for row in tables["services"] if row["status"] == "active"}
    for service in sorted(services_named(topics).keys() - active):
        answers = answers_naming(service, topics)
        titles = DataText(*("; ".join(one.title[code] for one in answers) for code in LANGUAGES))
        raise UpdateError(Message("service_in_use", service=service, count=len(answers), answers=titles))
