"""Editing YAML text in place: every character that a change does not concern stays as it is.

ruamel.yaml says where each value stands (`compose`); an `Edit` replaces a span of the text. Writing a
document anew, even by a round trip, would change quotes, line breaks and spaces that somebody chose.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import KyrError

# What may stand without quotes; a few words mean a truth value or nothing.
_PLAIN = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z_][a-z0-9_]*", re.IGNORECASE)
# Characters that YAML does not take as they are, or takes for the end of a line.
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_INDICATOR = re.compile(r"[|>]([-+0-9]*)")

Items = dict[str, tuple[ScalarNode, Node]]


class YamlEditError(KyrError):
    """A text that cannot be changed safely; says why and what to do."""


@dataclass(frozen=True)
class Edit:
    """What stands from `start` to before `end` (indices of characters) gives way to `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Line:
    """An item that has its lines to itself: where these begin and end, and its content within them.

    `end` is before the line break; a comment may stand between `content_end` and `end`.
    """

    start: int
    content: int
    content_end: int
    end: int


def compose(text: str) -> MappingNode:
    """Return the nodes of a document that is a mapping; raises YamlEditError."""
    try:
        # The safe reader is the one written in C: fifty times as fast, and values have the same places.
        node = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlEditError(
            f"line {line}: this is not valid YAML ({error.problem or error.context})"
        ) from None
    except YAMLError as error:
        raise YamlEditError(f"this is not valid YAML ({error})") from None
    if not isinstance(node, MappingNode):
        raise YamlEditError("the file holds no keys")
    return node


def items(node: Node | None) -> Items:
    """Return the keys and values of a mapping by key; of nothing else, and no key twice."""
    if not isinstance(node, MappingNode):
        raise YamlEditError("keys with values are missing where they should stand")
    found: Items = {}
    for key, value in node.value:
        name = scalar(key)
        if name in found:
            raise YamlEditError(f"line {key.start_mark.line + 1}: the key `{name}` stands twice")
        found[name] = (key, value)
    return found


def sequence(node: Node) -> list[Node]:
    """Return the items of a list; raises YamlEditError where it is none."""
    if not isinstance(node, SequenceNode):
        raise YamlEditError(f"line {node.start_mark.line + 1}: a list is expected")
    return list(node.value)


def scalar(node: Node) -> str:
    """Return the text of a single value; raises YamlEditError where it is none."""
    if not isinstance(node, ScalarNode):
        raise YamlEditError(f"line {node.start_mark.line + 1}: a single value is expected")
    return str(node.value)


def is_null(node: Node) -> bool:
    """Whether a value is null, written or left empty."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def is_flow(node: Node) -> bool:
    """Whether a mapping or list is written in one piece, with braces or brackets."""
    return bool(getattr(node, "flow_style", False))


def _is_block(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style in ("|", ">")


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


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits made; those at one place in the order given."""
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < position:
            raise YamlEditError("two changes concern the same place. Make them one after the other")
        parts += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join(parts) + text[position:]


def quoted(value: str) -> str:
    """Return a value in double quotes."""
    escaped = json.dumps(value, ensure_ascii=False)
    return _TO_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def plain(value: str) -> str:
    """Return a value without quotes where it may stand so."""
    return value if _PLAIN.fullmatch(value) else quoted(value)


def line_start(text: str, index: int) -> int:
    """Return where the line with this character begins."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """Return where the line with this character ends, before its break."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def end_of(text: str, node: Node) -> int:
    """Return where the text of a value ends, without what follows it (comments, empty lines)."""
    if _is_block(node):
        lines = block_lines(text, node)
        # Of an empty block stands its first line, with its comment.
        return lines[-1].end if lines else line_end(text, node.start_mark.index)
    if isinstance(node, ScalarNode):
        return int(node.end_mark.index)
    if is_flow(node) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(text, last[1] if isinstance(node, MappingNode) else last)


def has_comment(text: str, node: Node) -> bool:
    """Whether a comment stands within a value: a # that belongs to none of its single values."""
    edits = [Edit(int(leaf.start_mark.index), end_of(text, leaf), "") for leaf in _single_values(node)]
    start, end = int(node.start_mark.index), end_of(text, node)
    kept = apply(text[:end], edits)
    return "#" in kept[start:]


def _single_values(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield from _single_values(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _single_values(item)
    else:
        yield node


def block_lines(text: str, node: Node) -> list[Line]:
    """Return the lines of a block of text (`|` or `>`), without empty ones at its end."""
    indicator = _INDICATOR.match(text, node.start_mark.index)
    if indicator is None or any(character.isdigit() for character in indicator[1]):
        line = node.start_mark.line + 1
        raise YamlEditError(f"line {line}: the text is written in a way that only an editor can change")
    if not node.value.strip():
        return []
    lines: list[Line] = []
    indent = last = 0
    start = line_end(text, node.start_mark.index) + 1
    while start < len(text):
        end = line_end(text, start)
        line = text[start:end]
        depth = len(line) - len(line.lstrip(" "))
        if line.strip(" "):
            indent = indent or depth
            if depth < indent:
                break
            last = len(lines) + 1
        lines.append(Line(start, min(start + indent, end), end, end))
        start = end + 1
    return lines[:last]


def item_lines(text: str, node: SequenceNode) -> list[Line]:
    """Return the lines of each item of a list that is written with dashes."""
    lines = []
    for item in node.value:
        start = line_start(text, item.start_mark.index)
        content, content_end = item.start_mark.index, end_of(text, item)
        if text[start:content].strip(" ") != "-":
            line = item.start_mark.line + 1
            raise YamlEditError(f"line {line}: the list is written in a way that only an editor can change")
        lines.append(Line(start, content, content_end, line_end(text, content_end)))
    return lines


def edit_lines(text: str, lines: Sequence[Line], old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """Return the edits that make `new` of the items `old`, touching only the lines of those that differ.

    `lines` says where the old items stand, one at least; items are as they are written.
    """
    edits = []
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(i_end - i, j_end - j)
        for line, item in zip(lines[i : i + both], new[j : j + both], strict=True):
            edits.append(Edit(line.content, line.content_end, item))
        added = new[j + both : j_end]
        if added and i + both:
            before = lines[i + both - 1]
            lead = text[before.start : before.content]
            edits.append(Edit(before.end, before.end, "".join(f"\n{lead}{item}" for item in added)))
        elif added:
            after = lines[0]
            lead = text[after.start : after.content]
            edits.append(Edit(after.start, after.start, "".join(f"{lead}{item}\n" for item in added)))
        edits += [Edit(line.start, min(line.end + 1, len(text)), "") for line in lines[i + both : i_end]]
    return edits


def replace_value(text: str, node: Node, written: str) -> list[Edit]:
    """Return the edits that put a value on one line in the place of a single one of any style."""
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    if _is_block(node):
        edits = [_replace_indicator(text, node, written)]
        if lines := block_lines(text, node):
            edits.append(Edit(lines[0].start - 1, lines[-1].end, ""))
        return edits
    # Nothing stands behind the colon of a value that was left empty, not even a space.
    return [Edit(start, end, f" {written}" if start == end else written)]


def replace_block(text: str, node: Node, value: str, indent: int) -> list[Edit]:
    """Return the edits that put a block of text (`|-`) in the place of a single value of any style."""
    body = indented(value, indent)
    if not _is_block(node):
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        rest = line_end(text, end)  # a comment, which stays on the line
        lead = " " if start == end else ""
        return [Edit(start, rest, f"{lead}|-{text[end:rest]}\n{body}")]
    edits = [_replace_indicator(text, node, "|-")]
    if lines := block_lines(text, node):
        edits.append(Edit(lines[0].start, lines[-1].end, body))
    else:
        end = line_end(text, node.start_mark.index)
        edits.append(Edit(end, end, "\n" + body))
    return edits


def _replace_indicator(text: str, node: Node, written: str) -> Edit:
    start = int(node.start_mark.index)
    indicator = _INDICATOR.match(text, start)
    return Edit(start, indicator.end() if indicator else start, written)


def indented(value: str, indent: int) -> str:
    """Return lines of text moved to the right, empty ones left empty."""
    return "\n".join(" " * indent + line if line else "" for line in value.split("\n"))
