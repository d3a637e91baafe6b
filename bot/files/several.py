"""Several files and folders of one folder exchanged for others together: all of them, or none.

A step at a time, with a note of what is under way: what was ended half-way is finished by whoever comes next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from bot.files.atomic import sync, write_whole
from bot.files.folders import exchange_folders

_UNDER_WAY = ".exchanging.json"


def exchange_several(folder: Path, new: Path, names: Sequence[str], *, kept: str) -> None:
    """Exchange what stands under these names in `folder` for what stands so in `new`, a folder in it.

    `new` is called `kept` afterwards, in the place of whatever was called so, and holds what was there
    before. Raises OSError, and then nothing is exchanged.
    """
    inodes = {name: (new / name).stat().st_ino for name in names}
    note = {"new": new.name, "kept": kept, "inodes": inodes}
    write_whole(folder / _UNDER_WAY, json.dumps(note))
    sync(folder)
    finish_exchange(folder)


def is_under_way(folder: Path) -> bool:
    """Whether an exchange in a folder was ended half-way, so that what is new there is still needed."""
    return (folder / _UNDER_WAY).exists()


def finish_exchange(folder: Path) -> bool:
    """Finish what is under way in a folder; say whether anything was.

    Raises OSError, as `exchange_several` does.
    """
    note = folder / _UNDER_WAY
    try:
        planned = json.loads(note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    new, kept, inodes = folder / planned["new"], folder / planned["kept"], planned["inodes"]
    done = []
    try:
        for name, inode in inodes.items():
            # What has the number of the new one is exchanged already.
            if not (folder / name).exists():
                os.rename(new / name, folder / name)
            elif (folder / name).stat().st_ino != inode:
                exchange_folders(new / name, folder / name)
                done.append(name)
    except OSError:
        for name in done:
            exchange_folders(new / name, folder / name)
        note.unlink()
        raise
    if new != kept and new.exists():
        shutil.rmtree(kept, ignore_errors=True)
        os.rename(new, kept)
    sync(folder)
    note.unlink()
    return True
