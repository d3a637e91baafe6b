"""What staff do with models and single answers, each noted in the audit log: publish, go back, turn off, on.

Turning an answer off and going back are always possible, also while the gate would stop something, a topic
file has a mistake or the database is away. It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.audit import AuditLog
from bot.changes import differing, topic_changes
from bot.database import DatabaseError
from bot.gate import Verdict, judge
from bot.models import Model, ModelStore, write_whole
from bot.publishing import PublishError, Say, ServingFile, publish, roll_back
from bot.sheet_rows import cells_of
from bot.topic_files import read_fields, with_fields
from bot.topic_layout import TopicFields
from bot.topic_update import FAQ, replace_topics
from bot.training import copy_content, train

MOST_LETTERS = 200


class StoppedError(Exception):
    """The gate stops a model; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(
            f"Model {verdict.version} was not published. Mend what stops it and train again; or, where you "
            "answer for it, say why with --despite REASON, which is kept in the audit log."
        )


@dataclass(frozen=True)
class Release:
    """Where models are kept and served from, where changes are noted, and who makes them.

    `content` is the folder with the content that staff edit.
    """

    content: Path
    store: ModelStore
    serving: ServingFile
    audit: AuditLog
    who: str
    say: Say

    def publish(self, version: str, *, despite: str = "") -> Verdict:
        """Publish a model if the gate lets it pass, or despite it, for a reason.

        Raises StoppedError, ModelError, PublishError and DatabaseError.
        """
        candidate, published = self.store.get(version), self.store.published()
        candidate.verify()
        verdict = judge(candidate, None if published == candidate else published)
        if not verdict.passed and not despite.strip():
            self._note("publish stopped", version, after={"stops": [stop.text for stop in verdict.stops]})
            raise StoppedError(verdict)
        after: dict[str, Any] = {"version": version}
        if not verdict.passed:
            after |= {"despite": despite.strip(), "stops": [stop.text for stop in verdict.stops]}
        self._published("publish", published, candidate, after)
        return verdict

    def roll_back(self) -> Model:
        """Go back to the model before; raises PublishError and ModelError."""
        published, previous = self.store.published(), self.store.previous()
        if previous is None:
            return roll_back(self.store, self.serving, self.say)  # says that there is none
        self._published("rollback", published, previous, {"version": previous.version})
        return previous

    def train(self) -> Model:
        """Make a candidate of the content that staff edit; raises what bot.training.train does."""
        known = {model.version for model in self.store.list()}
        model = asyncio.run(train(self.content, self.store, self.say))
        if model.version not in known:
            changed = [change["topic"] for change in model.report["changes"]]
            self._note("train", model.version, after={"topics": changed})
        return model

    def turn_off(self, topic: str, reason: str) -> None:
        """Give no answer to a topic from now on, here and in the content that staff edit.

        Of other changes in that content nothing is published. Raises PublishError and ModelError.
        """
        self._change_topic(topic, lambda fields: dataclasses.replace(fields, enabled=False))
        self._publish_changed(topic, "topic off", {"reason": reason}, gate=False)

    def turn_on(self, topic: str) -> None:
        """Give the answer to a topic again; raises what `publish` does, and ContentError."""
        self._change_topic(topic, lambda fields: dataclasses.replace(fields, enabled=True), check=True)
        self._publish_changed(topic, "topic on", {}, gate=True)

    def approve(self, topic: str, approved_by: str) -> None:
        """Write down who has signed an answer off, and publish that; raises as `turn_on` does."""
        if not 0 < len(approved_by.strip()) <= MOST_LETTERS or "\n" in approved_by:
            raise PublishError(f"Say who signs it off in one line of at most {MOST_LETTERS} letters.")
        approved = approved_by.strip()
        self._change_topic(
            topic, lambda fields: dataclasses.replace(fields, approved_by=approved), check=True
        )
        self._publish_changed(topic, "approve", {"approved_by": approved}, gate=True)

    def _change_topic(
        self, topic: str, change: Callable[[TopicFields], TopicFields], *, check: bool = False
    ) -> None:
        """Change the header of a topic in the content that staff edit."""
        name = f"{topic}.yml"
        file = self.content / FAQ / name
        if name not in {each.name for each in (self.content / FAQ).glob("*.yml")}:
            raise PublishError(f"There is no topic {topic!r}. `kyr topics` lists them.")
        text = file.read_text(encoding="utf-8")
        edited = with_fields(text, topic, change(read_fields(text)))
        if edited == text:
            return
        if check:
            replace_topics(self.content, {name: edited}, before={name: text})
        else:
            write_whole(file, edited)

    def _publish_changed(self, topic: str, action: str, after: Mapping[str, Any], *, gate: bool) -> None:
        """Publish the present model with the header of one topic as it stands in the content now."""
        published = self.store.published()
        if published is None:
            self._note(action, topic, after=dict(after))
            self.say("No model is published yet: it counts from the first one on.")
            return
        wanted = read_fields((self.content / FAQ / f"{topic}.yml").read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            copy_content(published.content_dir, root)
            file = root / FAQ / f"{topic}.yml"
            if not file.exists():
                self._note(action, topic, after=dict(after))
                self.say(f"The published model does not know {topic} yet: it counts from the next one on.")
                return
            text = file.read_text(encoding="utf-8")
            fields = dataclasses.replace(
                read_fields(text), enabled=wanted.enabled, approved_by=wanted.approved_by
            )
            file.write_text(with_fields(text, topic, fields), encoding="utf-8")
            candidate = asyncio.run(train(root, self.store, self.say))
        if candidate.version == published.version:
            self.say(f"Model {published.version} says so already")
            return
        if gate:
            verdict = judge(candidate, published)
            if not verdict.passed:
                raise StoppedError(verdict)
        self._published(action, published, candidate, {"version": candidate.version, **after})

    def _published(
        self, action: str, published: Model | None, candidate: Model, after: Mapping[str, Any]
    ) -> None:
        """Publish, and note it with every topic that residents are answered otherwise from now on."""
        before = {"version": published.version} if published else None
        always = action in ("rollback", "topic off")
        if not always:
            self._note(action, candidate.version, before=before, after=after)
        try:
            publish(self.store, self.serving, candidate.version, self.say)
        except PublishError as error:
            self._note(f"{action} refused", candidate.version, before=before, after={"why": str(error)})
            raise
        try:
            if always:
                self._note(action, candidate.version, before=before, after=after)
            topics = published.content.topics if published else {}
            for change in topic_changes(topics, candidate.content.topics) if published else ():
                self._note(f"{action}: answer", change.topic, before=change.before, after=change.after)
        except DatabaseError as error:
            self.say(f"It is done, but could not be noted in the audit log. {error}")

    def _note(self, action: str, subject: str, *, before: Any = None, after: Any) -> None:
        self.audit.record(self.who, action, subject, before=before, after=after)


def note_import(
    audit: AuditLog, who: str, before: Mapping[str, str], content: Path, topics: Iterable[str]
) -> None:
    """Note the topics that an import has changed; `before` are the texts of topic files, by id, as they were.

    Raises DatabaseError.
    """
    for topic in topics:
        text = (content / FAQ / f"{topic}.yml").read_text(encoding="utf-8")
        old, new = (_cells(one) if one else {} for one in (before.get(topic), text))
        was, now = differing(old, new)
        audit.record(who, "import", topic, before=was, after=now)


def _cells(text: str) -> dict[str, Any]:
    """Return what the spreadsheet says of a topic; of questions, a list."""
    cells = cells_of(read_fields(text))
    return {
        name: cell.splitlines() if name.startswith("questions_") else cell for name, cell in cells.items()
    }
