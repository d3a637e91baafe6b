"""The resource directory: who helps with what, where and when.

Its tables are those of Open Referral HSDS 3 (see bot/resource_tables.py); this module knows what they
mean. It must not import Rasa or aiohttp.
"""

from __future__ import annotations

import datetime
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import holidays
import phonenumbers
from babel import Locale
from babel.dates import format_time

from bot.clock import TIME_ZONE, current_date
from bot.places import Place, find_place, is_area, miles_between
from bot.problems import ContentError, Problems
from bot.resource_tables import Row, Tables, read_tables
from bot.text.facts import facts

logger = logging.getLogger(__name__)

# The city's own programme stands before all others wherever it fits.
FIRST_SERVICE = "hp-with-you"
# The need whose first service with a phone is the hotline that every page names.
_HOTLINE_NEED = "hotline"
# So many days after its details were last checked a service is marked "call to confirm".
DAYS_TO_CONFIRM = 180
# A place to go to is "near" up to here, as the crow flies; beyond it a phone line is nearer.
NEAR_MILES = 15
# Whom a service serves that does not say: this is a directory of one city in this county.
_USUAL_AREA = frozenset({"Los Angeles County"})
# How often at most the tables are looked at for changes.
_SECONDS_BETWEEN_LOOKS = 2
# Tables whose rows belong to a service, and the column that says to which.
OF_SERVICE = {
    "attributes": "link_id",
    "phones": "service_id",
    "languages": "service_id",
    "schedules": "service_id",
    "service_at_location": "service_id",
    "service_areas": "service_id",
    "required_documents": "service_id",
}
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALL_DAY = (datetime.time(0, 0), datetime.time(23, 59))


@dataclass(frozen=True)
class Schedule:
    """When a service answers: HSDS weekday codes, and times of day in Los Angeles."""

    days: tuple[str, ...]
    opens_at: datetime.time
    closes_at: datetime.time

    @property
    def all_day(self) -> bool:
        """Whether it lasts from midnight to midnight."""
        return (self.opens_at, self.closes_at) == _ALL_DAY

    def describe(self, language: str) -> str:
        """Say the hours as people of that language write them, such as Mon-Fri, 9:00 AM - 4:00 PM."""
        abbreviated = Locale(language).days["stand-alone"]["abbreviated"]
        names = {number: name.rstrip(".") for number, name in abbreviated.items()}
        numbers = sorted(_WEEK.index(day) for day in self.days)
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            days = f"{names[numbers[0]]}–{names[numbers[-1]]}"
        else:
            days = ", ".join(names[number] for number in numbers)
        if self.all_day:
            return "24/7" if len(numbers) == 7 else f"{days}, 24 h"
        times = [format_time(time, "h:mm a", locale=language) for time in (self.opens_at, self.closes_at)]
        return f"{days}, {times[0]} – {times[1]}"


@dataclass(frozen=True)
class Opening:
    """Whether a service is open at a moment, by its usual hours.

    `changes_at` is when it closes, or opens next; None where it never closes. `holiday` says that this
    moment, or the day it opens next, is a public holiday in California, when the usual hours may not hold.
    """

    open: bool
    changes_at: datetime.datetime | None
    holiday: bool


@dataclass(frozen=True)
class Location:
    """A place to go to; latitude and longitude in degrees, of the place itself or of its ZIP code."""

    address: str
    coordinates: tuple[float, float] | None


@dataclass(frozen=True)
class Service:
    """One service of an organization. Texts are by language ("en", "es"); phones as 888-624-4752.

    `needs` are the codes of taxonomy terms ("legal", "food"); `languages` are ISO 639-1 codes of what
    the staff speak, empty where not known; `areas` are names of places as bot/places.py gives them,
    empty where not known; `assured_date` is the day its details were last checked. `caution` stands
    wherever its numbers are given, in text messages too; empty where they need none.
    """

    id: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    url: str
    needs: tuple[str, ...]
    phones: tuple[str, ...]
    languages: tuple[str, ...]
    schedules: tuple[Schedule, ...]
    locations: tuple[Location, ...]
    area_names: Mapping[str, str]
    areas: frozenset[str]
    fees: Mapping[str, str]
    eligibility: Mapping[str, str]
    interpretation: Mapping[str, str]
    documents: Mapping[str, tuple[str, ...]]
    caution: Mapping[str, str]
    alert: Mapping[str, str]
    assured_date: datetime.date

    def opening(self, now: datetime.datetime) -> Opening | None:
        """Return whether it is open at `now` (with a time zone), or None where its hours are not known."""
        local = now.astimezone(TIME_ZONE)
        if not self.schedules:
            return None
        if any(schedule.all_day and len(schedule.days) == len(_WEEK) for schedule in self.schedules):
            return Opening(open=True, changes_at=None, holiday=False)
        spans = [
            (_at(day, schedule.opens_at), _at(day, schedule.closes_at))
            for day in (local.date() + datetime.timedelta(days) for days in range(8))
            for schedule in self.schedules
            if _WEEK[day.weekday()] in schedule.days
        ]
        for opens, closes in sorted(spans):
            if opens <= local < closes:
                return Opening(open=True, changes_at=closes, holiday=is_holiday(local.date()))
            if local < opens:
                return Opening(open=False, changes_at=opens, holiday=is_holiday(opens.date()))
        return None

    def to_confirm(self, today: datetime.date) -> bool:
        """Whether its details were last checked so long ago that people should call first."""
        return (today - self.assured_date).days > DAYS_TO_CONFIRM

    def covers(self, place: Place) -> bool:
        """Whether people from that place are served, as far as is known."""
        return bool((self.areas or _USUAL_AREA) & place.areas)

    def miles_from(self, place: Place) -> float | None:
        """Return the distance to its nearest location, or None where it has none."""
        middle = (place.latitude, place.longitude)
        known = [location.coordinates for location in self.locations if location.coordinates]
        return min((miles_between(middle, coordinates) for coordinates in known), default=None)


