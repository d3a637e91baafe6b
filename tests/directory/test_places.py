"""Places: ZIP codes and cities near which help is looked for."""

from __future__ import annotations

import pytest

from bot.directory.places import find_place, is_area, miles_between


@pytest.mark.parametrize(
    ("name", "areas"),
    [
        ("90255", {"Huntington Park", "Walnut Park", "Los Angeles County", "California", "United States"}),
        ("Huntington Park", {"Huntington Park", "Los Angeles County", "California", "United States"}),
        ("BELL GARDENS", {"Bell Gardens", "Los Angeles County", "California", "United States"}),
        ("la cañada flintridge", {"Los Angeles County", "California", "United States"}),
        ("10001", {"New York", "New York County", "United States"}),
    ],
)
def test_a_place_knows_what_it_lies_in(name: str, areas: set[str]) -> None:
    """Its city, county, state and country, whatever the case and the accents."""
    place = find_place(name)
    assert place is not None and areas <= place.areas
    assert ("California" in place.areas) == (name != "10001")


@pytest.mark.parametrize("name", ["", "00000", "9025", "902555", "90255-1234", "Boyle Heights", "New York"])
def test_what_is_no_zip_code_and_no_city_of_california_is_not_known(name: str) -> None:
    """Nothing is guessed."""
    assert find_place(name) is None


def test_distances_are_plausible() -> None:
    """San Francisco is 347 miles from Los Angeles as the crow flies, and no mile from itself."""
    los_angeles, san_francisco = (34.0522, -118.2437), (37.7749, -122.4194)
    assert round(miles_between(los_angeles, san_francisco)) == 347
    assert miles_between(los_angeles, los_angeles) == 0


@pytest.mark.parametrize("name", ["Huntington Park", "Los Angeles County", "California", "United States"])
def test_areas_of_the_directory_are_named_as_places_name_them(name: str) -> None:
    """So that a service that serves a county is found from its cities."""
    assert is_area(name)
    assert not is_area(f"{name} and more")
