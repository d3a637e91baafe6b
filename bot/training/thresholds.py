"""Calibration: the thresholds of the decision step, chosen on questions that no model was trained on.

`kyr train` asks the evaluation questions of judges that have not learnt from the training questions most like
them (bot/nlu/unlike_questions.py) and chooses, for each language, the thresholds at which what the bot would
do with them costs least.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.decision import DANGER, EMERGENCY, OUT_OF_SCOPE, Decision, DecisionStep, Understanding
from bot.content.thresholds import Thresholds
from bot.content.topics import topic_of
from bot.text.language import LANGUAGES
from bot.training.evaluation import Question

# What an outcome costs: a wrong answer as much as offering the right topic among others ten times, on a
# dangerous matter ("should I sign?") twenty times; an emergency that is not seen is the worst.
WRONG = 3.5
WRONG_WHERE_DANGEROUS = 8.0
MISSED_EMERGENCY = 15.0
ANSWERED_OUT_OF_SCOPE = 5.0
# A list of topics of which none can help makes somebody read it for nothing.
OFFERED_OUT_OF_SCOPE = 0.7
UNANSWERED = 1.5
# Told that the bot cannot help, a person with a right to an answer goes away.
TURNED_AWAY = 6.0
# A list with the right topic in it costs the person one more step.
OFFERED = 0.35

# Tells Rasa where the thresholds of its model stand.
THRESHOLDS_FILE = "KYR_THRESHOLDS_FILE"

# The values tried, each threshold in turn until nothing gets better.
_TRIED: Mapping[str, Sequence[float]] = {
    "answer_at": [round(0.2 + 0.02 * step, 2) for step in range(26)],
    # Of a larger one too few questions out of scope tell what it lets through.
    "doubt_at": [0.2, 0.25, 0.3, 0.4],
    "decline_at": [round(0.2 + 0.05 * step, 2) for step in range(15)],
    "offer_at": [0.01, 0.02, 0.03, 0.05],
    # Below these everyday messages ("the movers are here") are as many as alarms; unlike alarms, which have
    # lost the words of their kind, would have both taken.
    "emergency_at": [round(0.2 + 0.02 * step, 2) for step in range(16)],
    "emergency_share": [0.8, 1.0],
}
_MOST_ROUNDS = 5
# Costs that differ by less are the same: another two thousand questions would turn them round.
_AS_CHEAP = 0.02


@dataclass(frozen=True)
class EvaluatedQuestion:
    """A question with the right answers to it, and what the NLU made of it."""

    question: Question
    judged: tuple[Understanding, ...]

    @property
    def language(self) -> str:
        """The language it is judged by."""
        return self.judged[0].language


def cost(decision: Decision, question: Question) -> float:
    """Return what it costs to decide like this on a question."""
    answered = decision.outcome in ("answer", "emergency")
    if question.topic == OUT_OF_SCOPE:
        if {decision.topic, *map(topic_of, decision.offered)} & question.right:
            return 0.0
        if answered:
            return ANSWERED_OUT_OF_SCOPE
        return OFFERED_OUT_OF_SCOPE if decision.outcome == "clarify" else 0.0
    if question.topic in (EMERGENCY, DANGER) and not (answered and decision.topic in question.right):
        return MISSED_EMERGENCY
    if answered:
        if decision.topic in question.right:
            return 0.0
        return WRONG_WHERE_DANGEROUS if question.must_pass else WRONG
    if decision.outcome == "decline":
        return TURNED_AWAY
    return OFFERED if question.right & set(map(topic_of, decision.offered)) else UNANSWERED


def calibrate(asked: Sequence[EvaluatedQuestion], step: DecisionStep) -> DecisionStep:
    """Return the decision step with the thresholds that cost least, chosen for each language by itself.

    `step` gives the thresholds to begin with. Of values that cost the same the middle one is taken, and of
    `answer_at` of those that cost nearly the same.
    """
    chosen = {
        language: _calibrated([row for row in asked if row.language == language], step, language)
        for language in LANGUAGES
    }
    return dataclasses.replace(step, thresholds=chosen)


def _calibrated(rows: Sequence[EvaluatedQuestion], step: DecisionStep, language: str) -> Thresholds:
    @functools.cache  # the last rounds ask for much of what those before have asked for
    def total(thresholds: Thresholds) -> float:
        tried = dataclasses.replace(step, thresholds={**step.thresholds, language: thresholds})
        return round(sum(cost(tried.decide(row.judged), row.question) for row in rows), 6)

    best = step.thresholds[language]
    for _ in range(_MOST_ROUNDS):
        before = best
        for name, values in _TRIED.items():
            costs = {value: total(dataclasses.replace(best, **{name: value})) for value in values}
            enough = min(costs.values()) * (1 + _AS_CHEAP if name == "answer_at" else 1)
            same = [value for value in values if costs[value] <= enough]
            best = dataclasses.replace(best, **{name: same[len(same) // 2]})
        if best == before:
            break
    return best


def begin_with(config: Mapping[str, Any]) -> dict[str, Thresholds]:
    """Return the thresholds to begin with, of each language, from the DecisionGate's part of config.yml."""
    return {language: Thresholds(**config["thresholds"]) for language in LANGUAGES}


def write_thresholds(step: DecisionStep) -> str:
    """Return the thresholds of each language as JSON."""
    return json.dumps({name: dataclasses.asdict(one) for name, one in step.thresholds.items()}, indent=2)


def read_thresholds(path: Path) -> dict[str, Thresholds]:
    """Read what `write_thresholds` has written."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {language: Thresholds(**values) for language, values in kept.items()}
