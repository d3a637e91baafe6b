"""The form of an answer: what is chosen on it, as the cells that the spreadsheet has, and what can be chosen.

Nobody who fills it in knows ids: services, answers and situations are chosen by name, sources stand in fields
of their own, and the short name of a new answer is made of its title.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.content.topics import (
    DAYS_TO_REVIEW,
    LAW_NOW,
    MORE,
    MOST_CALLS,
    MOST_NEXT,
    Topic,
    situations_of,
    topic_of,
)
from bot.directory.mentions import to_choose
from bot.directory.services import Directory
from bot.editing.columns import COLUMNS
from bot.editing.fields import ID
from bot.text.language import LANGUAGES, fold

# What a form has; the rest of a topic is changed by other pages (approved_by, enabled).
FIELDS = tuple(name for name in COLUMNS if name not in ("id", "approved_by", "enabled"))
# Fields of which several stand on the form, one choice each.
CHOSEN = ("call", "next", "related", "order")
# The value of `subject` that stands for a topic of its own.
NEW_SUBJECT = "new"
_MOST_LETTERS = 40
# What makes a title no longer to be told from others by.
_SMALL_WORDS = re.compile(
    r"an?|and|are|at|do|does|for|i|if|in|is|my|of|on|or|our|the|their|they|to|we|what|with"
)
# So many empty places for sources and related topics follow those that are filled.
_EMPTY_PLACES = 2
_LEAST_PLACES = 3
# What the buttons beside an answer put into it; STEP and SERVICE take what is there into account.
STEP, SAY, BEYOND, NOW, SERVICE = "step", "say", "more", "now", "service"
MARKS = (STEP, SAY, BEYOND, NOW)
# Browsers leave out how an address begins.
_BARE_ADDRESS = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_STEP_LINE = re.compile(r"^(\d)\. ", re.MULTILINE)


@dataclass(frozen=True)
class Choices:
    """What the form of an answer offers.

    `services` are pairs of id and name with number; `answers` those of each topic, by its title, as pairs of
    id and title; `subjects` the topics, `situations` those of this one, by short name.
    """

    services: Sequence[tuple[str, str]]
    answers: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    subjects: Sequence[tuple[str, str]]
    situations: Sequence[tuple[str, str]]


def choices(topics: Mapping[str, Topic], topic: str, directory: Directory | None, language: str) -> Choices:
    """Return what the form of an answer of a topic offers, in the order of the alphabet."""
    cores = sorted((one for one in topics.values() if one.is_core), key=lambda one: fold(one.title[language]))
    services = directory.services if directory else ()
    named = [(one.id, to_choose(one, language)) for one in services]
    return Choices(
        sorted(named, key=lambda pair: fold(pair[1])),
        [
            (
                core.title[language],
                [(one.id, one.title[language]) for one in (core, *situations_of(topics, core.id))],
            )
            for core in cores
        ],
        [(core.id, core.title[language]) for core in cores],
        [
            (one.id.partition(".")[2], one.title[language])
            for one in (situations_of(topics, topic) if topic in topics else ())
        ],
    )


def places(cells: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what stands at each place of the fields of which there are several, empty places too."""
    most = {"call": MOST_CALLS, "next": MOST_NEXT}
    found = {}
    for name in CHOSEN:
        chosen = [part for part in re.split(r"[,;\s]+", cells.get(name, "")) if part]
        wanted = most.get(name) or max(_LEAST_PLACES, len(chosen) + _EMPTY_PLACES)
        found[name] = chosen + [""] * (wanted - len(chosen))
    return found


