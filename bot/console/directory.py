"""The resource directory: which services, when they were checked, and replacing it by that of others."""

from __future__ import annotations

import asyncio
import datetime
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, text
from bot.console.uploads import Brought, pulled, uploaded
from bot.directory.pull import pull
from bot.directory.services import DAYS_TO_CONFIRM
from bot.directory.tables import Tables
from bot.directory.update import (
    columns_of,
    columns_to_pull,
    differences,
    read_present,
)
from bot.messages import Message
from bot.staff.directory import DirectoryEditor
from bot.text.language import fold

# What the list can be narrowed to, by the names of their texts.
FILTERS = ("overdue", "uncalled", "closed")
# As browsers and Excel name a file that is there already: "phones (1).csv", "phones - Copy.csv".
_COPY = re.compile(r"(?: \(\d+\)| - [^.]*)(?=\.csv$)")


async def get_directory(request: web.Request) -> web.StreamResponse:
    """GET /directory; with `brought` and `by` what somebody has brought, and would change by it."""
    if "brought" not in request.query:
        return await _page(request)
    by, name = request.query.get("by", ""), request.query["brought"]
    found = request.app[keys.BROUGHT].find(by, name)
    if found is None:
        return await _page(request, failure=text(request, "brought_gone"), status=404)
    return await _page(request, lines=await _lines(request, found), notes=found.notes, brought=name, by=by)


async def _lines(request: web.Request, brought: Brought) -> list[Message]:
    """Return what would change, a line each."""
    folder = request.app[keys.SETTINGS].resources_dir
    return await asyncio.to_thread(lambda: differences(read_present(folder), brought.complete(folder)))


async def get_table(request: web.Request) -> web.StreamResponse:
    """GET /directory/{table}.csv: a table of the directory, to be edited."""
    folder, table = request.app[keys.SETTINGS].resources_dir, request.match_info["table"]
    if table not in await asyncio.to_thread(columns_of, folder):
        raise web.HTTPNotFound
    content = await asyncio.to_thread((folder / f"{table}.csv").read_text, encoding="utf-8-sig")
    return web.Response(
        body=content.encode("utf-8-sig"),  # by that mark Excel knows how accents are written
        content_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{table}.csv"'},
    )


async def post_pull(request: web.Request) -> web.StreamResponse:
    """POST /directory/pull: `url`; shows what would change."""
    folder = request.app[keys.SETTINGS].resources_dir
    url = str((await request.post()).get("url", "")).strip()
    await asyncio.to_thread(read_present, folder)  # before anything is asked of the network
    fetched = await pull(url, columns_to_pull(folder))
    keep = await asyncio.to_thread(_replacing(request).named)
    return await _show(request, await asyncio.to_thread(pulled, fetched, folder, keep), url=url)


async def post_tables(request: web.Request) -> web.StreamResponse:
    """POST /directory/tables: `tables` are files; shows what would change."""
    given = (await request.post()).getall("tables", [])
    files = {
        _COPY.sub("", Path(file.filename).name): await asyncio.to_thread(file.file.read)
        for file in given
        if isinstance(file, web.FileField)
    }
    if not files:
        return await _page(request, failure=text(request, "no_tables"), status=422)
    return await _show(request, uploaded(files))


async def _show(request: web.Request, brought: Brought, *, url: str = "") -> web.StreamResponse:
    lines, by = await _lines(request, brought), account_of(request).name
    name = request.app[keys.BROUGHT].keep(by, brought) if lines else ""
    return await _page(request, lines=lines, notes=brought.notes, brought=name, by=by, url=url)


async def post_replace(request: web.Request) -> web.StreamResponse:
    """POST /directory/replace: `brought` and `by` name what was shown, `seen` in which state."""
    form = await request.post()
    brought = request.app[keys.BROUGHT].find(str(form.get("by", "")), str(form.get("brought", "")))
    if brought is None:
        return await _page(request, failure=text(request, "brought_gone"), status=409)
    replacing, lines = _replacing(request), list[Message]()
    build = functools.partial(brought.complete, replacing.folder)
    who = account_of(request).name
    replace = functools.partial(replacing.replace, seen=str(form.get("seen", "")))
    await asyncio.to_thread(replace, who, brought.action, build, lines.append)
    request.app[keys.BROUGHT].drop(str(form["by"]), str(form["brought"]))
    return await _page(request, lines=lines, is_done=True)


