"""The texts of the console in both languages, from the files in `texts/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from bot.text.language import LANGUAGES

_FOLDER = Path(__file__).parent / "texts"

# Texts by language and name.
Strings = Mapping[str, Mapping[str, str]]


def read_strings(folder: Path = _FOLDER) -> Strings:
    """Return all texts; each file maps a name to its text in each language. Raises ValueError."""
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for path in sorted(folder.glob("*.yml")):
        for name, twins in YAML(typ="safe").load(path).items():
            if set(twins) != set(LANGUAGES) or not all(isinstance(text, str) for text in twins.values()):
                raise ValueError(f"{path}: {name} is not there in both languages")
            for language, text in twins.items():
                if name in found[language]:
                    raise ValueError(f"{path}: {name} stands in another file too")
                found[language][name] = text
    return found
