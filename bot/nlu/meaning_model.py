"""Judges of what a message means, by the vectors of the sentence encoder; a part of the joint classifier."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.nlu.encoder import Vectors
from bot.nlu.hyperparameters import Hyperparameters

# Vectors are turned to the directions in which training questions differ, those in which they do most first;
# and in each of them reduced by a power of how much they do, so that what all questions are about does not
# outweigh the rest. For likeness so many are enough, and take half of the memory.
_DIRECTIONS_OF_LIKENESS = 192
_POWER = -0.25
_RATIO_AT_MOST = 1e4
# More changes no decision.
_ROUNDS = 40
_PARTS = ("middle", "directions", "weights", "biases", "questions", "labels", "question_weights")

Rows: TypeAlias = npt.NDArray[np.float32]


class MeaningModel:
    """Logistic regression of the topics, and the nearest questions, which vote for their answers."""

    def __init__(self, hyperparameters: Hyperparameters, **parts: npt.NDArray[Any]) -> None:
        """Take the parts: how vectors are reduced, the regression, and the questions with their labels."""
        self._hyperparameters = hyperparameters
        self._parts = {**parts, "questions": parts["questions"].astype(np.float32)}

    @classmethod
    def fit(
        cls,
        vectors: Vectors,
        topics: npt.NDArray[np.int32],
        labels: npt.NDArray[np.int32],
        question_weights: npt.NDArray[np.float64],
        hyperparameters: Hyperparameters,
    ) -> MeaningModel:
        """Learn from vectors, each with the numbers of a topic and a label, and with a weight."""
        # Sums in another order differ in the last digit, and so by the number of cores.
        with threadpool_limits(1):
            return cls._fit(vectors, topics, labels, question_weights, hyperparameters)

    @classmethod
    def _fit(
        cls,
        vectors: Vectors,
        topics: npt.NDArray[np.int32],
        labels: npt.NDArray[np.int32],
        question_weights: npt.NDArray[np.float64],
        hyperparameters: Hyperparameters,
    ) -> MeaningModel:
        whole = vectors.astype(np.float64)
        middle = whole.mean(axis=0)
        spread, directions = np.linalg.eigh(np.cov(whole - middle, rowvar=False))
        # Of fewer questions than directions, some differ in nothing.
        widest = np.flatnonzero(spread > spread[-1] / _RATIO_AT_MOST)[::-1]
        scaled = directions[:, widest] * spread[widest] ** _POWER
        reduction = middle.astype(np.float32), scaled.astype(np.float32)
        # As they are kept, so that a model that was read back says the same.
        rows = _reduced(vectors, *reduction)
        weights, biases = _regression(rows, topics, question_weights, hyperparameters.meaning_C)
        return cls(
            hyperparameters,
            middle=reduction[0],
            directions=reduction[1],
            weights=weights,
            biases=biases,
            questions=_for_likeness(rows).astype(np.float16),
            labels=labels,
            question_weights=question_weights.astype(np.float32),
        )

    def topic_scores(self, vectors: Vectors) -> npt.NDArray[np.float64]:
        """Return the score of each topic by the regression, a row for each vector; they add up to 1."""
        margins = self._rows(vectors) @ self._parts["weights"] + self._parts["biases"]
        each = np.exp((margins - margins.max(axis=1, keepdims=True)).astype(np.float64))
        return np.asarray(each / each.sum(axis=1, keepdims=True))

    def label_votes(self, vectors: Vectors, label_count: int) -> npt.NDArray[np.float64]:
        """Return the share of each label in the votes of the nearest questions, a row for each vector.

        Of a hundred vectors together: the likeness of many more to all questions takes much memory.
        """
        # All at once, which reads the questions once: a fifth of the time.
        likeness = self._parts["questions"] @ _for_likeness(self._rows(vectors)).T
        return np.array([self._votes(each, label_count) for each in np.ascontiguousarray(likeness.T)])

    def _votes(self, likeness: Rows, label_count: int) -> npt.NDArray[np.float64]:
        """Return the votes for each label; all are 0 where nothing is alike."""
        voters = min(self._hyperparameters.neighbours, len(likeness))
        nearest = np.argpartition(-likeness, voters - 1)[:voters]
        weights = np.maximum(likeness[nearest].astype(np.float64), 0) ** self._hyperparameters.power
        weights *= self._parts["question_weights"][nearest]
        votes = np.bincount(self._parts["labels"][nearest], weights=weights, minlength=label_count)
        return np.asarray(votes / (votes.sum() or 1))

    def _rows(self, vectors: Vectors) -> Rows:
        return _reduced(vectors, self._parts["middle"], self._parts["directions"])

    def save(self, folder: Path, name: str) -> None:
        """Keep it as plain arrays: nothing that runs code when it is read back."""
        small = {"questions": self._parts["questions"].astype(np.float16)}
        for part in _PARTS:
            np.save(folder / f"{name}-{part}.npy", {**self._parts, **small}[part], allow_pickle=False)

    @classmethod
    def read(cls, folder: Path, name: str, hyperparameters: Hyperparameters) -> MeaningModel:
        """Read it back."""
        return cls(
            hyperparameters,
            **{part: np.load(folder / f"{name}-{part}.npy", allow_pickle=False) for part in _PARTS},
        )


def _reduced(vectors: Vectors, middle: Rows, directions: Rows) -> Rows:
    return _of_length_1((vectors.astype(np.float32) - middle) @ directions)


def _for_likeness(rows: Rows) -> Rows:
    return _of_length_1(rows[:, :_DIRECTIONS_OF_LIKENESS])


def _of_length_1(rows: Rows) -> Rows:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def _regression(
    rows: Rows,
    topics: npt.NDArray[np.int32],
    question_weights: npt.NDArray[np.float64],
    inverse_strength: float,
) -> tuple[Rows, Rows]:
    """Return weights (directions by topics) and biases (topics)."""
    model = LogisticRegression(C=inverse_strength, max_iter=_ROUNDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped when it is good enough
        model.fit(rows, topics, sample_weight=question_weights)
    weights, biases = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        # scikit-learn keeps a single row for two labels; half of it for and against says the same.
        weights, biases = np.vstack([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
    return weights.T.astype(np.float32), biases.astype(np.float32)
