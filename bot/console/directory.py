"""The resource directory: which services, when they were checked, and replacing it by that of others."""

from __future__ import annotations

import asyncio
import functools
import re
from pathlib import Path

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, text
from bot.console.uploads import Brought, pulled, uploaded
from bot.directory.pull import pull
from bot.directory.reading import read_directory
from bot.directory.services import DAYS_TO_CONFIRM
from bot.directory.update import columns_of, columns_to_pull, differences, read_present
from bot.messages import Message
from bot.staff.directory import DirectoryEditor

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
    return await _page(request, lines=await _lines(request, found), brought=name, by=by)


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
    return await _show(request, pulled(await pull(url, columns_to_pull(folder))), url=url)


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
    return await _page(request, lines=lines, brought=name, by=by, url=url)


async def post_replace(request: web.Request) -> web.StreamResponse:
    """POST /directory/replace: `brought` and `by` name what was shown; now it is the directory."""
    form = await request.post()
    brought = request.app[keys.BROUGHT].find(str(form.get("by", "")), str(form.get("brought", "")))
    if brought is None:
        return await _page(request, failure=text(request, "brought_gone"), status=409)
    replacing, lines = _replacing(request), list[Message]()
    build = functools.partial(brought.complete, replacing.folder)
    who = account_of(request).name
    await asyncio.to_thread(replacing.replace, who, brought.action, build, lines.append)
    request.app[keys.BROUGHT].drop(str(form["by"]), str(form["brought"]))
    return await _page(request, lines=lines, is_done=True)


async def post_undo(request: web.Request) -> web.StreamResponse:
    """POST /directory/undo: go back to the directory before."""
    lines = await asyncio.to_thread(_replacing(request).undo, account_of(request).name)
    return await _page(request, lines=lines, is_done=True)


def _replacing(request: web.Request) -> DirectoryEditor:
    return DirectoryEditor.of(request.app[keys.SETTINGS], request.app[keys.AUDIT])


async def _page(
    request: web.Request,
    *,
    lines: list[Message] | None = None,
    brought: str = "",
    by: str = "",
    url: str = "",
    failure: str = "",
    is_done: bool = False,
    status: int = 200,
) -> web.StreamResponse:
    directory = await asyncio.to_thread(read_directory, request.app[keys.SETTINGS].resources_dir)
    today = current_date()
    services = sorted(directory.services, key=lambda service: (service.assured_date, service.id))
    return render(
        request,
        "services.html",
        status=status,
        services=[(service, service.to_confirm(today)) for service in services],
        needs=directory.needs,
        days=DAYS_TO_CONFIRM,
        lines=lines,
        brought=brought,
        by=by,
        waiting=[
            (account, name)
            for account, name in request.app[keys.BROUGHT].all()
            if account != account_of(request).name
        ],
        tables=sorted(await asyncio.to_thread(columns_of, request.app[keys.SETTINGS].resources_dir)),
        url=url,
        failure=failure,
        is_done=is_done,
    )
