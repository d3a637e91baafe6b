"""One service over all its tables: taken out, put back, and what is unchecked after a change."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.clock import TIME_ZONE
from bot.content.reading import Content
from bot.directory.cards import service_card
from bot.directory.numbers import NumberError, read_number, warnings_about
from bot.directory.one_service import in_words, put_back, take_out, taken_away, unchecked
from bot.directory.services import Phone, Schedule, Service
from bot.directory.tables import Tables
from bot.directory.update import read_present
from bot.settings import PROJECT_ROOT

MONDAY = datetime.datetime(2026, 12, 21, 10, tzinfo=TIME_ZONE)
WEEK = ("MO", "TU", "WE", "TH", "FR")
NINE, FOUR = datetime.time(9), datetime.time(16)


@pytest.fixture
def tables() -> Tables:
    """The tables of the project's own directory."""
    return read_present(PROJECT_ROOT / "data" / "resources")


def test_what_is_taken_out_and_put_back_is_as_it_was(tables: Tables) -> None:
    """For every service, row by row and in the same order."""
    for service in [row["id"] for row in tables["services"]]:
        one = take_out(tables, service)
        assert one is not None
        back = put_back(tables, one)
        assert take_out(back, service) == one
        assert back == tables, service


def test_a_place_of_two_services_stays_with_the_other(tables: Tables) -> None:
    """City Hall is where HP With You is asked for too."""
    gone = taken_away(tables, "city-hall")
    assert "huntington-park-city-hall" in {row["id"] for row in gone["locations"]}
    gone = taken_away(taken_away(tables, "city-hall"), "hp-with-you")
    assert "huntington-park-city-hall" not in {row["id"] for row in gone["locations"]}


def test_a_number_that_changes_has_been_called_by_nobody(tables: Tables) -> None:
    """Unless whoever changes it says so; what stays the same stays checked."""
    one = take_out(tables, "chirla-hotline")
    assert one is not None
    called = dataclasses.replace(
        one, phones=[{**one.phones[0], "checked": "2026-11-01", "checked_by": "ana"}]
    )
    other = dataclasses.replace(called, phones=[{**called.phones[0], "number": "323-584-6254"}])
    assert unchecked(called, called) == called
    after = unchecked(called, other)
    assert (after.phones[0]["checked"], after.phones[0]["checked_by"]) == ("", "")
    assert (after.facts["assured_date"], after.facts["assured_by"]) == ("", "")
    said = dataclasses.replace(other, phones=[{**other.phones[0], "checked": "2026-11-30"}])
    assert unchecked(called, said) == said


def test_a_service_is_said_in_words_in_both_languages(tables: Tables) -> None:
    """Needs, languages, hours and numbers, with no id among them."""
    one = take_out(tables, "lafla")
    english, spanish = (in_words(one, tables, language) for language in ("en", "es"))
    assert (english["languages"], spanish["languages"]) == ("English, Spanish", "inglés, español")
    assert "Abogado o ayuda legal" in spanish["attributes"]
    assert english["outside_hours"] == "211 LA County"
    assert "nobody has called it yet" in english["phones"]
    assert "nadie ha llamado todavía" in spanish["phones"]


