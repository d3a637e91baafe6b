"""What the processes that bot.training.worker starts have in common."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any


def read_jobs() -> Iterator[dict[str, Any]]:
    """Yield the jobs, each a line of JSON on standard input; end with the process that gives them."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read_lines, args=(lines,), daemon=True).start()
    while True:
        yield json.loads(lines.get())


def _read_lines(lines: queue.SimpleQueue[bytes]) -> None:
    """Pass lines on; kill this process and its helpers once nobody holds the other end of standard input."""
    # Not through sys.stdin, whose lock would be held while Python shuts down.
    with open(sys.stdin.fileno(), "rb", closefd=False) as given:
        for line in given:
            lines.put(line)
    os.killpg(os.getpgrp(), signal.SIGKILL)
