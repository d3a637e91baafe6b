"""What staff edit of a topic file, and at which lines of the file it stands.

Reading goes by the nodes of the YAML document, which know their places; what the values must be is the
business of bot/content/topics.py, and how they change that of bot/editing/topic_text.py.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.content.topics import Source
from bot.editing.fields import TopicFields
from bot.messages import Message
from bot.text.language import LANGUAGES

_MARK = "\ufeff"

Items = dict[str, tuple[ScalarNode, Node]]


class YamlEditError(Exception):
    """A text that cannot be changed safely; `what` says why."""

    def __init__(self, what: Message) -> None:
        self.what = what
        super().__init__(what)


@dataclass(frozen=True)
class Entry:
    """The questions of one intent in one language, and the lines in which they are written.

    `position` is that among the entries of `nlu:`; `line` counts from 1.
    """

    intent: str
    language: str
    position: int
    line: int
    questions: tuple[str, ...]
    written: tuple[str, ...]


class TopicLayout:
    """A topic file taken apart; `text` has plain line breaks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.document = compose(text)
        self.keys = items(self.document)
        header = self.keys.get("topic")
        if header is None:
            raise YamlEditError(Message("yaml_no_header"))
        self.header = items(header[1])
        self.entries = read_entries(self.document)
        self.variations = _variations(self.keys)

    def value(self, key: str) -> Node | None:
        """Return a value of the header, None where it is not there or null."""
        found = self.header.get(key)
        return None if found is None or is_null(found[1]) else found[1]

    def entries_in(self, language: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.language == language]

    def said(self, language: str, part: str) -> Node | None:
        """Return the `text` of the answer in one language, or its `short` or `reviewed_with`."""
        variation = self.variations.get(language)
        if variation is None:
            return None
        keys = variation if part == "text" else items(variation["custom"][1])
        return keys[part][1] if part in keys else None

    def field_at(self, line: int) -> str | None:
        """Return which field stands at a line (from 1), None for none.

        Header keys by their name; "questions_en", "answer_en" and the like for what is said in a language.
        """
        before = [(start, name) for start, name in self._starts if start <= line]
        return max(before, key=lambda pair: pair[0])[1] if before else None

    @functools.cached_property
    def _starts(self) -> list[tuple[int, str | None]]:
        """The lines at which fields, and what is none, begin."""
        starts: list[tuple[int, str | None]] = [
            (key.start_mark.line + 1, name) for name, (key, _) in self.header.items()
        ]
        starts += [(key.start_mark.line + 1, None) for key, _ in self.keys.values()]
        starts += [(entry.line, f"questions_{entry.language}") for entry in self.entries]
        for language, variation in self.variations.items():
            first = min(key.start_mark.line for key, _ in variation.values())
            starts.append((first + 1, f"answer_{language}"))
            if short := self.said(language, "short"):
                starts.append((short.start_mark.line + 1, f"short_{language}"))
        return starts

    def _facets(self) -> dict[str, tuple[str, ...]]:
        node = self.value("facets")
        found = items(node).items() if node else ()
        return {
            name: tuple(map(scalar, sequence(value))) if isinstance(value, SequenceNode) else (scalar(value),)
            for name, (_, value) in found
        }

    def fields(self) -> TopicFields:
        titles = items(self.header["title"][1]) if "title" in self.header else {}

        def header(key: str) -> str:
            node = self.value(key)
            return "" if node is None else scalar(node)

        def said(part: str) -> dict[str, str]:
            nodes = {language: self.said(language, part) for language in LANGUAGES}
            return {lang: "" if node is None else scalar(node) for lang, node in nodes.items()}

        def names(key: str) -> tuple[str, ...]:
            node = self.value(key)
            return tuple(scalar(one) for one in sequence(node)) if node else ()

        sources, asked = self.value("sources"), items(self.value("ask")) if self.value("ask") else {}
        return TopicFields(
            group=header("group"),
            volatility=header("volatility"),
            titles={lang: scalar(titles[lang][1]) if lang in titles else "" for lang in LANGUAGES},
            questions={
                language: tuple(text for entry in self.entries_in(language) for text in entry.questions)
                for language in LANGUAGES
            },
            answers=said("text"),
            shorts=said("short"),
            sources=tuple(_source(node) for node in sequence(sources)) if sources else (),
            related=names("related"),
            facets=self._facets(),
            call=names("call"),
            next=names("next"),
            asks={lang: scalar(asked[lang][1]) if lang in asked else "" for lang in LANGUAGES},
            order=names("order"),
            reviewed=_date(self.value("reviewed")),
            review_by=_date(self.value("review_by")),
            approved_by=header("approved_by") or None,
            enabled=header("enabled").lower() != "false",
        )


def plain_breaks(text: str) -> str:
    """Return a text without what Windows adds, a mark in front and other line breaks (see `as_before`)."""
    text = text.removeprefix(_MARK)
    if "\r" not in text:
        return text
    plainly = text.replace("\r\n", "\n")
    if "\r" in plainly or plainly.count("\n") != text.count("\r\n"):
        raise YamlEditError(Message("yaml_mixed_breaks"))
    return plainly


