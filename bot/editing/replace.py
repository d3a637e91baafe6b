"""New texts of topic files put in place: checked first as the whole content would be, then all or none.

The spreadsheet, the commands that change a topic and the console all come through here, one at a time.
"""

from __future__ import annotations

import collections
import contextlib
import datetime
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.checks import check_content, check_resident_texts
from bot.content.paths import FAQ
from bot.content.sounds import SOUNDS
from bot.editing.fields import ID
from bot.errors import KyrError
from bot.files.atomic import sync, write_whole
from bot.files.folders import exchange_folders, staging_folder
from bot.files.locks import exclusive
from bot.messages import Message
from bot.problems import ContentError, Problem

# A check takes some ten seconds; whoever waits longer waits for something that hangs.
SECONDS_TO_WAIT = 60.0
_FILE_NAME = re.compile(rf"{ID.pattern}\.yml")
# What else the check reads, beside the folder that changes.
_READ_BY_THE_CHECK = (
    "config.yml",
    "data/claims.yml",
    "data/faq",
    "data/follow_ups.yml",
    "data/gate.yml",
    "data/nlu",
    "data/page_texts.yml",
    "data/resources",
    "data/rules.yml",
    "data/sounds",
    "data/start.yml",
    "domain.yml",
)


class ContentChangedError(KyrError):
    """The content is being changed by somebody else, or was after it had been read."""


@dataclass(frozen=True)
class Outcome:
    """What the check says of the new content: `warnings` that are new, and what `stood` there before."""

    warnings: tuple[Problem, ...]
    stood: tuple[Problem, ...]


def replace_topics(
    root: Path,
    texts: Mapping[str, str],
    *,
    folder: Path = FAQ,
    before: Mapping[str, str | None] | None = None,
    dry_run: bool = False,
    today: datetime.date | None = None,
) -> Outcome:
    """Write files (name to text) in a folder of the content under `root`: all of them, or none.

    `before` are the texts that the new ones were made from (None: there was no such file). Raises
    ContentError with every mistake that the new texts would bring; mistakes that stood there before are
    no reason to refuse. Raises ContentChangedError where somebody else came first, and OSError where
    the disk fails; in all cases the old files are whole. A dry run checks and writes nothing.
    """
    for name in texts:
        if not _FILE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a topic file")
    target = (root / folder).resolve()
    held = ContentChangedError(Message("content_being_changed"))
    with exclusive(root / "data", SECONDS_TO_WAIT, held), staging_folder(target) as workplace:
        present = _bytes_in(target)
        for name, text in (before or {}).items():
            if present.get(name) != (None if text is None else text.encode()):
                raise ContentChangedError(Message("file_changed_meanwhile", file=folder / name))
        staged = _stage(root, folder, texts, workplace)
        outcome = checked(root, staged, today)
        if not dry_run:
            if _bytes_in(target) != present:
                raise ContentChangedError(Message("folder_changed_meanwhile", folder=folder))
            exchange_folders(staged / folder, target)
            # What a power cut would bring back is as whole as what stands there now.
            with contextlib.suppress(OSError):
                sync(target.parent)
    return outcome


def replace_texts(
    root: Path,
    file: Path,
    text: str,
    *,
    before: str | None,
    sounds: Mapping[Path, bytes | None] | None = None,
) -> Outcome:
    """Write one file of the content under `root` in which texts that are no answers say something else.

    It is checked as far as their words go, and refused as `replace_topics` refuses topics.

    `before` is the text that the new one was made from (None: there was no such file). `sounds` are files
    below the root that come with it, or go (None).
    """
    held = ContentChangedError(Message("content_being_changed"))
    target = root / file
    changed = ContentChangedError(Message("file_changed_meanwhile", file=file))
    with exclusive(root / "data", SECONDS_TO_WAIT, held), tempfile.TemporaryDirectory() as workplace:
        if _text_of(target) != before:
            raise changed
        staged = Path(workplace)
        _link(root, staged, besides={file, *([SOUNDS] if sounds else ())})
        (staged / file).write_text(text, encoding="utf-8")
        if sounds:
            shutil.copytree(root / SOUNDS, staged / SOUNDS)
            _put_sounds(staged, sounds)
        outcome = _judged(check_resident_texts(staged), lambda: check_resident_texts(root))
        if _text_of(target) != before:
            raise changed
        # What is new comes first: words are never there without their sound.
        _put_sounds(root, {path: sound for path, sound in (sounds or {}).items() if sound is not None})
        mode = target.stat().st_mode if before is not None else (root / "config.yml").stat().st_mode
        write_whole(target, text)
        target.chmod(mode)
        _put_sounds(root, {path: sound for path, sound in (sounds or {}).items() if sound is None})
        with contextlib.suppress(OSError):
            sync(target.parent)
    return outcome


def _text_of(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _put_sounds(root: Path, sounds: Mapping[Path, bytes | None]) -> None:
    for path, sound in sounds.items():
        if sound is None:
            (root / path).unlink(missing_ok=True)
        else:
            write_whole(root / path, sound)
            (root / path).chmod(0o644)


def _link(root: Path, staged: Path, *, besides: Collection[Path]) -> None:
    """Let links in a workplace stand for what the check reads."""
    (staged / "data").mkdir(parents=True)
    for name in _READ_BY_THE_CHECK:
        if Path(name) not in besides:
            (staged / name).symlink_to((root / name).resolve())


def _stage(root: Path, folder: Path, texts: Mapping[str, str], workplace: Path) -> Path:
    """Build the whole content as it would be in a workplace; return its root.

    The folder that changes is a real one, ready to be exchanged; links stand for what the check reads
    beside it.
    """
    staged = workplace / "content"
    _link(root, staged, besides={folder})
    new = staged / folder
    shutil.copytree(root / folder, new)
    modes = [path.stat().st_mode for path in sorted(new.glob("*.yml"))]
    for name, text in texts.items():
        path = new / name
        is_new = not path.exists()
        path.write_bytes(text.encode())
        if is_new and modes:
            path.chmod(modes[0])
    for path in new.rglob("*"):
        if path.is_file():
            sync(path)
    sync(new)
    return staged


def checked(root: Path, staged: Path, today: datetime.date | None) -> Outcome:
    """Return what the check says of the content `staged` to come in the place of that below `root`.

    Raises ContentError with every mistake that is not there already.
    """
    return _judged(check_content(staged, today=today), lambda: check_content(root, today=today))


def _judged(found: Sequence[Problem], before: Callable[[], Sequence[Problem]]) -> Outcome:
    """Refuse mistakes that did not stand there `before`."""
    # A check takes seconds: the old content is looked at only where there is something to compare.
    known = collections.Counter(map(_identity, before() if found else ()))
    new: list[Problem] = []
    stood: list[Problem] = []
    for problem in found:
        identity = _identity(problem)
        (stood if known[identity] > 0 else new).append(problem)
        known[identity] -= 1
    if mistakes := [problem for problem in new if not problem.warning]:
        raise ContentError(mistakes)
    return Outcome(tuple(new), tuple(stood))


def _identity(problem: Problem) -> tuple[object, ...]:
    """Return what makes a problem the same one, wherever its lines have moved to."""
    values = ((name, str(value)) for name, value in problem.values.items() if name != "line")
    return problem.path, problem.key, *sorted(values)


def _bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
