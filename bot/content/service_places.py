"""Where residents read what the directory says of a service: each text as it is now and as it would be.

So whoever changes a number, a name or hours sees every answer, card and page that changes with it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.content.page_texts import PageTexts, with_hotline
from bot.content.start import Start
from bot.content.topics import Topic
from bot.directory.mentions import call_lines, put_in
from bot.directory.services import Directory, Service
from bot.text.language import LANGUAGES

# Kinds of places.
ANSWER, SHORT, CALL, CARD, STARTER, PAGE, SERVICE = (
    "answer",
    "short",
    "call",
    "card",
    "starter",
    "page",
    "service",
)


@dataclass(frozen=True)
class Place:
    """A text that changes: its kind, the id and title of what it is in, language, and lines then and now."""

    kind: str
    id: str
    title: Mapping[str, str]
    language: str
    before: str
    after: str


@dataclass(frozen=True)
class Said:
    """What is said to residents beside the answers: texts of domain.yml, first screen and pages."""

    responses: Mapping[str, Mapping[str, str]]
    start: Start
    page_texts: PageTexts


def places_changed(
    topics: Mapping[str, Topic],
    said: Said,
    before: Directory,
    after: Directory,
    changed: Collection[str] = (),
) -> list[Place]:
    """Return every text that reads otherwise with another directory, in the order of the topics.

    What services say of themselves is left out for those that have `changed`.
    """
    places = [*_in_answers(topics, said, before, after), *_in_cards(said, before, after)]
    places += _in_services(before, after, changed)
    return [place for place in places if place.before != place.after]


def _in_answers(
    topics: Mapping[str, Topic], said: Said, before: Directory, after: Directory
) -> Iterator[Place]:
    both = before, after
    for topic in topics.values():
        for language in LANGUAGES:
            answer = topic.answers.get(language)
            if answer is None:
                continue
            for kind, text in ((ANSWER, answer.text), (SHORT, answer.short)):
                if "[" in text:
                    yield _place(
                        kind, topic.id, topic.title, language, *(put_in(text, d, language) for d in both)
                    )
            if topic.call:
                lines = (_call(topic, d, language, said) for d in both)
                yield _place(CALL, topic.id, topic.title, language, *lines)


def _in_cards(said: Said, before: Directory, after: Directory) -> Iterator[Place]:
    both = before, after
    starting = {starter.card: starter for starter in said.start.starters.values() if starter.card}
    for name, twins in said.responses.items():
        kind, title = (STARTER, starting[name].title) if name in starting else (CARD, {})
        for language, text in twins.items():
            if "[" in text:
                yield _place(kind, name, title, language, *(put_in(text, d, language) for d in both))
    pages = [with_hotline(said.page_texts, d.hotline) for d in both]
    for language, texts in pages[0].items():
        for name, text in texts.items():
            yield _place(PAGE, name, {}, language, text, pages[1][language][name])


def _in_services(before: Directory, after: Directory, changed: Collection[str]) -> Iterator[Place]:
    for service in before.services:
        now = after.by_id.get(service.id)
        if now is None or service.id in changed:
            continue
        for was, is_ in zip(_texts(service), _texts(now), strict=True):
            for language in LANGUAGES:
                yield _place(SERVICE, service.id, service.name, language, was[language], is_[language])


def _texts(service: Service) -> list[Mapping[str, str]]:
    """Return the texts of a service in which others may be named."""
    own = (service.description, service.eligibility, service.fees, service.interpretation)
    return [*own, service.caution, service.alert]


def _call(topic: Topic, directory: Directory, language: str, said: Said) -> str:
    def say(name: str) -> str:
        return said.responses.get(name, {}).get(language, "")

    return "\n".join(call_lines(topic.call, directory, language, say))


def _place(kind: str, name: str, title: Mapping[str, str], language: str, before: str, after: str) -> Place:
    """Return a place with those lines alone that differ."""
    if before == after:
        return Place(kind, name, title, language, "", "")
    old, new = before.splitlines(), after.splitlines()
    found: tuple[list[str], list[str]] = [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found[0].extend(old[a:b])
            found[1].extend(new[c:d])
    return Place(kind, name, title, language, *("\n".join(map(str.strip, lines)) for lines in found))
