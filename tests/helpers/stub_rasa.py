"""Stands in for Rasa and for the action server, where what starts and ends them is the subject.

It answers every message with the topic red_card: `python -m tests.helpers.stub_rasa PORT`.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.serving.processes import LOOPBACK, Child, free_port

_ANSWER = [{"text": "x"}, {"custom": {"language": "en", "topic": "red_card"}}]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Say that it is up."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a message."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(_ANSWER)

    def _answer(self, body: object) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


def stub_child(*arguments: object, **options: object) -> Child:
    """Return it as a child of an assistant, whatever the real one would be given."""
    port = free_port()
    return Child("the stub", ["-m", "tests.helpers.stub_rasa", str(port)], port, {})


if __name__ == "__main__":
    ThreadingHTTPServer((LOOPBACK, int(sys.argv[1])), _Handler).serve_forever()
