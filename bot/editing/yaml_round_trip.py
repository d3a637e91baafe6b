"""YAML as ruamel.yaml's round trip reads and writes it: values in the form of our files, comments kept."""

from __future__ import annotations

import datetime
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark, YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString, LiteralScalarString
from ruamel.yaml.tokens import CommentToken

from bot.content.topics import Source
from bot.editing.topic_layout import (
    YamlEditError,
    invalid_yaml,
)
from bot.messages import Message

# What may stand without quotes; a few words mean a truth value or nothing to some readers of YAML.
_PLAIN = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z_](?:[a-z0-9_.-]*[a-z0-9_])?", re.IGNORECASE
)


def put(mapping: CommentedMap, key: str, value: Any, order: Sequence[str] = ()) -> None:
    """Set a value; where the key is new, below those that come before it in the `order`."""
    if key in mapping:
        below = take_below(mapping, key)
        mapping[key] = value
        put_below(mapping, key, below)
        return
    above = [name for name in order[: order.index(key)] if name in mapping]
    if not above:
        mapping.insert(0, key, value)
        return
    below = take_below(mapping, above[-1])
    mapping.insert(list(mapping).index(above[-1]) + 1, key, value)
    put_below(mapping, key, below)


def take_below(holder: Any, key: Any) -> str:
    """Take the comments and empty lines below a value away from it, and return them.

    ruamel.yaml holds them, with a comment that stands behind the value, at the last single value in it.
    """
    holder, key, slot, is_block = _last(holder, key)
    tokens = holder.ca.items.get(key)
    if tokens is None or tokens[slot] is None:
        return ""
    token = tokens[slot]
    behind, end, below = token.value.partition("\n")
    if is_block:
        # Nothing stands behind it, and of a comment on the next line the column is told apart.
        behind, below = "", " " * token.start_mark.column * bool(behind) + token.value
    tokens[slot] = CommentToken(behind + end, token.start_mark, None) if behind else None
    return str(below)


def put_below(holder: Any, key: Any, below: str) -> None:
    """Put comments and empty lines below a value."""
    if not below:
        return
    holder, key, slot, is_block = _last(holder, key)
    tokens = holder.ca.items.setdefault(key, [None, None, None, None])
    if tokens[slot] is None:
        tokens[slot] = CommentToken("" if is_block else "\n", CommentMark(0), None)
    tokens[slot].value += below


def _last(holder: Any, key: Any) -> tuple[Any, Any, int, bool]:
    """Return where the last single value in a value stands, where its comments do, and if it is a block."""
    value = holder[key]
    while isinstance(value, CommentedMap | CommentedSeq) and value and not value.fa.flow_style():
        holder, key = value, list(value)[-1] if isinstance(value, CommentedMap) else len(value) - 1
        value = holder[key]
    is_block = isinstance(value, LiteralScalarString | FoldedScalarString)
    return holder, key, 2 if isinstance(holder, CommentedMap) else 0, is_block


def scalar_of(value: str | bool | datetime.date | None) -> Any:
    """Return a single value as it is written, in quotes where it needs them."""
    return quoted(value) if isinstance(value, str) and not _PLAIN.fullmatch(value) else value


def quoted(value: str) -> Any:
    """Return a text as it is written in double quotes."""
    return DoubleQuotedScalarString(value)


def flow_map(values: Mapping[str, Any]) -> CommentedMap:
    """Return a mapping that is written on one line, in braces."""
    flow = CommentedMap(values)
    flow.fa.set_flow_style()
    return flow


def source_entry(source: Source) -> CommentedMap:
    """Return a source as it stands in the list of the header."""
    return flow_map({"title": quoted(source.title), "url": quoted(source.url)})


def question_line(question: str) -> str:
    """Return a question as it stands in a block of examples."""
    return f"- {question}"


def examples_block(lines: Iterable[str]) -> Any:
    """Return the lines of questions as a block of text."""
    return LiteralScalarString("".join(f"{line}\n" for line in lines))


class _Representer(RoundTripRepresenter):
    """Writes what is null as `null`."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.preserve_quotes = True  # type: ignore[assignment]
    yaml.width = sys.maxsize  # type: ignore[assignment]
    yaml.indent(mapping=2, sequence=2, offset=0)
    return yaml


def load(text: str) -> CommentedMap:
    """Return a document to edit; raises YamlEditError."""
    try:
        # A last line without a break would lose that of a block of text.
        document: CommentedMap = _round_trip().load(text if text.endswith("\n") else f"{text}\n")
    except YAMLError as error:
        raise invalid_yaml(error) from None
    except (ValueError, KeyError) as error:
        raise YamlEditError(Message("yaml_value_misread", error=error)) from None
    return document


def dump(document: CommentedMap) -> str:
    """Return a document as text."""
    text = io.StringIO()
    _round_trip().dump(document, text)
    return text.getvalue()


def apart(text: str, key: str) -> str:
    """Return a text with an empty line above a key of its first level."""
    return re.sub(f"^{key}:$", r"\n\g<0>", text, flags=re.MULTILINE)
