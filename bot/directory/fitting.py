"""Rows of HSDS 3 as others publish them, brought into the shape of our directory; what does not fit is said.

Ours knows the numbers, languages and hours of services. Those of a place, of an organization or of a service
at a place are taken for the services that they stand for. What cannot be shown rightly is left out, and a
note says what, why and what to do: a fax is not for calling, and hours of every second week are not those of
every week.
"""

from __future__ import annotations

import datetime
import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import phonenumbers
from babel import Locale
from babel.core import get_global

from bot.clock import TIME_ZONE, current_date
from bot.directory.tables import Row, Tables
from bot.messages import Message, read_messages

# What a row of a table that belongs to services may stand for, the nearest first.
_OWNERS = ("service_id", "service_at_location_id", "location_id", "organization_id")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(
    r"(?P<day>mo(?=n?$|nday)|tu(?=e?s?$|esday)|we(?=d?$|dnesday)|th(?=u?r?s?$|ursday)|fr(?=i?$|iday)"
    r"|sa(?=t?$|turday)|su(?=n?$|nday))(?:[a-z]*day|[a-z]{0,3})s?",
    re.IGNORECASE,
)
_SEVERAL_DAYS = {"weekdays": "MO-FR", "weekends": "SA,SU", "daily": "MO-SU", "every day": "MO-SU"}
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?::?(?P<minute>[0-9]{2}))?(?::[0-9]{2})?(?:\.[0-9]+)?"
    r" ?(?P<half>[ap])?(?:\.?m\.?)? ?(?P<zone>Z|[+-][0-9]{1,2}(?::?[0-9]{2})?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-]?)([0-9]{1,2})(?::?([0-9]{2}))?")
