"""The shape of a document: where it must hold a list, where keys with values, where plain text.

YAML and JSON hold anything anywhere ("metadata: en" where "metadata: {language: en}" is meant). What reads a
document may take its shape for granted after this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.messages import Message

# What a document must look like: `str`, `float` (any number) or `bool` for one value; `[shape]` for a list of
# such; `{"key": shape, ...: shape}` for a mapping, in which keys may be missing unless they are `Needed`, and
# ... stands for all keys that are not named; and several in a tuple where any of them will do.
Shape = Any


@dataclass(frozen=True)
class Needed:
    """The shape of a value that may be neither missing nor empty."""

    shape: Shape


@dataclass(frozen=True)
class Difference:
    """A value of another shape: that of `key` in `holder` (None: this itself).

    `problem` is the key of what is said of it (see bot.problems), with its values.
    """

    holder: Any
    key: str | int | None
    problem: str
    values: Mapping[str, object]

    @property
    def what(self) -> Message:
        """What is wrong."""
        return Message(f"{self.problem}.what", **self.values)


# What a value must be, and the problem of another one.
KINDS: Mapping[type, tuple[type | tuple[type, ...], str]] = {
    str: (str, "not_a_text"),
    float: ((int, float), "not_a_number"),
    bool: (bool, "not_true_or_false"),
    list: (Sequence, "not_a_list"),
    dict: (Mapping, "not_keys"),
}


def differences(document: Any, shape: Shape) -> Iterator[Difference]:
    """Yield where a document has another shape than this one."""
    return _of_value(document, shape, Message("the_file"), document, None)


def _of_value(
    value: Any, shape: Shape, name: Message, holder: Any, key: str | int | None
) -> Iterator[Difference]:
    """Yield those of a value, which is that of `key` in `holder`; `name` is what it is called."""
    kinds = shape if isinstance(shape, tuple) else (shape,)
    fitting = next((kind for kind in kinds if _is_of_kind(value, kind)), None)
    if fitting is None:
        yield Difference(holder, key, KINDS[_kind_of(kinds[0])][1], {"name": name})
    elif isinstance(fitting, Mapping):
        for each, wanted in fitting.items():
            if isinstance(wanted, Needed) and value.get(each) is None:
                yield Difference(holder, key, "key_missing", {"key": each, "name": name})
        for each, item in value.items():
            wanted = fitting.get(each, fitting.get(...))
            if item is not None and wanted is not None:
                inner = wanted.shape if isinstance(wanted, Needed) else wanted
                yield from _of_value(item, inner, Message("the_key", name=each), value, each)
    elif isinstance(fitting, list):
        for index, item in enumerate(value):
            yield from _of_value(item, fitting[0], Message("each_entry", name=name), value, index)


def _is_of_kind(value: Any, shape: Shape) -> bool:
    kind = _kind_of(shape)
    if isinstance(value, bool) or (isinstance(value, str) and kind is not str):
        return kind is bool and isinstance(value, bool)  # for Python a bool is a number, a text a sequence
    return isinstance(value, KINDS[kind][0])


def _kind_of(shape: Shape) -> type:
    if isinstance(shape, type):
        return shape
    return list if isinstance(shape, list) else dict
