"""Which topic a message has by its words: each topic is learnt against what it may be taken for.

Of the questions of other topics, those that mean something like it tell most about where a topic ends. Of the
others every tenth is enough, which then counts for ten: a fifth of the time, for judgements of the same
quality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.nlu.encoder import Vectors
from bot.nlu.linear_model import Column, LinearModel, fit_column

# So many of the questions of other topics, the nearest, are learnt from: a share of all questions, and no
# fewer than this.
_NEAR_SHARE = 0.1
_NEAR_AT_LEAST = 2000
_OF_OTHERS_EVERY = 10
# Enough of them for two cores to end at about the same time.
_PARTS = 4


@dataclass(frozen=True)
class TopicQuestions:
    """Training questions: a row of features, a vector, the number of a topic and a weight for each."""

    rows: scipy.sparse.csr_matrix
    vectors: npt.NDArray[np.float32]
    topics: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]
    inverse_strength: float

    @classmethod
    def of(
        cls,
        rows: scipy.sparse.csr_matrix,
        vectors: Vectors,
        topics: npt.NDArray[np.int32],
        weights: npt.NDArray[np.float64],
        inverse_strength: float,
    ) -> TopicQuestions:
        """Take them with the vectors as the encoder made them."""
        # Without what all of them have in common, likeness tells more.
        whole = vectors.astype(np.float32)
        return cls(rows, whole - whole.mean(axis=0), topics, weights, inverse_strength)

    def parts(self) -> list[list[int]]:
        """Return the numbers of the topics in parts, each of which can be learnt by itself."""
        numbers = np.unique(self.topics).tolist()
        return [part for first in range(_PARTS) if (part := numbers[first::_PARTS])]

    def learn(self, topics: Sequence[int]) -> list[Column]:
        """Learn some topics, each against what it may be taken for."""
        return [self._learn(topic) for topic in topics]

    def model(self, learnt: Sequence[Sequence[Column]]) -> LinearModel:
        """Return the model of what was learnt of each of the `parts`."""
        by_topic = {
            topic: column
            for part, columns in zip(self.parts(), learnt, strict=True)
            for topic, column in zip(part, columns, strict=True)
        }
        return LinearModel.of([by_topic[topic] for topic in sorted(by_topic)])

    def _learn(self, topic: int) -> Column:
        own = self.topics == topic
        learnt, weights = self.learnt_from(own)
        return fit_column(self.rows[learnt], own[learnt], weights, self.inverse_strength)

    def learnt_from(self, own: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """Return the places of the questions that a topic is learnt from, and how much each weighs.

        `own` says of all questions which are the topic's.
        """
        others = np.flatnonzero(~own)
        # Of all questions: to pick those of the others first would copy nearly all vectors for each topic.
        likeness = (self.vectors @ self.vectors[own].mean(axis=0))[others]
        # Of the same likeness the first, whatever the machine.
        others = others[np.argsort(-likeness, kind="stable")]
        near = max(_NEAR_AT_LEAST, int(_NEAR_SHARE * len(own)))
        far = others[near::_OF_OTHERS_EVERY]
        weights = self.weights.copy()
        weights[far] *= _OF_OTHERS_EVERY
        learnt = np.sort(np.concatenate([np.flatnonzero(own), others[:near], far]))
        return learnt, weights[learnt]
