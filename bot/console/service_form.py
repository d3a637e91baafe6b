"""What the form of one service says, read into the rows of the directory; and what cannot be taken."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from babel import Locale
from multidict import MultiDict, MultiMapping

from bot.clock import current_date
from bot.directory.numbers import NumberError, read_number, withheld_reason
from bot.directory.one_service import AREA, CHECK, OneService, free_id, take_out, unchecked
from bot.directory.places import find_place, is_area
from bot.directory.services import FIRST_SERVICE
from bot.directory.tables import Row, Tables
from bot.messages import Message
from bot.text.phones import PHONE

# Texts of a service, with how many letters each may have; those in both languages end in _es in Spanish.
TWINS: Mapping[str, int] = {
    "name": 100,
    "alternate_name": 40,
    "description": 160,
    "eligibility_description": 300,
    "fees_description": 200,
    "interpretation_services": 200,
    "caution": 160,
    "alert": 500,
}
NEEDED = ("name", "description")
SINGLE: Mapping[str, int] = {"url": 300, "source_url": 900, "outside_hours": 60, "status": 20}
STATUSES = ("active", "temporarily closed", "inactive", "defunct")
KINDS = ("voice", "text", "cell", "textphone", "video", "fax", "pager")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NEW = "new"
# Every language that has a name, by its ISO 639-1 code.
SPOKEN = tuple(code for code in Locale("en").languages if len(code) == 2)
# So many rows of one kind can stand on the form.
MOST_ROWS = 20
_ALL_DAY = ("00:00", "23:59")
_NOTE_LENGTH, _PURPOSE_LENGTH, _DOCUMENT_LENGTH, _PLAIN_LENGTH = 100, 60, 120, 200


@dataclass
class Reading:
    """What was read, and what is wrong by the name of the field."""

    tables: Tables
    posted: MultiMapping[Any]
    who: str
    problems: dict[str, list[Message]] = field(default_factory=dict)

    def add(self, name: str, message: Message) -> None:
        """Note what is wrong with a field."""
        self.problems.setdefault(name, []).append(message)

    def text(self, name: str, most: int = _PLAIN_LENGTH) -> str:
        """Return what a field says, on one line."""
        said = " ".join(str(self.posted.get(name, "")).split())
        if len(said) > most:
            self.add(name, Message("form_too_long", count=len(said), most=most))
        formula = said[:1] in ("=", "@") or (said[:1] == "+" and not said[1:2].isdecimal())
        if formula or any(sign in "<>" or not sign.isprintable() for sign in said):
            self.add(name, Message("form_signs"))
        return said

    def twins(self, name: str, most: int, *, needed: bool = False) -> tuple[str, str]:
        """Return a text in English and in Spanish: both, or neither where it is not needed."""
        english, spanish = self.text(name, most), self.text(f"{name}_es", most)
        for one, other, missing in ((english, spanish, f"{name}_es"), (spanish, english, name)):
            if one and not other:
                self.add(missing, Message("form_other_language"))
        if needed and not english and not spanish:
            self.add(name, Message("form_needed"))
        return english, spanish

    def day(self, name: str, *, past: bool = False) -> str:
        """Return a day as 2026-11-29, empty where there is none."""
        said = self.text(name, 10)
        if not said:
            return ""
        try:
            day = datetime.date.fromisoformat(said)
        except ValueError:
            self.add(name, Message("form_no_day"))
            return ""
        if past and day > current_date():
            self.add(name, Message("form_day_to_come"))
        return day.isoformat()

    def time(self, name: str) -> str:
        """Return a time of day as 09:00, empty where there is none."""
        said = self.text(name, 8)
        if not said:
            return ""
        try:
            return f"{datetime.time.fromisoformat(said):%H:%M}"
        except ValueError:
            self.add(name, Message("form_no_time"))
            return ""


def posted_of(one: OneService) -> MultiDict[str]:
    """Return the fields of a form that say what is known of a service."""
    fields: MultiDict[str] = MultiDict(one.facts)
    fields.update({f"organization-{name}": value for name, value in one.organization.items()})
    usual = [row for row in one.schedules if row["byday"]]
    special = [row for row in one.schedules if not row["byday"]]
    for kind, rows in (
        ("phones", one.phones),
        ("hours", usual),
        ("special", special),
        ("places", one.places),
        ("documents", one.documents),
    ):
        for number, row in enumerate(rows):
            for name, value in row.items():
                if name not in ("byday", "language_codes"):
                    fields.add(f"{kind}-{number}-{name}", value)
            for name, listed in (("day", "byday"), ("language", "language_codes")):
                for value in filter(None, row.get(listed, "").split(",")):
                    fields.add(f"{kind}-{number}-{name}", value)
            if (row.get("opens_at"), row.get("closes_at")) == _ALL_DAY:
                fields[f"{kind}-{number}-all_day"] = "1"
    for row in one.areas:
        fields.add("area", area_value(row))
    for name, values in (("need", one.needs), ("language", one.languages)):
        for value in values:
            fields.add(name, value)
    return fields


def read_form(
    posted: MultiMapping[Any], service: str, tables: Tables, who: str
) -> tuple[OneService, dict[str, list[Message]]]:
    """Return the service that a form describes, and what is wrong by the name of the field.

    `service` is its id, or "new". What the form does not ask for stays as it is in the tables.
    """
    present = take_out(tables, service)
    reading = Reading(tables, posted, who)
    facts = dict(present.facts) if present else dict.fromkeys(tables["services"][0], "")
    facts.pop("id", None)
    for name, most in TWINS.items():
        facts[name], facts[f"{name}_es"] = reading.twins(name, most, needed=name in NEEDED)
        for column in (name, f"{name}_es"):
            if found := PHONE.search(facts[column]):
                reading.add(column, Message("form_number_typed", number=found[0]))
    for name, most in SINGLE.items():
        facts[name] = reading.text(name, most)
    _check_single(facts, service, reading)
    organization = _organization(facts, reading)
    terms = [row["id"] for row in tables["taxonomy_terms"]]
    checked_today = "checked_today" in posted
    if checked_today:
        facts["assured_date"], facts["assured_by"] = current_date().isoformat(), who
    one = OneService(
        present.id if present else free_id(facts["name"], {row["id"] for row in tables["services"]}),
        facts,
        phones=_rows("phones", reading, present.phones if present else (), _phone),
        schedules=[
            *_rows("hours", reading, present.schedules if present else (), _hours),
            *_rows("special", reading, present.schedules if present else (), _special),
        ],
        needs=_chosen("need", posted, present.needs if present else (), terms),
        languages=_chosen("language", posted, present.languages if present else (), SPOKEN),
        areas=_areas(reading, present.areas if present else ()),
        documents=_rows("documents", reading, present.documents if present else (), _document),
        places=_rows("places", reading, present.places if present else (), _place),
        organization=organization,
    )
    if not one.needs:
        reading.add("need", Message("form_need_missing"))
    if not (one.phones or one.places or facts["url"]):
        reading.add("phones-0-number", Message("form_unreachable"))
    careful = {row["id"] for row in tables["organizations"] if row["needs_caution"]}
    if facts["organization_id"] in careful and not facts["caution"]:
        reading.add("caution", Message("form_caution_missing"))
    one = unchecked(present, one)
    if not present and not checked_today:
        one = dataclasses.replace(one, facts={**one.facts, "assured_date": "", "assured_by": ""})
    return one, reading.problems


def _check_single(facts: Row, service: str, reading: Reading) -> None:
    for name in ("url", "source_url"):
        for address in facts[name].split() if name == "source_url" else filter(None, (facts[name],)):
            if not address.startswith(("http://", "https://")) or " " in address or "." not in address:
                reading.add(name, Message("form_no_address", address=address[:60]))
    if not facts["source_url"]:
        reading.add("source_url", Message("form_source_missing"))
    if facts["status"] not in STATUSES:
        facts["status"] = "active"
    if service == FIRST_SERVICE and facts["status"] != "active":
        reading.add("status", Message("form_first_service"))
    known = {row["id"] for row in reading.tables["services"]} - {service}
    if facts["outside_hours"] and facts["outside_hours"] not in known:
        reading.add("outside_hours", Message("form_no_such_service"))


def _organization(facts: Row, reading: Reading) -> Row:
    """Return a new organization, empty where one of the table was chosen."""
    facts["organization_id"] = reading.text("organization_id", 200)
    if facts["organization_id"] in {row["id"] for row in reading.tables["organizations"]}:
        return {}
    facts["organization_id"] = ""
    name = reading.text("organization-name", 100)
    if not name:
        reading.add("organization-name", Message("form_organization_missing"))
        return {}
    public = "yes" if "organization-public_body" in reading.posted else ""
    return {"name": name, "public_body": public, "description": name}


def _chosen(name: str, posted: MultiMapping[Any], before: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Return what was ticked, in the order in which it stood before."""
    ticked = {*map(str, posted.getall(name, ()))}
    return [value for value in dict.fromkeys((*before, *allowed)) if value in ticked]


