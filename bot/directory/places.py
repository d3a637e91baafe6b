"""Places near which people look for help: ZIP codes of the United States and cities of California.

Where they lie comes from the package zipcodes (U.S. ZIP codes with city, county and the latitude and
longitude of their middle). Nobody is ever asked for more than a ZIP code or a city.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import zipcodes

from bot.text.language import fold

_STATE = "California"
_COUNTRY = "United States"
_STATE_CODE = "CA"


@dataclass(frozen=True)
class Place:
    """A ZIP code or a city; `latitude` and `longitude` in degrees, of its middle.

    `areas` are the names of everything it lies in: its city or cities, county, state and country.
    """

    name: str
    areas: frozenset[str]
    latitude: float
    longitude: float


def find_place(name: str) -> Place | None:
    """Return the place that a five-digit ZIP code or the name of a city of California means, or None."""
    if re.fullmatch("[0-9]{5}", name):
        found = zipcodes.matching(name)
        return _place(name, found) if found else None
    return find_city(fold(name))


def find_city(folded: str) -> Place | None:
    """Return the city of California with that name, as `bot.text.language.fold` writes it, or None."""
    return _cities().get(folded)


def is_area(name: str) -> bool:
    """Whether a name is one that `Place.areas` may hold for a place in California."""
    return name in _areas()


@functools.cache
def _areas() -> frozenset[str]:
    return frozenset(area for place in _cities().values() for area in place.areas)


@functools.cache
def _cities() -> dict[str, Place]:
    by_name: dict[str, tuple[str, list[dict[str, str]]]] = {}
    for entry in zipcodes.filter_by(state=_STATE_CODE):
        for name in (entry["city"], *entry["acceptable_cities"]):
            by_name.setdefault(fold(name), (name, []))[1].append(entry)
    return {folded: _place(name, entries) for folded, (name, entries) in by_name.items()}


def _place(name: str, entries: list[dict[str, str]]) -> Place:
    entry = entries[0]
    areas = {entry["county"], _COUNTRY}
    if entry["state"] == _STATE_CODE:
        areas.add(_STATE)
    # A ZIP code lies in its city and may reach into others; a city is itself.
    areas.update([entry["city"], *entry["acceptable_cities"]] if name.isdigit() else [name])
    return Place(
        name,
        frozenset(areas),
        sum(float(e["lat"]) for e in entries) / len(entries),
        sum(float(e["long"]) for e in entries) / len(entries),
    )


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two (latitude, longitude) in degrees, as the crow flies."""
    (latitude, longitude), (other_latitude, other_longitude) = one, other
    # The package takes the longitude first.
    return float(zipcodes.haversine(longitude, latitude, other_longitude, other_latitude))


# Stands for "it does not matter" where a place or a language was asked for.
ANY = "any"
