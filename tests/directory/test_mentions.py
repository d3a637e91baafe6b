"""Services named in texts by their ids: name, number and hours, and who answers while one is closed."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

import pytest

from bot.clock import TIME_ZONE
from bot.content.reading import Content
from bot.directory.mentions import call_lines, mentioned, put_in, without_ids
from bot.directory.services import Directory, Phone, Schedule, Service

OFFICE_HOURS = Schedule(("MO", "TU", "WE", "TH", "FR"), datetime.time(9), datetime.time(17))
MONDAY_NOON = datetime.datetime(2026, 11, 30, 12, tzinfo=TIME_ZONE)
MONDAY_NIGHT = datetime.datetime(2026, 11, 30, 22, tzinfo=TIME_ZONE)


def lines(
    directory: Directory,
    ids: Sequence[str],
    now: datetime.datetime | None = None,
    *,
    named: Sequence[str] = (),
    language: str = "en",
) -> list[str]:
    return list(
        call_lines(
            ids, directory, language, lambda name: name.removeprefix("utter_card_"), now=now, named=named
        )
    )


@pytest.fixture
def directory(small_content: Content) -> Directory:
    """Two offices that 211 LA answers for at night, a desk without a number, and 211 LA itself."""
    night, food = (small_content.directory.by_id[name] for name in ("211-la", "la-regional-food-bank"))

    def office(name: str, **changes: object) -> Service:
        short = {"en": name.title(), "es": f"{name.title()} (es)"}
        usual = {"id": name, "short_name": short, "schedules": (OFFICE_HOURS,), "outside_hours": "211-la"}
        return dataclasses.replace(food, **{**usual, **changes})  # type: ignore[arg-type]

    services = (
        office(
            "law", lines=(Phone("213-555-0142"),), caution={"en": "Give no name.", "es": "No dé su nombre."}
        ),
        office("church", lines=(Phone("213-555-0143"),)),
        office("desk", lines=(), url="https://example.org/desk", schedules=(), outside_hours=""),
        night,
    )
    return dataclasses.replace(small_content.directory, services=services)


def test_ids_are_found_in_their_order() -> None:
    """Small letters, digits and dashes in square brackets; other brackets are none."""
    assert mentioned("Call [211-la], then [law]. [Not this] [nor_this] [] [x-].") == ["211-la", "law"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Call Law, 213-555-0142 (Give no name) or Desk, example.org/desk or 211 LA."),
        (
            "es",
            "Call Law (es), 213-555-0142 (No dé su nombre) or Desk (es), example.org/desk or 211 LA.",
        ),
    ],
)
def test_name_number_and_caution_are_put_in(directory: Directory, language: str, expected: str) -> None:
    """Its web address where it has no number, and a number that is part of the name only once."""
    assert put_in("Call [law] or [desk] or [211-la].", directory, language) == expected
    assert put_in("Nobody is named.", directory, language) == "Nobody is named."


def test_a_text_is_measured_as_it_reads(directory: Directory) -> None:
    """With a short name in the place of an id, whichever it is."""
    assert without_ids("Call [law] or [desk].") == "Call CHIRLA or CHIRLA."


def test_whom_to_call_is_said_with_hours_on_a_page(directory: Directory) -> None:
    """In the order of the answer, with the caution behind; a page may be read at another hour."""
    assert lines(directory, ["law", "desk", "211-la"]) == [
        "Law, 213-555-0142. Mon–Fri, 9:00 AM – 5:00 PM. Give no name.",
        "Desk, example.org/desk.",
        "211 LA. 24/7.",
    ]
    assert lines(directory, ["church"], language="es") == [
        "Church (es), 213-555-0143. lun–vie, 9:00 a.\u00a0m. – 5:00 p.\u00a0m."
    ]


def test_in_their_hours_services_stand_as_the_answer_has_them(directory: Directory) -> None:
    """Nobody has to answer in their stead."""
    assert lines(directory, ["law", "church"], MONDAY_NOON) == [
        "Law, 213-555-0142. open_until. Give no name.",
        "Church, 213-555-0143. open_until.",
    ]


def test_outside_their_hours_who_answers_instead_comes_first(directory: Directory) -> None:
    """Once, behind those that are open, and before those that are closed."""
    assert lines(directory, ["law", "church", "desk"], MONDAY_NIGHT) == [
        "Desk, example.org/desk.",
        "211 LA. always_open.",
        "Law, 213-555-0142. opens. Give no name.",
        "Church, 213-555-0143. opens.",
    ]
    assert lines(directory, ["law", "211-la"], MONDAY_NIGHT) == [
        "211 LA. always_open.",
        "Law, 213-555-0142. opens. Give no name.",
    ]


def test_who_is_named_in_the_text_has_no_line_but_who_answers_instead_has(directory: Directory) -> None:
    """Nor has that one where the text names it too."""
    assert lines(directory, [], MONDAY_NIGHT, named=["law"]) == ["211 LA. always_open."]
    assert lines(directory, [], MONDAY_NIGHT, named=["law", "211-la"]) == []
    assert lines(directory, [], MONDAY_NOON, named=["law"]) == []


def test_a_service_that_has_gone_since_is_the_hotline(directory: Directory) -> None:
    """The directory changes while a model answers, and nobody is left with an empty place."""
    night = dataclasses.replace(directory.by_id["211-la"], needs=("hotline",))
    changed = dataclasses.replace(directory, services=(directory.by_id["desk"], night))
    assert put_in("Call [law].", changed, "en") == "Call 211 LA."
    assert lines(changed, ["law"]) == ["211 LA. 24/7."]


def test_whoever_answers_at_night_is_a_service_that_does(project_content: Content) -> None:
    """With a number, and not one that is known to be closed at night."""
    directory = project_content.directory
    instead = {service.outside_hours for service in directory.services if service.outside_hours}
    assert instead
    for name in instead:
        opening = directory.by_id[name].opening(MONDAY_NIGHT)
        assert directory.by_id[name].phones and (opening is None or opening.open), name
