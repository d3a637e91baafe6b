"""Where content stands, below its root."""

from __future__ import annotations

from pathlib import Path

FAQ = Path("data") / "faq"


NLU = Path("data") / "nlu"


RESOURCES = Path("data") / "resources"


def conversation_files(root: Path) -> list[Path]:
    """Return the files of what residents say that is on no topic, one for each intent, in their order."""
    return [path for path in sorted((root / NLU).glob("*.yml")) if path.name != "glossary.yml"]
