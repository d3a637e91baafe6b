"""Reading YAML strictly: duplicate keys and odd shapes are refused, and every value knows its line.

Rasa refuses duplicate keys too, where plain PyYAML silently keeps the last one; content that means
different things to two readers must not pass.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node

from bot.files.shapes import Shape, differences
from bot.problems import Problem, Problems


def read_yaml(path: Path, problems: Problems, shape: Shape) -> CommentedMap | None:
    """Return the mapping in a YAML file, or None after noting why it cannot be read.

    It has the shape, and keeps order and line numbers (see `line_of`). A file that was read before with
    the same problems is not read again.
    """
    if path not in problems.documents:
        problems.documents[path] = _read(path, problems, shape)
    document: CommentedMap | None = problems.documents[path]
    return document


def _read(path: Path, problems: Problems, shape: Shape) -> CommentedMap | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.add(path, 1, "file_missing")
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.add(path, line, "file_not_utf8")
        return None
    return parse_yaml(text, path, problems, shape)


def parse_yaml(text: str, path: Path, problems: Problems, shape: Shape) -> CommentedMap | None:
    """Return the mapping in the text of a file, or None after noting why it cannot be read."""
    try:
        document = _load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1
        key = text.splitlines()[line - 1].split(":", 1)[0].strip(" -")
        problems.add(path, line, "key_twice", name=key)
        return None
    except _ValueError as error:
        problems.add(path, error.problem_mark.line + 1, "value_misread", value=error.problem)
        return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if "'\\t'" in str(error.problem):
            problems.add(path, line, "tab")
            return None
        problems.add(path, line, "not_yaml", reason=error.problem or error.context)
        return None
    except YAMLError as error:
        # Control characters end here: they carry no line.
        problems.add(path, 1, "not_text", reason=error)
        return None
    except RecursionError:
        problems.add(path, 1, "too_deep")
        return None
    if not isinstance(document, CommentedMap):
        problems.add(path, 1, "no_keys")
        return None
    found = [*differences(document, shape)]
    for one in found:
        line = line_of(one.holder, one.key)
        problems.found.append(Problem(problems.shown(path), line, one.problem, one.values))
    return None if found else document


class _ValueError(MarkedYAMLError):
    """A value that its form or its tag makes something which it is not: "2026-02-30"."""


class _Constructor(RoundTripConstructor):
    """Says where a value stands that cannot be made."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError):
            raise _ValueError(problem=str(node.value)[:40], problem_mark=node.start_mark) from None


def _load(text: str) -> Any:
    """Return what a text says, with line numbers; raises YAMLError.

    It is taken apart by libyaml, twenty times as fast as by ruamel.yaml's own reader; that one tells more of
    what is wrong, and so has the last word.
    """
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        node = YAML(typ="safe", pure=False).compose(text)
        return yaml.constructor.construct_document(node) if node is not None else None
    except YAMLError:
        return yaml.load(text)


def line_of(node: Any, key: str | int | None = None) -> int:
    """Return the line (from 1) of a mapping's key, a list's item, or of the node itself."""
    mark = getattr(node, "lc", None)
    if mark is None:
        return 1
    if key is not None and mark.data and key in mark.data:
        return int(mark.data[key][0]) + 1
    return int(mark.line) + 1
