"""The tables of the directory are read, checked and made into services."""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import phonenumbers

from bot.clock import current_date
from bot.directory.mentions import mentioned, put_in
from bot.directory.places import find_place, is_area
from bot.directory.services import (
    FIRST_SERVICE,
    HOTLINE_NEED,
    OF_SERVICE,
    Directory,
    Location,
    Need,
    Phone,
    Schedule,
    Service,
)
from bot.directory.tables import Row, Tables, read_tables
from bot.messages import DataText
from bot.problems import ContentError, Problems
from bot.text.facts import facts
from bot.text.phones import PHONE


def read_directory(folder: Path) -> Directory:
    """Read the directory; raises ContentError with every mistake found."""
    problems = Problems(folder.parent.parent)
    directory = check_directory(folder, problems)
    if directory is None:
        raise ContentError(sorted(problems.found))
    return directory


def check_directory(folder: Path, problems: Problems) -> Directory | None:
    """Read the directory and note every mistake; None where there was one."""
    tables = read_tables(folder, problems)
    if tables is None:
        return None
    before = len(problems.found)
    _check_phones(folder, tables, problems)
    _check_cautions(folder, tables, problems)
    _check_services(folder, tables, problems)
    _check_schedules(folder, tables, problems)
    if len(problems.found) > before:
        return None
    directory = _build(tables)
    _check_mentions(folder, tables, directory, problems)
    if len(problems.found) > before:
        return None
    directory = _with_services_put_in(directory)
    if not any(HOTLINE_NEED in service.needs and service.phones for service in directory.services):
        problems.add(folder / "services.csv", 1, "no_hotline", need=HOTLINE_NEED)
        return None
    return directory


# Texts in which another service is named by its id.
_NAMING_COLUMNS = (
    *("description", "fees_description", "eligibility_description", "interpretation_services"),
    *("caution", "alert"),
)


def _check_mentions(folder: Path, tables: Tables, directory: Directory, problems: Problems) -> None:
    """Note services that texts of the directory name and it lacks."""
    for line, column, text in _naming_texts(tables):
        for name in mentioned(text):
            if name not in directory.by_id:
                problems.add(folder / "services.csv", line, "service_unknown", field=column, service=name)


def check_typed_numbers(folder: Path, problems: Problems) -> None:
    """Note numbers that are typed in texts of the directory: they change, and must change in one place.

    What was pulled from others may hold some, so it is no mistake of the tables by themselves.
    """
    tables = read_tables(folder, Problems(folder))
    for line, column, text in _naming_texts(tables) if tables else ():
        for found in PHONE.finditer(text):
            problems.add(folder / "services.csv", line, "number_typed", answer=column, number=found[0])


def _naming_texts(tables: Tables) -> Iterator[tuple[int, str, str]]:
    """Yield the texts of services in which another may be named, each behind its line and column."""
    for line, row in enumerate(tables["services"], 2):
        for column in (name + suffix for name in _NAMING_COLUMNS for suffix in ("", "_es")):
            yield line, column, row[column]


def _with_services_put_in(directory: Directory) -> Directory:
    """Return the directory with the name and number of each service that its texts name."""

    def put(twins: Mapping[str, str]) -> dict[str, str]:
        return {language: put_in(text, directory, language) for language, text in twins.items()}

    services = tuple(
        dataclasses.replace(
            service,
            description=put(service.description),
            fees=put(service.fees),
            eligibility=put(service.eligibility),
            interpretation=put(service.interpretation),
            caution=put(service.caution),
            alert=put(service.alert),
        )
        for service in directory.services
    )
    return dataclasses.replace(directory, services=services)


def _withheld(tables: Tables) -> dict[str, DataText]:
    """Return why each number must not be given; of those that were cleared there is nothing."""
    return {
        row["number"]: DataText(row["reason"].rstrip("."), row["reason_es"].rstrip("."))
        for row in tables["withheld_phones"]
        if not row["cleared_on"]
    }


