"""Locks on open files, which go with the process that holds them, however it ends."""

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
    """Lock an open file for this process alone, as soon as it can be within some seconds; say whether."""
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
def folder_locked_within(folder: Path, seconds: float) -> Iterator[bool]:
    """Hold the lock of a folder, waiting for it for some seconds at most; yield whether it is held."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield lock_within(handle, seconds)
    finally:
        os.close(handle)


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
