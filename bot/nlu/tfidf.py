"""TF-IDF weights of letter groups, words and word pairs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

# Spelling: letter groups inside words survive typos, missing accents and text shortcuts.
LETTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2}
# Meaning: dictionary forms, alone and in pairs.
LEMMAS: dict[str, Any] = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+"}
COMMON: dict[str, Any] = {"sublinear_tf": True, "strip_accents": "unicode", "dtype": np.float32}
KINDS = ("letters", "lemmas")
_TABLE_PARTS = ("data", "indices", "indptr", "shape")

# Features of many messages, a row for each.
Table: TypeAlias = scipy.sparse.csr_matrix


class Vectorizers:
    """What makes rows of texts and of their lemmas."""

    def __init__(self, letters: TfidfVectorizer, lemmas: TfidfVectorizer) -> None:
        self._both = letters, lemmas

    @classmethod
    def fit(cls, texts: Sequence[str], lemmas: Sequence[str]) -> tuple[Vectorizers, list[Table]]:
        """Learn which letter groups and words there are, and how rare each is; return also their rows."""
        letters, letter_rows = _fitted(LETTERS, texts)
        words, word_rows = _fitted(LEMMAS, lemmas)
        return cls(letters, words), [letter_rows, word_rows]

    def rows(self, texts: Iterable[str], lemmas: Iterable[str]) -> list[Table]:
        """Return the rows of texts and of their lemmas, a table for each kind."""
        return [
            vectorizer.transform(each) for vectorizer, each in zip(self._both, (texts, lemmas), strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Keep them as plain JSON and arrays: nothing that runs code when it is read back."""
        for name, vectorizer in zip(KINDS, self._both, strict=True):
            vocabulary = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
            (folder / f"{name}.json").write_text(json.dumps(vocabulary), encoding="utf-8")
            np.save(folder / f"{name}.npy", vectorizer.idf_, allow_pickle=False)

    @classmethod
    def read(cls, folder: Path) -> Vectorizers:
        """Read them back."""
        vectorizers = []
        for name, options in zip(KINDS, (LETTERS, LEMMAS), strict=True):
            vocabulary = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            idf = np.load(folder / f"{name}.npy", allow_pickle=False)
            vectorizers.append(_rebuilt(options, vocabulary, idf))
        return cls(*vectorizers)


def save_tables(tables: Sequence[Table], folder: Path) -> None:
    """Keep a table of each kind as plain arrays."""
    for name, table in zip(KINDS, tables, strict=True):
        for part in _TABLE_PARTS:
            np.save(folder / f"{name}-{part}.npy", getattr(table, part), allow_pickle=False)


def read_tables(folder: Path) -> list[Table]:
    """Read them back."""
    tables = []
    for name in KINDS:
        data, indices, indptr, shape = (
            np.load(folder / f"{name}-{part}.npy", allow_pickle=False) for part in _TABLE_PARTS
        )
        tables.append(scipy.sparse.csr_matrix((data, indices, indptr), shape=tuple(shape)))
    return tables


def _fitted(options: dict[str, Any], texts: Sequence[str]) -> tuple[TfidfVectorizer, Table]:
    """Return a vectorizer that has learnt from texts, and their rows.

    Scikit-learn computes with other precision after fitting than after being put together again; a loaded
    model must give the very scores that the trained one gave. So the rows are weighted as the latter
    does it, but counted only once: counting is what takes the time.
    """
    fitted = TfidfVectorizer(**options, **COMMON)
    counts = CountVectorizer.fit_transform(fitted, texts)
    counts.sort_indices()  # sums in another order differ in the last digit
    weights = TfidfTransformer(sublinear_tf=COMMON["sublinear_tf"]).fit(counts)
    weights.idf_ = weights.idf_  # in the precision of one that was put together
    return _rebuilt(options, fitted.vocabulary_, weights.idf_), weights.transform(counts)


def _rebuilt(options: dict[str, Any], vocabulary: dict[str, int], idf: npt.NDArray[Any]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**options, **COMMON, vocabulary=vocabulary)
    vectorizer.idf_ = idf
    return vectorizer
