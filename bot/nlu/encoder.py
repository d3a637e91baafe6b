"""A multilingual sentence encoder: texts that mean the same get vectors that lie close, in any language.

It was trained by others on a billion pairs of texts, and learns nothing here. It runs in ONNX Runtime on one
core. No text is kept.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot.nlu.encoder_graph import ROWS, VECTORS, encoder_graph
from bot.nlu.encoder_weights import BLOCK, Vocabulary, Weights, dequantized, read_weights, weights_file

# Texts by length and number, rounded as they are kept.
Vectors = npt.NDArray[np.float16]

# What stands before a text when texts of the same kind are compared: the encoder has learnt it so.
_KIND = "query: "
# A question has 10 to 30 pieces; more than this would take longer than a person notices.
_MOST_PIECES = 128
# So many pieces are worked on at once: more would not fit into the cache of a core.
_PIECES_AT_ONCE = 512
# Written for a space; where it stands, a word begins.
_SPACE = "▁"
_WORD = re.compile(f"{_SPACE}[^{_SPACE}]*")


class Encoder:
    """The encoder, ready to run; made once, for it takes half a second and 100 MB."""

    def __init__(self, weights: Weights) -> None:
        """Take the weights, whose rows of pieces stay where they are, on the disk."""
        self._splitter = _Splitter(weights.vocabulary)
        self._pieces = weights.tensors["emb.word"].reshape(-1, weights.hidden // BLOCK)
        positions = weights.tensors["emb.pos"].reshape(-1, weights.hidden)
        self._positions = positions + weights.tensors["emb.type"][: weights.hidden]
        self._size = weights.hidden
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            encoder_graph(weights), options, providers=["CPUExecutionProvider"]
        )

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length 1 for each text: its scalar product with another is their likeness."""
        split = [self._splitter.pieces(_KIND + text, _MOST_PIECES) for text in texts]
        made = np.zeros((len(texts), self._size), dtype=np.float16)
        # Texts with as many pieces go together, so that none is filled up.
        by_length = sorted(range(len(texts)), key=lambda text: len(split[text]))
        for length, group in itertools.groupby(by_length, key=lambda text: len(split[text])):
            while some := list(itertools.islice(group, max(1, _PIECES_AT_ONCE // length))):
                pieces = np.array([split[text] for text in some])
                rows = dequantized(self._pieces[pieces]) + self._positions[:length]
                made[some] = self._session.run([VECTORS], {ROWS: rows})[0]
        return made


@functools.cache
def encoder() -> Encoder:
    """Return the encoder of this process. Raises WeightsError."""
    return Encoder(read_weights(weights_file()))


class _Splitter:
    """Splits texts into the pieces of the vocabulary whose product of probabilities is highest (Viterbi)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        hashes = np.fromiter(map(hash, vocabulary.pieces()), dtype=np.int64)
        # Sorted hashes take 3 MB, where the pieces as keys of a dict take 48. They are of bytes: of texts,
        # "le" has the hash of a Chinese letter.
        self._numbers = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._numbers]
        self._longest = max(len(piece.decode()) for piece in vocabulary.pieces())
        self._unknown = float(vocabulary.scores.min()) - 10

    def pieces(self, text: str, most: int) -> list[int]:
        """Return the numbers of the pieces, at most so many, between those of the begin and the end."""
        plain = re.sub(" +", _SPACE, " " + text.translate(self._vocabulary.characters))
        found = itertools.chain.from_iterable(map(self._split, _WORD.findall(plain)))
        return [self._vocabulary.begin, *itertools.islice(found, most - 2), self._vocabulary.end]

    def _split(self, word: str) -> list[int]:
        spans = [
            (first, last)
            for first in range(len(word))
            for last in range(first + 1, min(first + self._longest, len(word)) + 1)
        ]
        # For each place in the word: the best score of what stands before, its last piece, where that begins.
        best = [(0.0, 0, 0)] + [(-np.inf, 0, 0)] * len(word)
        for (first, last), number in zip(
            spans, self._known([word[slice(*span)] for span in spans]), strict=True
        ):
            if number is not None:
                score = float(self._vocabulary.scores[number])
            elif last == first + 1:
                number, score = self._vocabulary.unknown, self._unknown
            else:
                continue
            if best[first][0] + score > best[last][0]:
                best[last] = best[first][0] + score, number, first
        found, last = [], len(word)
        while last:
            _, number, last = best[last]
            found.append(number)
        return found[::-1]

    def _known(self, pieces: list[str]) -> list[int | None]:
        """Return the number of each piece; None for those that are not in the vocabulary."""
        hashes = np.fromiter((hash(piece.encode()) for piece in pieces), np.int64, len(pieces))
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        known = self._hashes[places] == hashes
        numbers = self._numbers[places].tolist()
        return [number if there else None for number, there in zip(numbers, known, strict=True)]
