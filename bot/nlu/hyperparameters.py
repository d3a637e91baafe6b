"""What the judges of the joint classifier are told, rather than learn; `bench.shares` chooses it.

The values stand in config.yml alone: there Rasa looks for the settings of a component, and each model keeps a
copy of it. A default here would be a second place, and the one that is forgotten.
"""

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

    C: float
    meaning_C: float
    neighbours: int
    power: float
    words_share: float
    meaning_share: float
    nearest_share: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Hyperparameters:
        """Return those of a component's part of config.yml; raises KeyError where one is missing."""
        return cls(**{field.name: config[field.name] for field in dataclasses.fields(cls)})

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares of words, of the regression of meanings and of the nearest meanings."""
        return self.words_share, self.meaning_share, self.nearest_share
