"""Locks on files and folders, which go with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_SECONDS_BETWEEN_LOOKS = 0.05


def lock_within(file: IO[str] | int, seconds: float) -> bool:
    """Lock an open file for this process alone, as soon as it can be within some seconds; say whether.

    For a lock that is handed to a child; any other is taken by `exclusive`.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        else:
            return True


@contextlib.contextmanager
def exclusive(path: Path, wait: float, refusal: Exception | None = None) -> Iterator[None]:
    """Hold the lock of a path, waiting for it for at most so many seconds (`math.inf`: as long as it takes).

    The path is that of a folder or a file which is there, or ends in ".lock": then it is that of a file for
    nothing else, made here where it is missing. Raises `refusal`, or BlockingIOError where there is none,
    when another holds the lock for longer; and OSError where the path cannot be opened.
    """
    flags = os.O_RDONLY
    if path.name.endswith(".lock"):
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT
    until = time.monotonic() + wait
    while True:
        handle = os.open(path, flags, 0o666)
        try:
            if not lock_within(handle, max(0.0, until - time.monotonic())):
                raise refusal or BlockingIOError(f"{path} is locked")
            if not _is_still(path, handle):
                continue  # another folder has come in its place, whose lock is the one that others take
            yield
            return
        finally:
            os.close(handle)


def _is_still(path: Path, handle: int) -> bool:
    """Whether a path leads to what was opened."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def is_held(path: Path) -> bool:
    """Whether a process holds the lock of a file that may not be there. Raises OSError."""
    try:
        with path.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
