"""How much each training question weighs, for an answer with few of them to be found as well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Of the usual number of questions: an answer with that many holds its own.
_ENOUGH = 0.5


def question_weights(labels: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the weight of each question, of which `labels` has the label; none is below 1.

    The questions of a label weigh together at least half as much as those of a usual one, which has the
    median of their numbers: where there are fewer, each stands also for those that nobody has written yet.
    Otherwise what is said a hundred times of other things outweighs what was said twice.
    """
    _, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(np.maximum(1, _ENOUGH * np.median(counts) / counts)[places], dtype=np.float64)