def sources(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the sources as pairs of title and address, and empty places after them."""
    lines = [line.strip() for line in cells.get("sources", "").split("\n") if line.strip()]
    found = []
    for line in lines:
        title, parted, url = line.rpartition("|")
        found.append((title.strip(), url.strip()) if parted else (line, ""))
    return found + [("", "")] * max(_LEAST_PLACES - len(found), 1)


def facets_of(cells: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the values that are chosen of each facet."""
    found: dict[str, list[str]] = {}
    for piece in re.split(r"[;\n]", cells.get("facets", "")):
        name, _, values = piece.partition("=")
        chosen = [value.strip() for value in values.split(",") if value.strip()]
        if name.strip():
            found.setdefault(name.strip(), []).extend(chosen)
    return found


def cells_from(posted: Mapping[str, Any], present: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that a form says; `present` are those that stand there now, if any."""
    # Browsers end the lines of a field with two signs.
    cells = {name: str(posted.get(name, "")).replace("\r\n", "\n") for name in FIELDS}
    for name in CHOSEN:
        cells[name] = ", ".join(filter(None, (part.strip() for part in _all(posted, name))))
    cells["facets"] = _facets(_all(posted, "facets"), facets_of(present))
    if "source_url" in posted:
        pairs = zip(_all(posted, "source_title"), _all(posted, "source_url"), strict=False)
        each = [(" ".join(title.replace("|", "–").split()), _address(url)) for title, url in pairs]
        cells["sources"] = "\n".join(f"{title} | {url}" for title, url in each if title or url)
    if "read_today" in posted:
        cells["reviewed"], cells["review_by"] = current_date().isoformat(), ""
    if cells["reviewed"] and not cells["review_by"]:
        cells["review_by"] = _latest(cells["reviewed"], cells["volatility"])
    return cells


def _all(posted: Mapping[str, Any], name: str) -> list[str]:
    """Return all values of a field."""
    every = getattr(posted, "getall", None)
    return [str(value) for value in (every(name, ()) if every else [posted.get(name, "")])]


def _address(written: str) -> str:
    """Return a web address as browsers show it, in full."""
    url = written.strip()
    return f"https://{url}" if _BARE_ADDRESS.fullmatch(url) else url


def _facets(chosen: Iterable[str], present: Mapping[str, Sequence[str]]) -> str:
    """Return the cell of what is chosen, in the order in which it stands there now where that is the same."""
    found = facets_of({"facets": ";".join(chosen)})
    if {name: {*values} for name, values in found.items()} == {
        name: {*values} for name, values in present.items()
    }:
        found = {name: list(values) for name, values in present.items()}
    return "; ".join(f"{name}={', '.join(dict.fromkeys(values))}" for name, values in found.items() if values)


def _latest(reviewed: str, volatility: str) -> str:
    """Return the last day by which sources may be read again; empty where that is not known."""
    try:
        day = datetime.date.fromisoformat(reviewed.strip())
        return (day + datetime.timedelta(days=DAYS_TO_REVIEW[volatility])).isoformat()
    except (ValueError, KeyError, OverflowError):
        return ""


def short_name(subject: str, title: str, taken: Collection[str]) -> str:
    """Return the short name of a new answer: of its title, behind that of its topic, and like no other.

    Empty where the title has no letter.
    """
    words = re.findall(r"[a-z0-9]+", fold(title))
    telling = [word for word in words if not _SMALL_WORDS.fullmatch(word)] or words
    name = ""
    for word in telling:
        if len(name) + len(word) + 1 > _MOST_LETTERS:
            break
        name = f"{name}_{word}" if name else word
    name = name or "".join(telling)[:_MOST_LETTERS]
    if not name:
        return ""
    whole = name if subject in ("", NEW_SUBJECT) else f"{subject}.{name}"
    number = 2
    found = whole
    while found in taken:
        found, number = f"{whole}_{number}", number + 1
    return found


def subject_of(answer_id: str) -> str:
    """Return the value of `subject` for what `of` says, or an id."""
    return topic_of(answer_id) if ID.fullmatch(answer_id) else ""


def with_mark(text: str, mark: str, service: str = "") -> str:
    """Return the text of an answer with a mark at its end, as the buttons beside it put it in."""
    text = text.rstrip()
    if mark == SERVICE:
        return f"{text} [{service}]".lstrip() if service else text
    if mark == STEP:
        screen = re.split(rf"^(?:{re.escape(MORE)}|{LAW_NOW})$", text, maxsplit=1, flags=re.MULTILINE)[0]
        numbers = [int(number) for number in _STEP_LINE.findall(screen)]
        new = f"{max(numbers, default=0) + 1}. "
        rest = text[len(screen) :]
        return (
            f"{screen.rstrip()}\n{'' if numbers else chr(10)}{new}{chr(10) + rest if rest else ''}".lstrip()
        )
    line = {SAY: "> ", BEYOND: MORE + "\n", NOW: LAW_NOW + "\n"}[mark]
    return f"{text}\n\n{line}".lstrip()


def as_topic(answer_id: str, cells: Mapping[str, str], present: Topic | None) -> Topic:
    """Return an answer as far as its questions count, whatever else is not written yet."""
    blank = present or Topic(
        id=answer_id,
        title={code: cells[f"title_{code}"] or answer_id for code in LANGUAGES},
        group="",
        volatility="",
        enabled=True,
        reviewed=None,
        review_by=None,
        approved_by=None,
        sources=(),
        related=(),
        services=(),
        show_services=False,
        questions={},
        answers={},
    )
    asked = {code: _lines(cells[f"questions_{code}"]) for code in LANGUAGES}
    title = {code: cells[f"title_{code}"] or blank.title[code] for code in LANGUAGES}
    return dataclasses.replace(blank, questions=asked, title=title)


def _lines(text: str) -> tuple[str, ...]:
    found = (" ".join(re.sub(r"^\s*[-•*–]\s+", "", line).split()) for line in text.split("\n"))
    return tuple(dict.fromkeys(line for line in found if line))


def directory_of(request: web.Request) -> Directory | None:
    """Return the directory that answers are checked with; None while it has a mistake."""
    return request.app[keys.LIVE_CHECK].directory()
