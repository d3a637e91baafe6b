"""The pages for a family: messages to send when something has happened, and a plan to fill in and print.

What people type there never comes here: its fields have no names, and the script (static/family.js) leaves
it in the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.reading import Content

TELL_FAMILY = {"en": "/en/tell-my-family", "es": "/es/avisar-a-mi-familia"}
FAMILY_PLAN = {"en": "/en/family-plan", "es": "/es/plan-familiar"}
# The topics that lead to both pages, and what they lead to first.
LEADING = {
    "if_arrested_detained": TELL_FAMILY,
    "children_minors": TELL_FAMILY,
    "family_preparedness": FAMILY_PLAN,
}
# How the pages are called, in data/page_texts.yml.
_TITLES = ((TELL_FAMILY, "tell_family"), (FAMILY_PLAN, "family_plan"))

# What may have happened; domain.yml has the message of each, data/page_texts.yml what it is called.
_SITUATIONS = ("taken", "detained", "door", "stopped", "released")
# Stand in messages for what is typed. A line with a place is left out as long as there is none.
_PLACE, _NAME = "PLACE", "NAME"
_MOST_CONTACTS = 3


@dataclass(frozen=True)
class _Row:
    """Fields of the plan that belong together, by their names in data/page_texts.yml; so many times over."""

    name: str
    fields: tuple[str, ...]
    times: int = 1


@dataclass(frozen=True)
class _Section:
    """A part of the plan: its fields, what is to be ticked off, and whether domain.yml says more about it."""

    name: str
    rows: tuple[_Row, ...]
    checks: tuple[str, ...] = ()
    explained: bool = False


_PLAN = (
    _Section(
        "children",
        (_Row("adult", ("name", "phone"), 2), _Row("child", ("name", "school", "hours"), 3)),
        ("school_card", "affidavit"),
        explained=True,
    ),
    _Section(
        "health",
        (
            _Row("person", ("name", "allergies", "medicine"), 3),
            _Row("doctor", ("name", "phone")),
            _Row("pharmacy", ("name", "phone")),
        ),
    ),
    _Section(
        "phones",
        (
            _Row("call", ("name", "phone"), 2),
            _Row("lawyer", ("name", "phone")),
            _Row("work", ("name", "phone")),
        ),
    ),
    _Section(
        "papers",
        (_Row("folder", ("where",)), _Row("copies", ("name", "phone"))),
        ("births", "passports", "years", "prescriptions", "accounts", "power_of_attorney"),
        explained=True,
    ),
    _Section("money", (_Row("bills", ("rent", "car", "keys", "pets")),), explained=True),
    _Section("more", (_Row("other", ("notes", "date")),)),
)


def family_links(topic: str, language: str, strings: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return address and name of the pages that the answers of a topic lead to, the fitting one first."""
    first = LEADING.get(topic)
    if first is None:
        return []
    pages = sorted(_TITLES, key=lambda page: page[0] is not first)
    return [(paths[language], strings[title]) for paths, title in pages]


def message_values(content: Content, language: str, strings: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page with the messages shows."""
    unnamed = strings["tell_somebody"]
    messages = [
        {
            "id": situation,
            "title": strings[f"tell_{situation}"],
            "caution": strings.get(f"tell_{situation}_caution", ""),
            "text": text,
            "plain": _without_details(text, unnamed),
            "named": _NAME in text,
        }
        for situation in _SITUATIONS
        for text in [content.text_of(f"utter_family_{situation}", language)]
    ]
    return {"messages": messages, "contacts": range(1, _MOST_CONTACTS + 1)}


def _without_details(text: str, unnamed: str) -> str:
    lines = (line for line in text.splitlines() if _PLACE not in line)
    return " ".join(lines).replace(_NAME, unnamed)


def plan_values(content: Content, language: str, strings: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page with the plan shows."""
    sections = [
        {
            "title": strings[f"plan_{section.name}"],
            "explained": content.text_of(f"utter_family_plan_{section.name}", language)
            if section.explained
            else "",
            "rows": list(_rows(section, strings)),
            "checks": [(f"{section.name}-{name}", strings[f"plan_{name}"]) for name in section.checks],
        }
        for section in _PLAN
    ]
    return {"first": content.text_of("utter_family_plan_first", language), "sections": sections}


def _rows(section: _Section, strings: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for row in section.rows:
        for number in range(1, row.times + 1):
            title = strings[f"plan_{row.name}"]
            yield {
                "title": f"{title} {number}" if row.times > 1 else title,
                "fields": [
                    {
                        "id": f"{section.name}-{row.name}-{number}-{name}",
                        "label": strings[f"plan_{name}"],
                        "phone": name == "phone",
                    }
                    for name in row.fields
                ],
            }