# What else tells when something recurs than on which days of every week.
_BEYOND_WEEKS = ("byweekno", "bymonthday", "byyearday", "count")
# Kinds of numbers by their other names; what is no kind is a line to call.
_KINDS = {"sms": "text", "tty": "textphone", "tdd": "textphone", "mobile": "cell"}
_KNOWN_KINDS = ("text", "voice", "cell", "video", "textphone", "fax", "pager")
_NOT_TO_CALL = ("fax", "pager")
_STATUS = ("active", "inactive", "defunct", "temporarily closed")
_COUNTRIES = ("us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "840", "")
_STATES = {"california": "CA", "calif.": "CA", "calif": "CA", "ca.": "CA"}
_LOCAL_ZONES = ("America/Los_Angeles", "US/Pacific", "PST", "PDT", "PT")
_MOST_LETTERS = {"alternate_name": 40, "description": 160}
# Columns that have no place of their own, but are read.
_READ_BESIDES = (
    *(
        "address_2",
        "last_modified",
        "valid_from",
        "valid_to",
        "until",
        "dtstart",
        "timezone",
        "freq",
        "interval",
    ),
    *("wkst", "count", "byweekno", "bymonthday", "byyearday", "type", "url"),
)
_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://[^ ]+")
# As the columns of a table are called in the profiles of others.
_OTHER_NAMES = {
    "services": {"organisation_id": "organization_id", "fees": "fees_description"},
    "languages": {"language": "name", "language_code": "code"},
    "addresses": {"address": "address_1", "street_address": "address_1", "state": "state_province",
                  "region": "state_province", "zip": "postal_code", "zip_code": "postal_code",
                  "type": "address_type"},
    "phones": {"phone": "number", "phone_number": "number", "phone_type": "type", "ext": "extension"},
    "locations": {"lat": "latitude", "lng": "longitude", "lon": "longitude", "long": "longitude",
                  "type": "location_type"},
    "schedules": {"weekday": "byday", "days": "byday", "opens": "opens_at", "closes": "closes_at"},
    "service_areas": {"service_area": "name"},
    "required_documents": {"name": "document"},
}  # fmt: skip


@dataclass
class Pulled:
    """The tables of a directory that was fetched, and notes on what was left out, and why."""

    tables: Tables
    notes: list[Message] = field(default_factory=list)


def fit(
    raw: Mapping[str, Sequence[Mapping[str, str]]], columns: Mapping[str, Sequence[str]], source: str
) -> Pulled:
    """Return published tables with the columns of ours; `source` is where a service says nothing else.

    The rows are those of whole tables, by the names that ours have, with all columns that others give.
    """
    return _Fitting(raw, source).fitted(columns)


class _Fitting:
    def __init__(self, raw: Mapping[str, Sequence[Mapping[str, str]]], source: str) -> None:
        self._rows = {table: [_plain(table, row) for row in rows] for table, rows in raw.items()}
        self._source, self._today = source, current_date()
        self._notes: list[Message] = []
        services = self._of("services")
        self._names = {row["id"]: row.get("name", "") or row["id"] for row in services}
        self._organizations = {row["id"] for row in self._of("organizations")}
        self._owner_of = {row["id"]: row.get("organization_id", "") for row in services}
        at = self._of("service_at_location")
        self._of_owner: dict[str, dict[str, list[str]]] = {
            "service_id": {row["id"]: [row["id"]] for row in services},
            "service_at_location_id": {row["id"]: [row["service_id"]] for row in at if row.get("service_id")},
            "location_id": _grouped(at, "location_id", "service_id"),
            "organization_id": _grouped(services, "organization_id", "id"),
        }

    def _of(self, table: str) -> list[Row]:
        return self._rows.get(table, [])

    def fitted(self, columns: Mapping[str, Sequence[str]]) -> Pulled:
        found: dict[str, list[Row]] = {
            "organizations": [self._organization(row) for row in self._of("organizations")],
            "services": [self._service(row) for row in self._of("services")],
            "phones": self._phones(),
            "languages": self._languages(),
            "schedules": self._schedules(),
            "locations": [self._location(row) for row in self._of("locations")],
            "addresses": self._addresses(),
            "service_at_location": self._of("service_at_location"),
            "service_areas": self._areas(),
            "required_documents": self._of("required_documents"),
            "attributes": self._attributes(),
        }
        for table, rows in self._rows.items():
            if table not in columns and rows:
                self._notes.append(Message("pulled_no_place", table=_table(table), number=len(rows)))
            elif others := sorted(_others(rows, (*columns.get(table, ()), *_OTHER_NAMES.get(table, ())))):
                self._notes.append(Message("pulled_columns", table=_table(table), columns=", ".join(others)))
        tables = {
            table: [{column: row.get(column, "") for column in names} for row in found.get(table, [])]
            for table, names in columns.items()
        }
        return Pulled(tables, self._notes)

    def _leave(self, service: str, what: str, why: str, **values: object) -> None:
        """Note what was left out of a service; `why` is the key of the reason and of what to do."""
        name = self._names.get(service, service) or Message("pulled_of_no_service")
        self._notes.append(Message("pulled_left_out", service=name, what=what, why=Message(why, **values)))

    def _organization(self, row: Row) -> Row:
        website = self._link(row.get("website") or row.get("url", ""), row["id"])
        return {**row, "description": row.get("description") or row.get("name", ""), "website": website}

    def _service(self, row: Row) -> Row:
        name, status = row["id"], row.get("status", "").lower() or "active"
        if status not in _STATUS:
            self._leave(name, status, "pulled_status_unknown")
            status = "inactive"
        day = (row.get("assured_date") or row.get("last_modified", ""))[:10]
        if not _date(day) or day > str(self._today):
            self._leave(name, day or "–", "pulled_never_checked")
            day = ""
        for column, most in _MOST_LETTERS.items():
            text = row.get(column, "")
            if len(text) > most:
                short = "" if column == "alternate_name" else f"{text[: most - 1].rpartition(' ')[0]}…"
                self._leave(name, text, "pulled_too_long", most=most)
                row = {**row, column: short}
        sources = [one for one in row.get("source_url", "").split() if _ADDRESS.fullmatch(one)]
        return {
            **row,
            "description": row.get("description") or row.get("name", ""),
            "url": self._link(row.get("url", ""), name),
            "status": status,
            "assured_date": day,
            "source_url": " ".join(sources) or self._source.replace("{id}", name),
        }

    def _link(self, text: str, owner: str) -> str:
        if not text or _ADDRESS.fullmatch(text):
            return text
        if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", text):
            return f"https://{text}"
        self._leave(owner, text, "pulled_no_address")
        return ""

    def _owned(self, table: str) -> Iterator[tuple[str, Row, str]]:
        """Yield each row of a table with the service that it stands for, and whose row it is."""
        for row in self._of(table):
            owner = next((name for name in _OWNERS if row.get(name)), "")
            services = self._of_owner.get(owner, {}).get(row.get(owner, ""), [])
            if not services:
                self._leave("", row.get("number") or row.get("name") or row["id"], "pulled_stands_for_none")
            for service in services:
                own = row["id"] if len(services) == 1 else f"{row['id']}-{service}"
                yield service, {**row, "id": own, "service_id": service}, owner

    def _nearest(self, table: str) -> dict[str, list[Row]]:
        """Return the rows of each service: its own, else those at its places, else its organization's."""
        by_owner: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for service, row, owner in self._owned(table):
            by_owner[service][owner].append(row)
        return {
            service: next(found[owner] for owner in _OWNERS if found.get(owner))
            for service, found in by_owner.items()
        }

    def _phones(self) -> list[Row]:
        found: list[Row] = []
        codes: dict[str, set[str]] = defaultdict(set)
        for row in self._of("languages"):
            if row.get("phone_id") and (
                code := _language(row.get("code", "")) or _language(row.get("name", ""))
            ):
                codes[row["phone_id"]].add(code)
        for service, rows in self._nearest("phones").items():
            numbers = set()
            for row in rows:
                kind = _kind(row.get("type", ""))
                number, extension = _phone(row.get("number", ""))
                if kind in _NOT_TO_CALL:
                    self._leave(service, row.get("number", ""), "pulled_not_to_call", kind=kind)
                elif not number:
                    self._leave(service, row.get("number", ""), "pulled_no_number")
                elif number not in numbers:
                    numbers.add(number)
                    digits = "".join(re.findall("[0-9]", row.get("extension", ""))) or extension
                    spoken = ",".join(sorted(codes.get(row["id"].removesuffix(f"-{service}"), ())))
                    known = {"number": number, "extension": digits, "type": kind, "language_codes": spoken}
                    found.append({**row, **known})
        return found

    def _languages(self) -> list[Row]:
        # Those of a number stand at the number.
        self._rows["languages"] = [
            row for row in self._of("languages") if any(row.get(owner) for owner in _OWNERS)
        ]
        found: list[Row] = []
        for service, rows in self._nearest("languages").items():
            codes = set()
            for row in rows:
                code = _language(row.get("code", "")) or _language(row.get("name", ""))
                if not code:
                    shown = next((row[key] for key in ("name", "code", "note") if row.get(key)), row["id"])
                    self._leave(service, shown, "pulled_language_unknown")
                elif code not in codes:
                    codes.add(code)
                    name = Locale("en").languages[code]
                    found.append({**row, "code": code, "name": row.get("name") or name})
        return found

    def _schedules(self) -> list[Row]:
        found: list[Row] = []
        for service, rows in self._nearest("schedules").items():
            hours: dict[str, dict[tuple[str, str, str], Row]] = defaultdict(dict)
            for row in rows:
                fitted = self._hours(service, row)
                if fitted:
                    place = row.get("service_at_location_id") or row.get("location_id", "")
                    hours[place][fitted["byday"], fitted["opens_at"], fitted["closes_at"]] = fitted
            if len({frozenset(one) for one in hours.values()}) > 1:
                self._leave(service, Message("pulled_hours"), "pulled_hours_differ")
                continue
            found += next(iter(hours.values()), {}).values()
        return found

    def _hours(self, service: str, row: Row) -> Row | None:
        """Return hours as ours are written; None after noting why they cannot be."""
        shown = " ".join(
            row.get(name, "") for name in ("byday", "opens_at", "closes_at", "description") if row.get(name)
        )
        for column, why in (("valid_to", "pulled_hours_over"), ("until", "pulled_hours_over")):
            day = _date(row.get(column, "")[:10])
            if day and day < self._today:
                self._leave(service, shown, why, day=day)
                return None
        frequency, interval = row.get("freq", "").upper(), row.get("interval", "")
        ordinals = re.search(r"[0-9]", row.get("byday", ""))
        if frequency not in ("", "WEEKLY", "DAILY") or interval not in ("", "0", "1", "1.0") or ordinals:
            self._leave(service, shown, "pulled_hours_not_weekly")
            return None
        if any(row.get(column) for column in _BEYOND_WEEKS):
            self._leave(service, shown, "pulled_hours_not_weekly")
            return None
        days = _days(row.get("byday", ""))
        first = _date(row.get("dtstart", "")[:10])
        if not days and frequency == "DAILY":
            days = list(_DAYS)
        elif not days and frequency == "WEEKLY" and first:
            days = [_DAYS[first.weekday()]]
        opens, closes = (_clock(row.get(column, "")) for column in ("opens_at", "closes_at"))
        if not days or opens is None or closes is None:
            self._leave(service, shown or row["id"], "pulled_hours_unclear")
            return None
        zones = {opens[1], closes[1], _zone(row.get("timezone", ""))} - {""}
        if not zones <= _local_zones(self._today.year):
            self._leave(service, shown, "pulled_hours_elsewhere", zone=", ".join(sorted(zones)))
            return None
        end = "23:59" if closes[0] in ("00:00", "24:00") else closes[0]
        if opens[0] >= end:
            self._leave(service, shown, "pulled_hours_overnight")
            return None
        ends = _date((row.get("valid_to") or row.get("until", ""))[:10])
        begins = _date(row.get("valid_from", "")[:10])
        held = {"valid_from": str(begins or ""), "valid_to": str(ends or "")}
        return {**row, **held, "byday": ",".join(days), "opens_at": opens[0], "closes_at": end}

    def _location(self, row: Row) -> Row:
        found = {**row, "location_type": row.get("location_type", "").lower() or "physical"}
        if row.get("organization_id") not in self._organizations:
            services = self._of_owner["location_id"].get(row["id"], [])
            found["organization_id"] = self._owner_of.get(services[0], "") if services else ""
        found["name"] = row.get("name") or row.get("alternate_name") or row["id"]
        places = [
            _degrees(row.get(column, ""), most) for column, most in (("latitude", 90), ("longitude", 180))
        ]
        if any(places) and not all(places):
            self._leave(
                "", f"{found['name']}: {row['latitude']}, {row['longitude']}", "pulled_no_place_on_earth"
            )
        found["latitude"], found["longitude"] = places if all(places) else ("", "")
        return found

    def _addresses(self) -> list[Row]:
        found = []
        for row in self._of("addresses"):
            lines = [row.get(name, "") for name in ("address_1", "address_2")]
            shown = ", ".join(filter(None, [*lines, row.get("city", ""), row.get("postal_code", "")]))
            zip_code = re.match(r"[0-9]{5}(?=$|[ -]?[0-9]{4}$)", row.get("postal_code", ""))
            state = row.get("state_province", "")
            if row.get("address_type", "").lower() == "postal":
                self._leave("", shown, "pulled_address_postal")
            elif row.get("country", "").lower() not in _COUNTRIES or not zip_code or not lines[0]:
                self._leave("", shown or row["id"], "pulled_address_odd")
            else:
                known = {
                    "address_1": ", ".join(filter(None, lines)),
                    "state_province": _STATES.get(state.lower(), state.upper()),
                    "postal_code": zip_code[0],
                    "country": "US",
                    "address_type": "physical",
                }
                found.append({**row, **known})
        return found

    def _areas(self) -> list[Row]:
        found = []
        nearest = self._nearest("service_areas")
        for service, row in ((service, row) for service, rows in nearest.items() for row in rows):
            is_text = row.get("extent_type", "") in ("", "text") and row.get("extent")
            name = row.get("name") or row.get("extent", "")
            extent = row["extent"] if is_text else name
            found.append(
                {**row, "service_id": service, "name": name, "extent": extent, "extent_type": "text"}
            )
        return found

    def _attributes(self) -> list[Row]:
        found, others = [], 0
        for row in self._of("attributes"):
            if row.get("link_id") in self._names:
                found.append({**row, "link_entity": "service"})
            else:
                others += 1
        if others:
            self._notes.append(Message("pulled_no_place", table=_table("attributes"), number=others))
        return found


def _grouped(rows: Iterable[Row], key: str, value: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.get(key) and row.get(value) and row[value] not in found[row[key]]:
            found[row[key]].append(row[value])
    return found


def _table(name: str) -> str:
    """Return what a table is called in sentences; as it is where it has no name here."""
    return Message(f"field_{name}") if f"field_{name}" in read_messages() else name


def _others(rows: Iterable[Row], known: Iterable[str]) -> set[str]:
    """Return the columns with something in them that have no place, nor are read for what has one."""
    given = {column for row in rows for column, value in row.items() if value and not column.endswith("_id")}
    return given - {*known, *_READ_BESIDES}


def _plain(table: str, row: Mapping[str, str]) -> Row:
    """Return a row with plain texts, our names of columns, and ids as ours are written."""
    names = _OTHER_NAMES.get(table, {})
    found: Row = {}
    for column, value in row.items():
        text = " ".join(html.unescape(_TAG.sub(" ", value)).split())
        if column == "id" or column.endswith("_id"):
            text = as_id(text)
        if text or column not in found:
            found[column] = text
    for theirs, ours in names.items():
        if found.get(theirs) and not found.get(ours):
            found[ours] = found[theirs]
    return found


def as_id(text: str) -> str:
    """Return an id in small letters, digits and dashes, as ours are written."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _phone(text: str) -> tuple[str, str]:
    """Return a number of the United States as 888-624-4752, and its extension; empty where it is none."""
    bare = text.strip(' "')
    if re.fullmatch(r"211|911|988", bare):
        return bare, ""
    try:
        number = phonenumbers.parse(bare, "US")
    except phonenumbers.NumberParseException:
        return "", ""
    if number.country_code != 1 or not phonenumbers.is_possible_number(number):
        return "", ""
    digits = f"{number.national_number:010}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", number.extension or ""


def _kind(text: str) -> str:
    """Return the kind of a number by what others call it; a line to call where it is none of those known."""
    words = [_KINDS.get(word, word) for word in re.split(r"[^a-z]+", text.lower())]
    return next((word for word in words if word in _KNOWN_KINDS), "voice")


def _language(text: str) -> str:
    """Return the ISO 639-1 code of a language by another code, or a name; empty if it has none."""
    known = {code: name for code, name in Locale("en").languages.items() if re.fullmatch("[a-z]{2}", code)}
    code = re.split(r"[-_]", text.lower())[0]
    code = str(get_global("language_aliases").get(code, code))
    if code in known:
        return code
    names = {name.lower(): code for code, name in known.items()}
    names |= {name.lower(): code for code, name in Locale("es").languages.items() if code in known}
    return str(names.get(text.lower(), ""))


def _days(text: str) -> list[str]:
    """Return the days of a week in their order, of "MO,TU", "Monday; Friday", "Mon-Fri"; none if unclear."""
    found: set[int] = set()
    text = _SEVERAL_DAYS.get(text.strip().lower(), text)
    for piece in re.split(r"[,;/&]|\band\b", text):
        ends = [
            match
            for one in re.split(r"\s*(?:-|–|\bto\b|\bthrough\b)\s*", piece.strip())
            if (match := _DAY.fullmatch(one.rstrip(".")))
        ]
        numbers = [_DAYS.index(match["day"].upper()) for match in ends]
        if len(numbers) == 1:
            found.add(numbers[0])
        elif len(numbers) == 2:
            found.update((numbers[0] + step) % 7 for step in range((numbers[1] - numbers[0]) % 7 + 1))
        elif piece.strip():
            return []
    return [_DAYS[number] for number in sorted(found)]


def _clock(text: str) -> tuple[str, str] | None:
    """Return a time as 09:00 with the offset that it names ("+0", "-8", or empty); None if unclear."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    elif not match["minute"]:
        return None
    if (hour > 23 and (hour, minute) != (24, 0)) or minute > 59:
        return None
    return f"{hour:02}:{minute:02}", _zone(match["zone"] or "")


def _zone(text: str) -> str:
    """Return an offset from UTC as "-8" or "+5:30"; a name of a zone as it is; empty where none is given."""
    if text.upper() in ("Z", "UTC"):
        return "+0"
    number = re.sub(r"\.0$", "", text.removeprefix("UTC").removeprefix("GMT"))
    match = _OFFSET.fullmatch(number)
    if not match:
        return text
    sign, minutes = match[1] or "+", f":{match[3]}" if match[3] and int(match[3]) else ""
    return f"{sign}{int(match[2])}{minutes}"


def _local_zones(year: int) -> set[str]:
    """Return how the time of Los Angeles is called: by its offsets in winter and in summer, and by name."""
    noons = (datetime.datetime(year, month, 1, 12, tzinfo=TIME_ZONE) for month in (1, 7))
    offsets = (noon.utcoffset() or datetime.timedelta() for noon in noons)
    return {f"{round(one.total_seconds() / 3600):+d}" for one in offsets} | set(_LOCAL_ZONES)


def _degrees(text: str, most: int) -> str:
    """Return degrees with a point, as 34.0; empty where it is none."""
    try:
        value = float(text)
    except ValueError:
        return ""
    return repr(value) if value and abs(value) <= most and "e" not in repr(value) else ""
