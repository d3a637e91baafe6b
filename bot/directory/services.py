"""The resource directory: who helps with what, where and when.

Its tables are those of Open Referral HSDS 3 (see bot/directory/tables.py); this module knows what they mean.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import holidays
from babel import Locale
from babel.dates import format_date, format_time

from bot.clock import TIME_ZONE
from bot.directory.places import Place, miles_between
from bot.messages import DataText, Message
from bot.text.gsm import is_gsm

logger = logging.getLogger(__name__)

# The city's own programme stands before all others wherever it fits.
FIRST_SERVICE = "hp-with-you"
# The need whose first service with a phone is the hotline that every page names.
HOTLINE_NEED = "hotline"
# So many days after its details were last checked a service is marked "call to confirm".
DAYS_TO_CONFIRM = 180
# A place to go to is "near" up to here, as the crow flies; beyond it a phone line is nearer.
NEAR_MILES = 15
# Whom a service serves that does not say: this is a directory of one city in this county.
_USUAL_AREA = frozenset({"Los Angeles County"})
# So many days from now the next opening is looked for: a week, and what is closed for holidays.
_DAYS_AHEAD = 22
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
# Kinds of HSDS at which nobody speaks.
_NOT_SPOKEN = ("text", "fax", "pager")


@dataclass(frozen=True)
class Phone:
    """A number: as 888-624-4752 or 211, with its extension, if any, and what kind of HSDS it is ("voice").

    `purpose` is by language, `languages` are ISO 639-1 codes, both empty where not known. `checked` is the
    day on which somebody called it and it was right; None where nobody has.
    """

    number: str
    extension: str = ""
    kind: str = "voice"
    purpose: Mapping[str, str] = dataclasses.field(default_factory=lambda: {"en": "", "es": ""})
    languages: tuple[str, ...] = ()
    checked: datetime.date | None = None

    @property
    def spoken(self) -> str:
        """The number as people write it, with its extension."""
        return f"{self.number} ext. {self.extension}" if self.extension else self.number


@dataclass(frozen=True)
class Schedule:
    """When a service answers: HSDS weekday codes, and times of day in Los Angeles.

    It holds from `valid_from` to `valid_to`, each a day or None. One without days of the week is of single
    days and stands in the place of what is usual on them; without times the service is closed on these days.
    With `appointment` nobody is seen who has none. `note` is by language.
    """

    days: tuple[str, ...]
    opens_at: datetime.time | None
    closes_at: datetime.time | None
    appointment: bool = False
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    note: Mapping[str, str] = dataclasses.field(default_factory=lambda: {"en": "", "es": ""})

    @property
    def usual(self) -> bool:
        """Whether it holds on days of the week, not on single days."""
        return bool(self.days)

    def holds(self, day: datetime.date) -> bool:
        """Whether these hours, or that it is closed, hold on a day."""
        if (self.valid_from and day < self.valid_from) or (self.valid_to and day > self.valid_to):
            return False
        return not self.days or _WEEK[day.weekday()] in self.days

    @property
    def all_day(self) -> bool:
        """Whether it lasts from midnight to midnight."""
        return (self.opens_at, self.closes_at) == _ALL_DAY

    def describe(self, language: str) -> str:
        """Say the hours as people of that language write them, such as Mon-Fri, 9:00 AM - 4:00 PM."""
        said = self._days_and_times(language)
        if self.appointment:
            said = f"{said}, {_say('hours_appointment', language)}"
        if self.usual and (self.valid_from or self.valid_to):
            said = f"{said}, {self._period(language)}"
        return f"{said} ({self.note[language].rstrip('.')})" if self.note[language] else said

    def _period(self, language: str) -> str:
        """Say on which days it holds, such as Dec 24, 2026 - Jan 1, 2027."""
        first, last = (
            str(format_date(day, "medium", locale=language)) if day else ""
            for day in (self.valid_from, self.valid_to)
        )
        if first and last:
            return first if first == last else f"{first} – {last}"
        return _say("hours_from" if first else "hours_until", language, day=first or last)

    def _days_and_times(self, language: str) -> str:
        times = ""
        if self.opens_at and self.closes_at and not self.all_day:
            shown = [format_time(time, "h:mm a", locale=language) for time in (self.opens_at, self.closes_at)]
            times = f"{shown[0]} – {shown[1]}"
        if not self.usual:
            closed = "" if self.appointment else _say("hours_closed", language)
            what = times or ("24 h" if self.all_day else closed)
            return ", ".join(filter(None, (self._period(language), what)))
        abbreviated = Locale(language).days["stand-alone"]["abbreviated"]
        names = {number: name.rstrip(".") for number, name in abbreviated.items()}
        numbers = sorted(_WEEK.index(day) for day in self.days)
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            days = f"{names[numbers[0]]}–{names[numbers[-1]]}"
        else:
            days = ", ".join(names[number] for number in numbers)
        if self.all_day:
            return "24/7" if len(numbers) == 7 else f"{days}, 24 h"
        return f"{days}, {times}" if times else days


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


@dataclass(frozen=True, eq=False)
class Service:
    """One service of an organization. Texts are by language ("en", "es").

    `needs` are the codes of taxonomy terms ("legal", "food"); `languages` are ISO 639-1 codes of what
    the staff speak, empty where not known; `areas` are names of places as bot/directory/places.py gives them,
    empty where not known; `assured_date` is the day its details were last checked, None where a number has
    changed since. `caution` stands
    wherever its numbers are given, in text messages too; empty where they need none. `short_name` is what
    answers call it, and `outside_hours` the id of the service to call while this one is closed, if any.
    """

    id: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    url: str
    needs: tuple[str, ...]
    lines: tuple[Phone, ...]
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
    assured_date: datetime.date | None
    short_name: Mapping[str, str]
    outside_hours: str

    @property
    def phones(self) -> tuple[str, ...]:
        """The numbers to call, as 888-624-4752."""
        return tuple(line.number for line in self.lines if line.kind not in _NOT_SPOKEN)

    @property
    def number(self) -> str:
        """The first number to call, with its extension; empty where there is none."""
        return next((line.spoken for line in self.lines if line.kind not in _NOT_SPOKEN), "")

    @property
    def uncalled(self) -> bool:
        """Whether nobody has called one of its numbers yet."""
        return any(line.checked is None for line in self.lines)

    def opening(self, now: datetime.datetime) -> Opening | None:
        """Return whether it is open at `now` (with a time zone), or None where its hours are not known."""
        local = now.astimezone(TIME_ZONE)
        if not self.schedules:
            return None
        days = [local.date() + datetime.timedelta(days) for days in range(_DAYS_AHEAD)]
        held = [(day, [one for one in self._hours_of(day) if not one.appointment]) for day in days]
        if all(any(one.all_day for one in hours) for _, hours in held):
            return Opening(open=True, changes_at=None, holiday=False)
        spans = [
            (_at(day, schedule.opens_at), _at(day, schedule.closes_at))
            for day, hours in held
            for schedule in hours
            if schedule.opens_at and schedule.closes_at
        ]
        for opens, closes in sorted(spans):
            if opens <= local < closes:
                return Opening(open=True, changes_at=closes, holiday=self._may_differ(local.date()))
            if local < opens:
                return Opening(open=False, changes_at=opens, holiday=self._may_differ(opens.date()))
        return None

    def _hours_of(self, day: datetime.date) -> list[Schedule]:
        """Return what holds on a day: what was said of that day alone, or else what is usual."""
        held = [schedule for schedule in self.schedules if schedule.holds(day)]
        return [schedule for schedule in held if not schedule.usual] or held

    def _may_differ(self, day: datetime.date) -> bool:
        """Whether that day is a holiday of which nothing was said, so that usual hours may not hold."""
        return is_holiday(day) and all(schedule.usual for schedule in self._hours_of(day))

    def to_confirm(self, today: datetime.date) -> bool:
        """Whether its details were last checked so long ago, or not at all, that people should call first."""
        return self.assured_date is None or (today - self.assured_date).days > DAYS_TO_CONFIRM

    def covers(self, place: Place) -> bool:
        """Whether people from that place are served, as far as is known."""
        return bool((self.areas or _USUAL_AREA) & place.areas)

    def miles_from(self, place: Place) -> float | None:
        """Return the distance to its nearest location, or None where it has none."""
        middle = (place.latitude, place.longitude)
        known = [location.coordinates for location in self.locations if location.coordinates]
        return min((miles_between(middle, coordinates) for coordinates in known), default=None)


def _say(key: str, language: str, **values: str) -> str:
    return Message(key, **values).in_language(language)


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
    withheld_phones: Mapping[str, DataText]
    # Names that answers leave to the directory: those of organizations that are no government office.
    names: frozenset[str] = frozenset()

    @functools.cached_property
    def by_id(self) -> Mapping[str, Service]:
        """The services by their ids."""
        return {service.id: service for service in self.services}

    @functools.cached_property
    def names_beyond_gsm(self) -> frozenset[str]:
        """The names of services that have letters which cheap text messages lack."""
        spelled = (names for one in self.services for names in (one.name, one.short_name))
        return frozenset(name for names in spelled for name in names.values() if not is_gsm(name))

    @property
    def hotline(self) -> str:
        """The number of the hotline that every page names, as the directory writes it."""
        return next(s.phones[0] for s in self.services if HOTLINE_NEED in s.needs and s.phones)

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
