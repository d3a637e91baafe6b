"""Which answer of a topic a message wants, once the topic is known; a part of the joint classifier."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.nlu.linear_model import LinearModel, Margins


class SituationModel:
    """A linear model of the answers of one topic, on the features that its own questions have.

    Topics compete with each other first: so a topic with many answers is not torn apart, and a hundred more
    answers cost seconds of training.
    """

    def __init__(self, answers: list[str], columns: npt.NDArray[np.int32], model: LinearModel) -> None:
        """Take the labels of the answers, the numbers of the features, and the model of those."""
        self.answers, self._columns, self._model = answers, columns, model

    @classmethod
    def fit(
        cls,
        rows: scipy.sparse.csr_matrix,
        labels: list[str],
        weights: npt.NDArray[np.float64],
        inverse_strength: float,
    ) -> SituationModel:
        """Learn from the rows of a topic's questions with the label of an answer and a weight each."""
        columns = np.unique(rows.indices).astype(np.int32)
        model = LinearModel.fit(rows[:, columns], labels, weights, inverse_strength)
        return cls(sorted(set(labels)), columns, model)

    def scores(self, rows: scipy.sparse.csr_matrix) -> npt.NDArray[np.float64]:
        """Return the share of each answer in the score of the topic, a row for each row."""
        # Without a matrix for each row: sixty topics would take 5 ms to make theirs.
        margins = [
            self._margins(rows.indices[first:last], rows.data[first:last])
            for first, last in itertools.pairwise(rows.indptr.tolist())
        ]
        return self._model.shares(np.array(margins))

    def _margins(self, indices: npt.NDArray[np.int32], values: npt.NDArray[np.float32]) -> Margins:
        """Return the margins of the answers by those features of a row that this topic's questions have."""
        places = np.searchsorted(self._columns, indices)
        places[places == len(self._columns)] = 0
        known = self._columns[places] == indices
        return self._model.margins(places[known], values[known])

    def save(self, folder: Path, name: str) -> None:
        """Keep it as plain arrays: nothing that runs code when it is read back."""
        np.save(folder / f"{name}-columns.npy", self._columns, allow_pickle=False)
        self._model.save(folder, name)

    @classmethod
    def read(cls, folder: Path, name: str, answers: list[str]) -> SituationModel:
        """Read it back."""
        columns = np.load(folder / f"{name}-columns.npy", allow_pickle=False)
        return cls(answers, columns, LinearModel.read(folder, name))