def _source(node: Node) -> Source:
    keys = items(node)
    if set(keys) != {"title", "url"}:
        line = node.start_mark.line + 1
        raise YamlEditError(Message("yaml_source_parts", line=line))
    return Source(scalar(keys["title"][1]), scalar(keys["url"][1]))


def _date(node: Node | None) -> datetime.date | None:
    if node is None:
        return None
    try:
        return datetime.date.fromisoformat(scalar(node))
    except ValueError:
        line = node.start_mark.line + 1
        raise YamlEditError(Message("yaml_no_date", line=line, value=node.value)) from None


def as_before(text: str, edited: str) -> str:
    """Return an edited text with the mark and the line breaks of the text that it was made of."""
    edited = edited.replace("\n", "\r\n") if "\r\n" in text else edited
    return _MARK + edited if text.startswith(_MARK) else edited


def read_entries(document: MappingNode) -> list[Entry]:
    """Return the questions of a file of training data, an entry for each intent and language."""
    keys = items(document)
    entries = []
    for position, node in enumerate(sequence(keys["nlu"][1]) if "nlu" in keys else ()):
        entry = items(node)
        if "intent" not in entry or "examples" not in entry:
            continue  # synonyms and lookup tables, which Rasa knows too
        metadata = items(entry["metadata"][1]) if "metadata" in entry else {}
        language = scalar(metadata["language"][1]) if "language" in metadata else ""
        examples = entry["examples"][1]
        if getattr(examples, "style", None) != "|":
            line = examples.start_mark.line + 1
            raise YamlEditError(Message("yaml_no_examples", line=line))
        written = tuple(line for line in examples.value.split("\n") if line.strip())
        questions = tuple(line.removeprefix("-").strip() for line in written)
        intent = scalar(entry["intent"][1])
        entries.append(Entry(intent, language, position, node.start_mark.line + 1, questions, written))
    return entries


def _variations(keys: Items) -> dict[str, Items]:
    found: dict[str, Items] = {}
    for _, variations in items(keys["responses"][1]).values() if "responses" in keys else ():
        for node in sequence(variations):
            variation = items(node)
            custom = items(variation["custom"][1]) if "custom" in variation else {}
            language = scalar(custom["language"][1]) if "language" in custom else ""
            if language not in LANGUAGES or language in found:
                line = node.start_mark.line + 1
                raise YamlEditError(Message("yaml_answer_language", line=line))
            found[language] = variation
    return found


def compose(text: str) -> MappingNode:
    """Return the nodes of a document that is a mapping; raises YamlEditError."""
    try:
        # The safe reader is the one written in C: fifty times as fast, and values have the same places.
        node = YAML(typ="safe").compose(text)
    except YAMLError as error:
        raise invalid_yaml(error) from None
    if not isinstance(node, MappingNode):
        raise YamlEditError(Message("yaml_no_keys"))
    return node


def invalid_yaml(error: YAMLError) -> YamlEditError:
    """Return what to say where a text is no YAML, with the line."""
    if not isinstance(error, MarkedYAMLError):
        return YamlEditError(Message("yaml_invalid", error=error))
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    return YamlEditError(Message("yaml_invalid_at", line=line, reason=error.problem or error.context))


def items(node: Node | None) -> Items:
    """Return the keys and values of a mapping by key; of nothing else, and no key twice."""
    if not isinstance(node, MappingNode):
        raise YamlEditError(Message("yaml_no_mapping"))
    found: Items = {}
    for key, value in node.value:
        name = scalar(key)
        if name in found:
            raise YamlEditError(Message("yaml_key_twice", line=key.start_mark.line + 1, name=name))
        found[name] = (key, value)
    return found


def sequence(node: Node) -> list[Node]:
    """Return the items of a list; raises YamlEditError where it is none."""
    if not isinstance(node, SequenceNode):
        raise YamlEditError(Message("yaml_no_list", line=node.start_mark.line + 1))
    return list(node.value)


def scalar(node: Node) -> str:
    """Return the text of a single value; raises YamlEditError where it is none."""
    if not isinstance(node, ScalarNode):
        raise YamlEditError(Message("yaml_no_scalar", line=node.start_mark.line + 1))
    return str(node.value)


def is_null(node: Node) -> bool:
    """Whether a value is null, written or left empty."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def leaves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield each single value below a node: its path, its tag, itself."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from leaves(value, (*path, str(key.value)))
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            yield from leaves(value, (*path, str(index)))
    else:
        yield path, str(node.tag), str(node.value)


def comments(text: str, document: Node) -> list[str]:
    """Return the comments of a text: what begins with a # and belongs to no single value."""
    between, position = [], 0
    for node in _single_values(document):
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if start < position:
            continue  # an alias, whose value stands at its anchor
        # A comment may stand on the first line of a block of text, behind its | or >.
        first = text.find("\n", start, end) if node.style in ("|", ">") else start
        between.append(text[position : max(start, first)])
        position = end
    return re.findall("#.*", "\n".join([*between, text[position:]]))


def _single_values(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _single_values(key)
            yield from _single_values(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _single_values(item)
    elif isinstance(node, ScalarNode):
        yield node
