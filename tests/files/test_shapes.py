"""Odd values in the files of the content: each is a mistake that is told, and none ends the check."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.content.checks import check_content
from bot.editing.topic_text import TopicEditError, read_fields
from bot.files.shapes import Needed, differences

ODD: tuple[Any, ...] = ("en", 5, [None], {"en": ["en"]})
FILES = (
    "config.yml",
    "data/claims.yml",
    "data/faq/food_assistance.yml",
    "data/faq/red_card.yml",
    "data/gate.yml",
    "data/nlu/glossary.yml",
    "data/nlu/greet.yml",
    "data/resources/datapackage.json",
    "data/rules.yml",
    "domain.yml",
)


def places(document: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the ways, by keys and indices, to values of a document that are each read in a way of its own."""
    for key, child in children(document):
        yield (key,)
        yield from ((key, *rest) for rest in places(child))


def children(document: Any) -> Iterable[tuple[Any, Any]]:
    """Return the entries of a list or mapping, one of those that are read in the same way."""
    if isinstance(document, dict):
        # The keys of a small mapping are all different things.
        return list(document.items())[: None if len(document) < 20 else 1]
    entries = list(enumerate(document)) if isinstance(document, list) else []
    by_keys = {frozenset(each) if isinstance(each, dict) else None: (index, each) for index, each in entries}
    return by_keys.values()


def with_value(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a document with another value at a place."""
    changed = holder = copy.deepcopy(document)
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return changed


def write(path: Path, document: Any) -> str:
    """Write a document as its file is written; return the text."""
    written = io.StringIO()
    if path.suffix == ".json":
        json.dump(document, written, default=str)
    else:
        YAML(typ="safe").dump(document, written)
    path.write_text(written.getvalue(), encoding="utf-8")
    return written.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_no_odd_value_ends_the_check(content_copy: Path, name: str) -> None:
    """Nor does it end the reading of a topic for the console."""
    path = content_copy / name
    document = YAML(typ="safe").load(path)
    for place in places(document):
        for value in ODD:
            text = write(path, with_value(document, place, value))
            try:
                check_content(content_copy)
                if path.parent.name == "faq":
                    with contextlib.suppress(TopicEditError):
                        read_fields(text)
            except Exception as error:
                pytest.fail(f"{value!r} at {place}: {error!r}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reviewed: 2026-02-30", "`2026-02-30` looks like a date, a number, or yes or no, and is none."),
        ("reviewed: !!int soon", "`soon` looks like a date, a number, or yes or no, and is none."),
        ("related: " + "[" * 5000 + "]" * 5000, "lists or keys stand within each other a thousand times."),
        ("? [a]\n  : b", "the header has the unknown key `('a',)`."),
    ],
)
def test_what_yaml_cannot_make_anything_of_is_told(content_copy: Path, text: str, expected: str) -> None:
    """A day that there is not, for one."""
    path = content_copy / "data" / "faq" / "bond.yml"
    path.write_text(path.read_text("utf-8").replace("  group: rights\n", f"  {text}\n"), encoding="utf-8")
    assert any(expected in str(problem) for problem in check_content(content_copy))
    with contextlib.suppress(TopicEditError):
        read_fields(path.read_text(encoding="utf-8"))


SHAPE = {"a": Needed(str), "b": [float], "c": (str, {}), "d": {...: bool}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"a": "x", "b": [1, 0.5], "c": {"x": 1}, "d": {"x": True}, "e": 5}, []),
        ({"a": "x", "b": None, "c": "x"}, []),
        ([], ["keys with values must stand in the file"]),
        ({"a": None}, ["`a` is missing in the file"]),
        ({"a": 5, "b": "12"}, ["a text must stand in `a`", "a list must stand in `b`"]),
        ({"a": "x", "b": [1, "x", True]}, ["a number must stand in each entry of `b`"] * 2),
        (
            {"a": "x", "c": [], "d": {5: "yes"}},
            ["a text must stand in `c`", "true or false must stand in `5`"],
        ),
    ],
)
def test_differences_are_told_by_key(document: Any, expected: list[str]) -> None:
    """An empty value is none, unless it is needed; other keys are left alone."""
    assert [difference.what for difference in differences(document, SHAPE)] == expected
