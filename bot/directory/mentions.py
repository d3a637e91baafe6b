"""Services that texts name by their ids: [chirla-hotline] stands for a name and a number.

So a number, a name or hours stand in one place, and one change there mends every answer.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from babel.dates import format_date

from bot.clock import TIME_ZONE
from bot.directory.cards import Say, hours_text, opening_text
from bot.directory.services import HOTLINE_NEED, Directory, Service
from bot.messages import Message
from bot.text.markup import phone_uri

# Needs whose services are called by who asks for them, and never first.
_NOT_FIRST = frozenset(("city", "consulate"))
_MENTION = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\]")


def mentioned(text: str) -> list[str]:
    """Return the ids of the services that a text names, in their order."""
    return _MENTION.findall(text)


def without_ids(text: str) -> str:
    """Return a text as it reads with short names put in, whichever they are."""
    return _MENTION.sub("CHIRLA", text)


def put_in(text: str, directory: Directory, language: str, *, said: Collection[Service] = ()) -> str:
    """Return a text with short name and number of each service that it names, and the caution it needs.

    Of those whose number was `said` before it is the name alone.
    """

    def reached(found: re.Match[str]) -> str:
        service = _service(found[1], directory)
        if service in said:
            return service.short_name[language]
        caution = service.caution[language]
        return name_and_number(service, language) + (f" ({caution.rstrip('.')})" if caution else "")

    return _MENTION.sub(reached, text)


def first_to_call(ids: Iterable[str], directory: Directory, now: datetime.datetime | None) -> Service | None:
    """Return the first of some services that answers a phone at that moment, or who answers in its stead.

    None where not everybody may call it before they have read more: it needs a caution, or is the police or a
    consulate, which is no help to who fled that country.
    """
    first = next((service for service in _in_order(ids, (), directory, now) if service.phones), None)
    if first is None or any(first.caution.values()) or _NOT_FIRST.intersection(first.needs):
        return None
    return first


def call_lines(
    ids: Iterable[str],
    directory: Directory,
    language: str,
    say: Say,
    *,
    now: datetime.datetime | None = None,
    named: Iterable[str] = (),
) -> Iterator[str]:
    """Yield a line for each service to call: name, number, hours, caution.

    With `now`, which has a time zone, it says whether it is open; those that are closed come last, behind
    the service that answers in their stead. Without it the line holds the hours. Those that a text has
    `named` have no line, but who answers in their stead has one.
    """
    for service in _in_order(ids, named, directory, now):
        opening = service.opening(now) if now else None
        hours = _hours(service, language)
        if now and opening:
            hours = opening_text(opening, now.astimezone(TIME_ZONE), language, say)
        parts = (name_and_number(service, language), hours, service.caution[language])
        yield ". ".join(part.rstrip(".") for part in parts if part) + "."


def call_cards(
    ids: Iterable[str], directory: Directory, language: str, say: Say, *, now: datetime.datetime | None
) -> Iterator[dict[str, Any]]:
    """Yield what a button to call each service says, ready for JSON; what is not known is an empty text.

    They come in the order of `call_lines`, those without a phone, which are read on the web, last. `now` has
    a time zone; without it nothing is said of whether somebody answers.
    """
    services = _in_order(ids, (), directory, now)
    for service in sorted(services, key=lambda one: not one.phones):
        opening = service.opening(now) if now else None
        number = service.number or _web_address(service)
        if not number:
            continue
        yield {
            "name": service.short_name[language],
            "number": number,
            "uri": phone_uri(service.phones[0]) if service.phones else service.url,
            "open": opening.open if opening and not opening.holiday else None,
            "opening": (
                opening_text(opening, now.astimezone(TIME_ZONE), language, say) if now and opening else ""
            ),
            "hours": _hours(service, language),
            "caution": service.caution[language],
        }


def _hours(service: Service, language: str) -> str:
    return hours_text(service, language)


def _in_order(
    ids: Iterable[str], named: Iterable[str], directory: Directory, now: datetime.datetime | None
) -> list[Service]:
    services, beside = ([_service(name, directory) for name in names] for names in (ids, named))
    if now is None:
        return list(dict.fromkeys(services))
    closed = [one for one in (*services, *beside) if (opening := one.opening(now)) and not opening.open]
    instead = [_service(one.outside_hours, directory) for one in closed if one.outside_hours]
    first = [one for one in services if one not in closed]
    last = [one for one in closed if one in services]
    return list(dict.fromkeys([*first, *(one for one in instead if one not in beside), *last]))


def _service(name: str, directory: Directory) -> Service:
    """Return a service; the hotline for one that went out of the directory after the answer was checked."""
    found = directory.by_id.get(name)
    return found or next(one for one in directory.services if HOTLINE_NEED in one.needs and one.phones)


def name_and_number(service: Service, language: str) -> str:
    """Return its short name and its number, or its web address where it has none."""
    name, number = service.short_name[language], service.number or _web_address(service)
    return name if not number or number in name.split() else f"{name}, {number}"


def to_choose(service: Service, language: str) -> str:
    """Return what a service is called where it is chosen: name, number, and when it was checked."""
    day = format_date(service.assured_date, "medium", locale=language) if service.assured_date else ""
    checked = Message("choice_checked" if day else "choice_unchecked", day=day).in_language(language)
    return f"{name_and_number(service, language)} ({checked})"


def _web_address(service: Service) -> str:
    """Return its web address as people type it."""
    return service.url.removeprefix("https://").removeprefix("www.").rstrip("/")
