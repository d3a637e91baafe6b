"""The topics that staff have turned off: no answer is given to them, whatever model answers.

They stand in one file beside the pointer to the published model, and whoever answers residents looks there:
publishing another model and going back change nothing about them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from bot.content.topics import Topic, turned_off
from bot.files.atomic import write_whole
from bot.files.locks import exclusive
from bot.messages import Message
from bot.training.models import ModelError

FILE = "topics_off.json"

_log = logging.getLogger(__name__)


class TopicsOff:
    """The topics that are turned off in a data folder; a topic that no model knows may be among them."""

    def __init__(self, data_dir: Path) -> None:
        self._file, self._lock = data_dir / FILE, data_dir / "topics_off.lock"

    def read(self) -> frozenset[str]:
        """Return the ids of the topics; raises OSError, and ModelError where the file does not tell."""
        try:
            written = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return frozenset()
        except ValueError:
            written = None
        if not isinstance(written, list) or not all(isinstance(topic, str) for topic in written):
            raise ModelError(Message("topics_off_unreadable", file=self._file))
        return frozenset(written)

    def stamp(self) -> object:
        """Return what changes whenever the topics do; raises OSError."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def add(self, topic: str) -> bool:
        """Turn a topic off; return whether it was not before. Raises as `read` does."""
        return self._write(lambda off: off | {topic})

    def remove(self, topic: str) -> bool:
        """Turn a topic on again; return whether it was off before. Raises as `read` does."""
        return self._write(lambda off: off - {topic})

    def _write(self, change: Callable[[frozenset[str]], frozenset[str]]) -> bool:
        with exclusive(self._lock, math.inf):
            before = self.read()
            after = change(before)
            if after != before:
                self.write(after)
        return after != before

    def write(self, off: Collection[str]) -> None:
        """Turn these topics off and no others, as a restore does; raises OSError."""
        write_whole(self._file, json.dumps(sorted(off)))


class GivenTopics(Mapping[str, Topic]):
    """The topics of a model as residents are given them: those that are turned off at this moment are off.

    While the file cannot be read they are as they were. Making one raises as `TopicsOff.read` does.
    """

    def __init__(self, topics: Mapping[str, Topic], off: TopicsOff) -> None:
        self._topics, self._off = topics, off
        self._stamp = off.stamp()
        self._given = turned_off(topics, off.read())

    def __getitem__(self, topic: str) -> Topic:
        """Return a topic by its id."""
        return self._now()[topic]

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._topics)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._topics)

    def _now(self) -> Mapping[str, Topic]:
        with contextlib.suppress(OSError):
            stamp = self._off.stamp()
            if stamp != self._stamp:
                try:
                    self._given = turned_off(self._topics, self._off.read())
                except ModelError as error:
                    _log.error("%s Until then they are as they were", error)
                self._stamp = stamp
        return self._given


def as_residents_get(
    edited: Mapping[str, Topic], published: Mapping[str, Topic] | None, off: Collection[str]
) -> dict[str, Topic]:
    """Return the topics that staff edit, each on or off as residents get it now.

    One that the published model does not know is as they will get it.
    """
    given = turned_off({**edited, **(published or {})}, off)
    return {name: dataclasses.replace(topic, enabled=given[name].enabled) for name, topic in edited.items()}
