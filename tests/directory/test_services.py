"""The resource directory: who is named for which need, where and when."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import pytest

from bot.answering.help import GENERAL_NEEDS
from bot.answering.help_search import HelpSearch
from bot.content.reading import Content
from bot.directory.live import LiveDirectory
from bot.directory.places import ANY, find_place
from bot.directory.reading import read_directory
from bot.directory.services import Schedule
from bot.directory.tables import ADDED_LATER, PACKAGE, as_csv, read_tables
from bot.problems import ContentError, Problems
from bot.settings import PROJECT_ROOT
from bot.text.markup import phone_uri
from tests.conftest import SMALL_CONTENT

WORKDAYS = ("MO", "TU", "WE", "TH", "FR")


def test_the_citys_programme_comes_first_where_it_fits(project_content: Content) -> None:
    """HP With You stands before all other services for every need that it meets, and for no other."""
    directory = project_content.directory
    programme = next(service for service in directory.services if service.id == "hp-with-you")
    assert {"legal", "food", "city"} <= set(programme.needs)
    for need in directory.needs:
        found = [service.id for service in directory.search([need])]
        assert (found[0] == "hp-with-you") == ("hp-with-you" in found) == (need in programme.needs)


def test_tables_from_before_a_column_was_added_are_read_as_if_it_were_empty(content_copy: Path) -> None:
    """Neither they nor their description know it, as in an older version."""
    folder = content_copy / "data" / "resources"
    package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    for table in package["resources"]:
        later = {*ADDED_LATER.get(table["name"], ())}
        schema, file = table["schema"], folder / table["path"]
        schema["fields"] = [field for field in schema["fields"] if field["name"] not in later]
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        kept = [field["name"] for field in schema["fields"]]
        file.write_text(as_csv(kept, [{name: row[name] for name in kept} for row in rows]), encoding="utf-8")
    (folder / PACKAGE).write_text(json.dumps(package), encoding="utf-8")
    problems = Problems(folder)
    tables = read_tables(folder, problems)
    assert tables is not None, problems.found
    added = {(name, column) for name, columns in ADDED_LATER.items() for column in columns}
    assert {tables[name][0][column] for name, column in added if tables[name]} == {""}
    assert read_directory(folder).services


def test_of_a_table_with_far_too_many_columns_one_is_named(content_copy: Path) -> None:
    """Rather than each, which would take a minute and give a page that nobody can read."""
    folder = content_copy / "data" / "resources"
    (folder / "phones.csv").write_text(",".join(f"x{number}" for number in range(100_000)), encoding="utf-8")
    problems = Problems(folder)
    assert read_tables(folder, problems) is None
    assert [problem.key for problem in problems.found if problem.path.name == "phones.csv"] == [
        "column_unknown"
    ]


def test_only_services_that_meet_the_need_are_found(small_content: Content) -> None:
    """Each is named once, in the order of the table."""
    directory = small_content.directory
    assert [s.id for s in directory.search(["food"])] == ["hp-with-you", "la-regional-food-bank", "211-la"]
    assert [s.id for s in directory.search(["food", "food"])] == [
        "hp-with-you",
        "la-regional-food-bank",
        "211-la",
    ]
    assert directory.search([]) == []


def test_no_need_crowds_out_another(project_content: Content) -> None:
    """One service for each need comes before a second one for any."""
    found = project_content.directory.search(GENERAL_NEEDS)[1:5]
    for need in GENERAL_NEEDS:
        assert any(need in service.needs for service in found), need


def test_what_is_near_comes_first(project_content: Content) -> None:
    """The office in Huntington Park before the one downtown, and that before a phone line."""
    found = project_content.directory.search(["consulate"], place=find_place("90255"))
    names = [service.id for service in found]
    assert names[:2] == ["mexican-consulate-mobile-hp", "mexican-consulate-la"]


def test_who_does_not_serve_a_place_is_not_named_for_it(project_content: Content) -> None:
    """What is only for Huntington Park is no help in San Diego; what serves the country is."""
    directory = project_content.directory
    san_diego = {
        service.id for service in directory.search(["detention", "legal"], place=find_place("92101"))
    }
    assert {"immdef-rapid-response", "ice-detainee-locator", "state-bar-referral"} <= san_diego
    assert not san_diego & {"hp-with-you", "representla", "la-county-oia", "chirla-hotline"}


def test_who_speaks_the_language_comes_first(project_content: Content) -> None:
    """Then who has interpreters, then who does not say; nobody is left out."""
    directory = project_content.directory
    ranks = []
    for service in directory.search(["legal"], speaks="es")[1:]:
        ranks.append(0 if "es" in service.languages else 1 if service.interpretation["en"] else 2)
    assert ranks == sorted(ranks) and set(ranks) == {0, 1, 2}
    assert len(directory.search(["legal"], speaks="es")) == len(directory.search(["legal"]))


@pytest.mark.parametrize("speaks", [None, "en", "es"])
@pytest.mark.parametrize("near", [None, "90255", "90012"])
def test_the_agencies_that_detain_are_named_last(
    project_content: Content, near: str | None, speaks: str | None
) -> None:
    """Whoever looks for a detained person finds the jail, CIAM and CHIRLA before ICE and ORR."""
    directory = project_content.directory
    place = find_place(near) if near else None
    found = directory.search(["detention"], place=place, speaks=speaks)
    with_caution = [bool(service.caution["en"]) for service in found]
    assert with_caution == sorted(with_caution) and any(with_caution)
    helpers = {service.id for service in found if not service.caution["en"]}
    assert {"county-jail-search", "ciam", "chirla-hotline"} <= helpers


def test_who_was_detained_is_looked_for_in_the_jail_first(project_content: Content) -> None:
    """A call to ICE about somebody whom the police arrested can bring ICE."""
    services, _ = HelpSearch(("detention",), ANY, ANY).run(project_content.directory)
    assert [service.id for service in services] == ["county-jail-search", "chirla-hotline", "ciam"]


@pytest.mark.parametrize("speaks", [None, "en", "es"])
def test_in_danger_at_home_911_and_lines_that_always_answer_are_named(
    project_content: Content, speaks: str | None
) -> None:
    """All three that a small screen holds; none of them closes."""
    services, _ = HelpSearch(("violence",), "90255", speaks).run(project_content.directory)
    assert {service.id for service in services} == {
        "emergency-911",
        "la-county-dv-line",
        "national-dv-hotline",
    }
    assert all(schedule.all_day for service in services for schedule in service.schedules)
    if speaks is None:
        assert services[0].phones == ("911",)


def test_no_number_of_ice_or_orr_is_without_a_caution(project_content: Content) -> None:
    """By number, whoever the directory says it belongs to."""
    numbers = {
        number
        for service in project_content.directory.services
        if service.caution["en"] and service.caution["es"]
        for number in service.phones
    }
    assert numbers == {"213-830-7911", "888-351-4024", "800-203-7001"}


def test_every_need_of_the_project_has_somebody(project_content: Content) -> None:
    """No topic and no need leads to the city's programme alone."""
    for need in project_content.directory.needs:
        assert any(s.id != "hp-with-you" for s in project_content.directory.search([need])), need