def _check_phones(folder: Path, tables: Tables, problems: Problems) -> None:
    withheld = _withheld(tables)
    for line, row in enumerate(tables["phones"], 2):
        number = row["number"]
        if number in withheld:
            why = withheld[number]
            problems.add(folder / "phones.csv", line, "phone_row_withheld", number=number, reason=why)
        elif len(number) > 3 and not phonenumbers.is_valid_number(phonenumbers.parse(number, "US")):
            problems.add(folder / "phones.csv", line, "phone_invalid", number=number)


def _check_cautions(folder: Path, tables: Tables, problems: Problems) -> None:
    """Note numbers that would stand without a caution although they reach an agency that needs one."""
    agencies = {row["id"] for row in tables["organizations"] if row["needs_caution"]}
    theirs = {row["id"] for row in tables["services"] if row["organization_id"] in agencies}
    # Whoever else gives their number needs the caution as well.
    numbers = {row["number"] for row in tables["phones"] if row["service_id"] in theirs}
    careful = {row["id"] for row in tables["services"] if row["caution"]}
    for line, row in enumerate(tables["phones"], 2):
        if row["number"] in numbers and row["service_id"] not in careful:
            number, service = row["number"], row["service_id"]
            problems.add(folder / "phones.csv", line, "phone_without_caution", number=number, service=service)


def _check_services(folder: Path, tables: Tables, problems: Problems) -> None:
    path = folder / "services.csv"
    reachable = {row["service_id"] for name in ("phones", "service_at_location") for row in tables[name]}
    needed = {row["link_id"] for row in tables["attributes"]}
    today = current_date()
    for line, row in enumerate(tables["services"], 2):
        # Nobody is sent to one that is not active: staff may be about to complete it.
        is_given = row["status"] == "active"
        if is_given and row["id"] not in reachable and not row["url"]:
            problems.add(path, line, "service_unreachable", service=row["id"])
        if is_given and row["id"] not in needed:
            problems.add(path, line, "service_without_need", service=row["id"])
        if row["assured_date"] and datetime.date.fromisoformat(row["assured_date"]) > today:
            problems.add(path, line, "service_assured_later", day=row["assured_date"])
    for name, columns in TWINS.items():
        for line, row in enumerate(tables[name], 2):
            for column in columns:
                _check_twins(folder / f"{name}.csv", line, row, column, problems)
    if FIRST_SERVICE not in {row["id"] for row in tables["services"] if row["status"] == "active"}:
        problems.add(path, 1, "first_service_missing", service=FIRST_SERVICE)
    for line, row in enumerate(tables["service_areas"], 2):
        for name in row["extent"].split("; "):
            if not is_area(name):
                problems.add(folder / "service_areas.csv", line, "area_unknown", area=name)


# Columns with a twin in Spanish, where a text is known in both languages or in none.
TWINS = {
    "services": (
        "name",
        "description",
        "fees_description",
        "eligibility_description",
        "interpretation_services",
        "alternate_name",
        "caution",
        "alert",
    ),
    "phones": ("purpose",),
    "schedules": ("note",),
    "service_areas": ("name",),
    "required_documents": ("document",),
    "taxonomy_terms": ("name",),
}


def _check_twins(path: Path, line: int, row: Row, column: str, problems: Problems) -> None:
    english, spanish = row[column], row[f"{column}_es"]
    if bool(english) != bool(spanish):
        missing = f"{column}_es" if english else column
        problems.add(path, line, "twin_missing", column=missing)
    elif different := facts(english) ^ facts(spanish):
        problems.add(path, line, "twins_differ", column=column, facts=", ".join(sorted(different)))


def _check_schedules(folder: Path, tables: Tables, problems: Problems) -> None:
    path = folder / "schedules.csv"
    for line, row in enumerate(tables["schedules"], 2):
        closes, opens = row["closes_at"], row["opens_at"]
        if bool(opens) != bool(closes):
            problems.add(path, line, "hours_half", missing="closes_at" if opens else "opens_at")
        elif opens and opens >= closes:
            problems.add(path, line, "closes_too_early", closes=closes, opens=opens)
        if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
            problems.add(path, line, "days_backwards", first=row["valid_from"], last=row["valid_to"])
        if not row["byday"] and not (row["valid_from"] and row["valid_to"]):
            problems.add(path, line, "hours_without_days")
        elif row["byday"] and not opens and not row["appointment"]:
            problems.add(path, line, "hours_without_times")


