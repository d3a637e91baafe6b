"""The steps of a training, and how long what is left of it will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bot.messages import Message

Progress = Callable[[Message], None]
# The steps of a training that are worth telling, with the seconds that each takes on two cores.
_STEPS = {
    "start": 19.0,
    "BilingualTokenizer": 3.0,
    "TfidfFeaturizer": 1.0,
    "EncoderFeaturizer": 2.0,
    "JointClassifier": 18.0,
    "ask": 8.0,
    "thresholds": 4.0,
}


class Pace:
    """Says what is being done and how long it still takes, by the time that it took before."""

    def __init__(self, progress: Progress, before: Mapping[str, float]) -> None:
        self._progress = progress
        self._expected = {step: before.get(step, seconds) for step, seconds in _STEPS.items()}
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
        self._progress(Message(f"step_{step}", seconds=max(1, round(left))))

    def end(self) -> None:
        """Note that the last step is over."""
        now = time.monotonic()
        if self._step:
            self.seconds[self._step] = round(self.seconds.get(self._step, 0) + now - self._since, 1)
        self._since, self._step = now, ""
