"""Starts the action server: `python -m actions PORT`.

rasa-sdk's own command listens on every interface unless told otherwise; this one only on loopback.
"""

from __future__ import annotations

import os
import sys

from rasa_sdk import endpoint

from actions.content import current_content


def main() -> None:
    """Read the content, so that bad content stops the start, then serve until told to end."""
    current_content()
    os.environ["SANIC_HOST"] = "127.0.0.1"
    endpoint.run("actions", port=int(sys.argv[1]), cors_origins=[])


if __name__ == "__main__":
    main()
