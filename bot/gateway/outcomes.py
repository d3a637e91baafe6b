"""What a message is counted as: what it was met with, read from the replies to it."""

from __future__ import annotations

from bot.answering.decision import CHAT_PRIVACY, DANGER_CARDS, EMERGENCY_CARDS, SAY
from bot.answering.reply import Reply
from bot.database.usage import (
    ANSWER,
    DEGRADED,
    EMERGENCY,
    HELP,
    NOT_UNDERSTOOD,
    OFFER,
    OUT_OF_SCOPE,
    SMALL_TALK,
)

_TEXTS = {
    **{f"utter_{card}": EMERGENCY for card in (*EMERGENCY_CARDS, *DANGER_CARDS)},
    "utter_not_understood": NOT_UNDERSTOOD,
    "utter_other_language": NOT_UNDERSTOOD,
    "utter_place_not_known": NOT_UNDERSTOOD,
    "utter_out_of_scope": OUT_OF_SCOPE,
}


def outcome_of(reply: Reply, *, degraded: bool) -> str:
    """Return one of usage.OUTCOMES; `reply` is the first to a message: what follows belongs to it."""
    if degraded:
        return DEGRADED
    said = (reply.again or "").removeprefix(SAY)
    if said in _TEXTS:
        return _TEXTS[said]
    # Every answer has sources, also where it names services.
    if reply.sources or reply.topic == CHAT_PRIVACY:
        return ANSWER
    if reply.services:
        return HELP
    return OFFER if reply.buttons else SMALL_TALK
