"""The models kept on disk, which of them is published, and that none was tampered with.

A model is a folder `models/<version>/` with Rasa's archive, the thresholds of its decision step, a copy of
the content it was trained on, and a report. The copy is what residents are answered from, so that words
and model always agree.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content import Content, read_content

ARCHIVE = "model.tar.gz"
THRESHOLDS = "thresholds.json"
CONTENT = "content"
_REPORT = "report.json"


class ModelError(Exception):
    """A model that cannot be used; the text says which and what to do."""


@dataclass(frozen=True)
class Model:
    """One trained model. `content_hash` tells which content and code it was trained on."""

    version: str
    folder: Path
    content_hash: str
    archive_sha256: str
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
        return read_content(self.content_dir)

    def verify(self) -> None:
        """Refuse files other than those that were written: loading an archive runs what is in it."""
        for file, written in (
            (self.archive, self.archive_sha256),
            (self.thresholds, self.report.get("thresholds_sha256", "")),
        ):
            if file_sha256(file) != written:
                raise ModelError(
                    f"{file}: the file is not the one that was trained. "
                    f"Delete {self.folder} and run `kyr train`."
                )


class ModelStore:
    """The models under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "models"
        self._pointer = data_dir / "published.json"

    def list(self) -> list[Model]:
        """Return every complete model, oldest first."""
        reports = sorted(self._folder.glob(f"*/{_REPORT}"))
        return sorted((_read(report.parent) for report in reports), key=lambda model: model.version)

    def get(self, version: str) -> Model:
        """Return one model; raises ModelError."""
        for model in self.list():
            if model.version == version:
                return model
        raise ModelError(f"There is no model {version!r}. `kyr models` lists those that are kept.")

    def with_content(self, content_hash: str) -> Model | None:
        """Return the newest model trained on this content, if any."""
        found = [model for model in self.list() if model.content_hash == content_hash]
        return found[-1] if found else None

    def published(self) -> Model | None:
        """Return the model that residents are answered with, if one was published."""
        try:
            version = json.loads(self._pointer.read_text(encoding="utf-8"))["version"]
        except FileNotFoundError:
            return None
        return self.get(version)

    def publish(self, version: str) -> Model:
        """Make a model the published one; it is served from the next start on."""
        model = self.get(version)
        model.verify()
        write_whole(self._pointer, json.dumps({"version": version}))
        return model

    def workplace(self) -> tempfile.TemporaryDirectory[str]:
        """Return a folder to build a model in; what a crash leaves there is never taken for a model."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".building-", dir=self._folder, ignore_cleanup_errors=True)

    def add(self, built: Path, version: str, report: Mapping[str, Any]) -> Model:
        """Take a built model in, all at once."""
        whole = {
            **report,
            "version": version,
            "sha256": file_sha256(built / ARCHIVE),
            "thresholds_sha256": file_sha256(built / THRESHOLDS),
        }
        write_whole(built / _REPORT, json.dumps(whole, ensure_ascii=False, indent=2))
        target = self._folder / version
        shutil.rmtree(target, ignore_errors=True)
        os.rename(built, target)
        return _read(target)


def _read(folder: Path) -> Model:
    report = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
    return Model(report["version"], folder, report["content_hash"], report["sha256"], report)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file; of no file where it is missing."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there wholly or not at all, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
