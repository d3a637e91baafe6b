"""The directory as it stands now: read again when its files change."""

from __future__ import annotations

import time
from pathlib import Path

from bot.directory.reading import read_directory
from bot.directory.services import Directory, logger
from bot.problems import ContentError

# How often at most the tables are looked at for changes.
_SECONDS_BETWEEN_LOOKS = 2


class LiveDirectory:
    """The directory as it stands on disk now; while that has a mistake, as it last was without one.

    So a directory that was mended or pulled is used at once, without training and without a start.
    """

    def __init__(self, folder: Path, *, fallback: Path | None = None) -> None:
        """Read the tables in `folder`, or those in `fallback` where these have a mistake.

        Raises ContentError where both have.
        """
        self._folder = folder
        self._seen = self._stamp()
        self._looked_at = time.monotonic()
        try:
            self._directory = read_directory(folder)
        except ContentError as error:
            if fallback is None:
                raise
            _warn(error)
            self._directory = read_directory(fallback)

    def current(self) -> Directory:
        """Return the directory, read again if its files have changed."""
        now = time.monotonic()
        if now - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._directory = read_directory(self._folder)
                except ContentError as error:
                    _warn(error)
        return self._directory

    def _stamp(self) -> frozenset[tuple[str, int, int]]:
        try:
            states = [(path.name, path.stat()) for path in self._folder.iterdir()]
        except FileNotFoundError:
            return frozenset()
        return frozenset((name, state.st_mtime_ns, state.st_size) for name, state in states)


def _warn(error: ContentError) -> None:
    logger.warning("The resource directory has a mistake; the last good one is used. %s", error)
