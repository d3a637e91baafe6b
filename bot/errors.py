"""The base class of all errors whose text is meant for people."""

from __future__ import annotations


class KyrError(Exception):
    """What was refused or failed; the text is for the person who asked for it.

    It says what, why and what to do, and is shown as it is: by a command, on a page, at the end of a job.
    """
