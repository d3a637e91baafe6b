"""Empties everything that is kept of what people asked and said; models, content and settings stay."""

from __future__ import annotations

import redis
from redis.exceptions import RedisError

from bot.database.engine import Database
from bot.database.tables import FEEDBACK, REVIEW_QUEUE, USAGE
from bot.errors import KyrError
from bot.messages import Message
from bot.settings import CONVERSATION_PREFIX

_SECONDS_TO_ANSWER = 5


class PurgeError(KyrError):
    """Something could not be emptied; the text says what, and what to do."""


def purge(database: Database, redis_url: str) -> list[str]:
    """Empty the review queue, all counts, and conversations in Redis; return what is gone.

    Raises DatabaseError and PurgeError; what was removed before is gone. A running assistant goes on. The
    audit log stays: it holds nothing of what people asked and said.
    """
    names = {
        REVIEW_QUEUE.name: "rows of the review queue",
        FEEDBACK.name: "rows of counted feedback",
        USAGE.name: "rows of counted usage",
    }
    try:
        emptied = database.empty(REVIEW_QUEUE, FEEDBACK, USAGE)
        gone = [f"{number} {names[table]}" for table, number in emptied.items() if number]
    finally:
        # Also where the database is away: whoever purges may have no time to lose.
        in_redis = _purge_redis(redis_url) if redis_url else []
    return gone + in_redis


def _purge_redis(url: str) -> list[str]:
    try:
        with redis.Redis.from_url(url, socket_timeout=_SECONDS_TO_ANSWER) as client:
            names = list(client.scan_iter(match=f"{CONVERSATION_PREFIX}*"))
            if names:
                client.delete(*names)
    except (RedisError, OSError) as error:
        raise PurgeError(Message("redis_silent", reason=type(error).__name__)) from None
    return [f"{len(names)} conversations in Redis"] if names else []
