"""Empties everything that is kept of what people asked and said; models, content and settings stay.

It must not import Rasa or aiohttp.
"""

from __future__ import annotations

from pathlib import Path

import redis
from redis.exceptions import RedisError

from bot.feedback import FEEDBACK_FILE
from bot.review_queue import REVIEW_FILE

# What the names of conversations in Redis begin with.
CONVERSATION_PREFIX = "kyr:conversation:"

_SECONDS_TO_ANSWER = 5
# What SQLite may leave beside a file.
_ENDINGS = ("", "-journal", "-wal", "-shm")


class PurgeError(Exception):
    """Something could not be emptied; the text says what, and what to do."""


def purge(data_dir: Path, redis_url: str) -> list[str]:
    """Remove the review queue, the counts of feedback and conversations in Redis; return what is gone.

    Raises PurgeError; what was removed before is gone. A running assistant goes on, and makes the files anew.
    """
    gone = []
    for name in (REVIEW_FILE, FEEDBACK_FILE):
        for file in (data_dir / f"{name}{ending}" for ending in _ENDINGS):
            try:
                file.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise PurgeError(
                    f"{file} could not be removed ({error.strerror}). Remove it by hand."
                ) from None
            gone.append(str(file))
    if redis_url:
        gone += _purge_redis(redis_url)
    return gone


def _purge_redis(url: str) -> list[str]:
    try:
        with redis.Redis.from_url(url, socket_timeout=_SECONDS_TO_ANSWER) as client:
            names = list(client.scan_iter(match=f"{CONVERSATION_PREFIX}*"))
            if names:
                client.delete(*names)
    except (RedisError, OSError) as error:
        raise PurgeError(
            f"Redis does not answer ({type(error).__name__}). Start it and run `kyr purge` again; "
            "what is in it expires by itself 30 minutes after a conversation."
        ) from None
    return [f"{len(names)} conversations in Redis"] if names else []
