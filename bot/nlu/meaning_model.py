"""Judges of what a message means, by the vectors of the sentence encoder; a part of the joint classifier."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit
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


@dataclass(frozen=True)
class Questions:
    """Training questions as the judges of meanings take them, reduced, a row for each.

    `likeness` are the rows by which they are compared; `topics` and `labels` are numbers.
    """

    rows: Rows
    likeness: Rows
    topics: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]


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
            questions=for_likeness(rows).astype(np.float16),
            labels=labels,
            question_weights=question_weights.astype(np.float32),
        )

    def reduced(self, vectors: Vectors) -> Rows:
        """Return vectors as the regression takes them, a row for each."""
        return self._rows(vectors)

    def with_topics(
        self,
        places: Sequence[int | None],
        questions: Questions,
        learnt_anew: Mapping[int, tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]],
    ) -> MeaningModel:
        """Return a model of other questions, in which some topics were learnt anew and the rest stays.

        `places` says which topic of this model each one is, None where it is new. `learnt_anew` has by its
        number the places of the questions that a topic is learnt from, and how much each weighs; the weights
        of all others stay as they are meanwhile, which makes seconds of a minute.
        """
        size = len(self._parts["weights"])
        weights, biases = np.zeros((size, len(places)), np.float32), np.full(len(places), -30, np.float32)
        for new, place in enumerate(places):
            if place is not None:
                weights[:, new], biases[new] = self._parts["weights"][:, place], self._parts["biases"][place]
        for topic, (learnt, of_each) in learnt_anew.items():
            rows = questions.rows[learnt]
            margins = (rows @ weights + biases).astype(np.float64)
            margins[:, topic] = -np.inf
            most = margins.max(axis=1)
            others = most + np.log(np.exp(margins - most[:, np.newaxis]).sum(axis=1))
            start = np.append(weights[:, topic], biases[topic] if places[topic] is not None else 0)
            own = questions.topics[learnt] == topic
            found = _against(rows, own, of_each, others, start, self._hyperparameters.meaning_C)
            weights[:, topic], biases[topic] = found[:-1], found[-1]
        return MeaningModel(
            self._hyperparameters,
            middle=self._parts["middle"],
            directions=self._parts["directions"],
            weights=weights,
            biases=biases,
            questions=questions.likeness,
            labels=questions.labels,
            question_weights=questions.weights.astype(np.float32),
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
        likeness = self._parts["questions"] @ for_likeness(self._rows(vectors)).T
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


def for_likeness(rows: Rows) -> Rows:
    """Return reduced rows as they are compared: the scalar product of two is their likeness."""
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


def _against(
    rows: Rows,
    own: npt.NDArray[np.bool_],
    question_weights: npt.NDArray[np.float64],
    others: npt.NDArray[np.float64],
    start: npt.NDArray[np.floating[Any]],
    inverse_strength: float,
) -> Rows:
    """Return the weights of one topic, and last its bias, that the regression would give it.

    `others` is the logarithm of what all other topics come to for each row.
    """
    signs = np.where(own, 1.0, -1.0)

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margins = signs * ((rows @ point[:-1].astype(np.float32)) + point[-1] - others)
        value = (question_weights * np.logaddexp(0, -margins)).sum()
        value += point[:-1] @ point[:-1] / (2 * inverse_strength)
        slopes = -signs * question_weights * expit(-margins)
        by_weight = (slopes.astype(np.float32) @ rows) + point[:-1] / inverse_strength
        return float(value), np.append(by_weight, slopes.sum()).astype(np.float64)

    found = minimize(
        loss, start.astype(np.float64), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}
    )
    return np.asarray(found.x, dtype=np.float32)
