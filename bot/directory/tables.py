"""The tables of the resource directory as they stand on disk: CSV, read and checked cell by cell.

`datapackage.json` beside the tables says which columns each has and what may stand in them. What the rows
mean is the business of bot/directory/services.py.
"""

from __future__ import annotations

import csv
import datetime
import functools
import io
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.files.shapes import Needed, differences
from bot.messages import Message
from bot.problems import Problems
from bot.settings import PROJECT_ROOT

PACKAGE = "datapackage.json"
# The tables of the program itself.
_OWN = PROJECT_ROOT / "data" / "resources"

Row = dict[str, str]
Tables = dict[str, list[Row]]

# What is read of a data package.
_FIELD = {
    "name": Needed(str),
    "type": Needed(str),
    "example": str,
    "constraints": {"required": bool, "unique": bool, "maxLength": float, "enum": [str], "pattern": str},
}
_REFERENCE = {"fields": Needed(str), "reference": Needed({"resource": Needed(str), "fields": Needed(str)})}
_TABLE = {
    "name": Needed(str),
    "path": Needed(str),
    "schema": Needed({"fields": Needed([_FIELD]), "foreignKeys": [_REFERENCE]}),
}
_SHAPE = {"resources": Needed([_TABLE])}

# Which tables there must be, and the columns that are read of each.
_COLUMNS: Mapping[str, Sequence[str]] = {
    "organizations": ("id", "name", "alternate_name", "needs_caution", "public_body"),
    "services": (
        *("id", "organization_id", "url", "status", "assured_date", "assured_by", "name", "name_es"),
        *("description", "description_es", "fees_description", "fees_description_es"),
        *("eligibility_description", "eligibility_description_es"),
        *("interpretation_services", "interpretation_services_es"),
        *("alternate_name", "alternate_name_es", "outside_hours"),
        *("caution", "caution_es", "alert", "alert_es"),
    ),
    "phones": (
        *("service_id", "number", "extension", "type", "purpose", "purpose_es"),
        *("language_codes", "checked", "checked_by"),
    ),
    "languages": ("service_id", "code"),
    "locations": ("id", "name", "latitude", "longitude"),
    "addresses": ("location_id", "address_1", "city", "state_province", "postal_code"),
    "service_at_location": ("service_id", "location_id"),
    "schedules": (
        *("service_id", "byday", "opens_at", "closes_at"),
        *("appointment", "valid_from", "valid_to", "note", "note_es"),
    ),
    "taxonomy_terms": ("id", "code", "name", "name_es", "offered"),
    "attributes": ("link_id", "taxonomy_term_id"),
    "service_areas": ("service_id", "name", "name_es", "extent"),
    "required_documents": ("service_id", "document", "document_es"),
    "withheld_phones": ("number", "reason", "reason_es", "cleared_on", "cleared_by", "cleared_because"),
}
# Columns that came later: a table that was kept before there were such is read as if they were empty, whether
# its description knows them or not.
ADDED_LATER: Mapping[str, Sequence[str]] = {
    "services": ("assured_by",),
    "phones": ("purpose", "purpose_es", "language_codes", "checked", "checked_by"),
    "schedules": ("appointment", "valid_from", "valid_to", "note", "note_es"),
    "withheld_phones": ("cleared_on", "cleared_by", "cleared_because"),
}
# More than any description needs; a cell beyond it is a fault of the file.
_MOST_CHARACTERS = 1000
# How Excel writes dates and times of its own accord, here in the United States, when it saves a table.
_OF_EXCEL = {"date": ("%m/%d/%Y",), "time": ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")}
# What a spreadsheet would work out when staff open the table there; "-118.22" is a longitude.
_FORMULA = re.compile(r"[=+@]|-(?![0-9.]+\Z)")
# As spreadsheets write a phone number that they took for a quantity.
_AS_QUANTITY = re.compile(r"[0-9.,]+E\+?[0-9]+", re.IGNORECASE)


def read_package(folder: Path, problems: Problems) -> dict[str, dict[str, Any]] | None:
    """Return the tables that datapackage.json describes, by name; None after noting why it cannot be read."""
    path = folder / PACKAGE
    try:
        package = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problems.add(path, 1, "file_missing")
    except UnicodeDecodeError:
        problems.add(path, 1, "package_not_utf8")
    except json.JSONDecodeError as error:
        problems.add(path, error.lineno, "not_a_package", reason=error)
    except RecursionError:
        problems.add(path, 1, "package_too_deep")
    else:
        before = len(problems.found)
        for one in differences(package, _SHAPE):
            problems.add(path, 1, "package_shape", difference=one.what)
        if len(problems.found) == before:
            _add_later_columns(package["resources"])
            _note_unfit(package["resources"], path, problems)
        if len(problems.found) == before:
            return {table["name"]: table for table in package["resources"]}
    return None


def _add_later_columns(tables: Sequence[Mapping[str, Any]]) -> None:
    """Add the columns of ADDED_LATER that a package does not know, as the program's own describes them."""
    for table in tables:
        fields = table["schema"]["fields"]
        missing = {*ADDED_LATER.get(table["name"], ())} - {field["name"] for field in fields}
        if missing:
            own = _own_fields()[table["name"]]
            fields.extend(field for field in own if field["name"] in missing)


@functools.cache
def _own_fields() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the columns of the program's own tables, by table."""
    package = json.loads((_OWN / PACKAGE).read_text(encoding="utf-8"))
    return {table["name"]: table["schema"]["fields"] for table in package["resources"]}


def _note_unfit(tables: Sequence[Mapping[str, Any]], path: Path, problems: Problems) -> None:
    """Note what does not fit together in the tables of a data package."""
    columns = {table["name"]: {field["name"] for field in table["schema"]["fields"]} for table in tables}
    for name in sorted(_COLUMNS.keys() - columns.keys()):
        problems.add(path, 1, "table_missing", table=name)
    for table in tables:
        name = table["name"]
        for column in sorted({*_COLUMNS.get(name, ())} - columns[name]):
            problems.add(path, 1, "table_lacks", table=name, column=column)
        if table["path"] != f"{name}.csv":
            problems.add(path, 1, "table_path", table=name, file=f"{name}.csv")
        for field in table["schema"]["fields"]:
            try:
                re.compile((field.get("constraints") or {}).get("pattern") or "")
            except re.error as error:
                problems.add(path, 1, "column_pattern", column=field["name"], reason=error)
        for key in table["schema"].get("foreignKeys") or ():
            other = key["reference"]
            if key["fields"] not in columns[name] or other["fields"] not in columns.get(
                other["resource"], ()
            ):
                problems.add(path, 1, "foreign_key", table=name)


def read_tables(folder: Path, problems: Problems) -> Tables | None:
    """Read every table and note every mistake; None where there was one."""
    resources = read_package(folder, problems)
    if resources is None:
        return None
    before = len(problems.found)
    tables: Tables = {}
    lines: dict[str, list[int]] = {}
    for name, resource in resources.items():
        table = _read_table(folder / resource["path"], resource["schema"], problems)
        tables[name] = [row for _, row in table]
        lines[name] = [line for line, _ in table]
    for name, resource in resources.items():
        for key in resource["schema"].get("foreignKeys") or ():
            other, field = key["reference"]["resource"], key["reference"]["fields"]
            known = {row[field] for row in tables[other]}
            # A table without rows could not be read, which has been noted; its ids are not missed too.
            for line, row in zip(lines[name], tables[name] if known else [], strict=False):
                if (value := row[key["fields"]]) and value not in known:
                    problems.add(
                        folder / resource["path"],
                        line,
                        "reference_unknown",
                        column=key["fields"],
                        value=value,
                        file=resources[other]["path"],
                    )
    return None if len(problems.found) > before else tables


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Return a table as the text of its file."""
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _read_table(path: Path, schema: Mapping[str, Any], problems: Problems) -> list[tuple[int, Row]]:
    fields = {field["name"]: field for field in schema["fields"]}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.add(path, 1, "file_missing")
        return []
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.add(path, line, "table_not_utf8")
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, values) for values in reader]
    except csv.Error as error:
        problems.add(path, reader.line_num, "not_csv", reason=error)
        return []
    header = rows[0][1] if rows else []
    if not _header_is_right(header, fields, path, problems):
        return []
    found: list[tuple[int, Row]] = []
    seen: dict[str, set[str]] = defaultdict(set)
    for line, values in rows[1:]:
        if len(values) != len(header):
            problems.add(path, line, "row_length", cells=len(values), columns=len(header))
            continue
        row = {**dict.fromkeys(fields, ""), **dict(zip(header, values, strict=True))}
        for name, field in fields.items():
            row[name] = _as_meant(row[name], field["type"])
            _check_cell(path, line, name, row[name], field, seen[name], problems)
        found.append((line, row))
    return found


def _header_is_right(
    header: Sequence[str], fields: Mapping[str, Any], path: Path, problems: Problems
) -> bool:
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            problems.add(path, 1, "cells_parted", by=Message(f"by_{name}"))
            return False
    unknown = [column for column in header if column not in fields]
    if unknown and len(header) > 2 * len(fields):
        # It is no table of ours: one of its columns says as much as a million.
        column = unknown[0][:_MOST_CHARACTERS]
        problems.add(path, 1, "column_unknown", column=column, allowed=", ".join(fields))
        return False
    for column in header:
        if column not in fields:
            problems.add(path, 1, "column_unknown", column=column, allowed=", ".join(fields))
        elif header.count(column) > 1:
            problems.add(path, 1, "column_twice", column=column)
            return False
    missing = [column for column in fields if column not in header]
    needed = [column for column in missing if column not in ADDED_LATER.get(path.stem, ())]
    for column in needed:
        problems.add(path, 1, "column_missing", column=column)
    return set(header) <= set(fields) and not needed


def _as_meant(value: str, kind: str) -> str:
    """Return a date or a time as it is written here where Excel has written it in its own way."""
    for pattern in _OF_EXCEL.get(kind, ()):
        try:
            read = datetime.datetime.strptime(value.strip(), pattern)
        except ValueError:
            continue
        return read.date().isoformat() if kind == "date" else f"{read:%H:%M}"
    return value


def _check_cell(
    path: Path, line: int, name: str, value: str, field: Mapping[str, Any], seen: set[str], problems: Problems
) -> None:
    rules = {key: rule for key, rule in (field.get("constraints") or {}).items() if rule is not None}
    if not value.strip():
        if rules.get("required"):
            problems.add(path, line, "value_missing", column=name)
        return
    most = rules.get("maxLength", _MOST_CHARACTERS)
    if len(value) > most:
        problems.add(path, line, "value_too_long", column=name, length=len(value), most=most)
        return
    if any(character in "<>" or not character.isprintable() for character in value):
        problems.add(path, line, "value_not_plain", column=name)
        return
    if _FORMULA.match(value):
        problems.add(path, line, "value_formula", column=name, value=value[:20])
        return
    if rules.get("unique"):
        if value in seen:
            problems.add(path, line, "value_twice", column=name, value=value)
        seen.add(value)
    if "enum" in rules and value not in rules["enum"]:
        allowed = ", ".join(rules["enum"])
        problems.add(path, line, "value_not_allowed", column=name, value=value, allowed=allowed)
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        example = field.get("example")
        key = _unlike(value, example)
        problems.add(path, line, key, column=name, value=value, example=example)
    if field["type"] == "date" and not _is_date(value):
        problems.add(path, line, "value_no_date", column=name, value=value)


def _unlike(value: str, example: str | None) -> str:
    """Return the key of what is said of a value that does not look as its column wants it."""
    if example is None:
        return "value_unlike_others"
    return "value_as_quantity" if _AS_QUANTITY.fullmatch(value) else "value_unlike_example"


def _is_date(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True
