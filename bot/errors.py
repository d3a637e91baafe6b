"""The base class of all errors whose text is meant for people."""

from __future__ import annotations

import errno

from bot.messages import Message, read_messages


class KyrError(Exception):
    """What was refused or failed; the message is for the person who asked for it.

    It says what, why and what to do, and is shown as it is: by a command, on a page, at the end of a job.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message)


def reason_of(error: OSError) -> str:
    """Return what the system says of an error: a message where that is one of those it is known to say."""
    key = f"system_{errno.errorcode.get(error.errno or 0)}"
    return Message(key) if key in read_messages() else error.strerror or str(error)
