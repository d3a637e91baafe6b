"""What the judges of the joint classifier are told, rather than learn; `bench.shares` chooses it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hyperparameters:
    """Those of the judges, as config.yml calls them.

    `C` is the inverse of the regularisation strength (scikit-learn's C) of the linear models of words, and
    `meaning_C` that of the regression of meanings. So many `neighbours` vote, each with a `power` of its
    likeness: a near one outweighs many far ones. The shares are those of each judge in the mean; they add
    up to 1.
    """

    C: float = 10
    meaning_C: float = 10
    neighbours: int = 100
    power: float = 6
    words_share: float = 0.3
    meaning_share: float = 0.2
    nearest_share: float = 0.5

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Hyperparameters:
        """Return those that a component's part of config.yml gives, and the defaults of the others."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: config[name] for name in names if name in config})

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares of words, of the regression of meanings and of the nearest meanings."""
        return self.words_share, self.meaning_share, self.nearest_share