@pytest.mark.parametrize("typed", ["", "211 0", "555-0100", "not a number", "1-123-555-0100", "976"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    """Each with a sentence that says what to do."""
    with pytest.raises(NumberError):
        read_number(typed)


def test_a_number_outside_of_the_country_is_a_warning(tables: Tables) -> None:
    """It looks as one from here, and a call may cost a lot."""
    number = read_number("809 234 5678")
    assert warnings_about([number], "chirla-hotline", tables) == [
        f"{number} is a number outside of the United States: a call may cost a lot"
    ]


def with_hours(content: Content, *schedules: Schedule) -> Service:
    """Return a service with some hours."""
    return dataclasses.replace(content.directory.by_id["lafla"], schedules=schedules)


def card(content: Content, service: Service, language: str) -> dict[str, object]:
    """Return what a resident is shown of it on a Monday morning."""
    return service_card(service, language, lambda name: content.text_of(name, language), now=MONDAY)


@pytest.mark.parametrize(
    ("schedule", "english", "spanish"),
    [
        (Schedule(WEEK, NINE, FOUR), "Mon–Fri, 9:00 AM – 4:00 PM", "lun–vie, 9:00 a. m. – 4:00 p. m."),
        (
            Schedule(WEEK, NINE, FOUR, appointment=True),
            "Mon–Fri, 9:00 AM – 4:00 PM, by appointment",
            "lun–vie, 9:00 a. m. – 4:00 p. m., con cita",
        ),
        (Schedule(WEEK, None, None, appointment=True), "Mon–Fri, by appointment", "lun–vie, con cita"),
        (
            Schedule(("SA",), datetime.time(0), datetime.time(23, 59), note={"en": "Ring.", "es": "Toque."}),
            "Sat, 24 h (Ring)",
            "sáb, 24 h (Toque)",
        ),
        (
            Schedule(
                (),
                None,
                None,
                valid_from=datetime.date(2026, 12, 25),
                valid_to=datetime.date(2026, 12, 25),
                note={"en": "Christmas", "es": "Navidad"},
            ),
            "Dec 25, 2026, closed (Christmas)",
            "25 dic 2026, cerrado (Navidad)",
        ),
        (
            Schedule(
                (),
                NINE,
                datetime.time(12),
                valid_from=datetime.date(2026, 12, 24),
                valid_to=datetime.date(2026, 12, 31),
            ),
            "Dec 24, 2026 – Dec 31, 2026, 9:00 AM – 12:00 PM",
            "24 dic 2026 – 31 dic 2026, 9:00 a. m. – 12:00 p. m.",
        ),
        (
            Schedule(WEEK, NINE, FOUR, valid_from=datetime.date(2027, 1, 4)),
            "Mon–Fri, 9:00 AM – 4:00 PM, from Jan 4, 2027",
            "lun–vie, 9:00 a. m. – 4:00 p. m., a partir del 4 ene 2027",
        ),
    ],
)
def test_hours_stand_on_the_card_as_they_were_entered(
    project_content: Content, schedule: Schedule, english: str, spanish: str
) -> None:
    """In both languages, as people write them."""
    service = with_hours(project_content, schedule)
    for language, expected in (("en", english), ("es", spanish)):
        shown = str(card(project_content, service, language)["hours"])
        shown = (
            shown.replace("\u202f", " ").replace("\xa0", " ").replace("dic.", "dic").replace("ene.", "ene")
        )
        assert shown == expected


def test_on_single_days_the_usual_hours_do_not_hold(project_content: Content) -> None:
    """Closed for the holidays, it opens on the first day after them; a holiday with hours has no doubt."""
    usual = Schedule(WEEK, NINE, FOUR)
    closed = Schedule(
        (), None, None, valid_from=datetime.date(2026, 12, 21), valid_to=datetime.date(2027, 1, 3)
    )
    christmas = datetime.date(2026, 12, 25)
    short = Schedule((), NINE, datetime.time(12), valid_from=christmas, valid_to=christmas)
    opening = with_hours(project_content, usual, closed).opening(MONDAY)
    assert opening is not None and not opening.open
    assert opening.changes_at == datetime.datetime(2027, 1, 4, 9, tzinfo=TIME_ZONE)
    at_christmas = datetime.datetime(2026, 12, 25, 10, tzinfo=TIME_ZONE)
    opening = with_hours(project_content, usual, short).opening(at_christmas)
    assert opening is not None and opening.open and not opening.holiday
    opening = with_hours(project_content, usual).opening(at_christmas)
    assert opening is not None and opening.holiday


def test_hours_by_appointment_open_no_door(project_content: Content) -> None:
    """Nothing is said of whether it is open now."""
    service = with_hours(project_content, Schedule(WEEK, NINE, FOUR, appointment=True))
    assert card(project_content, service, "en")["opening"] == ""


def test_numbers_that_nobody_speaks_at_are_given_as_what_they_are(project_content: Content) -> None:
    """A number for text messages opens these; a fax is not shown; neither is whom answers say to call."""
    lines = (
        Phone("323-584-6254", kind="fax"),
        Phone("323-584-6255", kind="text"),
        Phone("323-584-6256", extension="7", languages=("es",)),
    )
    service = dataclasses.replace(project_content.directory.by_id["lafla"], lines=lines)
    assert service.number == "323-584-6256 ext. 7"
    assert service.phones == ("323-584-6256",)
    assert card(project_content, service, "es")["phones"] == [
        {"number": "323-584-6255", "uri": "sms:+13235846255", "about": "Mensajes de texto"},
        {"number": "323-584-6256 ext. 7", "uri": "tel:+13235846256", "about": "español"},
    ]
