"""The models kept on disk, which of them is published, and that none was tampered with.

A model is a folder `models/<version>/` with Rasa's archive, the thresholds of its decision step, a copy of
the content it was trained on, what it made of the evaluation questions, and a report. The copy is what
residents are answered from, so that words and model always agree.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.reading import Content, read_kept_content
from bot.errors import KyrError
from bot.files.atomic import sync, write_whole
from bot.files.hashing import file_sha256
from bot.files.locks import exclusive
from bot.messages import Message
from bot.problems import ContentError

ARCHIVE = "model.tar.gz"
THRESHOLDS = "thresholds.json"
CONTENT = "content"
# What the model made of each evaluation question, in their order.
PARSED = "parsed.json"
# So many models are kept; the published one and the one before it are always among them.
MODELS_KEPT = 5
_REPORT = "report.json"
_BUILDING = ".building-"


class ModelError(KyrError):
    """A model that cannot be used; the text says which and what to do."""


@dataclass(frozen=True)
class Model:
    """One trained model.

    `content_hash` tells which content and code it was made of, and `training_hash` which of that the
    model has learnt from: two models with the same one differ only in what is said.
    """

    version: str
    folder: Path
    content_hash: str
    training_hash: str
    report: Mapping[str, Any]

    @property
    def archive(self) -> Path:
        """Rasa's archive."""
        return self.folder / ARCHIVE

    @property
    def thresholds(self) -> Path:
        """The thresholds of its decision step."""
        return self.folder / THRESHOLDS

    @property
    def content_dir(self) -> Path:
        """The content it was trained on."""
        return self.folder / CONTENT

    @functools.cached_property
    def content(self) -> Content:
        """That content, read once; raises ContentError where this program misses something in it."""
        return read_kept_content(self.content_dir)

    @property
    def readable_content(self) -> Content | None:
        """That content, None where this program misses something in it."""
        try:
            return self.content
        except ContentError:
            return None

    def has_read(self, content: Content) -> None:
        """Take what was read of the same content elsewhere: reading takes seconds."""
        self.__dict__["content"] = content.moved(self.content_dir)

    def verify(self) -> None:
        """Refuse files other than those that were written: loading an archive runs what is in it.

        Raises ModelError.
        """
        written, found = self.report["files"], files_of(self.folder)
        for name in sorted({*written, *found}):
            if written.get(name) != found.get(name):
                raise ModelError(Message("model_file_changed", file=self.folder / name, folder=self.folder))


