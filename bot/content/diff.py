"""What differs between two states of the topics: for reports and for the audit log."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.topics import Topic

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class TopicChange:
    """How one topic changed; `before` and `after` hold the fields that differ, as JSON can hold them.

    Of questions only those are named that came or went.
    """

    topic: str
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def topic_changes(before: Mapping[str, Topic], after: Mapping[str, Topic]) -> list[TopicChange]:
    """Return what must be done to the topics `before` to get those `after`, in the order of their ids."""
    return list(_changes(before, after))


def _changes(before: Mapping[str, Topic], after: Mapping[str, Topic]) -> Iterator[TopicChange]:
    for topic in sorted({*before, *after}):
        old, new = before.get(topic), after.get(topic)
        if old == new:
            continue
        was, now = differing(*(fields_of(one) if one else {} for one in (old, new)))
        yield TopicChange(topic, CHANGED if old and new else ADDED if new else REMOVED, was, now)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return of two sets of fields those that differ; of questions only those that came or went."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was = {name: before[name] for name in names if name in before}
    now = {name: after[name] for name in names if name in after}
    for name in was.keys() & now.keys():
        if name.startswith("questions_"):
            there, here = set(was[name]), set(now[name])
            was[name] = [text for text in was[name] if text not in here]
            now[name] = [text for text in now[name] if text not in there]
    return was, now


def fields_of(topic: Topic) -> dict[str, Any]:
    """Return the fields of a topic by the names that the spreadsheet has for them."""
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(topic):
        value = getattr(topic, field.name)
        if field.name == "id":
            continue
        if field.name == "sources":
            fields["sources"] = [f"{source.title} | {source.url}" for source in value]
        elif field.name == "answers":
            for language, answer in value.items():
                fields[f"answer_{language}"], fields[f"short_{language}"] = answer.text, answer.short
        elif isinstance(value, Mapping):
            for language, each in value.items():
                fields[f"{field.name}_{language}"] = list(each) if isinstance(each, tuple) else each
        elif isinstance(value, tuple):
            fields[field.name] = list(value)
        else:
            fields[field.name] = str(value) if hasattr(value, "isoformat") else value
    return fields
