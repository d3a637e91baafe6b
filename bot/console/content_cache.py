"""A cache of the content that staff edit; it is read again only when a file has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.content.paths import FAQ
from bot.content.reading import Content, read_content
from bot.content.topic_reading import check_topics
from bot.content.topics import Topic
from bot.problems import ContentError, Problem, Problems
from bot.text.language import LanguageIdentifier
from bot.training.models import ModelStore
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

    def __init__(self, root: Path, store: ModelStore, serving: ServingStatusFile, off: TopicsOff) -> None:
        self.root, self._store, self._serving, self._off = root, store, serving, off
        self._lock = threading.Lock()
        self._read: dict[str, tuple[object, Any]] = {}

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

    def identifier(self) -> LanguageIdentifier:
        """Return what tells in which language a text is."""
        return self.content().language_identifier

    def published_topics(self) -> Mapping[str, Topic] | None:
        """Return the topics of the published model, None where nothing is published."""
        published = self._store.published()
        return published.content.topics if published else None

    def as_residents_get(self, topics: Mapping[str, Topic]) -> Mapping[str, Topic]:
        """Return topics that stand in their files, each on or off as residents get it now.

        That is by the model which answers: another may be published that is not taken over yet, or never.
        """
        serving = self._serving.read()
        if serving is None:
            return as_residents_get(topics, self.published_topics(), self._off.read())
        return as_residents_get(topics, self._store.get(serving.version).content.topics, self._off.read())

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
