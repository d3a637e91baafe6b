"""Open Referral HSDS 3 as others publish it, taken apart into rows of tables.

A service of an HSDS 3 API is a tree (service, organization, phones, schedules, locations ...); a published
package is a set of CSV tables, called as the profile of its publisher calls them. Both become rows by the
names of our tables, with all that others give; bot/directory/fitting.py brings them into our shape.
Specification: https://docs.openreferral.org (HSDS 3).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.errors import KyrError
from bot.messages import Message

# Rows as text by column, with every column that is given, by table.
RawTables = dict[str, list[dict[str, str]]]

# The tables of HSDS 3 by the names under which they come, with underscores and in small letters.
_TABLES = {
    "addresses": ("address", "physical_address", "physical_addresses", "postal_address", "postal_addresses"),
    "attributes": ("attribute", "service_attribute", "service_attributes"),
    "languages": ("language",),
    "locations": ("location",),
    "organizations": ("organization", "organisation", "organisations"),
    "phones": ("phone",),
    "required_documents": ("required_document",),
    "schedules": ("schedule", "regular_schedule", "regular_schedules"),
    "service_areas": ("service_area",),
    "service_at_location": ("service_at_locations", "services_at_location", "services_at_locations"),
    "services": ("service",),
    "taxonomy_terms": ("taxonomy_term",),
}
_NAMES = {other: name for name, others in _TABLES.items() for other in (name, *others)}
# What stands below a service, its organization, a place of it or the service at that place.
_PARTS = ("phones", "languages", "schedules", "service_areas", "required_documents", "attributes")
# What is one text in any case; other lists and objects are parts.
_SINGLE = ("name", "description", "number", "status")


class FormatError(KyrError):
    """Data that is no HSDS 3; the text says where and what is wrong."""


def table_name(name: str) -> str:
    """Return the name that a table has here; that of one which has none here stays as it is."""
    plain = re.sub(r"[^a-z]+", "_", name.lower().removesuffix(".csv")).strip("_")
    return _NAMES.get(plain, plain)


def rows_from_services(services: Sequence[Mapping[str, Any]]) -> RawTables:
    """Return the rows of services as `GET /services/{id}` gives them; raises FormatError."""
    tables = _Tables()
    for number, service in enumerate(services, 1):
        where = f"service {number}"
        name = tables.id_of(service, where)
        where = f"service {name}"
        organization = _mapping(service.get("organization") or {}, f"{where}.organization")
        owner = _text(organization.get("id") or service.get("organization_id"), f"{where}.organization.id")
        if not owner:
            raise FormatError(Message("hsds_missing", where=f"{where}.organization.id"))
        tables.add("services", service, where, organization_id=owner)
        tables.add_parts(service, where, service_id=name)
        if organization:
            tables.add("organizations", organization, f"{where}.organization", id=owner)
            tables.add_parts(organization, f"{where}.organization", organization_id=owner)
        for at in _list(service.get("service_at_locations"), f"{where}.service_at_locations"):
            location = _mapping(at.get("location") or {}, f"{where}.location")
            place = _text(location.get("id") or at.get("location_id"), f"{where}.location.id")
            if not place:
                raise FormatError(Message("hsds_missing", where=f"{where}.location.id"))
            at_id = tables.id_of(at, f"{where}.service_at_locations")
            tables.add("service_at_location", at, where, service_id=name, location_id=place)
            tables.add_parts(at, f"{where}.service_at_locations", service_at_location_id=at_id)
            if location:
                tables.add("locations", location, f"{where}.location", id=place)
                tables.add_parts(location, f"{where}.location", location_id=place)
                for address in _list(location.get("addresses"), f"{where}.location.addresses"):
                    tables.add("addresses", address, f"{where}.location.addresses", location_id=place)
    return tables.rows


class _Tables:
    """Rows by table, each once, however often it comes."""

    def __init__(self) -> None:
        self.rows: RawTables = {}
        self._seen: set[tuple[str, ...]] = set()

    @staticmethod
    def id_of(row: Mapping[str, Any], where: str) -> str:
        """Return the id of a row; raises FormatError where it has none."""
        found = _text(row.get("id"), f"{where}.id")
        if not found:
            raise FormatError(Message("hsds_missing", where=f"{where}.id"))
        return found

    def add(self, table: str, row: Mapping[str, Any], where: str, **known: str) -> None:
        """Add a row with the single values that it has, and those that are known of it."""
        single = {
            key: value
            for key, value in row.items()
            if key in _SINGLE or not isinstance(value, (list, Mapping))
        }
        found = {key: _text(value, f"{where}.{key}") for key, value in single.items()} | known
        found["id"] = known.get("id") or self.id_of(row, where)
        mark = (table, *sorted(f"{key}={value}" for key, value in found.items()))
        if mark not in self._seen:
            self._seen.add(mark)
            self.rows.setdefault(table, []).append(found)

    def add_parts(self, holder: Mapping[str, Any], where: str, **owner: str) -> None:
        """Add what stands below a service, an organization, a place or a service at a place."""
        for part in _PARTS:
            for row in _list(holder.get(part), f"{where}.{part}"):
                if part != "attributes":
                    self.add(part, row, f"{where}.{part}", **owner)
                    for spoken in _list(row.get("languages"), f"{where}.{part}.languages"):
                        phone = self.id_of(row, f"{where}.{part}")
                        self.add("languages", spoken, f"{where}.{part}.languages", phone_id=phone)
                    continue
                term = _mapping(row.get("taxonomy_term") or {}, f"{where}.attributes.taxonomy_term")
                known = _text(row.get("taxonomy_term_id") or term.get("id"), where)
                self.add(
                    part, row, f"{where}.{part}", link_id=next(iter(owner.values())), taxonomy_term_id=known
                )
        for contact in _list(holder.get("contacts"), f"{where}.contacts"):
            self.add("contacts", contact, f"{where}.contacts")


def rows_from_csv(name: str, text: str) -> tuple[list[dict[str, str]], list[Message]]:
    """Return the rows of a published table with its own columns, and notes of those that cannot be read.

    `name` is what the table is called here. Raises FormatError where none can be read.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FormatError(Message("hsds_no_csv", table=name, line=reader.line_num, error=error)) from None
    header = [column.strip().lower() for column in rows[0]] if rows else []
    if "id" not in header:
        raise FormatError(Message("hsds_no_id_column", table=name))
    found, notes = [], []
    for line, values in enumerate(rows[1:], 2):
        if not any(value.strip() for value in values):
            continue
        row = dict(zip(header, values, strict=False))
        if len(values) != len(header):
            what = Message("hsds_row_length", table=name, row=line, count=len(values), named=len(header))
            notes.append(Message("pulled_row", what=what))
        elif not row["id"].strip():
            notes.append(Message("pulled_row", what=Message("hsds_missing", where=f"{name}.csv, {line}: id")))
        else:
            found.append(row)
    return found, notes


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (int, float)):
        return str(value)
    raise FormatError(Message("hsds_no_text", where=where, kind=type(value).__name__))


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FormatError(Message("hsds_no_object", where=where, kind=type(value).__name__))
    return value


def _list(value: Any, where: str) -> Iterable[Mapping[str, Any]]:
    if not isinstance(value, (list, type(None))):
        raise FormatError(Message("hsds_no_list", where=where, kind=type(value).__name__))
    return [_mapping(item, where) for item in value or ()]
