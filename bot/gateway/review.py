"""Questions for the review queue: those that were left open, so that staff can write what is missing."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from aiohttp import web

from bot.answering.decision import OFFER, SAY, STEPS
from bot.answering.reply import Reply
from bot.database.review_queue import DECLINED, NOT_UNDERSTOOD, OFFERED, REPEATED
from bot.gateway import keys
from bot.gateway.conversations import Conversation
from bot.text.redaction import keep_own_words

# What is said where a question was not understood or declined, and what that is called in the queue.
_UNANSWERED = {
    f"{SAY}utter_not_understood": NOT_UNDERSTOOD,
    f"{SAY}utter_out_of_scope": DECLINED,
}


def is_unanswered(reply: Reply) -> bool:
    """Whether a reply leaves the question open: it was not understood or declined, or choices are offered.

    Whoever chooses "none of these" has been offered choices before, and is counted then.
    """
    again = reply.again or ""
    return again in _UNANSWERED or again.startswith((OFFER, STEPS))


def _met_with(replies: Sequence[Reply]) -> str:
    """Return what a question was met with; one that has an answer is kept where it was asked again."""
    left_open = next(filter(is_unanswered, replies), None)
    if left_open is None:
        return REPEATED
    return _UNANSWERED.get(left_open.again or "", OFFERED)


def keep_for_review(
    app: web.Application, conversation: Conversation, message: str, replies: Sequence[Reply]
) -> None:
    """Put a question into the review queue without what is nobody's own words; nobody waits for it.

    `replies` are what it was met with.
    """
    queue = app[keys.REVIEW_QUEUE]
    if queue is None or conversation.test:
        return
    text = keep_own_words(message, app[keys.CURRENT_MODEL].content.own_words.to_keep)
    add = functools.partial(queue.add, text, replies[0].language, reason=_met_with(replies))
    app[keys.WRITER].write("A question could not be kept for review", add)
