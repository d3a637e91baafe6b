"""The resource directory: who is named for which need, and how a service is described."""

from __future__ import annotations

import datetime

import pytest

from bot.content import Content
from bot.replies import GENERAL_NEEDS
from bot.resources import Schedule, phone_uri

WORKDAYS = ("MO", "TU", "WE", "TH", "FR")


def test_the_citys_programme_comes_first_for_every_need(project_content: Content) -> None:
    """HP With You stands before all other services, whatever is asked for."""
    directory = project_content.directory
    for need in directory.needs:
        assert directory.search([need])[0].id == "hp-with-you"


def test_only_services_that_meet_the_need_follow(small_content: Content) -> None:
    """Each service is named once, in the order of the table, and not more than asked for."""
    directory = small_content.directory
    assert [s.id for s in directory.search(["food"])] == ["hp-with-you", "la-regional-food-bank", "211-la"]
    assert [s.id for s in directory.search(["food", "food"], limit=2)] == [
        "hp-with-you",
        "la-regional-food-bank",
    ]
    assert [s.id for s in directory.search([])] == ["hp-with-you"]


def test_no_need_crowds_out_another(project_content: Content) -> None:
    """One service for each need comes before a second one for any."""
    found = project_content.directory.search(GENERAL_NEEDS)
    for need in GENERAL_NEEDS:
        assert any(need in service.needs for service in found[1:]), need
    assert len(found) == 5


def test_every_need_of_the_project_has_somebody(project_content: Content) -> None:
    """No topic and no need leads to the city's programme alone."""
    for need in project_content.directory.needs:
        assert len(project_content.directory.search([need])) > 1, need


def test_the_directory_ships_at_least_twelve_services(project_content: Content) -> None:
    """With phone, web address or street address each, and the day they were last checked."""
    services = project_content.directory.services
    assert len(services) >= 12
    for service in services:
        assert service.phones or service.url or service.addresses
        assert service.assured_date <= datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("language", "languages", "cost", "checked"),
    [
        ("en", "English, Spanish", "Free", "November 22, 2026"),
        ("es", "inglés, español", "Gratis", "22 de noviembre de 2026"),
    ],
)
def test_a_service_is_described_in_the_persons_language(
    project_content: Content, language: str, languages: str, cost: str, checked: str
) -> None:
    """Phone, languages, cost and check date as people of that language write them."""
    hotline = next(s for s in project_content.directory.services if s.id == "chirla-hotline")
    described = hotline.describe(language)
    assert described["phones"] == [{"number": "888-624-4752", "uri": "tel:+18886244752"}]
    assert ("Hotline" in described["name"]) == (language == "en")
    assert (described["languages"], described["cost"], described["checked"]) == (languages, cost, checked)


@pytest.mark.parametrize(
    ("days", "opens", "closes", "language", "expected"),
    [
        (WORKDAYS, "09:00", "16:00", "en", "Mon–Fri, 9:00 AM – 4:00 PM"),
        (WORKDAYS, "09:00", "16:00", "es", "lun–vie, 9:00 a. m. – 4:00 p. m."),
        (("MO", "TH"), "09:00", "12:30", "en", "Mon, Thu, 9:00 AM – 12:30 PM"),
        ((*WORKDAYS, "SA", "SU"), "00:00", "23:59", "es", "24/7"),
        (("SA", "SU"), "00:00", "23:59", "en", "Sat, Sun, 24 h"),
    ],
)
def test_hours_are_written_as_people_write_them(
    days: tuple[str, ...], opens: str, closes: str, language: str, expected: str
) -> None:
    """Runs of days are joined, all day every day is 24/7."""
    schedule = Schedule(days, datetime.time.fromisoformat(opens), datetime.time.fromisoformat(closes))
    assert schedule.describe(language).replace("\xa0", " ").replace("\u202f", " ") == expected


@pytest.mark.parametrize(
    ("number", "uri"),
    [("888-624-4752", "tel:+18886244752"), ("1-800-898-7180", "tel:+18008987180"), ("211", "tel:211")],
)
def test_phone_links(number: str, uri: str) -> None:
    """Long numbers with the country's prefix, short ones as they are."""
    assert phone_uri(number) == uri
