"""Topic files as they are edited: some values change, every other byte of the file stays.

For the staff spreadsheet, the commands that add a question or switch a topic off, and the console. Each edit
is read back: a text that would mean something else than was wanted is never returned.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import SequenceNode

from bot.content.topics import Source
from bot.editing.fields import TopicFields
from bot.editing.topic_layout import TopicLayout, as_before, plain_breaks, read_entries
from bot.editing.yaml_edit import (
    Edit,
    Items,
    YamlEditError,
    apply,
    compose,
    edit_lines,
    end_of,
    has_comment,
    indented,
    is_flow,
    is_null,
    item_lines,
    items,
    leaves,
    line_end,
    plain,
    quoted,
    replace_block,
    replace_value,
)
from bot.errors import KyrError
from bot.text.facts import fingerprint
from bot.text.language import LANGUAGES

# The order in which keys stand in the header of a topic.
_HEADER_ORDER = (
    "title",
    "group",
    "volatility",
    "enabled",
    "reviewed",
    "review_by",
    "approved_by",
    "sources",
    "related",
)
_REVIEWED_WITH = "reviewed_with"


class TopicEditError(KyrError):
    """A topic that cannot be edited as wanted; the text says why and what to do."""


def read_text(file: Path) -> str:
    """Return the text of a topic file with its line breaks as they are; raises TopicEditError and OSError."""
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise TopicEditError(
            f"{file.name} is not UTF-8 text. Mend the file first; `kyr check` helps."
        ) from None


def read_fields(text: str) -> TopicFields:
    """Return what staff may edit of a topic file; raises TopicEditError where it is not readable as one."""
    try:
        return TopicLayout(plain_breaks(text)).fields()
    except YamlEditError as error:
        raise _not_editable(error) from None


def with_fields(text: str, topic_id: str, wanted: TopicFields, *, compared: bool = False) -> str:
    """Return the text of a topic file with the wanted values; raises TopicEditError.

    The fingerprint `reviewed_with` says which English the Spanish was compared with. It is written anew
    where each part of the English answer that changes also changes in Spanish, or where somebody says
    that the two were `compared`; otherwise it stays, so that the check asks for the comparison.
    """
    _refuse_questions(question for asked in wanted.questions.values() for question in asked)
    try:
        file = TopicLayout(plain_breaks(text))
        present = file.fields()
        edits = _edits(file, topic_id, present, wanted)
        if compared or _changed_in_both(present, wanted):
            edits += _reviewed_with(file, wanted)
        edited = apply(file.text, edits)
        if edited == file.text:
            return text
        _refuse_other_meaning(file, edited, wanted)
    except YamlEditError as error:
        raise _not_editable(error) from None
    return as_before(text, edited)


def new_topic_file(topic_id: str, fields: TopicFields) -> str:
    """Return a whole new topic file; raises TopicEditError where its values cannot be written."""
    _refuse_questions(question for asked in fields.questions.values() for question in asked)
    lines = ['version: "3.1"', "topic:"]
    lines += [f"  {line}" for key in _HEADER_ORDER if (line := _header_line(key, fields, "  "))]
    lines += ["", "nlu:"]
    lines += [
        f"{_entry(f'faq/{topic_id}', language, fields.questions[language])}\n" for language in LANGUAGES
    ]
    if _has_answer(fields):
        lines += [_responses(topic_id, fields)]
    text = "\n".join(lines).rstrip("\n") + "\n"
    if read_fields(text) != fields:
        raise TopicEditError(_MEANS_ELSE)
    return text


def add_question(text: str, intent: str, language: str, question: str) -> str:
    """Return a file of training data with one question more at the end of those of its intent.

    Works for topic files (`faq/bond`) and for data/nlu/<intent>.yml (`out_of_scope`). Raises
    TopicEditError where the intent has no questions in that language yet, or this one already.
    """
    _refuse_questions([question])
    try:
        source = plain_breaks(text)
        entries = read_entries(source, items(compose(source)))
        found = [entry for entry in entries if (entry.intent, entry.language) == (intent, language)]
        if not found or not found[-1].lines:
            raise TopicEditError(
                f"The file has no questions of the intent {intent} in the language {language}. "
                f"Check both names."
            )
        if any(question in entry.questions for entry in found):
            raise TopicEditError(
                f"The question “{question}” stands there already. Nothing needs to be added."
            )
        last = found[-1]
        edits = edit_lines(source, last.lines, last.questions, (*last.questions, question))
        edited = apply(source, edits)
        wanted = [(*entry.questions, question) if entry is last else entry.questions for entry in entries]
        if [entry.questions for entry in read_entries(edited, items(compose(edited)))] != wanted:
            raise TopicEditError(_MEANS_ELSE)
    except YamlEditError as error:
        raise _not_editable(error) from None
    return as_before(text, edited)


_MEANS_ELSE = (
    "The change would make the file mean something else than was wanted. Nothing was written; "
    "make the change in an editor and run `kyr check`."
)


def _refuse_questions(questions: Iterable[str]) -> None:
    for question in questions:
        if question.strip().splitlines() != [question]:
            raise TopicEditError(f"The question “{question}” is not one line of text. Write it on one line.")


def _not_editable(error: YamlEditError) -> TopicEditError:
    return TopicEditError(f"{str(error)[0].upper()}{str(error)[1:]}. Mend the file first; `kyr check` helps.")


def _changed_in_both(present: TopicFields, wanted: TopicFields) -> bool:
    parts = [
        (now["es"] != then["es"])
        for now, then in ((wanted.answers, present.answers), (wanted.shorts, present.shorts))
        if now["en"] != then["en"]
    ]
    return bool(parts) and all(parts)


def _has_answer(fields: TopicFields) -> bool:
    return any((*fields.answers.values(), *fields.shorts.values()))


def _edits(file: TopicLayout, topic_id: str, present: TopicFields, wanted: TopicFields) -> list[Edit]:
    edits = []
    for key in _HEADER_ORDER:
        edits += _header_edits(file, key, present, wanted)
    for language in LANGUAGES:
        if present.questions[language] != wanted.questions[language]:
            edits += _question_edits(file, topic_id, language, wanted.questions[language])
    if not file.variations and _has_answer(wanted):
        return [*edits, Edit(len(file.text), len(file.text), "\n" + _responses(topic_id, wanted))]
    for part, now, then in (
        ("text", wanted.answers, present.answers),
        ("short", wanted.shorts, present.shorts),
    ):
        for language in LANGUAGES:
            if now[language] == then[language]:
                continue
            node = file.said(language, part)
            if node is None:
                raise YamlEditError(f"`{part}` of the answer in the language {language} is missing")
            if part == "text":
                indent = file.variations[language]["text"][0].start_mark.column + 2
                edits += replace_block(file.text, node, now[language], indent)
            else:
                edits += replace_value(file.text, node, quoted(now[language]))
    return edits


def _header_edits(file: TopicLayout, key: str, present: TopicFields, wanted: TopicFields) -> list[Edit]:
    attribute = "titles" if key == "title" else key
    before, after = getattr(present, attribute), getattr(wanted, attribute)
    if before == after:
        return []
    if key not in file.header:
        return _insert_key(file, key, wanted)
    value = file.header[key][1]
    if key == "title":
        titles = items(value)
        return [
            edit
            for language in LANGUAGES
            if before[language] != after[language]
            for edit in _title_edits(file, titles, language, after[language])
        ]
    if key in ("sources", "related"):
        write: Callable[[Any], str] = _written_source if key == "sources" else plain
        return _list_edits(file, key, [write(item) for item in before], [write(item) for item in after])
    return replace_value(file.text, value, _written(after))


def _title_edits(file: TopicLayout, titles: Items, language: str, title: str) -> list[Edit]:
    if language not in titles:
        raise YamlEditError(f"the title has no `{language}:`")
    return replace_value(file.text, titles[language][1], quoted(title))


def _list_edits(file: TopicLayout, key: str, before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    """Return the edits of a list of the header; `before` and `after` are its items as they are written."""
    text, node = file.text, file.header[key][1]
    if isinstance(node, SequenceNode) and not is_flow(node) and after:
        return edit_lines(text, item_lines(text, node), before, after)
    column = file.header[key][0].start_mark.column
    start, end = int(node.start_mark.index), end_of(text, node)
    if has_comment(text, node):
        raise YamlEditError(f"line {node.start_mark.line + 1}: a comment stands within the list `{key}`")
    if key == "related" or not after:
        written = f"[{', '.join(after)}]"
        if not is_flow(node) and not is_null(node):
            # From behind the colon on: the list with dashes begins on the next line.
            start = int(file.header[key][0].end_mark.index) + 1
            return [Edit(start, end, f" {written}")]
        return [Edit(start, end, f" {written}" if start == end else written)]
    rest = line_end(text, end)
    start = int(file.header[key][0].end_mark.index) + 1
    lead = "\n" + " " * column
    return [
        Edit(start, end, ""),
        Edit(rest, rest, "".join(f"{lead}- {item}" for item in after)),
    ]


def _insert_key(file: TopicLayout, key: str, wanted: TopicFields) -> list[Edit]:
    before = [name for name in _HEADER_ORDER[: _HEADER_ORDER.index(key)] if name in file.header]
    if is_flow(file.header_node) or not before:
        raise YamlEditError("the header `topic:` is written in a way that only an editor can change")
    anchor, value = file.header[before[-1]]
    end = line_end(file.text, end_of(file.text, value))
    lead = " " * anchor.start_mark.column
    return [Edit(end, end, f"\n{lead}{_header_line(key, wanted, lead)}")]


def _question_edits(file: TopicLayout, topic_id: str, language: str, wanted: tuple[str, ...]) -> list[Edit]:
    entries = file.entries_in(language)
    lines = [line for entry in entries for line in entry.lines]
    if not lines:
        if entries or not file.entries:
            raise YamlEditError("`nlu:` has an entry without questions, or none at all")
        end = line_end(file.text, end_of(file.text, file.entries[-1].examples))
        return [Edit(end, end, "\n" + _entry(f"faq/{topic_id}", language, wanted))]
    present = [question for entry in entries for question in entry.questions]
    return edit_lines(file.text, lines, present, wanted)


def _reviewed_with(file: TopicLayout, wanted: TopicFields) -> list[Edit]:
    if "es" not in file.variations or "custom" not in file.variations["es"]:
        return []  # new answers are written with it
    custom = items(file.variations["es"]["custom"][1])
    written = quoted(fingerprint(wanted.answers["en"], wanted.shorts["en"]))
    if _REVIEWED_WITH in custom:
        return replace_value(file.text, custom[_REVIEWED_WITH][1], written)
    anchor, value = custom["language"]
    end = line_end(file.text, end_of(file.text, value))
    if is_flow(file.variations["es"]["custom"][1]):
        raise YamlEditError(f"line {anchor.start_mark.line + 1}: `custom:` stands on one line")
    return [Edit(end, end, f"\n{' ' * anchor.start_mark.column}{_REVIEWED_WITH}: {written}")]


def _refuse_other_meaning(before: TopicLayout, edited: str, wanted: TopicFields) -> None:
    after = TopicLayout(edited)
    was, now = _untouched(before), _untouched(after)
    # Only whole entries of questions and a whole answer may be new.
    if (
        after.fields() != wanted
        or was - now
        or any(path[0] not in ("nlu", "responses") for path, _, _ in now - was)
    ):
        raise TopicEditError(_MEANS_ELSE)


def _untouched(file: TopicLayout) -> set[tuple[tuple[str, ...], str, str]]:
    """Return every value of a file, with its place, that no edit concerns."""
    return {
        (path, tag, value)
        for path, tag, value in leaves(file.document)
        if not (path[0] == "topic" and path[1] in _HEADER_ORDER)
        and path[-1] not in ("examples", "text", "short", _REVIEWED_WITH)
    }


def _header_line(key: str, fields: TopicFields, lead: str) -> str:
    """Return a key of the header as it is written anew; empty where it need not be there."""
    if key == "title":
        return "title: {" + ", ".join(f"{lang}: {quoted(fields.titles[lang])}" for lang in LANGUAGES) + "}"
    value = getattr(fields, key)
    if key == "sources":
        return (
            "".join([f"{key}:", *(f"\n{lead}- {_written_source(source)}" for source in value)])
            if value
            else ""
        )
    if key == "related":
        return f"{key}: [{', '.join(map(plain, value))}]" if value else ""
    if key == "enabled":
        return "" if value else f"{key}: false"
    if value is None and not (key == "approved_by" and _has_answer(fields)):
        return ""
    return f"{key}: {_written(value)}"


def _written(value: str | bool | datetime.date | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date) else plain(value)


def _written_source(source: Source) -> str:
    return f"{{title: {quoted(source.title)}, url: {quoted(source.url)}}}"


def _entry(intent: str, language: str, questions: Sequence[str]) -> str:
    lines = [f"- intent: {intent}", f"  metadata: {{language: {language}}}", "  examples: |"]
    return "\n".join([*lines, *(f"    - {question}" for question in questions)])


def _responses(topic_id: str, fields: TopicFields) -> str:
    lines = ["responses:", f"  utter_faq/{topic_id}:"]
    for language in LANGUAGES:
        lines += [
            f"  - condition: [{{type: slot, name: language, value: {language}}}]",
            "    text: |-",
            indented(fields.answers[language], 6),
            "    custom:",
            f"      topic: {topic_id}",
            f"      language: {language}",
        ]
        if language == "es":
            stamp = fingerprint(fields.answers["en"], fields.shorts["en"])
            lines.append(f"      {_REVIEWED_WITH}: {quoted(stamp)}")
        lines.append(f"      short: {quoted(fields.shorts[language])}")
    return "\n".join(lines) + "\n"