_Read = Callable[[str, Reading, Row], Row | None]


def _rows(kind: str, reading: Reading, present: Iterable[Row], read: _Read) -> list[Row]:
    """Return the rows of one kind that the form has; `read` gives None for one that is empty."""
    known = {row["id"]: row for row in present}
    found, taken = [], set()
    for number in range(MOST_ROWS):
        name = f"{kind}-{number}-"
        identity = str(reading.posted.get(f"{name}id", ""))
        before = known.get(identity, {}) if identity not in taken else {}
        if f"{name}remove" in reading.posted:
            continue
        row = read(name, reading, before)
        if row is not None:
            taken.add(identity)
            found.append({**row, "id": before.get("id", "") or _chosen_place(kind, identity, reading)})
    return found


def _chosen_place(kind: str, identity: str, reading: Reading) -> str:
    """Return the id of a place of another service that was chosen for this one too."""
    known = {row["id"] for row in reading.tables["locations"]} if kind == "places" else ()
    return identity if identity in known else ""


def _phone(name: str, reading: Reading, before: Row) -> Row | None:
    typed = reading.text(f"{name}number", 40)
    if not typed:
        return None
    number = typed
    try:
        number = read_number(typed)
    except NumberError as error:
        reading.add(f"{name}number", error.message)
    if reason := withheld_reason(number, reading.tables):
        reading.add(f"{name}number", Message("number_withheld", number=number, reason=reason))
    extension = reading.text(f"{name}extension", 8)
    if extension and not extension.isdecimal():
        reading.add(f"{name}extension", Message("form_extension"))
    purpose, purpose_es = reading.twins(f"{name}purpose", _PURPOSE_LENGTH)
    kind = reading.text(f"{name}type", 12)
    spoken = _chosen(f"{name}language", reading.posted, before.get("language_codes", "").split(","), SPOKEN)
    called = f"{name}called" in reading.posted
    check = (
        (current_date().isoformat(), reading.who) if called else (before.get(column, "") for column in CHECK)
    )
    return {
        "number": number,
        "extension": extension,
        "type": kind if kind in KINDS else "voice",
        "description": reading.text(f"{name}description", _PLAIN_LENGTH),
        "purpose": purpose,
        "purpose_es": purpose_es,
        "language_codes": ",".join(spoken),
        **dict(zip(CHECK, check, strict=True)),
    }


