"""Where the content stands that staff edit: made of the program's own, outside of the program.

So `git pull` or a new release never meets what staff have changed. Beside it (BASE) the content of the
release is kept from which it was made, or which it was brought up to last: without it nobody could tell
what the city has changed from what a release has.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.content.paths import BASE, CONTENT
from bot.errors import KyrError, reason_of
from bot.files.atomic import sync
from bot.files.locks import exclusive
from bot.messages import Message
from bot.settings import PROJECT_ROOT

_MAKING = ".making-"
# What may be in a folder that is as good as empty, beside what a run that was ended half-way has left.
_OF_DISKS = ("lost+found",)
_SECONDS_FOR_GIT = 30


class HomeError(KyrError):
    """Content that cannot be made; the text says where and why."""


def copy_content(root: Path, target: Path) -> None:
    """Copy what a model is made of from one folder to another, which may not be there yet."""
    target.mkdir(parents=True, exist_ok=True)
    for name in CONTENT:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name)
        elif (root / name).exists():  # the check names what is missing
            shutil.copyfile(root / name, target / name)


def make_content(folder: Path, program: Path = PROJECT_ROOT) -> bool:
    """Make the content of the program's own in a folder that is missing or empty; say if it was made now.

    A folder in which anything else stands is left as it is. It is there wholly or not at all: what was ended
    half-way is made anew. Raises HomeError.
    """
    if folder == program or not _is_empty(folder):
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder, math.inf):
            if not _is_empty(folder):
                return False  # somebody else has just made it
            for left in folder.glob(f"{_MAKING}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_MAKING, dir=folder) as workplace:
                made = Path(workplace)
                copy_content(program, made)
                _copy_released(program, made / BASE)
                os.sync()  # once for all of its files, which are a thousand
                # The folder `data` comes last: as long as it is not there, nothing is.
                for name in (BASE, *CONTENT[::-1]):
                    if (made / name).exists():
                        shutil.rmtree(folder / name, ignore_errors=True)
                        os.rename(made / name, folder / name)
                sync(folder)
    except OSError as error:
        raise HomeError(Message("content_not_made", folder=folder, reason=reason_of(error))) from None
    return True


def _is_empty(folder: Path) -> bool:
    """Whether there is nothing in a folder but what a run that was ended half-way has left."""
    if not folder.exists():
        return True
    names = {path.name for path in folder.iterdir() if not path.name.startswith(_MAKING)}
    ours = {BASE, *CONTENT} - {"data"} if BASE in names else set()
    return not names - ours - {*_OF_DISKS}


def _copy_released(program: Path, target: Path) -> None:
    """Copy the program's own content as it was released.

    Where staff have edited in the folder of a git checkout until now, that is the content of its last commit:
    what they have changed since is the city's.
    """
    target.mkdir()
    command = ["git", "-C", str(program), "archive", "--format=tar", "HEAD", *CONTENT]
    if (program / ".git").exists():
        try:
            archived = subprocess.run(  # noqa: S603 - nothing of it comes from outside
                command, capture_output=True, check=True, timeout=_SECONDS_FOR_GIT
            ).stdout
            with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
                for member in archive.getmembers():
                    if member.isfile():
                        file = archive.extractfile(member)
                        assert file is not None  # noqa: S101 - it is a file
                        place = target / member.name
                        place.parent.mkdir(parents=True, exist_ok=True)
                        place.write_bytes(file.read())
        except (OSError, subprocess.SubprocessError, tarfile.TarError):
            shutil.rmtree(target)  # no git, or a folder that is none of it: then as it stands
        else:
            return
    copy_content(program, target)


def files_of(root: Path, names: tuple[str, ...] = CONTENT) -> Iterator[Path]:
    """Yield the files of a content in their order."""
    for name in names:
        found = [root / name] if (root / name).is_file() else sorted((root / name).rglob("*"))
        yield from (path for path in found if path.is_file())


def state_of(root: Path) -> str:
    """Return a hash of all files of a content, also those that no model is made of."""
    digest = hashlib.sha256()
    for path in files_of(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)}\0{content}\0".encode())
    return digest.hexdigest()
