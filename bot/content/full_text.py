"""Finding words in everything that staff own and residents read: where they stand, in which language.

What is searched are passages: a title, a question, a step, a line of a service. Accents, case and signs do
not count, and a word is found by its beginning. Nothing that residents have written is among them.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.page_texts import HOTLINE
from bot.content.topics import Topic, topic_of
from bot.directory.mentions import put_in
from bot.directory.services import Directory, Service
from bot.text.language import LANGUAGES, fold
from bot.text.markup import parse_blocks

ANSWER, SERVICE, TEXT = KINDS = "answer", "service", "text"
# What is shown before the rest, of passages in which all words stand.
_BEST_FIRST = ("title", "answer", "more", "law_now", "say", "short", "ask", "name", "text", "question")
_PART_OF_BLOCK = {"steps": "step", "list": "point", "say": "say", "paragraph": "paragraph"}
_CALLED_BY = {ANSWER: "title", SERVICE: "name", TEXT: "text"}
_TITLE_LENGTH = 70
_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]+)[\"“”«»]")
_WORD = re.compile(r"[^\W_]+")
# A telephone number without signs between, as it is copied from a phone.
_NUMBER = re.compile(r"1?(\d{3})(\d{3})(\d{4})")
# So many letters around the first word found are shown of a long passage.
_SHOWN_BEFORE, _SHOWN = 60, 260


@dataclass(frozen=True)
class Passage:
    """A text and its place: of an answer, a service or another text (`kind`, `id`), which part of it.

    `part` is the field ("answer", "question", "phones"), `block` the kind of paragraph within an answer, and
    `number` which one of these it is, from 1; 0 where there is but one. `language` is empty where it has
    none.
    """

    kind: str
    id: str
    part: str
    language: str
    text: str
    block: str = ""
    number: int = 0

    @property
    def folded(self) -> str:
        """Its words as they are compared, each between two spaces."""
        return _folded(self.text)


# After one answer was changed all others are as they were.
@functools.lru_cache(maxsize=1 << 17)
def _folded(text: str) -> str:
    return f" {fold(text)} "


@dataclass(frozen=True)
class Found:
    """One answer, service or text with its passages in which words were found, the best first."""

    kind: str
    id: str
    passages: Sequence[Passage]


@dataclass(frozen=True)
class Query:
    """What is looked for: words or phrases that must all be there, each as it is compared."""

    terms: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Query:
        """Read what somebody has typed; what stands in quotes must stand there so."""
        phrases = [f" {fold(phrase)} " for phrase in _QUOTED.findall(text) if fold(phrase)]
        words = (_numbers(fold(word)) for word in _QUOTED.sub(" ", text).split())
        return cls(tuple(dict.fromkeys((*phrases, *(f" {word}" for word in words if word)))))

    def count(self, folded: str) -> int:
        """Return how many of the words stand in a text."""
        return sum(term in folded for term in self.terms)

    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """Return the part of a text around the first word found, in pieces, each with whether it is it."""
        words = [(fold(word[0]), word.span()) for word in _WORD.finditer(text)]
        marked = sorted({span for term in self.terms for span in _spans(words, term)})
        begin = max(0, marked[0][0] - _SHOWN_BEFORE) if marked and len(text) > _SHOWN else 0
        begin = text.rfind(" ", 0, begin) + 1 if begin else 0
        end = len(text) if len(text) - begin <= _SHOWN else text.rfind(" ", begin, begin + _SHOWN)
        end = end if end > begin else begin + _SHOWN
        pieces, at = [("… ", False)] if begin else [], begin
        for first, last in marked:
            if at <= first and last <= end:
                pieces += [(text[at:first], False), (text[first:last], True)]
                at = last
        pieces += [(text[at:end], False), (" …" if end < len(text) else "", False)]
        return [piece for piece in pieces if piece[0]]


def _numbers(word: str) -> str:
    """Return a telephone number parted as the directory writes it; other words as they are."""
    found = _NUMBER.fullmatch(word)
    return " ".join(found.groups()) if found else word


def _spans(words: Sequence[tuple[str, tuple[int, int]]], term: str) -> Iterator[tuple[int, int]]:
    """Yield where a term stands among words; its last word may go on, unless a space ends it."""
    wanted, is_whole = term.split(), term.endswith(" ")
    for index in range(len(words) - len(wanted) + 1):
        there = words[index : index + len(wanted)]
        if all(word == wish for (word, _), wish in zip(there[:-1], wanted[:-1], strict=True)):
            last, wish = there[-1][0], wanted[-1]
            if last == wish if is_whole else last.startswith(wish):
                yield there[0][1][0], there[-1][1][1]


class FullText:
    """All passages, by what they belong to."""

    def __init__(self, passages: Iterator[Passage]) -> None:
        self._by_owner: dict[tuple[str, str], list[Passage]] = {}
        for passage in passages:
            if passage.text.strip():
                self._by_owner.setdefault((passage.kind, passage.id), []).append(passage)
        # A word that no passage of an owner has need not be looked for in each of them.
        self._whole = {
            owner: "".join(passage.folded for passage in passages)
            for owner, passages in self._by_owner.items()
        }

    def title(self, kind: str, name: str, language: str) -> str:
        """Return what an answer, a service or a text is called: a text by how it begins.

        Before the title of an answer for one situation stands that of its topic.
        """

        def called(name: str) -> Iterator[str]:
            for one in self._by_owner.get((kind, name), ()):
                if one.part == _CALLED_BY[kind] and one.language == language:
                    yield textwrap.shorten(one.text, _TITLE_LENGTH, placeholder=" …")
                    return

        names = dict.fromkeys((topic_of(name), name)) if kind == ANSWER else (name,)
        return ": ".join(title for each in names for title in called(each)) or name

    def search(self, query: Query) -> list[Found]:
        """Return what has all words, first where they stand together, then by how prominent the place is."""
        found: list[tuple[tuple[int, int], Found]] = []
        wanted = len(query.terms)
        for owner, passages in self._by_owner.items():
            if not query.terms or query.count(self._whole[owner]) < wanted:
                continue
            counted = [(query.count(passage.folded), passage) for passage in passages]
            most = max(count for count, _ in counted)
            best = sorted((one for count, one in counted if count == most), key=_rank)
            found.append(((wanted - most, _rank(best[0])), Found(*owner, best)))
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _rank(passage: Passage) -> int:
    return _BEST_FIRST.index(passage.part) if passage.part in _BEST_FIRST else len(_BEST_FIRST)


def passages_of(
    topics: Mapping[str, Topic], directory: Directory | None, texts: Mapping[str, Mapping[str, str]]
) -> Iterator[Passage]:
    """Yield all passages of a content, as residents read them.

    `texts` are all that are no answers, by key, each by its fields: "text_en", "button_1_es".
    """
    for topic in topics.values():
        yield from _of_topic(topic, directory)
    if directory:
        for service in directory.services:
            yield from _of_service(service, directory)
    for key, fields in texts.items():
        for name, text in fields.items():
            part, _, language = name.rpartition("_")
            part, _, number = part.partition("_")
            shown = _named(text, directory, language)
            yield Passage(TEXT, key, part, language, shown, number=int(number or 0))


def _of_topic(topic: Topic, directory: Directory | None) -> Iterator[Passage]:
    yield Passage(ANSWER, topic.id, "id", "", topic.id)
    for language in LANGUAGES:
        yield Passage(ANSWER, topic.id, "title", language, topic.title[language])
        yield Passage(ANSWER, topic.id, "ask", language, topic.ask.get(language, ""))
        if answer := topic.answers.get(language):
            for part, text in (("answer", answer.screen), ("more", answer.more), ("law_now", answer.law_now)):
                yield from _of_text(topic.id, part, language, _named(text, directory, language))
            yield Passage(ANSWER, topic.id, "short", language, _named(answer.short, directory, language))
        for number, question in enumerate(topic.questions[language], 1):
            yield Passage(ANSWER, topic.id, "question", language, question, number=number)
    for number, source in enumerate(topic.sources, 1):
        yield Passage(ANSWER, topic.id, "sources", "", f"{source.title} {source.url}", number=number)


def _of_text(name: str, part: str, language: str, text: str) -> Iterator[Passage]:
    """Yield the paragraphs, steps and points of an answer, each numbered among its kind."""
    numbers: dict[str, int] = {}
    for block in parse_blocks(text):
        kind = _PART_OF_BLOCK[block.kind]
        for spans in block.lines:
            numbers[kind] = numbers.get(kind, 0) + 1
            whole = "".join(span.text for span in spans)
            yield Passage(ANSWER, name, part, language, whole, kind, numbers[kind])


def _named(text: str, directory: Directory | None, language: str) -> str:
    """Return a text with the names and numbers of services in it, as residents read it."""
    return put_in(text, directory, language).replace(HOTLINE, directory.hotline) if directory else text


def _of_service(service: Service, directory: Directory) -> Iterator[Passage]:
    for part, twins in (
        ("name", service.name),
        ("short_name", service.short_name),
        ("description", service.description),
        ("fees", service.fees),
        ("eligibility", service.eligibility),
        ("interpretation", service.interpretation),
        ("caution", service.caution),
        ("alert", service.alert),
        ("area", service.area_names),
    ):
        yield from _of_twins(SERVICE, service.id, part, twins)
    for language in LANGUAGES:
        for number, document in enumerate(service.documents[language], 1):
            yield Passage(SERVICE, service.id, "documents", language, document, number=number)
        needs = ", ".join(directory.needs[code].name[language] for code in service.needs)
        yield Passage(SERVICE, service.id, "needs", language, needs)
        hours = "; ".join(schedule.describe(language) for schedule in service.schedules)
        yield Passage(SERVICE, service.id, "hours", language, hours)
    for part, texts in (
        ("phones", [line.spoken for line in service.lines]),
        ("addresses", [location.address for location in service.locations]),
        ("url", [service.url]),
    ):
        for number, text in enumerate(texts, 1):
            yield Passage(SERVICE, service.id, part, "", text, number=number)


def _of_twins(kind: str, name: str, part: str, twins: Any) -> Iterator[Passage]:
    for language in LANGUAGES:
        text = twins.get(language) if isinstance(twins, Mapping) else None
        yield Passage(kind, name, part, language, str(text or ""))
