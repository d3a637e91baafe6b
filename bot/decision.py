"""The decision step: from the scores of all intents and topics to what the bot does.

A wrong legal answer does harm and "did you mean" does not, so a topic is answered only from a
stated score upwards, offered among at most three from a lower one, and otherwise the bot asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

TOPIC_PREFIX = "faq/"
EMERGENCY = "emergency_now"
DANGER = "danger_now"
OUT_OF_SCOPE = "out_of_scope"
CHAT_PRIVACY = "chat_privacy"
# At most this many topics are offered: more do not fit a small screen or a text message.
MOST_OFFERED = 3


@dataclass(frozen=True)
class Thresholds:
    """Scores between 0 and 1 from which something is done.

    `answer_at`: a topic is answered, small talk is taken as such, or a question is declined.
    `offer_at`: a topic is worth offering. `emergency_at`: agents at the door, or a life in danger, is
    believed even where a topic scores higher: a card too many does less harm than one too late.
    """

    answer_at: float
    offer_at: float
    emergency_at: float


@dataclass(frozen=True)
class Decision:
    """What the bot does with one message.

    `intent` is what Rasa's rules act on. `outcome` is one of answer, clarify, decline, fallback,
    emergency, smalltalk. `topic` is the topic it is about, if one was recognised; `offered` the
    topics to choose from.
    """

    intent: str
    outcome: str
    topic: str | None = None
    offered: tuple[str, ...] = ()


def decide(
    ranking: Sequence[tuple[str, float]],
    thresholds: Thresholds,
    *,
    with_text: Collection[str],
) -> Decision:
    """Decide on a ranking of (label, score), best first; labels are intents or faq/<topic>.

    `with_text` are the topics that have an answer of their own; any other is left to the intent
    `no_answer`, which names services.
    """
    scores = dict(ranking)
    emergency, danger = scores.get(EMERGENCY, 0.0), scores.get(DANGER, 0.0)
    if max(emergency, danger) >= thresholds.emergency_at:
        if danger > emergency:
            return Decision(DANGER, "decline")
        return Decision(EMERGENCY, "emergency", topic=EMERGENCY)
    best, score = ranking[0] if ranking else ("", 0.0)
    topics = [(label.removeprefix(TOPIC_PREFIX), p) for label, p in ranking if label.startswith(TOPIC_PREFIX)]
    if score >= thresholds.answer_at:
        if not best.startswith(TOPIC_PREFIX):
            return _conversation(best)
        topic = best.removeprefix(TOPIC_PREFIX)
        return Decision("faq" if topic in with_text else "no_answer", "answer", topic=topic)
    offered = tuple(topic for topic, p in topics[:MOST_OFFERED] if p >= thresholds.offer_at)
    if offered:
        return Decision("clarify", "clarify", offered=offered)
    return Decision("not_understood", "fallback")


def _conversation(intent: str) -> Decision:
    if intent == CHAT_PRIVACY:
        return Decision(intent, "answer", topic=intent)
    if intent == OUT_OF_SCOPE:
        return Decision(intent, "decline")
    if intent == "unclear":
        return Decision(intent, "fallback")
    return Decision(intent, "smalltalk")
