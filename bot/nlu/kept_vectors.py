"""Vectors of the training questions, kept from one training to the next: each takes three milliseconds."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from zipfile import BadZipFile

import numpy as np

from bot.files.atomic import write_whole
from bot.nlu.encoder import Vectors

# Makes a vector of each text.
Encode: TypeAlias = Callable[[Sequence[str]], Vectors]


class KeptVectors:
    """Those that are kept, by a hash of the question: no text stands there."""

    def __init__(self, vectors: Mapping[str, Vectors]) -> None:
        """Take the vectors by their names."""
        self._vectors = vectors

    @classmethod
    def read(cls, path: Path | None) -> KeptVectors:
        """Read a file; without one, or with half of one, there are none."""
        if path is None:
            return cls({})
        try:
            # Opened here, for numpy would leave half a file open.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return cls(dict(zip(kept["names"].tolist(), kept["vectors"], strict=True)))
        except (OSError, ValueError, KeyError, BadZipFile):
            return cls({})

    def has(self, texts: Sequence[str]) -> bool:
        """Whether the vectors of all these texts are kept."""
        return all(_name(text) in self._vectors for text in texts)

    def of(self, texts: Sequence[str], encode: Encode) -> Vectors:
        """Return a vector for each text, encoding those that are not kept."""
        names = [_name(text) for text in texts]
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in self._vectors}
        made = dict(zip(new, encode([*new.values()]), strict=True)) if new else {}
        return np.array([made[name] if name in made else self._vectors[name] for name in names])


def kept_vectors(path: Path | None, texts: Sequence[str], encode: Encode) -> Vectors:
    """Return a vector for each question, encoding those that are not kept in a file.

    Without a file nothing is kept. What is no longer asked is let go of when something new is kept: whoever
    asks for some of them leaves the others to those who ask for all.
    """
    kept = KeptVectors.read(path)
    vectors = kept.of(texts, encode)
    if path and not kept.has(texts):
        _write(path, dict(zip(map(_name, texts), vectors, strict=True)))
    return vectors


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, vectors: dict[str, Vectors]) -> None:
    packed = io.BytesIO()
    np.savez(packed, names=np.array([*vectors]), vectors=np.array([*vectors.values()]))
    write_whole(path, packed.getvalue())
