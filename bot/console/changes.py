"""What differs between two versions of what residents are told, old and new side by side, for a page."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from babel.dates import format_date

from bot.console import keys
from bot.console.text_catalog import listed
from bot.console.word_diff import ADDED, REMOVED, SAME, word_differences
from bot.content.diff import ADDED as NEW
from bot.content.diff import CHANGED, TopicChange, differing, fields_of, topic_changes
from bot.content.diff import REMOVED as GONE
from bot.content.reading import Content
from bot.content.topics import Topic
from bot.editing.resident_texts import read_resident_texts
from bot.text.language import LANGUAGES
from bot.training.models import Model

ANSWER, TEXT, INTENT = "answer", "text", "intent"
# What is read, in the order in which it is read; what else an answer has comes after.
_TEXTS = ("title", "answer", "short", "ask")
# Of what is the same between two changes so many letters at each end are enough to find it.
_AROUND = 70

Pieces = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One part that differs, a text or a list, named as the field without its language.

    Of a text `before` and `after` are its pieces, each with "same", "removed" or "added"; of a list `gone`
    and `come` are what only one version has. `language` is empty where it is for both.
    """

    name: str
    language: str
    before: Pieces = ()
    after: Pieces = ()
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """An answer, a text that belongs to none, or questions that do, that are new, gone or changed.

    `place` says which; `name` is the id of an answer, the key of a text or the name of an intent, which has
    no `title`.
    """

    place: str
    name: str
    kind: str
    title: Mapping[str, str]
    parts: tuple[Part, ...]

    @property
    def is_text(self) -> bool:
        """Whether anything that residents read differs."""
        return self.kind != CHANGED or any(part.before or part.after for part in self.parts)


def version_changes(before: Model, after: Model) -> list[Change]:
    """Return what residents are told otherwise, texts that belong to no answer first."""
    said = [read_resident_texts(one.content_dir) for one in (before, after)]
    places = [*listed(said[1].values()).values(), *listed(said[0].values()).values()]
    named = {one.text.key: one.title for one in reversed(places)}
    texts = [
        _text_change(key, title, *(one[key].fields if key in one else {} for one in said))
        for key, title in named.items()
        if said[0].get(key) != said[1].get(key)
    ]
    questions = [one.content.conversation.questions for one in (before, after)]
    intents = [
        _intent_change(name, *(asked.get(name, {}) for asked in questions))
        for name in sorted({*questions[0], *questions[1]})
        if questions[0].get(name) != questions[1].get(name)
    ]
    return [*texts, *answer_changes(before.content.topics, after.content.topics), *intents]


def answer_changes(before: Mapping[str, Topic], after: Mapping[str, Topic]) -> list[Change]:
    """Return what differs in answers: those whose texts do first."""
    titles = {**before, **after}
    changes = [_answer_change(change, titles[change.topic]) for change in topic_changes(before, after)]
    return sorted(changes, key=lambda change: not change.is_text)


def parts_of(before: Topic | None, after: Topic | None) -> tuple[Part, ...]:
    """Return what differs between two states of an answer."""
    return _parts(*differing(*(fields_of(one) if one else {} for one in (before, after))))


def _answer_change(change: TopicChange, topic: Topic) -> Change:
    return Change(ANSWER, change.topic, change.kind, topic.title, _parts(change.before, change.after))


def _text_change(
    key: str, title: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]
) -> Change:
    kind = CHANGED if before and after else NEW if after else GONE
    fields = [field for field in {**before, **after} if before.get(field) != after.get(field)]
    parts = [_text(*_named(field), before.get(field, ""), after.get(field, "")) for field in fields]
    # Buttons are numbered, which says nothing to whoever reads.
    named = (dataclasses.replace(part, name=part.name.partition("_")[0]) for part in parts)
    return Change(TEXT, key, kind, title, tuple(named))


def _intent_change(
    name: str, before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]
) -> Change:
    was, now = ({f"questions_{code}": list(asked) for code, asked in one.items()} for one in (before, after))
    return Change(INTENT, name, CHANGED, {}, _parts(was, now))


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Part, ...]:
    names = [_named(name) for name in {**before, **after}]
    parts = (_part(*named, before, after) for named in names)
    return tuple(sorted(filter(_says_something, parts), key=_place))


def _named(field: str) -> tuple[str, str]:
    """Return a field's name without its language, and the language."""
    name, _, code = field.rpartition("_")
    return (name, code) if code in LANGUAGES else (field, "")


def _part(name: str, language: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Part:
    field = f"{name}_{language}" if language else name
    old, new = before.get(field), after.get(field)
    if name in _TEXTS:
        return _text(name, language, old or "", new or "")
    was, now = _as_list(old), _as_list(new)
    gone = tuple(one for one in was if one not in now)
    come = tuple(one for one in now if one not in was)
    # The same in another order is told by the whole of both.
    return (
        Part(name, language, gone=gone, come=come)
        if gone or come
        else Part(name, language, gone=was, come=now)
    )


def _as_list(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _text(name: str, language: str, old: str, new: str) -> Part:
    if not old or not new:
        whole: list[Pieces] = [((SAME, one),) if one else () for one in (old, new)]
        return Part(name, language, before=whole[0], after=whole[1])
    pieces = list(word_differences(old, new))
    before, after = (tuple(_shortened(pieces, kind)) for kind in (REMOVED, ADDED))
    return Part(name, language, before, after)


def _shortened(pieces: Sequence[tuple[str, str]], kind: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of one side, with long stretches that are the same left out."""
    for is_of, text in pieces:
        if is_of == SAME and len(text) > 2 * _AROUND + 3:
            beginning, end = text[:_AROUND].rpartition(" ")[0], text[-_AROUND:].partition(" ")[2]
            yield SAME, f"{beginning} … {end}"
        elif is_of in (SAME, kind):
            yield is_of, text


def _says_something(part: Part) -> bool:
    return bool(part.before or part.after or part.gone or part.come)


def _place(part: Part) -> tuple[int, str, str]:
    order = _TEXTS.index(part.name) if part.name in _TEXTS else len(_TEXTS)
    return order, "" if order < len(_TEXTS) else part.name, part.language


@dataclass(frozen=True)
class Wording:
    """How what has gone from a list, or come to it, is said: answers by title, services by name."""

    titles: Mapping[str, str]
    services: Mapping[str, str]
    # The texts of the page; a value of a field has the name "value_FIELD_VALUE".
    texts: Mapping[str, str]
    language: str

    @classmethod
    def of(cls, request: web.Request, *contents: Content) -> Wording:
        """Return the wording in the language of whoever asks, with what these contents name."""
        language = request[keys.LANGUAGE]
        topics = (topic for content in contents for topic in content.topics.values())
        services = (service for content in contents for service in content.directory.services)
        return cls(
            {topic.id: topic.title[language] for topic in topics},
            {service.id: service.name[language] for service in services},
            request.app[keys.STRINGS][language],
            language,
        )

    def name(self, part: Part) -> str:
        """Return what a part is called."""
        name = "facets" if part.name.startswith("facets") else part.name
        return self.texts.get(f"differs_{name}", self.texts["differs_other"])

    def value(self, part: Part, value: str) -> str:
        """Return a value of a list in words."""
        if part.name in ("reviewed", "review_by"):
            return str(format_date(datetime.date.fromisoformat(value), "long", locale=self.language))
        if part.name == "call":
            return self.services.get(value, value)
        if part.name in ("related", "next"):
            return self.titles.get(value, value)
        return self.texts.get(f"value_{part.name}_{value}", value)
