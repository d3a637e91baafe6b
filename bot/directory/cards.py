"""Service cards: what a resident is shown of a service of the directory, in one language.

The same card is shown in the chat, on the pages and, shortened, in text messages.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time

from bot.clock import TIME_ZONE
from bot.directory.places import Place
from bot.directory.services import Opening, Phone, Service
from bot.messages import Message
from bot.text.markup import phone_uri

# Texts of domain.yml that stand in cards; words in capitals are put in.
TEXTS = (
    "utter_card_always_open",
    "utter_card_open_until",
    "utter_card_opens",
    "utter_card_holiday",
    "utter_card_today",
    "utter_card_tomorrow",
    "utter_card_weekday",
    "utter_card_mile",
    "utter_card_miles",
    "utter_card_call_to_confirm",
)

# Kinds of numbers that no resident uses.
NOT_SHOWN = ("fax", "pager")
# Kinds of numbers that are named, since nobody expects them.
_NAMED_KINDS = ("text", "textphone", "video")

Say = Callable[[str], str]


def service_card(
    service: Service, language: str, say: Say, *, now: datetime.datetime, place: Place | None = None
) -> dict[str, Any]:
    """Return what is shown of a service, ready for JSON; what is not known is an empty text.

    "alert" begins with the caution, which stands alone too, for where there is no room for the rest.
    `say` gives a text of domain.yml in that language, `now` has a time zone, and from `place` the
    distance is counted.
    """
    locale = Locale(language)
    opening = service.opening(now)
    spoken = ", ".join(locale.languages[code] for code in service.languages)
    miles = service.miles_from(place) if place else None
    return {
        "id": service.id,
        "name": service.name[language],
        "description": service.description[language],
        "phones": [_phone(line, locale, language) for line in service.lines if line.kind not in NOT_SHOWN],
        "url": service.url,
        "open": opening.open if opening and not opening.holiday else None,
        "opening": opening_text(opening, now, language, say) if opening else "",
        "hours": hours_text(service, language, now.astimezone(TIME_ZONE).date()),
        "address": "; ".join(location.address for location in service.locations),
        "distance": "" if miles is None else _distance_text(miles, say),
        "area": service.area_names[language],
        "languages": "; ".join(filter(None, (spoken, service.interpretation[language]))),
        "cost": service.fees[language],
        "eligibility": service.eligibility[language],
        "bring": "; ".join(service.documents[language]),
        "caution": service.caution[language],
        "alert": " ".join(filter(None, (service.caution[language], service.alert[language]))),
        "checked": (
            format_date(service.assured_date, "long", locale=language) if service.assured_date else ""
        ),
        "confirm": (
            say("utter_card_call_to_confirm") if service.to_confirm(now.astimezone(TIME_ZONE).date()) else ""
        ),
    }


def hours_text(service: Service, language: str, today: datetime.date | None = None) -> str:
    """Say all hours of a service, but those of days that are over `today`."""
    return "; ".join(
        schedule.describe(language)
        for schedule in service.schedules
        if not (today and schedule.valid_to and schedule.valid_to < today)
    )


def _phone(line: Phone, locale: Locale, language: str) -> dict[str, str]:
    """Return a number ready for JSON; `about` says what it is for, and in which languages, where known."""
    spoken = ", ".join(locale.languages[code] for code in line.languages)
    kind = Message(f"phone_{line.kind}").in_language(language) if line.kind in _NAMED_KINDS else ""
    uri = phone_uri(line.number)
    return {
        "number": line.spoken,
        "uri": uri.replace("tel:", "sms:", 1) if line.kind == "text" else uri,
        "about": "; ".join(filter(None, (kind, line.purpose[language], spoken))),
    }


def opening_text(opening: Opening, now: datetime.datetime, language: str, say: Say) -> str:
    """Say whether a service is open: until when, or when it opens next."""
    if opening.changes_at is None:
        return say("utter_card_always_open")
    at = format_time(opening.changes_at, "h:mm a", locale=language)
    if opening.open:
        text = say("utter_card_open_until").replace("TIME", at)
    else:
        text = say("utter_card_opens").replace("DAY", _day(opening.changes_at, now, language, say))
        text = text.replace("TIME", at)
    return f"{text} {say('utter_card_holiday')}" if opening.holiday else text


def _distance_text(miles: float, say: Say) -> str:
    # Counted from the middle of a ZIP code or city, so fractions would be false precision.
    whole = round(miles)
    return say("utter_card_miles").replace("NUMBER", str(whole)) if whole > 1 else say("utter_card_mile")


def _day(moment: datetime.datetime, now: datetime.datetime, language: str, say: Say) -> str:
    days = (moment.date() - now.astimezone(TIME_ZONE).date()).days
    if days < 2:
        return say(("utter_card_today", "utter_card_tomorrow")[days])
    return say("utter_card_weekday").replace("DAY", str(format_date(moment, "EEEE", locale=language)))
