"""Where content stands, below its root."""

from __future__ import annotations

from pathlib import Path

# What content is, as it is backed up, copied beside a model and made of the program's own.
CONTENT = ("data", "domain.yml", "config.yml")
# Beside the content: that of the release which it was made from, or brought up to last.
BASE = ".release"

FAQ = Path("data") / "faq"


NLU = Path("data") / "nlu"


RESOURCES = Path("data") / "resources"


# What a short message asks for after what was said before it.
FOLLOW_UPS = Path("data") / "follow_ups.yml"

# What the first screen of the page offers.
START = Path("data") / "start.yml"

# What pages say by themselves, where a city says it in words of its own.
PAGE_TEXTS = Path("data") / "page_texts.yml"

# Files of words, not of questions.
_WORDS = ("glossary.yml", "facets.yml")


def glossary_files(root: Path) -> list[Path]:
    """Return the files of the glossary; a content may do without the words of facets."""
    glossary, facets = (root / NLU / name for name in _WORDS)
    return [glossary, facets] if facets.exists() else [glossary]


def conversation_files(root: Path) -> list[Path]:
    """Return the files of what residents say that is on no topic, one for each intent, in their order."""
    return [path for path in sorted((root / NLU).glob("*.yml")) if path.name not in _WORDS]
