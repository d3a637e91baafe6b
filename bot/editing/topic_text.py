"""Topic files as they are edited: some values change, every other line of the file stays.

For the staff spreadsheet, the commands that add a question or switch a topic off, and the console. Files
are edited by ruamel.yaml's round trip, which keeps comments, quotes and order; the first edit of a file in
another form than it writes lays the file in that form. Each edit is read back: a text that would mean
something else than was wanted, or lack a comment, is never returned.
"""

from __future__ import annotations

import collections
import difflib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import MappingNode
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.content.topic_header import HEADER_ORDER
from bot.editing.fields import TopicFields
from bot.editing.topic_layout import (
    Entry,
    TopicLayout,
    YamlEditError,
    as_before,
    comments,
    compose,
    leaves,
    plain_breaks,
    read_entries,
)
from bot.editing.yaml_round_trip import (
    apart,
    dump,
    examples_block,
    flow_map,
    load,
    put,
    put_below,
    question_line,
    quoted,
    scalar_of,
    source_entry,
    take_below,
)
from bot.errors import KyrError
from bot.messages import Message
from bot.text.facts import fingerprint
from bot.text.language import LANGUAGES

# Which attribute of the fields stands under a key, where it has another name, and which are lists of names.
_ATTRIBUTES = {"title": "titles", "ask": "asks"}
_NAMES = ("related", "call", "next", "order")
# With what an answer says of itself, and the order of it.
_REVIEWED_WITH = "reviewed_with"
_CUSTOM_ORDER = ("topic", "language", _REVIEWED_WITH, "short")


class TopicEditError(KyrError):
    """A topic that cannot be edited as wanted: `what` says why, `mend` what to do, the message both."""

    def __init__(self, key: str, /, **values: object) -> None:
        """`key` is that of its texts, "topic_not_utf8" of topic_not_utf8.what and topic_not_utf8.mend."""
        self.what, self.mend = (Message(f"{key}.{part}", **values) for part in ("what", "mend"))
        super().__init__(Message("what_and_mend", what=self.what, mend=self.mend))


def read_text(file: Path) -> str:
    """Return the text of a topic file with its line breaks as they are; raises TopicEditError and OSError."""
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise TopicEditError("topic_not_utf8", file=file.name) from None


def read_fields(text: str) -> TopicFields:
    """Return what staff may edit of a topic file; raises TopicEditError where it is not readable as one."""
    try:
        return TopicLayout(plain_breaks(text)).fields()
    except YamlEditError as error:
        raise _not_editable(error) from None


def rest_of(text: str) -> str:
    """Return what stands in a topic file besides the fields, as a text of which only likeness counts.

    Raises TopicEditError.
    """
    try:
        return "\n".join(
            sorted("\t".join((*way, value)) for way, _, value in _untouched(compose(plain_breaks(text))))
        )
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
        before = TopicLayout(plain_breaks(text))
        present = before.fields()
        stamp = _stamp(wanted) if compared or _changed_in_both(present, wanted) else None
        if present == wanted and (stamp is None or "es" not in before.variations):
            return text
        document = load(before.text)
        _edit_header(document["topic"], present, wanted)
        for language in LANGUAGES:
            if present.questions[language] != wanted.questions[language]:
                _edit_questions(document, before.entries_in(language), topic_id, language, wanted)
        if before.variations:
            _edit_answers(document, present, wanted, stamp)
        elif _has_answer(wanted):
            document["responses"] = _responses(topic_id, wanted)
        edited = dump(document)
        if "responses" not in before.keys:
            edited = apart(edited, "responses")
        after = TopicLayout(edited)
        if after.fields() != wanted:
            raise TopicEditError("means_else")
        _refuse_losses(before.text, edited)
    except YamlEditError as error:
        raise _not_editable(error) from None
    return as_before(text, edited)


def new_topic_file(topic_id: str, fields: TopicFields) -> str:
    """Return a whole new topic file; raises TopicEditError where its values cannot be written."""
    _refuse_questions(question for asked in fields.questions.values() for question in asked)
    header = CommentedMap()
    for key in HEADER_ORDER:
        value = _header_value(key, fields)
        is_awaited = key == "approved_by" and _has_answer(fields)
        if is_awaited or (value not in (None, []) and value is not True):
            header[key] = value
    entries = [_entry(topic_id, language, fields.questions[language]) for language in LANGUAGES]
    document = CommentedMap(version=quoted("3.1"), topic=header, nlu=CommentedSeq(entries))
    if _has_answer(fields):
        document["responses"] = _responses(topic_id, fields)
    text = apart(apart(dump(document), "nlu"), "responses")
    if read_fields(text) != fields:
        raise TopicEditError("means_else")
    return text