def _times(name: str, reading: Reading) -> tuple[str, str]:
    if f"{name}all_day" in reading.posted:
        return _ALL_DAY
    opens, closes = reading.time(f"{name}opens_at"), reading.time(f"{name}closes_at")
    if bool(opens) != bool(closes):
        reading.add(f"{name}closes_at" if opens else f"{name}opens_at", Message("form_time_missing"))
    elif opens and opens >= closes:
        reading.add(f"{name}closes_at", Message("form_closes_before"))
    return opens, closes


def _hours(name: str, reading: Reading, before: Row) -> Row | None:
    days = [day for day in DAYS if day in map(str, reading.posted.getall(f"{name}day", ()))]
    opens, closes = _times(name, reading)
    note, note_es = reading.twins(f"{name}note", _NOTE_LENGTH)
    appointment = "yes" if f"{name}appointment" in reading.posted else ""
    if not (days or opens or closes or note or appointment):
        return None
    if not days:
        reading.add(f"{name}opens_at", Message("form_days_missing"))
    elif not opens and not appointment and not closes:
        reading.add(f"{name}opens_at", Message("form_times_missing"))
    row = {"byday": ",".join(days), "opens_at": opens, "closes_at": closes}
    same = all(before.get(column) == value for column, value in row.items())
    kept = {"description": before.get("description", "") if same else ""}
    period = {column: before.get(column, "") for column in ("valid_from", "valid_to")}
    return {**row, **kept, "appointment": appointment, **period, "note": note, "note_es": note_es}


