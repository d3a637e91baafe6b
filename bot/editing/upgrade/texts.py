"""Files of texts and words in an upgrade: each text, list of questions or rule by itself.

A file is cut into its pieces by its lines, so that everything that nobody has changed stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from bot.editing.topic_layout import YamlEditError
from bot.editing.upgrade.items import CITY, RELEASE, SIDES, Form, Item, Part, Roots
from bot.editing.yaml_round_trip import dump, load, put
from bot.messages import DataText, Message
from bot.text.language import LANGUAGES

WHOLE = "whole"
# Under which key lists of questions and words stand, a line each.
_QUESTIONS = "examples"
_TOP = re.compile(r"[^\s#-][^:]*:")
_BELOW = (
    re.compile(r"- (?:[a-z_]+: +(?=[^\s#]))?(?P<name>[^#]*)"),
    re.compile(r"  - (?:[a-z_]+: +(?=[^\s#]))?(?P<name>[^#]*)"),
    re.compile(r"  (?P<name>[^\s-][^:]*):"),
)
_REMARK = re.compile(r"\s*(#.*)?")
_HEAD = ""


def pieces(text: str) -> dict[str, str]:
    """Return the pieces of a file by name in their order; put together they are the text.

    A piece is what stands under a key of the second level, or an entry of a list that stands under one of the
    first. The lines of remarks above a piece belong to it.
    """
    found: dict[str, str] = {}
    name, top, held = _HEAD, "", ""
    below: re.Pattern[str] | None = None  # how the pieces under a key of the first level begin
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if _REMARK.fullmatch(bare):
            held += line
            continue
        if _TOP.match(bare):
            top, below = bare.partition(":")[0], None
            name = _unused(top, found)
        elif top:
            below = below or next((one for one in _BELOW if one.match(bare)), None)
            begins = below.match(bare) if below else None
            # Both languages of a text belong together.
            if begins and (label := begins["name"].strip().rstrip(":")) not in LANGUAGES:
                name = _unused(f"{top}.{label}", found)
        found[name] = found.get(name, "") + held + line
        held = ""
    if held:
        found[name] = found.get(name, "") + held
    return found


def _unused(name: str, found: Mapping[str, str]) -> str:
    number, unused = 1, name
    while unused in found:
        number += 1
        unused = f"{name} ({number})"
    return unused


def text_items(path: Path, texts: Mapping[str, str | None]) -> list[Item]:
    """Return what differs in a file of texts, an item for each piece of it."""
    cut = {side: pieces(text or "") for side, text in texts.items()}
    found = []
    for name in dict.fromkeys(name for side in (CITY, RELEASE) for name in cut[side]):
        written = {side: cut[side].get(name) for side in SIDES}
        if written[CITY] == written[RELEASE]:
            continue
        title = _title(name, written)
        found.append(Item("text", f"{path.as_posix()}#{name}", title, path, tuple(_parts(written))))
    return found


def _title(name: str, written: Mapping[str, str | None]) -> DataText:
    last = name.rpartition(".")[2].removeprefix("utter_").replace("_", " ")
    return DataText(last, last)


def _parts(written: Mapping[str, str | None]) -> Iterator[Part]:
    """Yield the parts of a piece: each text in it where all sides have the same ones, else all of it."""
    read = {side: None if text is None else leaves(text) for side, text in written.items()}
    found = {side: one for side, one in read.items() if one is not None}
    ways = [one.keys() for one in found.values()]
    if len(found) == len(SIDES) and all(one == ways[0] for one in ways):
        different = [way for way in ways[0] if len({one[way] for one in found.values()}) > 1]
        for way in different:
            is_list = way[-1] == _QUESTIONS
            label = _label(way, written[RELEASE] or "")
            values = {side: one[way] for side, one in found.items()}
            yield Part.of(_pointer(way), label, values, Form.LINES if is_list else Form.TEXT)
        if different:
            return
    yield Part.of(WHOLE, WHOLE, written, Form.CHOICE)


def _label(key: tuple[str, ...], text: str) -> str:
    """Return the language in which a part of a piece is written, else what it is called."""
    if key[-1] in LANGUAGES:
        return f"language_{key[-1]}"
    value: Any = _parsed(text)
    found = ""
    for step in key:
        if isinstance(value, Mapping):
            custom = value.get("custom")
            holder = value.get("metadata") or (custom if isinstance(custom, Mapping) else None) or {}
            found = str(holder.get("language", found)) if isinstance(holder, Mapping) else found
            value = value[step]
        else:
            value = value[int(step)]
    return f"language_{found}" if found in LANGUAGES else key[-1]


def _parsed(text: str) -> Any:
    lines = text.splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if not _REMARK.fullmatch(line)), default=0)
    return YAML(typ="safe").load("\n".join(line[indent:] for line in lines) + "\n")


def leaves(text: str) -> dict[tuple[str, ...], str] | None:
    """Return the single values of a piece by the way to them; None where it cannot be read by itself."""
    try:
        return dict(_leaves(_parsed(text), ()))
    except (YAMLError, ValueError):
        return None


def _leaves(value: Any, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, (*way, str(key)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _leaves(one, (*way, str(number)))
    else:
        yield way, "" if value is None else str(value).removesuffix("\n")


def write_text(root: Path, item: Item, values: Mapping[str, str | None], roots: Roots) -> None:
    """Write a piece with these values into its file below `root`; raises YamlEditError."""
    name = item.id.partition("#")[2]
    released = _pieces_of(roots[RELEASE] / item.path)
    place = root / item.path
    present = _pieces_of(place)
    if values == item.taken():
        piece = released.get(name)
    elif WHOLE in values:
        piece = values[WHOLE]
    else:
        piece = _edited(present[name], values)
    if piece is None:
        present.pop(name, None)
    elif name in present:
        present[name] = piece
    else:
        present = _put(present, name, piece, list(released))
    if present:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes("".join(_ended(one) for one in present.values()).encode())
    else:
        place.unlink(missing_ok=True)


def _ended(piece: str) -> str:
    return piece if piece.endswith("\n") else f"{piece}\n"


def _pieces_of(path: Path) -> dict[str, str]:
    return pieces(path.read_bytes().decode()) if path.exists() else {}


def _put(present: Mapping[str, str], name: str, piece: str, order: list[str]) -> dict[str, str]:
    """Return pieces with a new one behind that which it follows in the release."""
    before = order[: order.index(name)]
    follows = next((one for one in reversed(before) if one in present), None)
    found = {} if follows is not None else {name: piece}
    for one, text in present.items():
        found[one] = text
        if one == follows:
            found[name] = piece
    return found


def _edited(piece: str, values: Mapping[str, str | None]) -> str:
    """Return a piece with other values in the place of those to which these ways lead."""
    lines = piece.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if not _REMARK.fullmatch(line.rstrip()))
    indent = len(lines[first]) - len(lines[first].lstrip())
    remarks, body = (
        "".join(lines[:first]),
        "".join(line[indent:] if line.strip() else line for line in lines[first:]),
    )
    document = load(body)
    for way, value in values.items():
        holder: Any = document
        *steps, last = _way(way)
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, CommentedSeq) else holder[step]
        key: Any = int(last) if isinstance(holder, CommentedSeq) else last
        before = holder[key]
        new = value or ""
        if isinstance(before, str) and "\n" in before and before.endswith("\n"):
            new += "\n"
        made = type(before)(new) if isinstance(before, str) else YAML(typ="safe").load(new)
        if isinstance(holder, CommentedMap):
            put(holder, key, made)
        else:
            holder[key] = made
    written = dump(document)
    if leaves(written) != {**(leaves(body) or {}), **_by_way(values)}:
        raise YamlEditError(Message("means_else.what"))
    return remarks + "".join(
        " " * indent + line if line.strip() else line for line in written.splitlines(keepends=True)
    )


def _by_way(values: Mapping[str, str | None]) -> dict[tuple[str, ...], str]:
    return {_way(pointer): value or "" for pointer, value in values.items()}


def _pointer(way: Sequence[str]) -> str:
    """Return a way as it is written as a JSON pointer (RFC 6901)."""
    return "/".join(step.replace("~", "~0").replace("/", "~1") for step in way)


def _way(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/"))