def add_question(text: str, intent: str, language: str, question: str) -> str:
    """Return a file of training data with one question more at the end of those of its intent.

    Works for topic files (`faq/bond`) and for those in data/nlu (`out_of_scope`). Raises TopicEditError
    where the intent has no questions in that language yet, or this one already.
    """
    _refuse_questions([question])
    try:
        source = plain_breaks(text)
        entries = read_entries(compose(source))
        found = [entry for entry in entries if (entry.intent, entry.language) == (intent, language)]
        if not found or not found[-1].questions:
            raise TopicEditError("no_questions_of_intent", intent=intent, language=language)
        if any(question in entry.questions for entry in found):
            raise TopicEditError("question_stands_already", question=question)
        last = found[-1]
        document = load(source)
        put(
            document["nlu"][last.position],
            "examples",
            examples_block([*last.written, question_line(question)]),
        )
        edited = dump(document)
        wanted = [(*entry.questions, question) if entry is last else entry.questions for entry in entries]
        if [entry.questions for entry in read_entries(compose(edited))] != wanted:
            raise TopicEditError("means_else")
        _refuse_losses(source, edited)
    except YamlEditError as error:
        raise _not_editable(error) from None
    return as_before(text, edited)


def _refuse_questions(questions: Iterable[str]) -> None:
    for question in questions:
        if question.strip().splitlines() != [question]:
            raise TopicEditError("question_not_one_line", question=question)


def _refuse_losses(before: str, after: str) -> None:
    """Refuse an edit by which a value that no edit concerns, or a comment, would be lost or changed."""
    old, new = compose(before), compose(after)
    was, now = _untouched(old), _untouched(new)
    # Only whole entries of questions and a whole answer may be new.
    if was - now or any(path[0] not in ("nlu", "responses") for path, _, _ in now - was):
        raise TopicEditError("means_else")
    lost = collections.Counter(comments(before, old)) - collections.Counter(comments(after, new))
    if lost:
        comment = next(iter(lost))
        raise TopicEditError("comment_lost", comment=comment)


def _untouched(document: MappingNode) -> set[tuple[tuple[str, ...], str, str]]:
    """Return every value of a file, with its place, that no edit concerns."""
    asked = {("nlu", str(entry.position), "examples") for entry in read_entries(document)}
    return {
        (path, tag, value)
        for path, tag, value in leaves(document)
        if path not in asked
        and not (path[0] == "topic" and len(path) > 1 and path[1] in HEADER_ORDER)
        and not (path[0] == "responses" and path[-1] in ("text", "short", _REVIEWED_WITH))
    }


def _not_editable(error: YamlEditError) -> TopicEditError:
    return TopicEditError("topic_not_editable", what=error.what)


def _changed_in_both(present: TopicFields, wanted: TopicFields) -> bool:
    parts = [
        (now["es"] != then["es"])
        for now, then in ((wanted.answers, present.answers), (wanted.shorts, present.shorts))
        if now["en"] != then["en"]
    ]
    return bool(parts) and all(parts)


def _has_answer(fields: TopicFields) -> bool:
    return any((*fields.answers.values(), *fields.shorts.values()))


def _edit_header(header: CommentedMap, present: TopicFields, wanted: TopicFields) -> None:
    for key in HEADER_ORDER:
        attribute = _ATTRIBUTES.get(key, key)
        before, after = getattr(present, attribute), getattr(wanted, attribute)
        if before == after:
            continue
        if key in _ATTRIBUTES and key in header and any(after.values()):
            for language in LANGUAGES:
                if before[language] != after[language]:
                    put(header[key], language, quoted(after[language]), LANGUAGES)
        elif key in ("sources", *_NAMES) and after and _is_block_list(header.get(key)):
            _edit_list(header[key], before, after, source_entry if key == "sources" else scalar_of)
        else:
            put(header, key, _header_value(key, wanted), HEADER_ORDER)


def _is_block_list(value: object) -> bool:
    return isinstance(value, CommentedSeq) and not value.fa.flow_style() and bool(value)


