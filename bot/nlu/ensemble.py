"""A soft-voting ensemble: several simple classifiers of the same questions, whose mean score counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.nlu.linear_model import LinearModel
from bot.nlu.nearest_questions import NearestQuestions
from bot.nlu.tfidf import Table

# Inverse of the regularisation strength (scikit-learn's C), where config.yml does not say another.
INVERSE_STRENGTH = 10
_LABELS = "labels.json"
_NEAREST = "nearest"

# Calls a function with each tuple of arguments, and returns what comes of each.
CallEach = Callable[[Callable[..., LinearModel], Sequence[tuple[Any, ...]]], Sequence[LinearModel]]


@dataclass(frozen=True)
class Ensemble:
    """Models that judge a message each in its own way.

    One linear model sees all features, one each only those of one kind (letters, lemmas), and the nearest
    questions vote. What only one of them believes is left in doubt, and so offered rather than answered.
    """

    labels: list[str]
    linear: tuple[LinearModel, ...]
    nearest: NearestQuestions

    @classmethod
    def fit(
        cls, blocks: Sequence[Table], labels: list[str], inverse_strength: float, call_each: CallEach
    ) -> Ensemble:
        """Learn from tables of features, one of each kind, with a label for each row.

        `call_each` says how: liblinear uses one core and holds Python's lock, so that each model is best
        trained in a process of its own.
        """
        whole = scipy.sparse.hstack(blocks, format="csr")
        names = sorted(set(labels))
        numbers = np.array([names.index(label) for label in labels], dtype=np.int32)
        linear = call_each(LinearModel.fit, [(each, labels, inverse_strength) for each in (whole, *blocks)])
        return cls(names, tuple(linear), NearestQuestions.fit(whole, numbers, len(names)))

    def scores(self, blocks: Sequence[Table]) -> npt.NDArray[np.float64]:
        """Return the scores of each label, a row for each message; each block is a kind of features."""
        whole = scipy.sparse.hstack(blocks, format="csr")
        seen = (whole, *blocks)
        scores = [model.scores(rows) for model, rows in zip(self.linear, seen, strict=True)]
        mean = np.mean([*scores, self.nearest.scores(whole)], axis=0)
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        """Keep them as plain JSON and arrays: nothing that runs code when it is read back."""
        (folder / _LABELS).write_text(
            json.dumps({"labels": self.labels, "linear": len(self.linear)}), encoding="utf-8"
        )
        for number, model in enumerate(self.linear):
            model.save(folder, f"linear-{number}")
        self.nearest.save(folder, _NEAREST)

    @classmethod
    def read(cls, folder: Path) -> Ensemble:
        """Read them back."""
        kept = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
        labels = kept["labels"]
        return cls(
            labels,
            tuple(LinearModel.read(folder, f"linear-{number}") for number in range(kept["linear"])),
            NearestQuestions.read(folder, _NEAREST, len(labels)),
        )
