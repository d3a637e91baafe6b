"""One service over the linked tables of the directory: taken out as a whole, and put back.

The rows of a service keep their ids, so that what has not changed is the same row as before.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date

from bot.directory.reading import phone_of, schedule_of
from bot.directory.services import OF_SERVICE
from bot.directory.tables import Row, Tables
from bot.files.hashing import canonical_json
from bot.messages import Message
from bot.text.language import fold

# What a row of each part says, without its id and the service it belongs to.
PHONE = ("number", "extension", "type", "description", "purpose", "purpose_es", "language_codes")
CHECK = ("checked", "checked_by")
HOURS = (
    "byday",
    "opens_at",
    "closes_at",
    "description",
    "appointment",
    "valid_from",
    "valid_to",
    "note",
    "note_es",
)
AREA = ("name", "name_es", "extent")
DOCUMENT = ("document", "document_es")
PLACE = ("name", "address_1", "city", "state_province", "postal_code")
WITHHELD = (
    *("number", "who", "reason", "reason_es", "source_url"),
    *("cleared_on", "cleared_by", "cleared_because"),
)


@dataclass(frozen=True)
class OneService:
    """A service and all that belongs to it, as rows of text.

    `facts` are the columns of its own row, without the id. `needs` are ids of taxonomy terms and `languages`
    ISO 639-1 codes. The rows of `phones`, `schedules`, `areas`, `documents` and `places` have the id that
    they have in their table, empty for a new one; that of a place is the id of the location. `organization`
    is a new one, empty where `organization_id` names one that is there.
    """

    id: str
    facts: Mapping[str, str]
    phones: Sequence[Row] = ()
    schedules: Sequence[Row] = ()
    needs: Sequence[str] = ()
    languages: Sequence[str] = ()
    areas: Sequence[Row] = ()
    documents: Sequence[Row] = ()
    places: Sequence[Row] = ()
    organization: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def state(self) -> str:
        """What is another one as soon as anything of it changes."""
        written = canonical_json(dataclasses.asdict(self))
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def numbers(self) -> dict[str, str]:
        """Its numbers with their extensions, by the ids of their rows."""
        return {row["id"]: f"{row['number']} {row['extension']}".strip() for row in self.phones}


def take_out(tables: Tables, service: str) -> OneService | None:
    """Return a service of the tables; None where there is none of that id."""
    own = next((row for row in tables["services"] if row["id"] == service), None)
    if own is None:
        return None
    rows = {table: [row for row in tables[table] if row[key] == service] for table, key in OF_SERVICE.items()}

    def parts(table: str, columns: Iterable[str]) -> list[Row]:
        return [{name: row[name] for name in ("id", *columns)} for row in rows[table]]

    return OneService(
        service,
        {name: value for name, value in own.items() if name != "id"},
        phones=parts("phones", (*PHONE, *CHECK)),
        schedules=parts("schedules", HOURS),
        needs=[row["taxonomy_term_id"] for row in rows["attributes"]],
        languages=[row["code"] for row in rows["languages"]],
        areas=parts("service_areas", AREA),
        documents=parts("required_documents", DOCUMENT),
        places=[_place(tables, row["location_id"]) for row in rows["service_at_location"]],
    )


def _place(tables: Tables, location: str) -> Row:
    name = next((row["name"] for row in tables["locations"] if row["id"] == location), "")
    address = next((row for row in tables["addresses"] if row["location_id"] == location), {})
    return {"id": location, "name": name, **{column: address.get(column, "") for column in PLACE[1:]}}


def unchecked(before: OneService | None, after: OneService) -> OneService:
    """Return a service in which nobody has checked what has changed of its numbers.

    A number that is new, or is another one, has been called by nobody unless the row says another day than
    before; and then nobody has checked the service either.
    """
    then = {row["id"]: row for row in before.phones} if before else {}
    phones, fresh = [], False
    for row in after.phones:
        was = then.get(row["id"], {})
        same = all(row[name] == was.get(name) for name in ("number", "extension", "type"))
        called = row["checked"] and (not was or row["checked"] != was.get("checked"))
        fresh = fresh or not (same or called)
        phones.append(row if same or called else {**row, **dict.fromkeys(CHECK, "")})
    facts = after.facts
    if fresh and before and facts["assured_date"] == before.facts["assured_date"]:
        facts = {**facts, "assured_date": "", "assured_by": ""}
    return dataclasses.replace(after, phones=phones, facts=facts)


def put_back(tables: Tables, one: OneService) -> Tables:
    """Return the tables with a service as it is now; a new one stands last."""
    new = {name: list(rows) for name, rows in tables.items()}
    owner = one.facts["organization_id"]
    if one.organization:
        owner = _free("organizations", one.organization["name"], new)
        row = dict.fromkeys(_columns(tables, "organizations"), "")
        new["organizations"].append({**row, **one.organization, "id": owner})
    _exchange(new, "services", "id", one.id, [{"id": one.id, **one.facts, "organization_id": owner}])
    _exchange(new, "phones", "service_id", one.id, _rows(one, "phone", one.phones))
    _exchange(new, "schedules", "service_id", one.id, _rows(one, "hours", one.schedules))
    areas = [{**row, "extent_type": "text"} for row in one.areas]
    _exchange(new, "service_areas", "service_id", one.id, _rows(one, "area", areas))
    _exchange(new, "required_documents", "service_id", one.id, _rows(one, "bring", one.documents))
    links = {row["taxonomy_term_id"]: row["id"] for row in tables["attributes"] if row["link_id"] == one.id}
    needs = [
        {
            "id": links.get(need, f"{one.id}-needs-{need}"),
            "link_id": one.id,
            "taxonomy_term_id": need,
            "link_entity": "service",
        }
        for need in one.needs
    ]
    _exchange(new, "attributes", "link_id", one.id, needs)
    english = Locale("en").languages
    spoken = [
        {"id": f"{one.id}-{code}", "service_id": one.id, "name": english[code], "code": code}
        for code in one.languages
    ]
    _exchange(new, "languages", "service_id", one.id, spoken)
    _put_places(new, one, owner)
    return new


def taken_away(tables: Tables, service: str) -> Tables:
    """Return the tables without a service, and without places that no other has."""
    new = {name: list(rows) for name, rows in tables.items()}
    for table, key in (("services", "id"), *OF_SERVICE.items()):
        new[table] = [row for row in new[table] if row[key] != service]
    _drop_places(
        new, {row["location_id"] for row in tables["service_at_location"] if row["service_id"] == service}
    )
    return new


def _put_places(new: Tables, one: OneService, owner: str) -> None:
    before = {
        row["location_id"]: row["id"] for row in new["service_at_location"] if row["service_id"] == one.id
    }
    links = []
    for place in one.places:
        name = place["id"] or _free("locations", place["name"], new)
        location = dict.fromkeys(_columns(new, "locations"), "")
        location |= {"id": name, "organization_id": owner, "location_type": "physical"}
        location |= next((row for row in new["locations"] if row["id"] == name), {})
        _exchange(new, "locations", "id", name, [{**location, "name": place["name"]}])
        address = {"id": f"{name}-address", "location_id": name, "country": "US", "address_type": "physical"}
        first, *others = [row for row in new["addresses"] if row["location_id"] == name] or [address]
        first = {**first, **{column: place[column] for column in PLACE[1:]}}
        _exchange(new, "addresses", "location_id", name, [first, *others])
        link = before.get(name, f"{one.id}-at-{name}")
        links.append({"id": link, "service_id": one.id, "location_id": name})
    _exchange(new, "service_at_location", "service_id", one.id, links)
    _drop_places(new, before.keys() - {row["location_id"] for row in links})


def _drop_places(new: Tables, names: Iterable[str]) -> None:
    """Take places away that no service has any more."""
    gone = {*names} - {row["location_id"] for row in new["service_at_location"]}
    new["locations"] = [row for row in new["locations"] if row["id"] not in gone]
    new["addresses"] = [row for row in new["addresses"] if row["location_id"] not in gone]


def _exchange(new: Tables, table: str, key: str, value: str, rows: Iterable[Row]) -> None:
    """Put rows in the places of those of that key, one after the other; what is more behind the last."""
    wanted, found = [dict(row) for row in rows], list[Row]()
    last = max((index for index, row in enumerate(new[table]) if row[key] == value), default=-1)
    for index, row in enumerate(new[table]):
        if row[key] != value:
            found.append(row)
        elif wanted:
            found.append(wanted.pop(0))
        if index == last:
            found += wanted
            wanted = []
    new[table] = [*found, *wanted]


def _rows(one: OneService, kind: str, parts: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows of a part, each with an id of its own."""
    taken = {row["id"] for row in parts}
    for row in parts:
        name, number = row["id"] or f"{one.id}-{kind}", 1
        while not row["id"] and name in taken:
            number += 1
            name = f"{one.id}-{kind}-{number}"
        taken.add(name)
        yield {**row, "id": name, "service_id": one.id}