def _build(tables: Tables) -> Directory:
    codes = {row["id"]: row["code"] for row in tables["taxonomy_terms"]}
    by_service: dict[str, dict[str, list[Row]]] = {}
    for table, key in OF_SERVICE.items():
        by_service[table] = defaultdict(list)
        for row in tables[table]:
            by_service[table][row[key]].append(row)
    locations = _locations(tables)
    services = tuple(
        Service(
            id=row["id"],
            name=_both(row, "name"),
            description=_both(row, "description"),
            url=row["url"],
            needs=tuple(codes[r["taxonomy_term_id"]] for r in by_service["attributes"][row["id"]]),
            lines=tuple(phone_of(r) for r in by_service["phones"][row["id"]]),
            languages=tuple(r["code"] for r in by_service["languages"][row["id"]]),
            schedules=tuple(schedule_of(r) for r in by_service["schedules"][row["id"]]),
            locations=tuple(
                locations[r["location_id"]]
                for r in by_service["service_at_location"][row["id"]]
                if r["location_id"] in locations
            ),
            area_names={
                language: "; ".join(r[column] for r in by_service["service_areas"][row["id"]])
                for language, column in (("en", "name"), ("es", "name_es"))
            },
            areas=frozenset(
                name for r in by_service["service_areas"][row["id"]] for name in r["extent"].split("; ")
            ),
            fees=_both(row, "fees_description"),
            eligibility=_both(row, "eligibility_description"),
            interpretation=_both(row, "interpretation_services"),
            documents={
                language: tuple(r[column] for r in by_service["required_documents"][row["id"]])
                for language, column in (("en", "document"), ("es", "document_es"))
            },
            caution=_both(row, "caution"),
            alert=_both(row, "alert"),
            assured_date=_day(row["assured_date"]),
            short_name={lang: short or row["name"] for lang, short in _both(row, "alternate_name").items()},
            outside_hours=row["outside_hours"],
        )
        for row in tables["services"]
        if row["status"] == "active"
    )
    needs = {
        row["code"]: Need(row["code"], _both(row, "name"), row["offered"] == "yes")
        for row in tables["taxonomy_terms"]
    }
    named = [row for row in tables["organizations"] if not row["public_body"]]
    names = {row[column] for row in named for column in ("name", "alternate_name") if row[column]}
    return Directory(services, needs, _withheld(tables), frozenset(names))


def _both(row: Row, column: str) -> dict[str, str]:
    return {"en": row[column], "es": row[f"{column}_es"]}


def schedule_of(row: Row) -> Schedule:
    """Return hours from their row."""
    opens_at, closes_at = (
        datetime.time.fromisoformat(row[column]) if row[column] else None
        for column in ("opens_at", "closes_at")
    )
    return Schedule(
        tuple(filter(None, row["byday"].split(","))),
        opens_at,
        closes_at,
        appointment=bool(row["appointment"]),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        note=_both(row, "note"),
    )


def phone_of(row: Row) -> Phone:
    """Return a number from its row."""
    return Phone(
        row["number"],
        row["extension"],
        row["type"],
        _both(row, "purpose"),
        tuple(filter(None, row["language_codes"].split(","))),
        _day(row["checked"]),
    )


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _locations(tables: Tables) -> dict[str, Location]:
    exact = {
        row["id"]: (float(row["latitude"]), float(row["longitude"]))
        for row in tables["locations"]
        if row["latitude"] and row["longitude"]
    }
    found = {}
    for row in tables["addresses"]:
        around = find_place(row["postal_code"])
        middle = (around.latitude, around.longitude) if around else None
        coordinates = exact.get(row["location_id"], middle)
        address = f"{row['address_1']}, {row['city']}, {row['state_province']} {row['postal_code']}"
        found[row["location_id"]] = Location(address, coordinates)
    return found
