"""Vectors of the training questions, kept from one training to the next: each takes three milliseconds."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bot.files.atomic import write_whole
from bot.nlu.encoder import Vectors


def kept_vectors(
    path: Path | None, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
) -> Vectors:
    """Return a vector for each question, encoding those that are not kept in a file.

    Without a file nothing is kept. What is no longer asked is let go of when something new is kept: whoever
    asks for some of them leaves the others to those who ask for all.
    """
    names = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    before = _read(path)
    new = {name: text for name, text in zip(names, texts, strict=True) if name not in before}
    vectors = {**before, **dict(zip(new, encode([*new.values()]), strict=True))} if new else before
    now = {name: vectors[name] for name in names}
    if path and new:
        _write(path, now)
    return np.array([now[name] for name in names], dtype=np.float16)


def _read(path: Path | None) -> dict[str, Vectors]:
    if path is None:
        return {}
    try:
        # Opened here, for numpy would leave half a file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return dict(zip(kept["names"].tolist(), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}  # none yet, or half of one


def _write(path: Path, vectors: dict[str, Vectors]) -> None:
    packed = io.BytesIO()
    np.savez(packed, names=np.array([*vectors]), vectors=np.array([*vectors.values()]))
    write_whole(path, packed.getvalue())