def _edit_list(
    items: CommentedSeq, before: Sequence[Any], after: Sequence[Any], write: Callable[[Any], Any]
) -> None:
    """Make `after` of a list that says `before`, touching only the items that differ."""
    below = take_below(items, len(items) - 1)
    matcher = difflib.SequenceMatcher(None, list(map(repr, before)), list(map(repr, after)), autojunk=False)
    for _, i, i_end, j, j_end in reversed(matcher.get_opcodes()):
        if before[i:i_end] == after[j:j_end]:
            continue
        both = min(i_end - i, j_end - j)
        for offset in range(both):
            items[i + offset] = write(after[j + offset])
        for _gone in range(i + both, i_end):
            del items[i + both]
        for offset in range(both, j_end - j):
            items.insert(i + offset, write(after[j + offset]))
    put_below(items, len(items) - 1, below)


def _edit_questions(
    document: CommentedMap, entries: Sequence[Entry], topic_id: str, language: str, wanted: TopicFields
) -> None:
    after = wanted.questions[language]
    nlu = document.get("nlu")
    if not entries:
        if not nlu:
            raise YamlEditError(Message("yaml_nlu_empty"))
        below = take_below(nlu, len(nlu) - 1)
        nlu.append(_entry(topic_id, language, after))
        put_below(nlu, len(nlu) - 1, below)
        return
    before = [question for entry in entries for question in entry.questions]
    written = [line for entry in entries for line in entry.written]
    places = [place for place, entry in enumerate(entries) for _ in entry.questions] or [0]
    shares: list[list[str]] = [[] for _ in entries]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        lines = written[i:i_end] if tag == "equal" else map(question_line, after[j:j_end])
        for offset, line in enumerate(lines):
            # Where one comes in place of another, there; a new one below that which it follows.
            shares[places[max(0, min(i + offset, i_end - 1))]].append(line)
    for entry, share in zip(entries, shares, strict=True):
        if tuple(share) != entry.written:
            put(nlu[entry.position], "examples", examples_block(share))


def _edit_answers(
    document: CommentedMap, present: TopicFields, wanted: TopicFields, stamp: str | None
) -> None:
    variations = {
        variation["custom"]["language"]: variation
        for of_one in document["responses"].values()
        for variation in of_one
    }
    for part, now, then in (
        ("text", wanted.answers, present.answers),
        ("short", wanted.shorts, present.shorts),
    ):
        for language in LANGUAGES:
            if now[language] == then[language]:
                continue
            if language not in variations or part not in _holder(variations[language], part):
                raise YamlEditError(Message("yaml_part_missing", part=part, language=language))
            value = quoted(now[language]) if part == "short" else LiteralScalarString(now[language])
            put(_holder(variations[language], part), part, value)
    if stamp is not None and "es" in variations:
        put(variations["es"]["custom"], _REVIEWED_WITH, quoted(stamp), _CUSTOM_ORDER)


def _holder(variation: CommentedMap, part: str) -> CommentedMap:
    holder: CommentedMap = variation if part == "text" else variation["custom"]
    return holder


def _header_value(key: str, fields: TopicFields) -> Any:
    value = getattr(fields, _ATTRIBUTES.get(key, key))
    if key in _ATTRIBUTES:
        return flow_map({lang: quoted(value[lang]) for lang in LANGUAGES}) if any(value.values()) else None
    if key == "facets":
        return flow_map({name: _flow(values) for name, values in value.items()}) if value else None
    if key in _NAMES:
        return _flow(value)
    if key == "sources":
        items = CommentedSeq(map(source_entry, value))
        if not value:
            items.fa.set_flow_style()
        return items
    return scalar_of(value) if value != "" else None


def _flow(values: Sequence[str]) -> CommentedSeq:
    """Return names as a list on one line."""
    names = CommentedSeq(map(scalar_of, values))
    names.fa.set_flow_style()
    return names


def _entry(topic_id: str, language: str, questions: Sequence[str]) -> CommentedMap:
    return CommentedMap(
        intent=f"faq/{topic_id}",
        metadata=flow_map({"language": language}),
        examples=examples_block(map(question_line, questions)),
    )


def _responses(topic_id: str, fields: TopicFields) -> CommentedMap:
    variations = CommentedSeq()
    for language in LANGUAGES:
        condition = CommentedSeq([flow_map({"type": "slot", "name": "language", "value": language})])
        condition.fa.set_flow_style()
        custom = CommentedMap(topic=topic_id, language=language)
        if language == "es":
            custom[_REVIEWED_WITH] = quoted(_stamp(fields))
        custom["short"] = quoted(fields.shorts[language])
        text = LiteralScalarString(fields.answers[language])
        variations.append(CommentedMap(condition=condition, text=text, custom=custom))
    return CommentedMap({f"utter_faq/{topic_id}": variations})


def _stamp(fields: TopicFields) -> str:
    return fingerprint(fields.answers["en"], fields.shorts["en"])
