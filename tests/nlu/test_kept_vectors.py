"""Vectors of training questions, kept from one training to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Vectors
from bot.nlu.kept_vectors import kept_vectors


class Lengths:
    """Stands for the encoder: the vector of a text is its length; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text)] for text in texts], dtype=np.float16)


def test_only_new_texts_are_encoded(tmp_path: Path) -> None:
    """And each gets its own vector, in the order asked for, also twice."""
    file, first, second = tmp_path / "vectors.npz", Lengths(), Lengths()
    assert kept_vectors(file, ["a", "bb", "a"], first).tolist() == [[1], [2], [1]]
    assert kept_vectors(file, ["ccc", "a"], second).tolist() == [[3], [1]]
    assert (first.asked, second.asked) == (["a", "bb"], ["ccc"])


def test_what_is_no_longer_asked_is_let_go_of(tmp_path: Path) -> None:
    """The file does not grow for ever."""
    file, again = tmp_path / "vectors.npz", Lengths()
    for texts in (["a", "bb"], ["a", "ccc"]):
        kept_vectors(file, texts, Lengths())
    kept_vectors(file, ["a", "bb", "ccc"], again)
    assert again.asked == ["bb"]


def test_who_asks_for_some_leaves_the_others(tmp_path: Path) -> None:
    """The evaluation questions, for which only the pretrainer asks, are not encoded anew at each training."""
    file, again = tmp_path / "vectors.npz", Lengths()
    for texts in (["a", "bb"], ["a"]):
        kept_vectors(file, texts, Lengths())
    kept_vectors(file, ["a", "bb"], again)
    assert again.asked == []


def test_nothing_is_encoded_where_all_is_kept(tmp_path: Path) -> None:
    """The encoder need not even be loaded."""
    file = tmp_path / "vectors.npz"
    kept_vectors(file, ["a"], Lengths())

    def never(texts: Sequence[str]) -> Vectors:
        raise AssertionError("all was kept")

    assert kept_vectors(file, ["a"], never).tolist() == [[1]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half of it", b"no archive"])
def test_half_a_file_is_none(tmp_path: Path, content: bytes) -> None:
    """It is made anew."""
    file = tmp_path / "vectors.npz"
    file.write_bytes(content)
    assert kept_vectors(file, ["a"], Lengths()).tolist() == [[1]]
    assert kept_vectors(file, ["a"], Lengths()).tolist() == [[1]]


def test_no_text_is_kept(tmp_path: Path) -> None:
    """Only what tells it from others."""
    file = tmp_path / "vectors.npz"
    kept_vectors(file, ["a question"], Lengths())
    assert b"question" not in file.read_bytes()


def test_without_a_file_nothing_is_kept() -> None:
    """As where a single component is made."""
    assert kept_vectors(None, ["a"], Lengths()).tolist() == [[1]]
