"""How the assistant was used: by week, in charts with the tables behind them."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console import keys
from bot.console.rendering import render
from bot.database.feedback import Feedback
from bot.database.usage import FEWEST_SHOWN, KINDS, Figures, Usage

_WEEKS = 8
# In units of the drawing, which small phones show whole: a line of the chart, with the name above its bar,
# and the room for the number behind it.
_LINE = 44
_WIDTH, _NUMBER = 360, 70


@dataclass(frozen=True)
class Bar:
    """A line of a chart: what it stands for, its number (None: too small to show) and where it is drawn."""

    name: str
    count: int | None
    y: int
    length: int


@dataclass(frozen=True)
class Chart:
    """The newest week of one kind as bars, and all weeks as a table: a row for each value."""

    kind: str
    bars: Sequence[Bar]
    height: int
    rows: Sequence[tuple[str, Sequence[int | None]]]
    totals: Sequence[int]


async def get_use(request: web.Request) -> web.StreamResponse:
    """GET /use: the last weeks that are over."""
    database, language = request.app[keys.DATABASE], request[keys.LANGUAGE]
    weeks, thumbs, titles = await asyncio.gather(
        asyncio.to_thread(Usage(database).weeks, _WEEKS),
        asyncio.to_thread(Feedback(database).weeks, _WEEKS),
        asyncio.to_thread(request.app[keys.CONTENT_CACHE].titles, language),
    )
    strings = request.app[keys.STRINGS][language]

    def named(value: str) -> str:
        return titles.get(value) or strings.get(f"use_{value}", value)

    return render(
        request,
        "use.html",
        charts=[_chart(kind, weeks, named) for kind in KINDS] if weeks else [],
        weeks=[datetime.date.fromisoformat(figures.week) for figures in weeks],
        day=datetime.date.fromisoformat,
        thumbs=thumbs,
        named=named,
        fewest=FEWEST_SHOWN,
        width=_WIDTH,
    )


def _chart(kind: str, weeks: Sequence[Figures], named: Callable[[str], str]) -> Chart:
    newest = weeks[0].counts[kind]
    most = max((count or 0 for count in newest.values()), default=0) or 1
    bars = [
        Bar(named(value), count, number * _LINE, round((count or 0) / most * (_WIDTH - _NUMBER)))
        for number, (value, count) in enumerate(newest.items())
    ]
    rows = [(named(value), [figures.counts[kind][value] for figures in weeks]) for value in newest]
    return Chart(kind, bars, len(bars) * _LINE, rows, [figures.total(kind) for figures in weeks])