class ModelStore:
    """The models under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._folder = data_dir / "models"
        self._pointer = data_dir / "published.json"
        self._publishing = data_dir / "publishing.lock"
        # A model is read once, and its content with it.
        self._read: dict[str, Model] = {}

    def list(self) -> list[Model]:
        """Return every complete model, oldest first."""
        return [model for version in self.versions() if (model := self._find(version)) is not None]

    def versions(self) -> Sequence[str]:
        """Return the names of all complete models, oldest first."""
        return sorted(report.parent.name for report in self._folder.glob(f"[!.]*/{_REPORT}"))

    def _find(self, version: str) -> Model | None:
        """Return a model, None where it has gone."""
        if version not in self._read:
            folder = self._folder / version
            try:
                report = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
            except FileNotFoundError:  # another process has let it go meanwhile
                return None
            self._read[version] = Model(
                version, folder, report["content_hash"], report["training_hash"], report
            )
        return self._read[version]

    def get(self, version: str) -> Model:
        """Return one model; raises ModelError."""
        for model in self.list():
            if model.version == version:
                return model
        raise ModelError(Message("no_model", version=version))

    def with_content(self, content_hash: str) -> Model | None:
        """Return the newest model made of this content, if any."""
        found = [model for model in self.list() if model.content_hash == content_hash]
        return found[-1] if found else None

    def with_training(self, training_hash: str) -> Model | None:
        """Return the newest model that has learnt from the same, if any."""
        found = [model for model in self.list() if model.training_hash == training_hash]
        return found[-1] if found else None

    def published(self) -> Model | None:
        """Return the model that residents are to be answered with, if one was published."""
        version = self.published_version()
        if version and (self._folder / version / _REPORT).exists():
            return self._find(version)
        return self.get(version) if version else None

    def published_version(self) -> str | None:
        """Return which model was published, read or not."""
        return self._pointed_to().get("version")

    def published_content_dir(self) -> Path:
        """Return where the content of the published model is, also of one that cannot be read itself."""
        return self._folder / (self.published_version() or "") / CONTENT

    def previous(self) -> Model | None:
        """Return the model that was published before, if it is still there."""
        version = self._pointed_to().get("previous")
        return next((model for model in self.list() if model.version == version), None)

    def publish(self, version: str) -> Model:
        """Make a model the published one, and let go of the oldest that are not needed. Raises ModelError."""
        model = self.get(version)
        model.verify()
        now = self._pointed_to()
        previous = now.get("previous") if now.get("version") == version else now.get("version")
        write_whole(self._pointer, json.dumps({"version": version, "previous": previous}))
        self._let_go({each for each in (version, previous) if each})
        return model

    def _pointed_to(self) -> dict[str, str | None]:
        try:
            pointed: dict[str, str | None] = json.loads(self._pointer.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return pointed

    def _let_go(self, needed: set[str]) -> None:
        others = [model for model in self.list() if model.version not in needed]
        for model in others[: max(0, len(others) + len(needed) - MODELS_KEPT)]:
            shutil.rmtree(model.folder, ignore_errors=True)
            self._read.pop(model.version, None)

    @contextlib.contextmanager
    def workplace(self, *, learning: bool = True) -> Iterator[Path]:
        """Yield a folder to build a model in; what a crash leaves there is never taken for a model.

        One process at a time has it for a model that is to learn; one that only says other things is built
        at any time. Raises ModelError where another one learns.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            if learning:
                refusal = ModelError(Message("training_under_way"))
                stack.enter_context(exclusive(self._folder / ".lock", 0, refusal))
            # Nobody else makes or removes one before this one has its lock.
            with exclusive(self._folder, math.inf):
                for left in self._folder.glob(f"{_BUILDING}*"):
                    _remove_where_left(left)
                folder = stack.enter_context(
                    tempfile.TemporaryDirectory(
                        prefix=_BUILDING, dir=self._folder, ignore_cleanup_errors=True
                    )
                )
                stack.enter_context(exclusive(Path(folder), math.inf))
            yield Path(folder)

    @contextlib.contextmanager
    def publishing(self, wait: Callable[[], object]) -> Iterator[None]:
        """Be the only one who changes what is published; `wait` is called where another has to be waited for.

        Two who build on the same model at once would otherwise lose what the first one has changed.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(exclusive(self._publishing, 0))
            except BlockingIOError:
                wait()
                stack.enter_context(exclusive(self._publishing, math.inf))
            yield

    def add(self, built: Path, version: str, report: Mapping[str, Any]) -> Model:
        """Take a built model in, all at once."""
        whole = {**report, "version": version, "files": files_of(built)}
        for path in built.rglob("*"):
            if path.is_file():
                sync(path)
        write_whole(built / _REPORT, json.dumps(whole, ensure_ascii=False, indent=2))
        target = self._folder / version
        shutil.rmtree(target, ignore_errors=True)
        self._read.pop(version, None)
        os.rename(built, target)
        sync(self._folder)
        return self.get(version)


def _remove_where_left(folder: Path) -> None:
    """Remove a folder that nobody builds in any more."""
    # Where it is not there any more, its builder has just finished.
    with contextlib.suppress(FileNotFoundError, BlockingIOError), exclusive(folder, 0):
        shutil.rmtree(folder, ignore_errors=True)


def files_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a model but its report, by their names in the folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: file_sha256(path) for name, path in names.items() if name != _REPORT}
