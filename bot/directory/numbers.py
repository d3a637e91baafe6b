"""A phone number as somebody types it: read, written as the directory has it, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterable

import phonenumbers

from bot.directory.tables import Tables
from bot.errors import KyrError
from bot.messages import DataText, Message

# Numbers of three digits that are dialled as they are.
SHORT_NUMBERS = ("211", "911", "988")
_SIGNS = set("0123456789 ()-.+/\u2013\u2010\u2011\u00a0")
# Digits behind an area code that exist in every one.
_SOME_LINE = "2345678"


class NumberError(KyrError):
    """What was typed is no phone number that may stand in the directory; the text says why."""


def read_number(typed: str) -> str:
    """Return a number as 888-624-4752 or 211, however it is typed; raises NumberError."""
    typed = typed.strip()
    if odd := next((sign for sign in typed if sign not in _SIGNS), ""):
        raise NumberError(Message("number_odd_sign", typed=typed[:40], sign=odd))
    digits = "".join(sign for sign in typed if sign.isdigit())
    if digits in SHORT_NUMBERS:
        return digits
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != 10:
        raise NumberError(Message("number_of_digits", typed=typed[:40], count=len(digits)))
    written = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if not _exists(digits[:3] + _SOME_LINE):
        raise NumberError(Message("number_area", number=written, area=digits[:3]))
    if not _exists(digits):
        raise NumberError(Message("number_impossible", number=written))
    number = phonenumbers.parse(digits, "US")
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise NumberError(Message("number_costs", number=written))
    return written


def _exists(digits: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(digits, "US"))


def withheld_reason(number: str, tables: Tables) -> DataText | None:
    """Return why a number must not be given, None where it may."""
    for row in tables["withheld_phones"]:
        if row["number"] == number and not row["cleared_on"]:
            return DataText(row["reason"], row["reason_es"])
    return None


def warnings_about(numbers: Iterable[str], service: str, tables: Tables) -> list[Message]:
    """Return what is odd about numbers that a service would have, in plain words."""
    names = {row["id"]: DataText(row["name"], row["name_es"]) for row in tables["services"]}
    told = []
    for number in numbers:
        for row in tables["phones"]:
            if row["number"] == number and row["service_id"] != service:
                told.append(Message("number_of_others", number=number, other=names[row["service_id"]]))
        if len(number) > 3:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(number, "US"))
            if region not in ("US", None):
                told.append(Message("number_abroad", number=number))
    return told
