"""Files of Rasa's training data: the questions of their entries, and the variations of a response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bot.files.yaml_reading import line_of
from bot.messages import Message
from bot.problems import Problems

LANGUAGE_MESSAGES = {"en": Message("english"), "es": Message("spanish")}


def refuse_unknown(
    mapping: CommentedMap, allowed: Iterable[str], where: Message, path: Path, problems: Problems
) -> None:
    """Note the keys of a mapping that nothing reads; `where` says what it is."""
    for key in mapping:
        if key not in allowed:
            names = ", ".join(sorted(allowed))
            problems.add(path, line_of(mapping, key), "unknown_key", where=where, name=key, allowed=names)


def read_examples(
    document: Mapping[str, Any],
) -> Iterable[tuple[str, str | None, int, list[tuple[str, int]]]]:
    """Yield each NLU entry of a training-data file: intent, language, line, [(question, line), ...]."""
    nlu = document.get("nlu") or []
    for index, entry in enumerate(nlu):
        if not isinstance(entry, CommentedMap):
            continue
        first = line_of(entry, "examples") + 1
        examples = [
            (line.removeprefix("-").strip(), first + offset)
            for offset, line in enumerate(str(entry.get("examples") or "").splitlines())
            if line.strip()
        ]
        language = (entry.get("metadata") or {}).get("language")
        yield str(entry.get("intent")), language, line_of(nlu, index), examples


def read_variations(responses: CommentedMap, name: str) -> Iterable[tuple[str | None, CommentedMap, int]]:
    """Yield each variation of a response: its language (None if it does not say), itself, its line."""
    variations = responses[name] or []
    for index, variation in enumerate(variations):
        if not isinstance(variation, CommentedMap):
            continue
        conditions = variation.get("condition") or []
        languages = [item.get("value") for item in conditions if item.get("name") == "language"]
        yield (languages[0] if languages else None), variation, line_of(variations, index)
