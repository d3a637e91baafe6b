"""Service cards: what is shown of a service, above all whether it is open now."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from bot.clock import TIME_ZONE
from bot.content.reading import Content
from bot.directory.cards import service_card
from bot.directory.places import Place, find_place
from bot.directory.services import Service


def service_of(content: Content, name: str) -> Service:
    return next(service for service in content.directory.services if service.id == name)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def card_of(
    content: Content, name: str, language: str, moment: str, *, place: Place | None = None
) -> dict[str, Any]:
    def say(text: str) -> str:
        return content.text_of(text, language)

    return service_card(service_of(content, name), language, say, now=at(moment), place=place)


def opening_of(content: Content, name: str, language: str, moment: str) -> str:
    opening = card_of(content, name, language, moment)["opening"]
    return str(opening).replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("moment", "english", "spanish"),
    [
        # ImmDef answers Monday to Friday, 9 to 4; 23 November 2026 is a Monday.
        (
            "2026-11-23T09:00",
            "Usually open now, until 4:00 PM.",
            "A esta hora suele estar abierto, hasta 4:00 p. m.",
        ),
        (
            "2026-11-23T15:59",
            "Usually open now, until 4:00 PM.",
            "A esta hora suele estar abierto, hasta 4:00 p. m.",
        ),
        (
            "2026-11-23T08:59",
            "Usually closed now. Opens today, 9:00 AM.",
            "A esta hora suele estar cerrado. Abre hoy, 9:00 a. m.",
        ),
        (
            "2026-11-23T16:00",
            "Usually closed now. Opens tomorrow, 9:00 AM.",
            "A esta hora suele estar cerrado. Abre mañana, 9:00 a. m.",
        ),
        (
            "2026-12-04T18:00",
            "Usually closed now. Opens Monday, 9:00 AM.",
            "A esta hora suele estar cerrado. Abre el lunes, 9:00 a. m.",
        ),
        (
            "2026-11-25T18:00",  # the day before Thanksgiving
            "Usually closed now. Opens tomorrow, 9:00 AM. On holidays the hours may differ.",
            "A esta hora suele estar cerrado. Abre mañana, 9:00 a. m. "
            "En días festivos el horario puede cambiar.",
        ),
        (
            "2026-11-26T10:00",
            "Usually open now, until 4:00 PM. On holidays the hours may differ.",
            "A esta hora suele estar abierto, hasta 4:00 p. m. En días festivos el horario puede cambiar.",
        ),
    ],
)
def test_a_card_says_whether_the_service_is_open(
    project_content: Content, moment: str, english: str, spanish: str
) -> None:
    """By its usual hours in Los Angeles; on holidays it says that they are uncertain."""
    assert opening_of(project_content, "immdef-rapid-response", "en", moment) == english
    assert opening_of(project_content, "immdef-rapid-response", "es", moment) == spanish


def test_hours_are_those_of_los_angeles_wherever_the_machine_stands(project_content: Content) -> None:
    """Half past four in the afternoon in London is half past eight in the morning here."""
    card = service_card(
        service_of(project_content, "immdef-rapid-response"),
        "en",
        lambda text: project_content.text_of(text, "en"),
        now=datetime.datetime(2026, 11, 23, 16, 30, tzinfo=datetime.timezone.utc),
    )
    assert card["open"] is False and "today" in card["opening"]


def test_a_line_that_never_closes_is_open_on_holidays_too(project_content: Content) -> None:
    """And a service whose hours are not known says nothing."""
    assert opening_of(project_content, "211-la", "en", "2026-12-25T03:00") == "Answers day and night"
    assert opening_of(project_content, "chirla-hotline", "en", "2026-11-23T10:00") == ""


def test_old_details_are_marked(project_content: Content) -> None:
    """Half a year after they were checked people are told to call first."""
    service = dataclasses.replace(
        service_of(project_content, "chirla-hotline"), assured_date=datetime.date(2026, 11, 22)
    )
    for days, marked in ((180, False), (181, True)):
        now = at("2026-11-22T12:00") + datetime.timedelta(days)
        card = service_card(service, "en", lambda text: project_content.text_of(text, "en"), now=now)
        assert (card["confirm"] == project_content.text_of("utter_card_call_to_confirm", "en")) is marked


@pytest.mark.parametrize(
    ("language", "languages", "cost", "checked", "area"),
    [
        ("en", "English, Spanish", "", "November 23, 2026", "Los Angeles County"),
        ("es", "inglés, español", "", "23 de noviembre de 2026", "Condado de Los Ángeles"),
    ],
)
def test_a_card_is_in_the_persons_language(
    project_content: Content, language: str, languages: str, cost: str, checked: str, area: str
) -> None:
    """Phone, languages, cost, area and check date as people of that language write them."""
    card = card_of(project_content, "lafla", language, "2026-11-23T10:00")
    assert card["phones"] == [{"number": "800-399-4529", "uri": "tel:+18003994529", "about": ""}]
    shown = (card["languages"], card["cost"], card["checked"], card["area"])
    assert shown == (languages, cost, checked, area)


@pytest.mark.parametrize(
    ("language", "caution"),
    [
        ("en", "This is ICE: let a citizen, a lawyer or the consulate call."),
        ("es", "Es ICE: que llame un ciudadano, un abogado o el consulado."),
    ],
)
def test_a_caution_stands_before_what_else_is_to_be_known(
    project_content: Content, language: str, caution: str
) -> None:
    """On a card, which has one warning; and alone, for a text message."""
    card = card_of(project_content, "ice-la-field-office", language, "2026-11-29T10:00")
    assert card["caution"].startswith(caution)
    assert card["alert"].startswith(card["caution"] + " ") and "213-473-6100" in card["alert"]


def test_what_to_bring_and_how_far_it_is(project_content: Content) -> None:
    """The distance is counted from the middle of a ZIP code, in whole miles."""
    place, moment = find_place("90255"), "2026-11-23T10:00"
    far = card_of(project_content, "mexican-consulate-la", "en", moment, place=place)
    assert far["distance"] == "about 7 miles away"
    here = card_of(project_content, "city-hall", "es", moment, place=place)
    assert here["distance"] == "a una milla, más o menos"
    locator = card_of(project_content, "ice-detainee-locator", "es", moment, place=place)
    assert "número A" in locator["bring"] and locator["distance"] == ""
