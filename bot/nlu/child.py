"""What the processes that bot.workbench starts have in common. It must not import Rasa."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any


def read_job() -> dict[str, Any]:
    """Return the job, a line of JSON on standard input; from then on end with the process that gave it."""
    job: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return job


def _end_with_parent() -> None:
    """Kill this process and its helpers once nobody holds the other end of standard input."""
    # Not through sys.stdin, whose lock would be held while Python shuts down.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)
