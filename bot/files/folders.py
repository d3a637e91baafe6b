"""Atomic replacement of a folder: a staging folder on the same disk, and a swap of the two in one step.

Whoever is ended half-way, by a full disk or by force, leaves the old folder or the new one, whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder on the same disk as `folder`, which goes away in the end.

    What a run that was ended half-way left there goes away first, so only one at a time may build.
    """
    recover(folder)
    for left in folder.parent.glob(f".{folder.name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True
    ) as workplace:
        yield Path(workplace)


def exchange_folders(new: Path, folder: Path) -> None:
    """Let two folders change places, in one step where the system can."""
    if _exchange(new, folder):
        return
    # Two renames with nothing between them; who reads in that moment keeps the directory it has.
    old = _put_aside(folder)
    os.rename(folder, old)
    try:
        os.rename(new, folder)
    except OSError:
        os.rename(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def recover(folder: Path) -> None:
    """Put a folder back that is missing because a run was ended between the two renames."""
    if not folder.exists() and _put_aside(folder).exists():
        os.rename(_put_aside(folder), folder)


def _put_aside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}-old"


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two paths by Linux's renameat2, which Python does not offer; False where it cannot be done."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    # Flag 2 is RENAME_EXCHANGE; -100 is AT_FDCWD, which absolute paths do not use.
    return bool(renameat2(-100, os.fsencode(one.resolve()), -100, os.fsencode(other.resolve()), 2) == 0)
