"""An answer's own questions: whether a model that has learnt them answers them by it.

They do not reach it where they ask what another answer is for, or where there are too few of them.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Sequence
from typing import Any

from bot.answering.decision import TOPIC_PREFIX, Decision, DecisionStep, Understanding
from bot.content.reading import Content
from bot.content.topics import topic_of

# So many questions of each answer and language are asked: asking all of them would take twenty seconds.
_ASKED_OF_EACH = 6


def sampled(questions: Sequence[tuple[str, str, str]]) -> list[int]:
    """Return the places of the questions to ask among all training questions (text, language, label).

    They are taken evenly from all questions of an answer: the first ones are often the plainest.
    """
    places = collections.defaultdict(list)
    for place, (_, language, label) in enumerate(questions):
        if label.startswith(TOPIC_PREFIX):
            places[label, language].append(place)
    return sorted(
        place for each in places.values() for place in each[:: math.ceil(len(each) / _ASKED_OF_EACH)]
    )


def reached(
    questions: Sequence[tuple[str, str, str]],
    rankings: Sequence[Sequence[tuple[str, float]]],
    step: DecisionStep,
    content: Content,
) -> dict[str, dict[str, Any]]:
    """Return by answer how many of its questions were `asked`, how many `reached` it, and those `lost`.

    A question has reached its answer also where it gets the core answer of the topic, which asks for the
    situation. Of those that are lost the text and what is given instead: an answer, a card, or "" for none.
    """
    found: dict[str, dict[str, Any]] = {}
    for (text, language, label), ranking in zip(questions, rankings, strict=True):
        answer = label.removeprefix(TOPIC_PREFIX)
        request = content.glossary.read(text)
        given = given_by(step.decide([Understanding(language, tuple(ranking), request)]))
        one = found.setdefault(answer, {"asked": 0, "reached": 0, "lost": []})
        one["asked"] += 1
        if given in (answer, topic_of(answer)):
            one["reached"] += 1
        else:
            one["lost"].append([text, given])
    return found


def given_by(decision: Decision) -> str:
    """Return the answer or the card that is given; "" where there is only a choice, or nothing."""
    if decision.answer or decision.topic:
        return str(decision.answer or decision.topic)
    return "" if decision.outcome in ("clarify", "fallback") else decision.intent
