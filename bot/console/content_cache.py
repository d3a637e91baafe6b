"""A cache of the content that staff edit; it is read again only when a file has changed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cachetools import LRUCache

from bot.content.full_text import FullText, passages_of
from bot.content.glossary import Glossary
from bot.content.page_texts import check_page_texts, with_released
from bot.content.paths import FAQ, NLU, PAGE_TEXTS, START
from bot.content.reading import Content, read_content
from bot.content.responses import Responses, check_responses
from bot.content.service_places import Said
from bot.content.start import read_start
from bot.content.topic_reading import check_topics
from bot.content.topics import Topic
from bot.directory.live import LiveDirectory
from bot.directory.reading import read_directory
from bot.editing.resident_texts import DOMAIN_FILE, ResidentText, read_resident_texts
from bot.problems import ContentError, Problem, Problems
from bot.text.language import LanguageIdentifier
from bot.training.models import ModelError, ModelStore
from bot.training.publishing import ServingStatusFile
from bot.training.topics_off import TopicsOff, as_residents_get

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Topics:
    """The topics that can be read, and what is wrong with the others (or with any of them)."""

    topics: Mapping[str, Topic]
    problems: tuple[Problem, ...]


class ContentCache:
    """Reads the content below a folder. Its methods take up to some seconds: call them in a thread."""

    def __init__(
        self,
        root: Path,
        resources: Path,
        store: ModelStore,
        serving: ServingStatusFile,
        off: TopicsOff,
    ) -> None:
        self.root, self._resources, self._store = root, resources, store
        self._serving, self._off = serving, off
        self._lock = threading.Lock()
        self._read: dict[str, tuple[object, Any]] = {}
        self._directory: LiveDirectory | None = None
        # Of as many versions as are kept and compared.
        self._given: LRUCache[str, Mapping[str, ResidentText]] = LRUCache(6)

    def topics(self) -> Topics:
        """Return the topics as they stand in their files."""

        def read() -> Topics:
            problems = Problems(self.root)
            topics = check_topics(self.root / FAQ, problems)
            return Topics(topics, tuple(sorted(problems.found)))

        return self._once("topics", (FAQ,), read)

    def titles(self, language: str) -> Mapping[str, str]:
        """Return the titles of the topics in a language, by id."""
        return {topic.id: topic.title[language] for topic in self.topics().topics.values()}

    def last_titles(self, language: str) -> Mapping[str, str]:
        """Return the titles as they were read last, without a look at any file; none at first."""
        read = self._read.get("topics")
        topics = read[1].topics.values() if read else ()
        return {topic.id: topic.title[language] for topic in topics}

    def said(self) -> Said:
        """Return what is said to residents beside the answers; nothing of what cannot be read."""

        texts = self._responses().responses

        def read() -> Said:
            problems = Problems(self.root)
            start = read_start(self.root / START, {}, texts, problems)
            return Said(texts, start, with_released(check_page_texts(self.root, problems)))

        return self._once("said", (NLU, DOMAIN_FILE, START, PAGE_TEXTS), read)

    def _responses(self) -> Responses:
        """Return the responses and what residents say, without what cannot be read."""

        def read() -> Responses:
            return check_responses(self.root, Problems(self.root)) or Responses({}, {})

        return self._once("responses", (NLU, DOMAIN_FILE), read)

    def content(self) -> Content:
        """Return the whole content; while it has a mistake, that of the published model.

        Raises ContentError where there is none without a mistake.
        """

        def read() -> Content:
            try:
                return read_content(self.root)
            except ContentError:
                published = self._store.published()
                if published is None:
                    raise
                return published.content

        return self._once("content", (Path("data"), Path("domain.yml"), Path("config.yml")), read)

    def full_text(self) -> FullText:
        """Return everything that can be searched, the directory as residents get it."""
        topics, texts = self.topics().topics, self.resident_texts()

        def read() -> FullText:
            try:
                directory = read_directory(self._resources)
            except ContentError:
                directory = None
            fields = {text.key: text.fields for text in texts.values()}
            return FullText(passages_of(topics, directory, fields))

        return self._once("full_text", (Path("data"), Path("domain.yml"), self._resources.resolve()), read)

    def identifier(self) -> LanguageIdentifier:
        """Return what tells in which language a text is."""
        return self.content().language_identifier

    def published_topics(self) -> Mapping[str, Topic] | None:
        """Return the topics of the published model, None where nothing is, or a program before made it."""
        published = self._store.published()
        content = published.readable_content if published else None
        return content.topics if content else None

    def resident_texts(self) -> Mapping[str, ResidentText]:
        """Return the texts that are no answers, by key, as they stand in their files."""
        files = (DOMAIN_FILE, PAGE_TEXTS, START)
        return self._once("resident texts", files, lambda: read_resident_texts(self.root))

    def shown(self) -> Content:
        """Return as much of the content as texts need to be shown, also while it has a mistake elsewhere.

        It takes a fraction of the time of `content`.
        """
        topics = self.topics().topics
        conversation = self._responses()
        if self._directory is None:
            self._directory = LiveDirectory(self._resources)
        return Content(topics, conversation, Glossary({}), self._directory)

    def given_texts(self, version: str | None) -> Mapping[str, ResidentText] | None:
        """Return these texts as a version has them, or the published one; None where that is not there."""
        version = version or self._store.published_version()
        with self._lock:
            if version and version not in self._given:
                try:
                    folder = self._store.get(version).content_dir
                except ModelError:
                    return None
                self._given[version] = read_resident_texts(folder)
            return self._given[version] if version else None

    def as_residents_get(self, topics: Mapping[str, Topic]) -> Mapping[str, Topic]:
        """Return topics that stand in their files, each on or off as residents get it now.

        That is by the model which answers: another may be published that is not taken over yet, or never.
        """
        return as_residents_get(topics, self._answering_topics(), self._off.read())

    def _answering_topics(self) -> Mapping[str, Topic] | None:
        """Return the topics of the model that answers, or of the published one where that is not known."""
        if (serving := self._serving.read()) is not None:
            with contextlib.suppress(ModelError):  # it has gone meanwhile
                return self._store.get(serving.version).content.topics
        return self.published_topics()

    def _once(self, name: str, paths: tuple[Path, ...], read: Callable[[], _Read]) -> _Read:
        with self._lock:
            now = tuple(_state(self.root / path) for path in paths)
            before = self._read.get(name)
            if before is None or before[0] != now:
                before = self._read[name] = now, read()
            found: _Read = before[1]
            return found


def _state(path: Path) -> object:
    """Return what changes when a file, or one in a folder, does."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    states = ((str(file), file.stat()) for file in files if file.is_file())
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)
