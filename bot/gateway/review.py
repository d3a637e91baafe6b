"""Questions for the review queue: those that were left open, so that staff can write what is missing."""

from __future__ import annotations

import functools

from aiohttp import web

from bot.answering.decision import OFFER, SAY, STEPS
from bot.answering.reply import Reply
from bot.gateway import keys
from bot.gateway.conversations import Conversation
from bot.text.redaction import keep_own_words

# What is said where a question was not understood or declined.
_UNANSWERED = (f"{SAY}utter_not_understood", f"{SAY}utter_out_of_scope")


def is_unanswered(reply: Reply) -> bool:
    """Whether a reply leaves the question open: it was not understood or declined, or choices are offered.

    Whoever chooses "none of these" has been offered choices before, and is counted then.
    """
    again = reply.again or ""
    return again in _UNANSWERED or again.startswith((OFFER, STEPS))


def keep_for_review(app: web.Application, conversation: Conversation, message: str, language: str) -> None:
    """Put a question into the review queue without what is nobody's own words; nobody waits for it."""
    queue = app[keys.REVIEW_QUEUE]
    if queue is None or conversation.test:
        return
    text = keep_own_words(message, app[keys.CURRENT_MODEL].content.own_words.to_keep)
    add = functools.partial(queue.add, text, language)
    app[keys.WRITER].write("A question could not be kept for review", add)