def _special(name: str, reading: Reading, before: Row) -> Row | None:
    first, last = reading.day(f"{name}valid_from"), reading.day(f"{name}valid_to")
    opens, closes = _times(name, reading)
    note, note_es = reading.twins(f"{name}note", _NOTE_LENGTH)
    if not (first or last):
        if opens or closes or note:
            reading.add(f"{name}valid_from", Message("form_day_missing"))
        return None
    first, last = first or last, last or first
    if first > last:
        reading.add(f"{name}valid_to", Message("form_days_backwards"))
    return {
        "byday": "",
        "opens_at": opens,
        "closes_at": closes,
        "description": before.get("description", ""),
        "appointment": before.get("appointment", ""),
        "valid_from": first,
        "valid_to": last,
        "note": note,
        "note_es": note_es,
    }


def _document(name: str, reading: Reading, before: Row) -> Row | None:
    english, spanish = reading.twins(f"{name}document", _DOCUMENT_LENGTH)
    return {"document": english, "document_es": spanish} if english or spanish else None


def _place(name: str, reading: Reading, before: Row) -> Row | None:
    place = {
        column: reading.text(f"{name}{column}", 100)
        for column in ("name", "address_1", "city", "state_province", "postal_code")
    }
    if not (place["address_1"] or place["postal_code"] or place["name"]):
        return None
    place["state_province"] = place["state_province"].upper() or "CA"
    for column in ("address_1", "city"):
        if not place[column]:
            reading.add(f"{name}{column}", Message("form_needed"))
    zip_code = place["postal_code"]
    if not (len(zip_code) == 5 and zip_code.isdecimal()):
        reading.add(f"{name}postal_code", Message("form_zip"))
    elif find_place(zip_code) is None:
        reading.add(f"{name}postal_code", Message("form_zip_unknown", zip=zip_code))
    place["name"] = place["name"] or place["address_1"]
    return place


def area_value(row: Mapping[str, str]) -> str:
    """Return what a form sends for an area."""
    return "|".join(row[column] for column in AREA)


def _areas(reading: Reading, present: Iterable[Row]) -> list[Row]:
    known = {area_value(row): row["id"] for row in present}
    listed = {area_value(row): row for row in reading.tables["service_areas"]}
    rows = []
    for said in _chosen("area", reading.posted, known, listed):
        rows.append({"id": known.get(said, ""), **{column: listed[said][column] for column in AREA}})
    name, name_es = reading.twins("area-name", 100)
    extent = reading.text("area-extent", 500)
    if name or extent:
        places = [one.strip() for one in extent.replace(",", ";").split(";") if one.strip()]
        if not places:
            reading.add("area-extent", Message("form_needed"))
        for place in places:
            if not is_area(place):
                reading.add("area-extent", Message("form_area_unknown", area=place))
        rows.append({"id": "", "name": name, "name_es": name_es, "extent": "; ".join(places)})
    return rows
