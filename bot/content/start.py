"""What the first screen of the page offers: data/start.yml, which staff own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.files.shapes import Needed
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import LANGUAGES

_TITLE = Needed(dict.fromkeys(LANGUAGES, Needed(str)))
_SHAPE = {
    "starters": Needed({...: {"title": _TITLE, "answer": Needed(str), "card": str}}),
    "topics": Needed([{"title": _TITLE, "ids": Needed([str])}]),
}
# As many as a phone shows above the box, each two lines of half a screen.
MOST_STARTERS = 6
STARTER_LENGTH = 28


@dataclass(frozen=True)
class Starter:
    """What has happened, to be tapped: `title` by language, and the answer that it leads to.

    `card` is the text of domain.yml that the chat says in the place of that answer; None where it gives the
    answer itself.
    """

    id: str
    title: Mapping[str, str]
    answer: str
    card: str | None = None


@dataclass(frozen=True)
class Part:
    """Topics under one heading, both in the order in which people need them."""

    title: Mapping[str, str]
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Start:
    """The starters by their ids, and the parts of the list of topics."""

    starters: Mapping[str, Starter]
    parts: tuple[Part, ...] = ()

    def titles(self) -> Iterator[Mapping[str, str]]:
        """Yield all that residents read of it, by language."""
        yield from (starter.title for starter in self.starters.values())
        yield from (part.title for part in self.parts)


def read_start(path: Path, answers: Collection[str], cards: Collection[str], problems: Problems) -> Start:
    """Read the file and note every mistake; without it there are no starters, and no order of topics.

    `answers` are the ids of all answers, `cards` the names of all texts of domain.yml.
    """
    document = read_yaml(path, problems, _SHAPE) if path.exists() else None
    if document is None:
        return Start({})
    starters = {str(name): _starter(str(name), entry) for name, entry in document["starters"].items()}
    for name, starter in starters.items():
        entry = document["starters"][name]
        _refuse_unknown(entry, "answer", starter.answer, answers, path, problems)
        _refuse_unknown(entry, "card", starter.card or "", {"", *cards}, path, problems)
        for language in LANGUAGES:
            if len(starter.title[language]) > STARTER_LENGTH:
                line = line_of(entry["title"], language)
                field, most = f"text_{language}", STARTER_LENGTH
                problems.add(path, line, "starter_too_long", field=field, starter=name, most=most)
    if len(starters) > MOST_STARTERS:
        problems.add(path, line_of(document, "starters"), "too_many_starters", most=MOST_STARTERS)
    parts = []
    placed: set[str] = set()
    for entry in document["topics"]:
        for index, name in enumerate(entry["ids"]):
            if name not in answers or name in placed:
                key = "start_twice" if name in placed else "start_unknown"
                problems.add(path, line_of(entry["ids"], index), key, answer=name)
            placed.add(str(name))
        parts.append(Part(_by_language(entry), tuple(map(str, entry["ids"]))))
    return Start(starters, tuple(parts))


def _starter(name: str, entry: CommentedMap) -> Starter:
    card = str(entry["card"]) if entry.get("card") else None
    return Starter(name, _by_language(entry), str(entry["answer"]), card)


def _by_language(entry: CommentedMap) -> dict[str, str]:
    return {language: str(entry["title"][language]).strip() for language in LANGUAGES}


def _refuse_unknown(
    entry: CommentedMap, key: str, name: str, known: Collection[str], path: Path, problems: Problems
) -> None:
    if name not in known:
        problems.add(path, line_of(entry, key), "start_unknown", answer=name)