async def post_undo(request: web.Request) -> web.StreamResponse:
    """POST /directory/undo: go back from the directory `seen` to the one before."""
    undo = functools.partial(_replacing(request).undo, seen=str((await request.post()).get("seen", "")))
    lines = await asyncio.to_thread(undo, account_of(request).name)
    return await _page(request, lines=lines, is_done=True)


def _replacing(request: web.Request) -> DirectoryEditor:
    return DirectoryEditor.of(request.app[keys.SETTINGS], request.app[keys.AUDIT])


@dataclass(frozen=True)
class Row:
    """A service of the list, with its row of the table, its numbers, and the names of its needs."""

    service: Mapping[str, str]
    numbers: Sequence[str]
    needs: Mapping[str, str]
    overdue: bool
    uncalled: bool
    organization: str

    def is_shown(self, wanted: str) -> bool:
        """Whether it belongs to a filter, or to none."""
        closed = self.service["status"] != "active"
        belongs = {"overdue": self.overdue and not closed, "uncalled": self.uncalled and not closed}
        return {**belongs, "closed": closed}.get(wanted, True)

    def holds(self, query: str) -> bool:
        """Whether all words of a query stand in it, in either language, without accents."""
        said = (*self.service.values(), *self.numbers, *self.needs.values(), self.organization)
        text = fold(" ".join(said))
        return all(word in text for word in fold(query).split())


def _rows(tables: Tables, today: datetime.date) -> list[Row]:
    """Return the services, those that wait for a check first."""
    terms = {row["id"]: row for row in tables["taxonomy_terms"]}
    owners = {row["id"]: row["name"] for row in tables["organizations"]}
    rows = []
    for service in tables["services"]:
        phones = [row for row in tables["phones"] if row["service_id"] == service["id"]]
        needs = [terms[r["taxonomy_term_id"]] for r in tables["attributes"] if r["link_id"] == service["id"]]
        day = service["assured_date"]
        rows.append(
            Row(
                service,
                [f"{row['number']} {row['extension']}".strip() for row in phones],
                {
                    code: ", ".join(need[column] for need in needs)
                    for code, column in (("en", "name"), ("es", "name_es"))
                },
                not day or (today - datetime.date.fromisoformat(day)).days > DAYS_TO_CONFIRM,
                any(not row["checked"] for row in phones),
                owners.get(service["organization_id"], ""),
            )
        )
    return sorted(rows, key=lambda row: (row.service["assured_date"], row.service["name"].lower()))


def _address(request: web.Request, who: str, brought: str) -> str:
    """Return where it is seen what somebody has brought."""
    found = request.app[keys.BROUGHT].find(who, brought)
    query = urlencode({"by": who, "brought": brought})
    if found and found.change:
        return f"/directory/services/{found.change.wanted.id}/change?{query}"
    return f"/directory?{query}"


async def _page(
    request: web.Request,
    *,
    lines: list[Message] | None = None,
    notes: Sequence[Message] = (),
    brought: str = "",
    by: str = "",
    url: str = "",
    failure: str = "",
    is_done: bool = False,
    status: int = 200,
) -> web.StreamResponse:
    tables = await asyncio.to_thread(read_present, request.app[keys.SETTINGS].resources_dir)
    wanted, query = request.query.get("only", ""), request.query.get("q", "").strip()
    rows = _rows(tables, current_date())
    account = account_of(request).name
    return render(
        request,
        "services.html",
        status=status,
        rows=[row for row in rows if row.is_shown(wanted) and row.holds(query)],
        counts={name: sum(row.is_shown(name) for row in rows) for name in FILTERS},
        only=wanted,
        query=query,
        done="removed" if request.query.get("done") == "removed" else "",
        days=DAYS_TO_CONFIRM,
        lines=lines,
        seen=await asyncio.to_thread(lambda: _replacing(request).state),
        notes=notes,
        brought=brought,
        by=by,
        waiting=[
            (who, _address(request, who, brought))
            for who, brought in request.app[keys.BROUGHT].all()
            if who != account
        ],
        tables=sorted(await asyncio.to_thread(columns_of, request.app[keys.SETTINGS].resources_dir)),
        url=url,
        failure=failure,
        is_done=is_done,
    )
