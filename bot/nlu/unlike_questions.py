"""Which training questions to leave out, for those that remain to be unlike the questions that are asked.

Evaluation questions are written in the style of the training questions, which real ones are not. Judges that
have not learnt from what is most like a question are about as unsure of it as of a real one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bot.nlu.encoder import Vectors

# So many training questions are left out for each that is asked: what then is nearest to it is as far as that
# of real questions.
_ALIKE = 3
_AT_ONCE = 500


def unlike(asked: Vectors, learnt: Vectors) -> npt.NDArray[np.bool_]:
    """Return for each training question whether it is not among the nearest of any question that is asked."""
    kept = np.ones(len(learnt), dtype=np.bool_)
    middle = learnt.astype(np.float32).mean(axis=0)
    training = _turned(learnt, middle)
    alike = min(_ALIKE, len(learnt))
    for first in range(0, len(asked), _AT_ONCE):
        likeness = _turned(asked[first : first + _AT_ONCE], middle) @ training.T
        kept[np.argpartition(-likeness, alike - 1, axis=1)[:, :alike]] = False
    return kept


def _turned(vectors: Vectors, middle: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return vectors of length 1 without what all questions have in common."""
    rows = vectors.astype(np.float32) - middle
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