def _columns(tables: Tables, table: str) -> Iterable[str]:
    return tables[table][0] if tables[table] else _WHERE_EMPTY[table]


# The columns of tables in which there is no row yet.
_WHERE_EMPTY = {
    "organizations": (
        "id",
        "name",
        "alternate_name",
        "description",
        "website",
        "needs_caution",
        "public_body",
    ),
    "locations": ("id", "organization_id", "name", "location_type", "latitude", "longitude"),
}


def _free(table: str, name: str, tables: Tables) -> str:
    taken = {row["id"] for row in tables[table]}
    return free_id(name, taken)


def free_id(name: str, taken: Iterable[str]) -> str:
    """Return an id made of a name ("legal-aid-society"), and of a number where it is taken."""
    words = fold(name).split()
    wanted = "-".join(
        filter(None, ("".join(c for c in word if c.isascii() and c.isalnum()) for word in words))
    )
    wanted = wanted[:50].strip("-") or "service"
    found, number = wanted, 1
    while found in {*taken}:
        number += 1
        found = f"{wanted}-{number}"
    return found


def in_words(one: OneService | None, tables: Tables, language: str) -> dict[str, str]:
    """Return what is known of a service as texts in a language, by the names of columns and tables.

    What is not known is left out.
    """
    if one is None:
        return {}
    locale = Locale(language)
    term = "name" if language == "en" else f"name_{language}"
    terms = {row["id"]: row[term] for row in tables["taxonomy_terms"]}
    owners = {row["id"]: row["name"] for row in tables["organizations"]}
    services = {row["id"]: row[term] for row in tables["services"]}
    told = dict(one.facts)
    told["organization_id"] = one.organization.get("name") or owners.get(told["organization_id"], "")
    told["outside_hours"] = services.get(told["outside_hours"], told["outside_hours"])
    told["phones"] = "\n".join(_phone_in_words(row, language) for row in one.phones)
    told["schedules"] = "\n".join(schedule_of(row).describe(language) for row in one.schedules)
    told["attributes"] = ", ".join(terms.get(need, need) for need in one.needs)
    told["languages"] = ", ".join(locale.languages[code] for code in one.languages)
    for table, rows, columns in (
        ("service_areas", one.areas, AREA),
        ("required_documents", one.documents, DOCUMENT),
        ("service_at_location", one.places, PLACE),
    ):
        told[table] = "\n".join(", ".join(row[name] for name in columns if row[name]) for row in rows)
    return {name: text for name, text in told.items() if text}


def _phone_in_words(row: Row, language: str) -> str:
    line = phone_of(row)
    spoken = ", ".join(Locale(language).languages[code] for code in line.languages)
    about = (line.spoken, line.purpose[language], spoken, row["description"])
    day = format_date(line.checked, "medium", locale=language) if line.checked else ""
    key = "number_called" if day else "number_uncalled"
    called = Message(key, day=day, who=row["checked_by"]).in_language(language)
    return "; ".join(filter(None, (*about, called)))
