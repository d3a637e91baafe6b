"""Stands in for the process that trains and asks (`python -m bot.nlu`), where the process is the subject.

It takes the same jobs and tells what comes of them in the same lines of JSON: of every text that the topic
red_card answers it, but for `NEVER`, on which it stands still, and for texts with `LOST`, which it answers
for that situation.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from bot.nlu.child import read_jobs

NEVER = "never"
LOST = "lost"
_REQUEST = {"needs": (), "place": None, "by_zip": False, "near_me": False, "speaks": None, "bare": False}
_PARSED: dict[str, Any] = {
    "language": "en",
    "intent_ranking": [{"name": "faq/red_card", "confidence": 0.9}],
    "decision": {
        "intent": "faq",
        "outcome": "answer",
        "topic": "red_card",
        "offered": [],
        "answer": "red_card",
    },
    "judged": [
        {"language": "en", "ranking": [["faq/red_card", 0.9]], "request": _REQUEST, "about": None},
    ],
}
_PARSED_LOST = {
    **_PARSED,
    "intent_ranking": [
        {"name": "faq/red_card.lost", "confidence": 0.6},
        {"name": "faq/red_card", "confidence": 0.3},
    ],
    "decision": {**_PARSED["decision"], "answer": "red_card.lost"},
}


def _tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    """Do one job after another, until nobody gives any more."""
    for job in read_jobs():
        if NEVER in job["texts"]:
            threading.Event().wait()
        _tell(step="ask", done=0)
        for text in job["texts"]:
            _tell(parsed=_PARSED_LOST if LOST in text else _PARSED)


if __name__ == "__main__":
    main()