def is_holiday(day: datetime.date) -> bool:
    """Whether that day is a public holiday in California, so that usual hours may not hold."""
    return day in holidays.country_holidays("US", subdiv="CA", years=day.year)


def _at(day: datetime.date, time_of_day: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, time_of_day, TIME_ZONE)


@dataclass(frozen=True)
class Need:
    """Something people look for help with. `offered` says whether the bot names it when it asks."""

    code: str
    name: Mapping[str, str]
    offered: bool


@dataclass(frozen=True)
class Directory:
    """Every active service in the order of the table, the best first, and the needs by their code."""

    services: tuple[Service, ...]
    needs: Mapping[str, Need]
    withheld_phones: Mapping[str, str]

    @property
    def hotline(self) -> str:
        """The number of the hotline that every page names, as the directory writes it."""
        return next(s.phones[0] for s in self.services if _HOTLINE_NEED in s.needs and s.phones)

    def search(
        self, needs: Iterable[str], *, place: Place | None = None, speaks: str | None = None
    ) -> list[Service]:
        """Return the services that meet any of the needs, best first; the city's programme first of all.

        One for each need comes before a second one for any, so that no need is crowded out. With a
        `place`, services that do not serve it are left out and those near it come first; with `speaks`
        ("en", "es"), services whose staff speak the language come first, then those with interpretation.
        """

        # Among equals the order of the table stays.
        def order(service: Service) -> tuple[int, float]:
            spoken = 0
            if speaks and speaks not in service.languages:
                spoken = 1 if service.interpretation["en"] else 2
            miles = service.miles_from(place) if place else None
            near = miles if miles is not None else NEAR_MILES
            return spoken, near

        serving = [service for service in self.services if place is None or service.covers(place)]
        waiting = [
            sorted((service for service in serving if need in service.needs), key=order) for need in needs
        ]
        chosen = {s.id: s for services in waiting for s in services if s.id == FIRST_SERVICE}
        while any(waiting):
            for services in waiting:
                while services and services[0].id in chosen:
                    services.pop(0)
                if services:
                    service = services.pop(0)
                    chosen[service.id] = service
        return list(chosen.values())


class LiveDirectory:
    """The directory as it stands on disk now; while that has a mistake, as it last was without one.

    So a directory that was mended or pulled is used at once, without training and without a start.
    """

    def __init__(self, folder: Path, *, fallback: Path | None = None) -> None:
        """Read the tables in `folder`, or those in `fallback` where these have a mistake.

        Raises ContentError where both have.
        """
        self._folder = folder
        self._seen = self._stamp()
        self._looked_at = time.monotonic()
        try:
            self._directory = read_directory(folder)
        except ContentError as error:
            if fallback is None:
                raise
            _warn(error)
            self._directory = read_directory(fallback)

    def current(self) -> Directory:
        """Return the directory, read again if its files have changed."""
        now = time.monotonic()
        if now - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._directory = read_directory(self._folder)
                except ContentError as error:
                    _warn(error)
        return self._directory

    def _stamp(self) -> frozenset[tuple[str, int, int]]:
        try:
            states = [(path.name, path.stat()) for path in self._folder.iterdir()]
        except FileNotFoundError:
            return frozenset()
        return frozenset((name, state.st_mtime_ns, state.st_size) for name, state in states)


def _warn(error: ContentError) -> None:
    logger.warning("The resource directory has a mistake; the last good one is used. %s", error)


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
    if not any(_HOTLINE_NEED in service.needs and service.phones for service in directory.services):
        what = f"no active service with the need `{_HOTLINE_NEED}` has a phone, and every page names one"
        problems.add(
            folder / "services.csv", 1, what, "Add one, with its rows in attributes.csv and phones.csv"
        )
        return None
    return directory


def _check_phones(folder: Path, tables: Tables, problems: Problems) -> None:
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


