"""Three contents compared, and what was decided written into a copy of one of them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.content.home import files_of
from bot.content.paths import FAQ, RESOURCES
from bot.directory.tables import PACKAGE
from bot.editing.upgrade.answers import answer_item, write_answer
from bot.editing.upgrade.items import CITY, RELEASE, SIDES, Form, Item, Part, Roots
from bot.editing.upgrade.tables import table_items, write_columns, write_rows
from bot.editing.upgrade.texts import text_items, write_text
from bot.messages import DataText

Values = Mapping[str, str | None]

_TESTS = Path("data") / "evaluation"
_WHOLE = "whole"


def compare(roots: Roots, *, with_directory: bool = True) -> list[Item]:
    """Return what differs between the contents below these roots, in the order of the files.

    The directory is left out where it stands elsewhere. What nobody has changed, and what city and release
    have changed alike, is not told. Raises OSError, and UnicodeDecodeError where a file is not in UTF-8.
    """
    found: list[Item] = []
    files = {side: {path.relative_to(roots[side]) for path in files_of(roots[side])} for side in SIDES}
    has_tables = False
    for path in sorted(set().union(*files.values())):
        content = {side: (roots[side] / path).read_bytes() if path in files[side] else None for side in SIDES}
        if content[CITY] == content[RELEASE]:
            continue
        if path.parent == RESOURCES:
            has_tables = True
            if path.name == PACKAGE and with_directory:
                found.append(_whole_file(path, content))
        else:
            found += _items_of(path, content)
    if has_tables and with_directory:
        found += table_items(roots)
    return found


def _items_of(path: Path, content: Mapping[str, bytes | None]) -> list[Item]:
    if path.suffix not in (".yml", ".jsonl"):
        return [_whole_file(path, content)]
    texts = {side: None if one is None else one.decode() for side, one in content.items()}
    if path.suffix == ".jsonl":
        title = DataText(path.stem, path.stem)
        form = Form.CHOICE if None in texts.values() else Form.LINES
        part = Part.of(_WHOLE, _WHOLE, {side: _stripped(one) for side, one in texts.items()}, form)
        return [Item("tests", path.as_posix(), title, path, (part,))]
    if path.parent == FAQ:
        item = answer_item(path, texts)
        return [item] if item else [_whole_file(path, content)]
    return text_items(path, texts)


def _stripped(text: str | None) -> str | None:
    return None if text is None else text.rstrip("\n")


def _whole_file(path: Path, content: Mapping[str, bytes | None]) -> Item:
    hashes = {side: None if one is None else hashlib.sha256(one).hexdigest() for side, one in content.items()}
    part = Part.of(_WHOLE, _WHOLE, hashes, Form.FILE)
    return Item("file", path.as_posix(), DataText(path.name, path.name), path, (part,))


def write(root: Path, decided: Iterable[tuple[Item, Values]], roots: Roots) -> None:
    """Write items with these values into the content below `root`, a copy of a content below `roots`.

    Raises TopicEditError and YamlEditError where a value cannot be written, and OSError.
    """
    in_order = sorted(decided, key=lambda pair: pair[0].kind != "file")  # the columns before the rows
    for item, values in in_order:
        if item.kind == "answer":
            write_answer(root, item, values, roots)
        elif item.kind == "text":
            write_text(root, item, values, roots)
        elif item.kind == "tests":
            _write_whole(root / item.path, values[_WHOLE])
        elif item.kind == "file":
            _copy(root, item, values[_WHOLE], roots)
        else:
            write_rows(root, item, values, roots)


def _write_whole(place: Path, text: str | None) -> None:
    if text is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"{text}\n", encoding="utf-8")


def _copy(root: Path, item: Item, wanted: str | None, roots: Roots) -> None:
    place = root / item.path
    side = next(side for side in (RELEASE, CITY, *SIDES) if item.parts[0].value(side) == wanted)
    if wanted is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(roots[side] / item.path, place)
    if item.path == RESOURCES / PACKAGE:
        write_columns(root)