def test_the_directory_ships_at_least_thirty_services(project_content: Content) -> None:
    """With phone, web address or street address each, and the day they were last checked."""
    services = project_content.directory.services
    assert len(services) >= 30
    for service in services:
        assert service.phones or service.url or service.locations
        assert not service.to_confirm(datetime.date(2026, 11, 23))


def test_every_number_that_is_withheld_is_listed_for_staff_to_call(project_content: Content) -> None:
    """docs/to-verify.md is complete."""
    listed = (PROJECT_ROOT / "docs" / "to-verify.md").read_text(encoding="utf-8")
    missing = {number for number in project_content.directory.withheld_phones if number not in listed}
    assert missing == set()


def test_a_directory_that_was_mended_is_used_at_once(content_copy: Path, patient: None) -> None:
    """Without training and without a start; one with a mistake is not used, and the last good one stays."""
    tables = content_copy / "data" / "resources"
    live = LiveDirectory(tables)
    services = tables / "services.csv"
    before = services.read_text(encoding="utf-8")
    services.write_text(before.replace("211 LA County", "211 for all"), encoding="utf-8")
    assert [s.name["en"] for s in live.current().services][2] == "211 for all"
    services.write_text(before.replace("active", "asleep"), encoding="utf-8")
    assert [s.name["en"] for s in live.current().services][2] == "211 for all"
    services.unlink()
    assert [s.name["en"] for s in live.current().services][2] == "211 for all"
    services.write_text(before, encoding="utf-8")
    assert [s.name["en"] for s in live.current().services][2] == "211 LA County"


def test_a_broken_directory_at_the_start_gives_way_to_the_one_beside_the_model(
    content_copy: Path,
) -> None:
    """The service never stops for a mistake in a table; without any good directory it says what is wrong."""
    broken = content_copy / "data" / "resources"
    (broken / "phones.csv").write_text("nonsense", encoding="utf-8")
    live = LiveDirectory(broken, fallback=SMALL_CONTENT / "data" / "resources")
    assert len(live.current().services) == 3
    with pytest.raises(ContentError, match=r"phones\.csv:1: the column `id` is missing"):
        LiveDirectory(broken)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tables be looked at each time, not every two seconds."""
    monkeypatch.setattr("bot.directory.live._SECONDS_BETWEEN_LOOKS", 0)


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
