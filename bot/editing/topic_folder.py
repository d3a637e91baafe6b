"""The topic files of a folder as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.paths import FAQ
from bot.editing.fields import TopicFields
from bot.editing.sheet.reading import SheetError
from bot.editing.topic_text import TopicEditError, read_fields
from bot.errors import reason_of
from bot.files.folders import recover
from bot.messages import Message


@dataclass(frozen=True)
class Present:
    """A topic file as it stands."""

    text: str
    fields: TopicFields


def topic_texts(root: Path) -> dict[str, str]:
    """Return the text of each topic file by id, with its line breaks as they are."""
    try:
        recover((root / FAQ).resolve())
        files = {path.stem: path.read_bytes() for path in sorted((root / FAQ).glob("*.yml"))}
    except OSError as error:
        raise SheetError(
            Message("file_unreadable_on_disk", file=error.filename, reason=reason_of(error))
        ) from None
    if not files:
        raise SheetError(Message("no_topic_file", folder=root / FAQ))
    # A file that is not UTF-8 is no topic, and is said to be unreadable.
    return {topic_id: content.decode("utf-8", errors="replace") for topic_id, content in files.items()}


def present_topics(texts: Mapping[str, str]) -> dict[str, Present]:
    """Return the topics that can be read."""
    found = {}
    for topic_id, text in texts.items():
        if "\ufffd" in text:
            continue
        try:
            found[topic_id] = Present(text, read_fields(text))
        except TopicEditError:
            continue  # `kyr check` names it; only a row that would change it is refused
    return found