def _check_cautions(folder: Path, tables: Tables, problems: Problems) -> None:
    """Note numbers that would stand without a caution although they reach an agency that needs one."""
    agencies = {row["id"] for row in tables["organizations"] if row["needs_caution"]}
    theirs = {row["id"] for row in tables["services"] if row["organization_id"] in agencies}
    # Whoever else gives their number needs the caution as well.
    numbers = {row["number"] for row in tables["phones"] if row["service_id"] in theirs}
    careful = {row["id"] for row in tables["services"] if row["caution"]}
    for line, row in enumerate(tables["phones"], 2):
        if row["number"] in numbers and row["service_id"] not in careful:
            what = f"the number {row['number']} must not be given without a caution"
            mend = (
                f"Write in services.csv, as caution and caution_es of `{row['service_id']}`, who should call "
                "and what not to say"
            )
            problems.add(folder / "phones.csv", line, what, mend)


def _check_services(folder: Path, tables: Tables, problems: Problems) -> None:
    path = folder / "services.csv"
    reachable = {row["service_id"] for name in ("phones", "service_at_location") for row in tables[name]}
    needed = {row["link_id"] for row in tables["attributes"]}
    today = current_date()
    for line, row in enumerate(tables["services"], 2):
        if row["id"] not in reachable and not row["url"]:
            what = f"the service `{row['id']}` has no phone, no address and no url"
            problems.add(path, line, what, "Add one, or remove the service")
        if row["id"] not in needed:
            what = f"the service `{row['id']}` meets no need"
            problems.add(path, line, what, "Add a row to attributes.csv")
        if datetime.date.fromisoformat(row["assured_date"]) > today:
            what = f"assured_date is {row['assured_date']}, which is still to come"
            problems.add(path, line, what, "Write the day on which the details were last checked")
    for name, columns in _TWINS.items():
        for line, row in enumerate(tables[name], 2):
            for column in columns:
                _check_twins(folder / f"{name}.csv", line, row, column, problems)
    if FIRST_SERVICE not in {row["id"] for row in tables["services"] if row["status"] == "active"}:
        what = f"the city's own programme, `{FIRST_SERVICE}`, is missing or not active"
        problems.add(path, 1, what, "Restore its row; say in `alert` what is not known of it")
    for line, row in enumerate(tables["service_areas"], 2):
        for name in row["extent"].split("; "):
            if not is_area(name):
                what = f"extent names `{name}`, which is no city or county of California"
                mend = "Write a city, a county (Orange County), California or United States"
                problems.add(folder / "service_areas.csv", line, what, mend)


# Columns with a twin in Spanish, where a text is known in both languages or in none.
_TWINS = {
    "services": (
        "name",
        "description",
        "fees_description",
        "eligibility_description",
        "interpretation_services",
        "caution",
        "alert",
    ),
    "service_areas": ("name",),
    "required_documents": ("document",),
    "taxonomy_terms": ("name",),
}


def _check_twins(path: Path, line: int, row: Row, column: str, problems: Problems) -> None:
    english, spanish = row[column], row[f"{column}_es"]
    if bool(english) != bool(spanish):
        missing = f"{column}_es" if english else column
        problems.add(path, line, f"{missing} is empty but its twin is not", "Write both")
    elif different := facts(english) ^ facts(spanish):
        what = f"{column} and {column}_es differ in {', '.join(sorted(different))}"
        mend = "Numbers, phones and addresses must be the same in both"
        problems.add(path, line, what, mend)


def _check_schedules(folder: Path, tables: Tables, problems: Problems) -> None:
    for line, row in enumerate(tables["schedules"], 2):
        if row["opens_at"] >= row["closes_at"]:
            what = f"closes_at {row['closes_at']} is not after opens_at {row['opens_at']}"
            mend = "Correct it; hours past midnight need a row for each day"
            problems.add(folder / "schedules.csv", line, what, mend)


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
            phones=tuple(r["number"] for r in by_service["phones"][row["id"]]),
            languages=tuple(r["code"] for r in by_service["languages"][row["id"]]),
            schedules=tuple(_schedule(r) for r in by_service["schedules"][row["id"]]),
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
            assured_date=datetime.date.fromisoformat(row["assured_date"]),
        )
        for row in tables["services"]
        if row["status"] == "active"
    )
    needs = {
        row["code"]: Need(row["code"], _both(row, "name"), row["offered"] == "yes")
        for row in tables["taxonomy_terms"]
    }
    return Directory(services, needs, {row["number"]: row["reason"] for row in tables["withheld_phones"]})


def _both(row: Row, column: str) -> dict[str, str]:
    return {"en": row[column], "es": row[f"{column}_es"]}


def _schedule(row: Row) -> Schedule:
    opens_at, closes_at = (datetime.time.fromisoformat(row[column]) for column in ("opens_at", "closes_at"))
    return Schedule(tuple(row["byday"].split(",")), opens_at, closes_at)


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
