"""Open Referral HSDS 3 as others publish it, turned into the tables of our directory.

A service of an HSDS 3 API is a tree (service, organization, phones, schedules, locations ...); a published
package is a set of CSV tables. Both become rows with our columns; whether those may stand is for the check of
the directory to say. Specification: https://docs.openreferral.org (HSDS 3).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.directory.tables import Tables
from bot.errors import KyrError
from bot.messages import Message

# Parts of a service in the tree, by the table they become.
_PARTS = ("phones", "languages", "schedules", "service_areas", "required_documents")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?(Z|[+-][0-9:]+)?")
_LONG_NUMBER = re.compile(r"(?:\+?1[ .-]?)?\(?([0-9]{3})\)?[ .-]?([0-9]{3})[ .-]?([0-9]{4})")


class FormatError(KyrError):
    """Data that is no HSDS 3; the text says where and what is wrong."""


def tables_from_services(
    services: Sequence[Mapping[str, Any]], columns: Mapping[str, Sequence[str]], url: str
) -> Tables:
    """Return the tables (rows as text by column) of services as `GET /services/{id}` gives them.

    `columns` are those of our tables; what others add is left out. `url` is the address of the API,
    noted as source where a service names none. Raises FormatError.
    """
    tables: Tables = {name: [] for name in columns}
    seen: dict[str, set[str]] = {"organizations": set(), "locations": set()}

    def add(table: str, row: Mapping[str, Any], where: str, **known: str) -> None:
        values = {**row, **known}
        tables[table].append(
            {column: _text(values.get(column), f"{where}.{column}") for column in columns[table]}
        )

    for number, service in enumerate(services, 1):
        where = f"service {number}"
        name = _id(service.get("id"), f"{where}.id")
        where = f"service {name}"
        organization = _mapping(service.get("organization") or {}, f"{where}.organization")
        owner = _id(organization.get("id") or service.get("organization_id"), f"{where}.organization.id")
        if owner not in seen["organizations"] and organization:
            seen["organizations"].add(owner)
            add("organizations", organization, f"{where}.organization", id=owner)
        add(
            "services",
            service,
            where,
            id=name,
            organization_id=owner,
            source_url=_text(service.get("source_url"), where) or f"{url}/{name}",
            assured_date=_day(service, where),
        )
        for part in _PARTS:
            for row in _list(service.get(part), f"{where}.{part}"):
                add(
                    part, row, f"{where}.{part}", id=_id(row.get("id"), f"{where}.{part}.id"), service_id=name
                )
        for row in _list(service.get("attributes"), f"{where}.attributes"):
            term = _mapping(row.get("taxonomy_term") or {}, f"{where}.attributes.taxonomy_term")
            add(
                "attributes",
                row,
                f"{where}.attributes",
                id=_id(row.get("id"), f"{where}.attributes.id"),
                link_id=name,
                link_entity="service",
                taxonomy_term_id=_text(row.get("taxonomy_term_id") or term.get("id"), where),
            )
        for row in _list(service.get("service_at_locations"), f"{where}.service_at_locations"):
            location = _mapping(row.get("location") or {}, f"{where}.location")
            place = _id(location.get("id") or row.get("location_id"), f"{where}.location.id")
            number_at = _id(row.get("id"), f"{where}.service_at_locations.id")
            add("service_at_location", {}, where, id=number_at, service_id=name, location_id=place)
            if place in seen["locations"]:
                continue
            seen["locations"].add(place)
            add("locations", location, f"{where}.location", id=place, organization_id=owner)
            for address in _list(location.get("addresses"), f"{where}.location.addresses"):
                number_of = _id(address.get("id"), f"{where}.location.addresses.id")
                add("addresses", address, f"{where}.location.addresses", id=number_of, location_id=place)
    return normalized(tables)


def table_from_csv(name: str, text: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a published table with our columns; raises FormatError.

    Columns that others add are left out, columns that they lack are empty.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FormatError(Message("hsds_no_csv", table=name, line=reader.line_num, error=error)) from None
    header = rows[0] if rows else []
    if "id" not in header:
        raise FormatError(Message("hsds_no_id_column", table=name))
    found = []
    for line, values in enumerate(rows[1:], 2):
        if len(values) != len(header):
            raise FormatError(
                Message("hsds_row_length", table=name, row=line, count=len(values), named=len(header))
            )
        row = dict(zip(header, values, strict=True))
        found.append({column: row.get(column, "").strip() for column in columns})
    return found


def normalized(tables: Tables) -> Tables:
    """Return the tables with phones, times and days written as ours are."""
    for row in tables.get("phones", []):
        match = _LONG_NUMBER.fullmatch(row["number"])
        row["number"] = "-".join(match.groups()) if match else row["number"]
        row["type"] = row["type"] or "voice"
    for row in tables.get("schedules", []):
        row["opens_at"], row["closes_at"] = _time(row["opens_at"]), _time(row["closes_at"])
        row["byday"] = row["byday"].replace(" ", "")
    for row in tables.get("locations", []):
        row["location_type"] = row["location_type"] or "physical"
    for row in tables.get("service_areas", []):
        row["extent"], row["extent_type"] = row["extent"] or row["name"], row["extent_type"] or "text"
    return tables


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise FormatError(Message("hsds_no_text", where=where, kind=type(value).__name__))


def _id(value: Any, where: str) -> str:
    text = _text(value, where).lower()
    if not text:
        raise FormatError(Message("hsds_missing", where=where))
    return text


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FormatError(Message("hsds_no_object", where=where, kind=type(value).__name__))
    return value


def _list(value: Any, where: str) -> Iterable[Mapping[str, Any]]:
    if not isinstance(value, (list, type(None))):
        raise FormatError(Message("hsds_no_list", where=where, kind=type(value).__name__))
    return [_mapping(item, where) for item in value or ()]


def _day(service: Mapping[str, Any], where: str) -> str:
    """Return when a service was last checked; a moment of last change stands for it where no day does."""
    return _text(service.get("assured_date") or service.get("last_modified"), where)[:10]


def _time(text: str) -> str:
    match = _TIME.fullmatch(text)
    return f"{match[1]}:{match[2]}" if match else text
