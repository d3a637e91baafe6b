"""The steps of a training, and how long what is left of it will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

Progress = Callable[[str], None]
# The steps of a training that are worth telling, with the seconds that each takes on two cores.
_STEPS = {
    "start": ("Reading the content", 19.0),
    "BilingualTokenizer": ("Taking the questions apart", 3.0),
    "TfidfFeaturizer": ("Counting words", 1.0),
    "JointClassifier": ("Learning which question belongs to which topic", 18.0),
    "ask": ("Asking the new model the evaluation questions", 8.0),
    "thresholds": ("Choosing the thresholds", 4.0),
}


class Pace:
    """Says what is being done and how long it still takes, by the time that it took before."""

    def __init__(self, progress: Progress, before: Mapping[str, float]) -> None:
        self._progress = progress
        self._expected = {step: before.get(step, seconds) for step, (_, seconds) in _STEPS.items()}
        self._step, self._since = "", time.monotonic()
        self.seconds: dict[str, float] = {}

    def step(self, step: str, done: float = 0.0) -> None:
        """Note that a step begins, or how much of it is done."""
        if step not in _STEPS or step == self._step:
            return
        self.end()
        self._step = step
        steps = list(_STEPS)
        left = sum(self._expected[each] for each in steps[steps.index(step) :])
        self._progress(f"{_STEPS[step][0]} (about {max(1, round(left))} s left)")

    def end(self) -> None:
        """Note that the last step is over."""
        now = time.monotonic()
        if self._step:
            self.seconds[self._step] = round(self.seconds.get(self._step, 0) + now - self._since, 1)
        self._since, self._step = now, ""
