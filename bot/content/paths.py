"""Where content stands, below its root."""

from __future__ import annotations

from pathlib import Path

FAQ = Path("data") / "faq"


NLU = Path("data") / "nlu"


RESOURCES = Path("data") / "resources"
