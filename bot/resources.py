"""The resource directory: who helps with what, read from Open Referral HSDS 3 tables in CSV.

`datapackage.json` beside the tables says which columns each has and what may stand in them; this
module checks the tables against it. It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_time

from bot.problems import Problems

# The city's own programme stands before all others in every list.
FIRST_SERVICE = "hp-with-you"
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Row = dict[str, str]


@dataclass(frozen=True)
class Schedule:
    """When a service answers: HSDS weekday codes, and times of day in Los Angeles."""

    days: tuple[str, ...]
    opens_at: datetime.time
    closes_at: datetime.time

    def describe(self, language: str) -> str:
        """Say the hours as people of that language write them, such as Mon-Fri, 9:00 AM - 4:00 PM."""
        abbreviated = Locale(language).days["stand-alone"]["abbreviated"]
        names = {number: name.rstrip(".") for number, name in abbreviated.items()}
        numbers = sorted(_WEEK.index(day) for day in self.days)
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            days = f"{names[numbers[0]]}–{names[numbers[-1]]}"
        else:
            days = ", ".join(names[number] for number in numbers)
        if (self.opens_at, self.closes_at) == (datetime.time(0, 0), datetime.time(23, 59)):
            return "24/7" if len(numbers) == 7 else f"{days}, 24 h"
        times = [format_time(time, "h:mm a", locale=language) for time in (self.opens_at, self.closes_at)]
        return f"{days}, {times[0]} – {times[1]}"


@dataclass(frozen=True)
class Service:
    """One service of an organization. Texts are by language ("en", "es"); phones as 888-624-4752.

    `needs` are the codes of taxonomy terms ("legal", "food"); `languages` are ISO 639-1 codes, empty
    where not known; `assured_date` is the day its details were last checked.
    """

    id: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    url: str
    needs: tuple[str, ...]
    phones: tuple[str, ...]
    languages: tuple[str, ...]
    schedules: tuple[Schedule, ...]
    addresses: tuple[str, ...]
    fees: Mapping[str, str]
    eligibility: Mapping[str, str]
    alert: Mapping[str, str]
    assured_date: datetime.date

    def describe(self, language: str) -> dict[str, Any]:
        """Return what a resident is shown of the service, in one language, ready for JSON."""
        locale = Locale(language)
        return {
            "id": self.id,
            "name": self.name[language],
            "description": self.description[language],
            "phones": [{"number": number, "uri": phone_uri(number)} for number in self.phones],
            "url": self.url,
            "address": "; ".join(self.addresses),
            "languages": ", ".join(locale.languages[code] for code in self.languages),
            "hours": "; ".join(schedule.describe(language) for schedule in self.schedules),
            "cost": self.fees[language],
            "eligibility": self.eligibility[language],
            "alert": self.alert[language],
            "checked": format_date(self.assured_date, "long", locale=language),
        }


def phone_uri(number: str) -> str:
    """Return the tel: link of a number as the directory writes it ("888-624-4752", "211")."""
    digits = re.sub(r"\D", "", number)
    return f"tel:{digits}" if len(digits) == 3 else f"tel:+1{digits[-10:]}"


@dataclass(frozen=True)
class Directory:
    """Every active service in the order of the table, and the needs that can be asked for."""

    services: tuple[Service, ...]
    needs: frozenset[str]
    withheld_phones: Mapping[str, str]

    def search(self, needs: Iterable[str], *, limit: int = 5) -> list[Service]:
        """Return the city's programme and then services for each need in turn, in the order of the table.

        One for each need comes before a second one for any, so that no need is crowded out.
        """
        chosen = {service.id: service for service in self.services if service.id == FIRST_SERVICE}
        waiting = [[service for service in self.services if need in service.needs] for need in needs]
        while any(waiting) and len(chosen) < limit:
            for services in waiting:
                new = next((service for service in services if service.id not in chosen), None)
                services[:] = [
                    service for service in services if service.id not in chosen and service is not new
                ]
                if new is not None:
                    chosen[new.id] = new
        return list(chosen.values())[:limit]


def check_directory(folder: Path, problems: Problems) -> Directory | None:
    """Read the directory and note every mistake; None where a table cannot be read at all."""
    tables = _read_tables(folder, problems)
    if tables is None:
        return None
    _check_phones(folder, tables, problems)
    _check_reachable(folder, tables, problems)
    if problems.found:
        return None
    return _build(tables)


def _read_tables(folder: Path, problems: Problems) -> dict[str, list[Row]] | None:
    package_path = folder / "datapackage.json"
    try:
        package = json.loads(package_path.read_text(encoding="utf-8"))
        resources = {resource["name"]: resource for resource in package["resources"]}
    except FileNotFoundError:
        problems.add(package_path, 1, "the file is missing", "Restore it")
        return None
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        line = getattr(error, "lineno", 1)
        problems.add(
            package_path, line, f"this is no data package ({error})", "Restore the last good version"
        )
        return None
    before = len(problems.found)
    tables = {
        name: _read_table(folder / resource["path"], resource["schema"], problems)
        for name, resource in resources.items()
    }
    for name, resource in resources.items():
        for key in resource["schema"].get("foreignKeys", []):
            other, field = key["reference"]["resource"], key["reference"]["fields"]
            known = {row[field] for row in tables[other]}
            # A table without rows could not be read, which has been noted; its ids are not missed too.
            for line, row in enumerate(tables[name] if known else [], 2):
                if (value := row[key["fields"]]) not in known:
                    problems.add(
                        folder / resource["path"],
                        line,
                        f"{key['fields']} `{value}` does not stand in {resources[other]['path']}",
                        "Correct it, or add that row",
                    )
    return None if len(problems.found) > before else tables


def _read_table(path: Path, schema: Mapping[str, Any], problems: Problems) -> list[Row]:
    fields = {field["name"]: field for field in schema["fields"]}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.add(path, 1, "the file is missing", "Restore it")
        return []
    except UnicodeDecodeError:
        problems.add(path, 1, "the file is not UTF-8 text", "Save it as CSV UTF-8")
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    for column in header:
        if column not in fields:
            problems.add(path, 1, f"unknown column `{column}`", f"Use only: {', '.join(fields)}")
    for column in fields:
        if column not in header:
            problems.add(path, 1, f"the column `{column}` is missing", "Add it to the first line")
    if set(header) != set(fields):
        return []
    rows: list[Row] = []
    seen: dict[str, set[str]] = defaultdict(set)
    for line, values in enumerate(reader, 2):
        if len(values) != len(header):
            what = f"the row has {len(values)} cells, the first line {len(header)}"
            problems.add(path, line, what, "Put cells that hold a comma in double quotes")
            continue
        row = dict(zip(header, values, strict=True))
        for name, field in fields.items():
            _check_cell(path, line, name, row[name], field, seen[name], problems)
        rows.append(row)
    return rows


def _check_cell(
    path: Path, line: int, name: str, value: str, field: Mapping[str, Any], seen: set[str], problems: Problems
) -> None:
    rules = field.get("constraints", {})
    if not value:
        if rules.get("required"):
            problems.add(path, line, f"{name} is empty", "Fill it in")
        return
    if rules.get("unique"):
        if value in seen:
            problems.add(path, line, f"{name} `{value}` stands twice", "Give each row its own")
        seen.add(value)
    if "enum" in rules and value not in rules["enum"]:
        problems.add(path, line, f"{name} is `{value}`", f"Use one of: {', '.join(rules['enum'])}")
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        mend = field.get("example")
        problems.add(
            path,
            line,
            f"{name} is `{value}`",
            f"Write it like {mend}" if mend else "Compare it with the other rows",
        )
    if len(value) > rules.get("maxLength", len(value)):
        what = f"{name} has {len(value)} characters, {rules['maxLength']} at most"
        problems.add(path, line, what, "Shorten it")
    if field["type"] == "date" and _date(value) is None:
        problems.add(
            path, line, f"{name} is `{value}`, which is no date", "Write year-month-day, like 2026-11-22"
        )


def _date(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None


def _check_phones(folder: Path, tables: Mapping[str, list[Row]], problems: Problems) -> None:
    withheld = {row["number"]: row["reason"] for row in tables["withheld_phones"]}
    for line, row in enumerate(tables["phones"], 2):
        number = row["number"]
        if number in withheld:
            what = f"the number {number} must not be given to residents: {withheld[number].rstrip('.')}"
            problems.add(
                folder / "phones.csv", line, what, "Remove the row, or call the number and clear it first"
            )
        elif len(number) > 3 and not phonenumbers.is_valid_number(phonenumbers.parse(number, "US")):
            what = f"{number} is no valid phone number"
            problems.add(folder / "phones.csv", line, what, "Check it against its source")


def _check_reachable(folder: Path, tables: Mapping[str, list[Row]], problems: Problems) -> None:
    reachable = {row["service_id"] for name in ("phones", "service_at_location") for row in tables[name]}
    needed = {row["link_id"] for row in tables["attributes"]}
    for line, row in enumerate(tables["services"], 2):
        if row["id"] not in reachable and not row["url"]:
            what = f"the service `{row['id']}` has no phone, no address and no url"
            problems.add(folder / "services.csv", line, what, "Add one, or remove the service")
        if row["id"] not in needed:
            what = f"the service `{row['id']}` meets no need"
            problems.add(folder / "services.csv", line, what, "Add a row to attributes.csv")
        for column in ("fees_description", "eligibility_description", "alert"):
            if bool(row[column]) != bool(row[f"{column}_es"]):
                missing = f"{column}_es" if row[column] else column
                problems.add(
                    folder / "services.csv", line, f"{missing} is empty but its twin is not", "Write both"
                )


def _build(tables: Mapping[str, list[Row]]) -> Directory:
    codes = {row["id"]: row["code"] for row in tables["taxonomy_terms"]}
    addresses = {
        row["location_id"]: f"{row['address_1']}, {row['city']}, {row['state_province']} {row['postal_code']}"
        for row in tables["addresses"]
    }

    def of(table: str, service: str, key: str = "service_id") -> list[Row]:
        return [row for row in tables[table] if row[key] == service]

    services = []
    for row in tables["services"]:
        if row["status"] != "active":
            continue
        services.append(
            Service(
                id=row["id"],
                name={"en": row["name"], "es": row["name_es"]},
                description={"en": row["description"], "es": row["description_es"]},
                url=row["url"],
                needs=tuple(codes[r["taxonomy_term_id"]] for r in of("attributes", row["id"], "link_id")),
                phones=tuple(r["number"] for r in of("phones", row["id"])),
                languages=tuple(r["code"] for r in of("languages", row["id"])),
                schedules=tuple(
                    Schedule(
                        tuple(r["byday"].split(",")),
                        datetime.time.fromisoformat(r["opens_at"]),
                        datetime.time.fromisoformat(r["closes_at"]),
                    )
                    for r in of("schedules", row["id"])
                ),
                addresses=tuple(
                    addresses[r["location_id"]]
                    for r in of("service_at_location", row["id"])
                    if r["location_id"] in addresses
                ),
                fees={"en": row["fees_description"], "es": row["fees_description_es"]},
                eligibility={
                    "en": row["eligibility_description"],
                    "es": row["eligibility_description_es"],
                },
                alert={"en": row["alert"], "es": row["alert_es"]},
                assured_date=datetime.date.fromisoformat(row["assured_date"]),
            )
        )
    return Directory(
        tuple(services),
        frozenset(codes.values()),
        {row["number"]: row["reason"] for row in tables["withheld_phones"]},
    )
