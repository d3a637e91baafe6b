"""What others publish is brought into our shape; what cannot be shown rightly is left out, and said."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from bot.clock import current_date
from bot.directory.fitting import Pulled, fit
from bot.directory.hsds import rows_from_csv, rows_from_services, table_name
from bot.directory.tables import Row
from bot.directory.update import columns_to_pull, offered, read_present
from bot.settings import PROJECT_ROOT
from tests.conftest import SMALL_CONTENT

TABLES = SMALL_CONTENT / "data" / "resources"
COLUMNS = columns_to_pull(TABLES)
SERVICE = {
    "id": "C1A0_7", "organization_id": "org 1", "name": "Clinic", "description": "Help with papers.",
    "status": "active", "assured_date": "2026-10-01",
}  # fmt: skip
ORGANIZATION = {"id": "ORG 1", "name": "Org", "website": "www.example.org"}
DAY = datetime.timedelta(days=1)


def fitted(**more: Sequence[Row]) -> Pulled:
    """Fit a service and its organization, with rows of other tables."""
    return fit(
        {"services": [SERVICE], "organizations": [ORGANIZATION], **more}, COLUMNS, "https://example.org/{id}"
    )


def hours(**of: str) -> Pulled:
    """Fit hours of the service."""
    row = {"id": "s1", "service_id": "C1A0_7", "byday": "MO,TU", "opens_at": "09:00", "closes_at": "17:00"}
    return fitted(schedules=[{**row, **of}])


def test_ids_are_written_as_ours_and_still_fit_together() -> None:
    """Of UUIDs, numbers and words with spaces; an address without its beginning gets it."""
    tables = fitted().tables
    assert (tables["services"][0]["id"], tables["services"][0]["organization_id"]) == ("c1a0-7", "org-1")
    assert tables["organizations"][0]["id"] == "org-1"
    assert tables["organizations"][0]["website"] == "https://www.example.org"
    assert tables["services"][0]["source_url"] == "https://example.org/c1a0-7"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("service", "services"),
        ("Services", "services"),
        ("services_at_location", "service_at_location"),
        ("service-at-locations", "service_at_location"),
        ("physical_address", "addresses"),
        ("organisation", "organizations"),
        ("contact", "contact"),
    ],
)
def test_tables_are_known_by_other_names(name: str, table: str) -> None:
    """Singular or plural, as profiles call them."""
    assert table_name(name) == table


@pytest.mark.parametrize("owner", ["service_id", "service_at_location_id", "location_id", "organization_id"])
def test_a_number_is_that_of_the_service_that_it_stands_for(owner: str) -> None:
    """Whether it stands at the service, the service at a place, the place or the organization."""
    of = {
        "service_id": "C1A0_7",
        "service_at_location_id": "at1",
        "location_id": "l1",
        "organization_id": "org 1",
    }
    pulled = fitted(
        service_at_location=[{"id": "at1", "service_id": "C1A0_7", "location_id": "l1"}],
        phones=[{"id": "p1", owner: of[owner], "number": "+1 (213) 555-0142 ext. 7", "type": "Voice"}],
    )
    (phone,) = pulled.tables["phones"]
    assert (phone["service_id"], phone["number"], phone["extension"]) == ("c1a0-7", "213-555-0142", "7")
    assert not pulled.notes


def test_the_number_of_a_service_goes_before_that_of_its_organization() -> None:
    """Which may lead anywhere."""
    pulled = fitted(
        phones=[
            {"id": "p1", "organization_id": "org 1", "number": "213-555-0100"},
            {"id": "p2", "service_id": "C1A0_7", "number": "213-555-0142"},
        ]
    )
    assert [row["number"] for row in pulled.tables["phones"]] == ["213-555-0142"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"service_id": "C1A0_7", "number": "213-555-0142", "type": "fax"}, "not for calling (fax)"),
        (
            {"service_id": "C1A0_7", "number": "213-555-0142", "type": "Office pager"},
            "not for calling (pager)",
        ),
        ({"service_id": "C1A0_7", "number": "+44 1234 234567"}, "not one number of the United States"),
        ({"service_id": "C1A0_7", "number": "213-555-0142 / 0143"}, "not one number of the United States"),
        ({"service_id": "elsewhere", "number": "213-555-0142"}, "stands for no service"),
        ({"contact_id": "ann", "number": "213-555-0142"}, "stands for no service"),
    ],
)
def test_a_number_that_nobody_should_call_is_left_out_and_said(row: Row, said: str) -> None:
    """With the number and what to do."""
    pulled = fitted(phones=[{"id": "p1", **row}])
    assert not pulled.tables["phones"]
    (note,) = pulled.notes
    assert row["number"] in note and said in note


@pytest.mark.parametrize("code", ["es", "spa", "es-MX", "Spanish", "español"])
def test_a_language_is_known_by_any_code_or_name(code: str) -> None:
    """Also where the name stands in the place of the code."""
    (row,) = fitted(languages=[{"id": "l", "service_id": "C1A0_7", "code": code}]).tables["languages"]
    assert row["code"] == "es"


def test_a_language_without_a_short_code_is_said() -> None:
    """Mam has none."""
    pulled = fitted(languages=[{"id": "l", "service_id": "C1A0_7", "code": "mam", "name": "Mam"}])
    assert not pulled.tables["languages"]
    assert "Clinic: Mam" in pulled.notes[0]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ({}, "MO,TU 09:00 17:00"),
        ({"freq": "WEEKLY", "interval": "1", "timezone": "-8"}, "MO,TU 09:00 17:00"),
        ({"opens_at": "09:00:00-08:00", "closes_at": "17:00:00-07:00"}, "MO,TU 09:00 17:00"),
        ({"byday": "Mon-Wed", "opens_at": "9 am", "closes_at": "5:30 PM"}, "MO,TU,WE 09:00 17:30"),
        ({"byday": "SA; Sunday", "closes_at": "24:00"}, "SA,SU 09:00 23:59"),
        ({"byday": "", "freq": "DAILY"}, "MO,TU,WE,TH,FR,SA,SU 09:00 17:00"),
        ({"byday": "", "freq": "WEEKLY", "dtstart": "2026-11-27"}, "FR 09:00 17:00"),
        ({"timezone": "America/Los_Angeles"}, "MO,TU 09:00 17:00"),
    ],
)
def test_hours_are_written_as_ours(of: Row, expected: str) -> None:
    """However days, times and the time of Los Angeles are written."""
    pulled = hours(**of)
    assert not pulled.notes
    (row,) = pulled.tables["schedules"]
    assert f"{row['byday']} {row['opens_at']} {row['closes_at']}" == expected


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"freq": "MONTHLY"}, "not those of every week"),
        ({"interval": "2"}, "not those of every week"),
        ({"byday": "2MO"}, "not those of every week"),
        ({"bymonthday": "1,15"}, "not those of every week"),
        ({"valid_to": "2026-01-31"}, "ended on 2026-01-31"),
        ({"until": "2026-01-31T00:00:00Z"}, "ended on 2026-01-31"),
        ({"opens_at": "09:00Z", "closes_at": "17:00Z"}, "not in the time of Los Angeles (+0)"),
        ({"timezone": "3"}, "not in the time of Los Angeles (+3)"),
        ({"opens_at": "22:00", "closes_at": "06:00"}, "after midnight"),
        ({"byday": "weekday mornings"}, "missing or unclear"),
        ({"opens_at": "", "closes_at": "", "description": "by appointment"}, "missing or unclear"),
    ],
)
def test_hours_that_are_not_those_of_every_week_here_are_left_out_and_said(of: Row, said: str) -> None:
    """Whoever went by them would stand before a closed door."""
    pulled = hours(**of)
    assert not pulled.tables["schedules"]
    (note,) = pulled.notes
    assert note.startswith("Clinic: ") and said in note and "left out" in note


def test_hours_that_begin_or_end_keep_their_days() -> None:
    """What recurs until a day ends on it."""
    day = str(current_date() + DAY)
    columns = columns_to_pull(PROJECT_ROOT / "data" / "resources")
    row = {"id": "s1", "service_id": "C1A0_7", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}
    for of, days in (
        ({"valid_to": day}, ("", day)),
        ({"until": f"{day}T00:00:00Z"}, ("", day)),
        ({"valid_from": day}, (day, "")),
    ):
        pulled = fit({"services": [SERVICE], "schedules": [{**row, **of}]}, columns, "https://example.org")
        (held,) = pulled.tables["schedules"]
        assert (held["valid_from"], held["valid_to"]) == days


@pytest.mark.parametrize(
    ("theirs", "ours"), [("SMS", "text"), ("TTY/TDD", "textphone"), ("Main line", "voice"), ("", "voice")]
)
def test_the_kind_of_a_number_is_known_by_other_names(theirs: str, ours: str) -> None:
    """So that residents see whether to call it or to write to it."""
    (row,) = fitted(
        phones=[{"id": "p1", "service_id": "C1A0_7", "number": "213-555-0142", "type": theirs}]
    ).tables["phones"]
    assert row["type"] == ours


def test_hours_that_differ_from_place_to_place_are_left_out() -> None:
    """Ours are those of a service, wherever it is."""
    at = [{"id": f"at{n}", "service_id": "C1A0_7", "location_id": f"l{n}"} for n in (1, 2)]
    row = {"byday": "MO", "opens_at": "09:00"}
    schedules = [{"id": f"s{n}", "location_id": f"l{n}", **row, "closes_at": f"1{n}:00"} for n in (1, 2)]
    pulled = fitted(service_at_location=at, schedules=schedules)
    assert not pulled.tables["schedules"]
    assert "not the same at all its places" in pulled.notes[0]
    same = [{**row, "closes_at": "11:00"} for row in schedules]
    assert len(fitted(service_at_location=at, schedules=same).tables["schedules"]) == 1


def test_addresses_are_those_where_people_can_go() -> None:
    """With a ZIP code of five digits and the code of the state; one for letters alone is left out."""
    place = {"location_id": "l1", "city": "Bell", "country": "USA"}
    pulled = fitted(
        addresses=[
            {
                "id": "a1",
                "address_1": "1 Main St",
                "address_2": "Suite 2",
                "state_province": "California",
                "postal_code": "90201-1234",
                **place,
            },
            {"id": "a2", "address_1": "PO Box 7", "postal_code": "90201", "address_type": "postal", **place},
            {"id": "a3", "address_1": "1 Rue", "postal_code": "ABC 123", **place},
        ]
    )
    (row,) = pulled.tables["addresses"]
    assert (row["address_1"], row["state_province"], row["postal_code"], row["country"]) == (
        "1 Main St, Suite 2", "CA", "90201", "US",
    )  # fmt: skip
    assert ["for letters only" in pulled.notes[0], "no full address" in pulled.notes[1]] == [True, True]


def test_a_service_that_nobody_has_checked_is_said_to_be_so() -> None:
    """It has no day, so that residents are told so, and it is said that somebody has to call."""
    service = {**SERVICE, "assured_date": "", "description": "<p>Help &amp; papers</p>"}
    pulled = fit({"services": [service]}, COLUMNS, "https://example.org")
    (row,) = pulled.tables["services"]
    assert (row["assured_date"], row["description"]) == ("", "Help & papers")
    assert "no day on which it was checked" in pulled.notes[0]


def test_the_parts_of_a_tree_are_taken_from_wherever_they_stand() -> None:
    """Of the organization, the place and the service at the place; contacts are counted as left out."""
    phone = {"id": "p", "number": "213-555-0142", "type": "voice", "languages": []}
    tree: dict[str, Any] = {
        **SERVICE,
        "organization": {**ORGANIZATION, "id": "org 1", "contacts": [{"id": "c", "name": "Ann"}]},
        "service_at_locations": [
            {
                "id": "at",
                "location": {
                    "id": "l",
                    "name": "Hall",
                    "latitude": 34,
                    "longitude": -118.2,
                    "phones": [phone],
                },
            }
        ],
    }
    pulled = fit(rows_from_services([tree]), COLUMNS, "https://example.org/{id}")
    assert pulled.tables["phones"][0]["service_id"] == "c1a0-7"
    assert pulled.tables["locations"][0]["latitude"] == "34.0"
    assert any("From contacts, 1 rows" in note for note in pulled.notes)


def test_rows_that_cannot_be_read_are_said_and_the_others_taken() -> None:
    """Also with line breaks of old Macs."""
    rows, notes = rows_from_csv("phones", "\ufeffID,Number\rp1,213-555-0142\rp2\r,211\r\r")
    assert rows == [{"id": "p1", "number": "213-555-0142"}]
    assert ["row 3" in notes[0], "4: id" in notes[1]] == [True, True]


def test_a_new_service_without_spanish_waits_for_it_and_answers_keep_theirs() -> None:
    """Nobody is sent to it; services that answers name stay, though the other directory lacks them."""
    pulled = fitted(phones=[{"id": "p1", "service_id": "C1A0_7", "number": "213-555-0142"}])
    result = offered(pulled, TABLES, keep={"211-la"})
    services = {row["id"]: row for row in result.tables["services"]}
    assert services["c1a0-7"]["status"] == "inactive" and services["211-la"]["status"] == "active"
    assert services["c1a0-7"]["name_es"] == "Clinic"
    assert any("Clinic: comes as not active" in note for note in result.notes)
    assert any("211 LA County: stays, because an answer names it" in note for note in result.notes)
    assert not any("Los Angeles Regional" in name["name"] for name in services.values())


def test_a_text_stays_ours_until_the_new_one_has_spanish() -> None:
    """Its number is taken all the same."""
    present = read_present(TABLES)
    tables = {name: [dict(row) for row in rows] for name, rows in present.items() if name in COLUMNS}
    food = next(row for row in tables["services"] if row["id"] == "la-regional-food-bank")
    before = dict(food)
    food |= {"description": "Food for all.", "description_es": ""}
    next(row for row in tables["phones"] if row["service_id"] == food["id"])["number"] = "213-555-0142"
    result = offered(Pulled(tables), TABLES)
    after = next(row for row in result.tables["services"] if row["id"] == food["id"])
    assert after == before
    assert "213-555-0142" in {row["number"] for row in result.tables["phones"]}
    (note,) = result.notes
    assert "stays as ours" in note and "Food for all." in note
