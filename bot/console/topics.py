"""The list of topics, each as residents get it."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render
from bot.content.topics import Topic, situations_of
from bot.database.accounts import may
from bot.database.usage import Usage
from bot.staff.approval import unsigned, written_by

# What the list can be narrowed to, by the names of their texts.
FILTERS = ("overdue", "due", "not_approved", "to_approve", "missing", "off", "changed")


@dataclass(frozen=True)
class Row:
    """A topic of the list, on or off as residents get it.

    `own` says that whoever looks has written it, and so cannot approve it. `share` is of all answers of the
    last four weeks, None where too few to tell.
    """

    topic: Topic
    state: str
    overdue: bool
    changed: bool
    last_change: tuple[str, str] | None
    share: float | None
    own: bool

    def is_shown(self, narrowed_to: str) -> bool:
        """Whether it belongs to a filter."""
        topic = self.topic
        return {
            "overdue": self.overdue,
            "due": self.state == "due",
            "not_approved": bool(topic.answers) and not topic.approved_by,
            "to_approve": bool(topic.answers) and not topic.approved_by and not self.own,
            "missing": not (topic.answers or topic.services),
            "off": not topic.enabled,
            "changed": self.changed,
        }.get(narrowed_to, True)


async def get_topics(request: web.Request) -> web.StreamResponse:
    """GET /topics: `show` is one of FILTERS, `q` words of a title or id."""
    show, words = request.query.get("show", ""), request.query.get("q", "").strip()
    cache = request.app[keys.CONTENT_CACHE]
    read, published, changes, shares = await asyncio.gather(
        asyncio.to_thread(cache.topics),
        asyncio.to_thread(cache.published_topics),
        asyncio.to_thread(request.app[keys.AUDIT].last_changes),
        asyncio.to_thread(Usage(request.app[keys.DATABASE]).shares, current_date()),
    )
    given = await asyncio.to_thread(cache.as_residents_get, read.topics)
    own = await asyncio.to_thread(
        written_by, request.app[keys.AUDIT], account_of(request).name, unsigned(read.topics)
    )
    rows = [
        _row(given[topic.id], _is_changed(topic, published), changes, shares, own)
        for topic in read.topics.values()
    ]
    names = [name for name in FILTERS if name != "to_approve" or may(account_of(request).role, "approver")]
    counts = {name: sum(row.is_shown(name) for row in rows) for name in names}
    language = request[keys.LANGUAGE]
    wanted = [
        row
        for row in rows
        if row.is_shown(show) and words.casefold() in _names(read.topics, row.topic).casefold()
    ]
    return render(
        request,
        "topics.html",
        rows=_under_their_topics(read.topics, wanted, language),
        all=len(rows),
        counts=counts,
        show=show,
        words=words,
        problems=read.problems,
    )


def _names(topics: Mapping[str, Topic], topic: Topic) -> str:
    """Return what an answer is found by: its id and titles, and those of the topic that it belongs to."""
    core = topics.get(topic.topic, topic)
    return " ".join((topic.id, *topic.title.values(), *core.title.values()))


def _under_their_topics(topics: Mapping[str, Topic], rows: Sequence[Row], language: str) -> list[Row]:
    """Return rows with each situation under its topic, the topics by what of them is to be checked first."""
    due: dict[str, datetime.date] = {}
    for row in rows:
        name, day = row.topic.topic, row.topic.review_by or datetime.date.max
        due[name] = min(day, due.get(name, day))
    places = {one.id: place for name in due for place, one in enumerate(situations_of(topics, name), 1)}

    def place_of(row: Row) -> tuple[datetime.date, str, str, int]:
        name = row.topic.topic
        title = topics.get(name, row.topic).title[language]
        return due[name], title, name, places.get(row.topic.id, 0)

    return sorted(rows, key=place_of)


def _is_changed(topic: Topic, published: Mapping[str, Topic] | None) -> bool:
    """Whether residents do not get a topic yet as it stands in its file."""
    return published is not None and published.get(topic.id) != topic


def _row(
    topic: Topic,
    is_changed: bool,
    changes: Mapping[str, tuple[str, str]],
    shares: Mapping[str, float],
    own: Collection[str],
) -> Row:
    today = current_date()
    return Row(
        topic,
        topic.state(today),
        topic.overdue(today),
        is_changed,
        changes.get(topic.id),
        shares.get(topic.id),
        topic.id in own,
    )
