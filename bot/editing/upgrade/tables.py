"""The directory in an upgrade: a service with its phones, hours and places, cell by cell."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from bot.content.paths import RESOURCES
from bot.directory.services import OF_SERVICE
from bot.directory.tables import PACKAGE, Row, as_csv
from bot.editing.upgrade.items import CITY, RELEASE, SIDES, Form, Item, Part, Roots
from bot.messages import DataText

# Tables whose rows are items of their own; the other ones belong to a service, addresses to a place.
_ITEMS = {
    "services": "service",
    "organizations": "organization",
    "locations": "location",
    "taxonomy_terms": "need",
    "withheld_phones": "withheld",
}
_OWNERS = {
    **{table: ("service", key) for table, key in OF_SERVICE.items()},
    "addresses": ("location", "location_id"),
}
_FROM_ROW = "/"

_Table = dict[str, Row]


def table_items(roots: Roots) -> list[Item]:
    """Return what differs in the directory: an item for each service, organization, place, need, number."""
    parts: defaultdict[tuple[str, str], list[Part]] = defaultdict(list)
    titles: dict[tuple[str, str], DataText] = {}
    for table in (*_ITEMS, *_OWNERS):
        sides = {side: read_table(roots[side] / RESOURCES / f"{table}.csv") for side in SIDES}
        for name in dict.fromkeys(name for side in (CITY, RELEASE) for name in sides[side]):
            rows = {side: sides[side].get(name) for side in SIDES}
            row = rows[RELEASE] or rows[CITY] or {}
            if table in _ITEMS:
                owner = _ITEMS[table], name
                title = row.get("name") or row.get("who") or name
                titles[owner] = DataText(title, row.get("name_es") or title)
            else:
                kind, key = _OWNERS[table]
                owner = kind, row.get(key, "")
            if rows[CITY] != rows[RELEASE]:
                parts[owner] += _parts(table, name, rows)
    return [
        Item(kind, name, titles.get((kind, name), DataText(name, name)), RESOURCES, tuple(found))
        for (kind, name), found in parts.items()
    ]


def read_table(path: Path) -> _Table:
    """Return the rows of a table by what stands in their first column; none where there is no such table."""
    if not path.exists():
        return {}
    reader = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    first = (reader.fieldnames or ("",))[0]
    return {row[first]: {key: value or "" for key, value in row.items() if key} for row in reader}


def _parts(table: str, name: str, rows: Mapping[str, Row | None]) -> list[Part]:
    key = f"{table}{_FROM_ROW}{name}"
    if table in _OWNERS or None in rows.values():
        written = {side: None if row is None else json.dumps(row) for side, row in rows.items()}
        return [Part.of(key, table, written, Form.ROW)]
    columns = dict.fromkeys(column for row in rows.values() for column in row or ())
    found = []
    for column in columns:
        cells = {side: (row or {}).get(column, "") for side, row in rows.items()}
        if len(set(cells.values())) > 1:
            found.append(Part.of(f"{key}{_FROM_ROW}{column}", column, cells))
    return found


def write_rows(root: Path, item: Item, values: Mapping[str, str | None], roots: Roots) -> None:
    """Write the rows of an item with these values below `root`."""
    for key, value in values.items():
        table, name, *column = key.split(_FROM_ROW, 2)
        path = root / RESOURCES / f"{table}.csv"
        rows = read_table(path)
        if column:
            rows[name][column[0]] = value or ""
        elif value is None:
            rows.pop(name, None)
        elif name in rows:
            rows[name] = json.loads(value)
        else:
            order = list(read_table(roots[RELEASE] / RESOURCES / f"{table}.csv"))
            rows = _put(rows, name, json.loads(value), order)
        _write(root, table, rows)


def _put(rows: _Table, name: str, row: Row, order: list[str]) -> _Table:
    """Return rows with a new one behind the row that it follows in the release."""
    before = order[: order.index(name)] if name in order else list(rows)
    follows = next((one for one in reversed(before) if one in rows), None)
    found: _Table = {} if follows else {name: row}
    for one, present in rows.items():
        found[one] = present
        if one == follows:
            found[name] = row
    return found


def write_columns(root: Path) -> None:
    """Give each table below `root` the columns that its data package names."""
    for table in _ITEMS.keys() | _OWNERS.keys():
        path = root / RESOURCES / f"{table}.csv"
        if path.exists():
            _write(root, table, read_table(path))


def _write(root: Path, table: str, rows: _Table) -> None:
    """Write a table with the columns that the data package names, those that it has in their order."""
    path = root / RESOURCES / f"{table}.csv"
    package = json.loads((root / RESOURCES / PACKAGE).read_text(encoding="utf-8-sig"))
    resource = next(one for one in package["resources"] if one["name"] == table)
    wanted = [field["name"] for field in resource["schema"]["fields"]]
    present = next(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()), []) if path.exists() else []
    columns = [column for column in present if column in wanted]
    columns += [column for column in wanted if column not in present]
    written = as_csv(columns, [{column: row.get(column, "") for column in columns} for row in rows.values()])
    path.write_text(written, encoding="utf-8")
