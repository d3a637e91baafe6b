"""Which answer of a topic a message wants, once the topic is known; a part of the joint classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.nlu.linear_model import LinearModel


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
        return np.vstack([self._model.scores(self._known(row)) for row in rows])

    def _known(self, row: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
        """Return a row with the features that this topic's questions have."""
        places = np.searchsorted(self._columns, row.indices)
        places[places == len(self._columns)] = 0
        known = self._columns[places] == row.indices
        parts = (row.data[known], places[known], np.array([0, known.sum()]))
        return scipy.sparse.csr_matrix(parts, shape=(1, len(self._columns)))

    def save(self, folder: Path, name: str) -> None:
        """Keep it as plain arrays: nothing that runs code when it is read back."""
        np.save(folder / f"{name}-columns.npy", self._columns, allow_pickle=False)
        self._model.save(folder, name)

    @classmethod
    def read(cls, folder: Path, name: str, answers: list[str]) -> SituationModel:
        """Read it back."""
        columns = np.load(folder / f"{name}-columns.npy", allow_pickle=False)
        return cls(answers, columns, LinearModel.read(folder, name))
