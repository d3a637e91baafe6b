"""The training questions nearest to a message by their words vote for their labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse

# So many questions vote, each with a power of its likeness: a near one outweighs many far ones.
_VOTERS = 25
_POWER = 3


def votes(
    likeness: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], label_count: int
) -> npt.NDArray[np.float64]:
    """Return the share of each label in the votes of the questions that a message is most like.

    `likeness` and `labels` have an entry for each question. All is 0 where nothing is alike.
    """
    voters = min(_VOTERS, len(likeness))
    nearest = np.argpartition(-likeness, voters - 1)[:voters]
    weights = np.maximum(likeness[nearest].astype(np.float64), 0) ** _POWER
    scores = np.bincount(labels[nearest], weights=weights, minlength=label_count)
    return np.asarray(scores / (scores.sum() or 1))


class NearestQuestions:
    """Likeness is the cosine of TF-IDF rows; scores add up to 1, or are all 0 where nothing is alike."""

    def __init__(
        self, questions: scipy.sparse.csr_matrix, labels: npt.NDArray[np.int32], label_count: int
    ) -> None:
        """Take the questions (features by questions) and the number of each question's label."""
        self._questions, self._labels, self._label_count = questions, labels, label_count

    @classmethod
    def fit(
        cls, rows: scipy.sparse.csr_matrix, labels: npt.NDArray[np.int32], label_count: int
    ) -> NearestQuestions:
        """Keep rows with the number of a label each."""
        lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        lengths[lengths == 0] = 1
        unit = scipy.sparse.diags(1 / lengths) @ rows
        return cls(scipy.sparse.csr_matrix(unit.T, dtype=np.float32), labels, label_count)

    def scores(self, rows: scipy.sparse.csr_matrix) -> npt.NDArray[np.float64]:
        """Return the score of each label, a row for each row."""
        # As the questions are: otherwise all of them would be made into what a row is, five times the time.
        rows = rows.astype(np.float32)
        lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        lengths[lengths == 0] = 1
        likenesses = (rows @ self._questions).toarray() / lengths[:, np.newaxis]
        return np.array([votes(likeness, self._labels, self._label_count) for likeness in likenesses])
