"""What staff do with models and single answers, each noted in the audit log: publish, go back, turn off, on.

Turning an answer off and going back are always possible, also while the gate would stop something, a topic
file has a mistake or the database is away. What is turned off stays so, whatever is published (see
bot.training.topics_off).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.diff import topic_changes
from bot.content.home import copy_content
from bot.content.paths import FAQ
from bot.content.topics import turned_off
from bot.database.audit import AuditLog
from bot.database.engine import Database, DatabaseError
from bot.editing.fields import TopicFields, state_of
from bot.editing.replace import replace_topics
from bot.editing.topic_text import TopicEditError, read_fields, read_text, with_fields
from bot.errors import KyrError, reason_of
from bot.messages import Message
from bot.settings import Settings
from bot.training.gate import Stop, Verdict, judge
from bot.training.models import Model, ModelError, ModelStore
from bot.training.pace import Progress
from bot.training.publishing import PublishError, ServingStatusFile, publish, roll_back
from bot.training.topics_off import FILE as TOPICS_OFF
from bot.training.topics_off import TopicsOff
from bot.training.train import rebuild_answers, train

MOST_LETTERS = 200


class StoppedError(KyrError):
    """The gate stops a model; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(Message("stopped", version=verdict.version))


@dataclass(frozen=True)
class Release:
    """Where models are kept and served from, where changes are noted, and who makes them.

    `content` is the folder with the content that staff edit.
    """

    content: Path
    store: ModelStore
    serving: ServingStatusFile
    audit: AuditLog
    who: str
    progress: Progress

    @classmethod
    def of(cls, settings: Settings, who: str, progress: Progress) -> Release:
        """Return what the settings name, for somebody who is told how it gets on."""
        audit = AuditLog(Database.of(settings))
        store, serving = ModelStore(settings.data_dir), ServingStatusFile(settings.data_dir)
        return cls(settings.content_dir, store, serving, audit, who, progress)

    @property
    def off(self) -> TopicsOff:
        """The topics that are turned off."""
        return TopicsOff(self.store.data_dir)

    def publish(self, version: str, *, despite: str = "") -> Verdict:
        """Publish a model if the gate lets it pass, or despite it, for a reason.

        Raises StoppedError, ModelError, PublishError and DatabaseError.
        """
        with self._alone():
            candidate, published = self.store.get(version), self.store.published()
            candidate.verify()
            verdict = self.verdict(candidate, None if published == candidate else published)
            if not verdict.passed and not despite.strip():
                self._note("publish stopped", version, after={"stops": [stop.text for stop in verdict.stops]})
                raise StoppedError(verdict)
            after: dict[str, Any] = {"version": version}
            if not verdict.passed:
                after |= {"despite": despite.strip(), "stops": [stop.text for stop in verdict.stops]}
            self._published("publish", published, candidate, after)
            return verdict

    def verdict(self, candidate: Model, published: Model | None) -> Verdict:
        """Judge a candidate as the gate does, and by which answers have stopped in the content since."""
        verdict = judge(candidate, published, off=self.off.read())
        stops = tuple(
            Stop("off", Message("stop_turned_off", topic=topic), topic)
            for topic in self._turned_off(candidate)
        )
        return dataclasses.replace(verdict, stops=verdict.stops + stops)

    def report(self, model: Model) -> Verdict:
        """Judge a model against the published one, or that one against the model before it."""
        published = self.store.published()
        is_published = published is not None and published.version == model.version
        return self.verdict(model, self.store.previous() if is_published else published)

    def _turned_off(self, candidate: Model) -> Iterator[str]:
        for topic in candidate.content.topics.values():
            # A file that is broken or gone says nothing of that; `kyr check` names it.
            with contextlib.suppress(OSError, TopicEditError):
                file = self.content / FAQ / f"{topic.id}.yml"
                if topic.enabled and not read_fields(read_text(file)).enabled:
                    yield topic.id

    def roll_back(self, seen: str = "") -> Model:
        """Go back to the model before; raises PublishError and ModelError.

        `seen` is the one that whoever wants it was told of: where somebody has published another one
        meanwhile, the model before is not what they have seen.
        """
        with self._alone():
            published, previous = self.store.published(), self.store.previous()
            if previous is None:
                return roll_back(self.store, self.serving, self.progress)  # says that there is none
            if seen and previous.version != seen:
                raise PublishError(Message("model_before_is_other"))
            self._published("rollback", published, previous, {"version": previous.version})
            return previous

    def train(self) -> Model:
        """Make a candidate of the content that staff edit; raises what bot.training.train.train does."""
        known = {model.version for model in self.store.list()}
        model = asyncio.run(train(self.content, self.store, self.progress))
        if model.version not in known:
            changed = [change["topic"] for change in model.report["changes"]]
            self._note("train", model.version, after={"topics": changed})
        return model

    def turn_off(self, topic: str, reason: str) -> None:
        """Give no answer to a topic from now on, whatever model answers, until it is turned on again.

        Nothing is published by it, and it waits for nothing. Raises PublishError and ModelError.
        """
        self._refuse_unknown(topic)
        try:
            is_new = self.off.add(topic)
        except OSError as error:
            raise self._not_written(TOPICS_OFF, error) from None
        if self._knows(topic):
            self.progress(Message("answer_off", topic=topic) if is_new else Message("answer_off_before"))
        with self._noting_what_is_done():
            after = {"enabled": False, "reason": reason}
            self._note("topic off", topic, before={"enabled": is_new}, after=after)

    def turn_on(self, topic: str) -> None:
        """Give the answer to a topic again; raises what `publish` does, and ContentError."""
        self._refuse_unknown(topic)
        published, is_off = self.store.published(), topic in self.off.read()
        given = published.content.topics.get(topic) if published else None
        if topic in _topics_in(self.content) or given is None or not given.enabled:
            self._change_topic(topic, lambda fields: dataclasses.replace(fields, enabled=True))
        if not is_off or (given is not None and not given.enabled):
            self._publish_changed(topic, "topic on", {}, off=self.off.read() - {topic})
        if is_off:
            self._take_back(topic)

    def _take_back(self, topic: str) -> None:
        """Turn a topic on that is turned off, if the gate lets it pass."""
        with self._alone():
            if (published := self.store.published()) is not None:
                verdict = judge(published, published, off=self.off.read() - {topic})
                if not verdict.passed:
                    raise StoppedError(verdict)
            self._note("topic on", topic, before={"enabled": False}, after={"enabled": True})
            try:
                self.off.remove(topic)
            except OSError as error:
                raise self._not_written(TOPICS_OFF, error) from None
        if self._knows(topic):
            self.progress(Message("answer_on_again", topic=topic))

    def _refuse_unknown(self, topic: str) -> None:
        """Raise PublishError for a topic that neither staff nor residents have."""
        version = self.store.published_version()
        given = _topics_in(self.store.published_content_dir()) if version else ()
        if topic not in (*_topics_in(self.content), *given):
            raise PublishError(Message("topic_unknown", topic=topic))

    def _knows(self, topic: str) -> bool:
        """Whether the published model knows a topic; where not, say from when on it counts what was done."""
        if self.store.published_version() is None:
            self.progress(Message("nothing_published_yet"))
        elif topic not in _topics_in(self.store.published_content_dir()):
            self.progress(Message("published_model_lacks", topic=topic))
        else:
            return True
        return False

    def _not_written(self, file: Path | str, error: OSError) -> PublishError:
        return PublishError(Message("not_written", file=file, reason=reason_of(error)))

    def approve(self, topic: str, approved_by: str, *, seen: str = "") -> None:
        """Write down who has signed an answer off, and publish that; raises as `turn_on` does.

        `seen` is the state (bot.editing.sheet.rows.state_of) in which it was read, where that is known.
        """
        if not 0 < len(approved_by.strip()) <= MOST_LETTERS or "\n" in approved_by:
            raise PublishError(Message("who_signs", most=MOST_LETTERS))
        approved = approved_by.strip()

        def sign(fields: TopicFields) -> TopicFields:
            if seen and state_of(fields) != seen:
                raise PublishError(Message("topic_changed_since_read", topic=topic))
            return dataclasses.replace(fields, approved_by=approved)

        self._change_topic(topic, sign)
        self._publish_changed(topic, "approve", {"approved_by": approved}, off=self.off.read())

    def _change_topic(self, topic: str, change: Callable[[TopicFields], TopicFields]) -> None:
        """Change the header of a topic in the content that staff edit."""
        name = f"{topic}.yml"
        file = self.content / FAQ / name
        if topic not in _topics_in(self.content):
            raise PublishError(Message("topic_unknown", topic=topic))
        text = read_text(file)
        edited = with_fields(text, topic, change(read_fields(text)))
        if edited == text:
            return
        try:
            replace_topics(self.content, {name: edited}, before={name: text})
        except OSError as error:
            raise self._not_written(FAQ / name, error) from None

    def _publish_changed(
        self, topic: str, action: str, after: Mapping[str, Any], *, off: Collection[str]
    ) -> None:
        """Publish the present model with the header of one topic as it stands in the content now.

        The gate judges it as it is when the topics `off` are.
        """
        with self._alone():
            published = self.store.published()
            if not self._knows(topic) or published is None:
                self._note(action, topic, after=dict(after))
                return
            candidate = self._with_header(published, topic)
            if candidate.version == published.version:
                self._note(action, topic, after=dict(after))
                self.progress(Message("model_stays", version=published.version))
                return
            verdict = judge(candidate, published, off=off)
            if not verdict.passed:
                raise StoppedError(verdict)
            self._published(action, published, candidate, {"version": candidate.version, **after})

    def _with_header(self, published: Model, topic: str) -> Model:
        """Return a model that knows a topic with the topic's header as it is in the content."""
        wanted = read_fields(read_text(self.content / FAQ / f"{topic}.yml"))
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            copy_content(published.content_dir, root)
            file = root / FAQ / f"{topic}.yml"
            text = read_text(file)
            present = read_fields(text)
            fields = dataclasses.replace(present, enabled=wanted.enabled)
            # What was signed off may be a new answer, which residents are not given yet.
            if present.signed == wanted.signed:
                fields = dataclasses.replace(fields, approved_by=wanted.approved_by)
            file.write_bytes(with_fields(text, topic, fields).encode())
            # Only a model of an older program has learnt otherwise than this content asks for.
            return rebuild_answers(root, self.store, self.progress) or asyncio.run(
                train(root, self.store, self.progress)
            )

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        """Change what is published, after whoever does so now."""
        return self.store.publishing(lambda: self.progress(Message("waiting_for_change")))

    def _published(
        self, action: str, published: Model | None, candidate: Model, after: Mapping[str, Any]
    ) -> None:
        """Publish, and note it with every topic that residents are answered otherwise from now on."""
        before = {"version": published.version} if published else None
        always = action == "rollback"
        if not always:
            self._note(action, candidate.version, before=before, after=after)
        try:
            publish(self.store, self.serving, candidate.version, self.progress)
        except PublishError as error:
            self._note(f"{action} refused", candidate.version, before=before, after={"why": str(error)})
            raise
        with self._noting_what_is_done():
            if always:
                self._note(action, candidate.version, before=before, after=after)
            off, content = self.off.read(), published.readable_content if published else None
            now = turned_off(candidate.content.topics, off)
            for change in topic_changes(turned_off(content.topics, off), now) if content else ():
                self._note(f"{action}: answer", change.topic, before=change.before, after=change.after)

    @contextlib.contextmanager
    def _noting_what_is_done(self) -> Iterator[None]:
        """Say where what is done cannot be noted."""
        try:
            yield
        except (DatabaseError, ModelError) as error:
            self.progress(Message("done_not_noted", error=error.message))

    def _note(self, action: str, subject: str, *, before: Any = None, after: Any) -> None:
        self.audit.record(self.who, action, subject, before=before, after=after)


def _topics_in(root: Path) -> set[str]:
    """Return the ids of the topics in a content, also of those that cannot be read."""
    return {file.stem for file in (root / FAQ).glob("*.yml")}
