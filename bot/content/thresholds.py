"""From which scores on a question is answered, or a topic offered (config.yml)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Scores between 0 and 1 from which something is done.

    `answer_at`: a topic is answered, or what leads on ("more") is taken as such. `doubt_at`: a topic is
    not answered where out-of-scope scores this share of what the topic scores; it is offered instead.
    `decline_at`: a question is declined, or taken for mere small talk; below it topics are offered, which
    harms nobody. `offer_at`: a topic is worth offering. `emergency_at`: agents at the door, or a life in
    danger, is believed even where a topic scores higher, as long as it has `emergency_share` of that
    topic's score: a card too many does less harm than one too late. `situation_share`: an answer for one
    situation is given where it has this share of its topic's score; otherwise the core answer is.
    """

    answer_at: float
    doubt_at: float
    decline_at: float
    offer_at: float
    emergency_at: float
    emergency_share: float
    situation_share: float
