"""The resource directory: which services, when they were checked, and replacing it by that of others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.audit import folder_hash
from bot.hsds_client import pull
from bot.local_time import current_date
from bot.resource_tables import Tables
from bot.resource_update import (
    columns_to_pull,
    complete,
    differences,
    note_update,
    read_present,
    undo,
    update,
)
from bot.resources import DAYS_TO_CONFIRM, read_directory
from bot.web.console import keys
from bot.web.console.guard import account_of
from bot.web.console.rendering import render, text


@dataclass(frozen=True)
class Pulled:
    """A directory that was fetched."""

    tables: Tables


async def get_directory(request: web.Request) -> web.StreamResponse:
    """GET /directory."""
    return await _page(request)


async def post_pull(request: web.Request) -> web.StreamResponse:
    """POST /directory/pull: `url`; shows what would change."""
    folder = request.app[keys.SETTINGS].resources_dir
    url = str((await request.post()).get("url", "")).strip()
    present = await asyncio.to_thread(read_present, folder)  # before anything is asked of the network
    tables = await pull(url, columns_to_pull(folder))
    lines = differences(present, complete(tables, present))
    name = request.app[keys.PENDING].keep(account_of(request).name, Pulled(tables)) if lines else ""
    return await _page(request, lines=lines, pulled=name, url=url)


async def post_replace(request: web.Request) -> web.StreamResponse:
    """POST /directory/replace: `pulled` names what was shown; now it takes the place of the present one."""
    form = await request.post()
    pulled = request.app[keys.PENDING].find(account_of(request).name, str(form.get("pulled", "")))
    if not isinstance(pulled, Pulled):
        return await _page(request, failure=text(request, "pulled_gone"), status=409)
    settings, lines = request.app[keys.SETTINGS], list[str]()
    before = await asyncio.to_thread(folder_hash, settings.resources_dir)
    kept = settings.data_dir / "resources"
    await asyncio.to_thread(update, pulled.tables, settings.resources_dir, kept, lines.append)
    await _note(request, "pull", before)
    return await _page(request, lines=lines, is_done=True)


async def post_undo(request: web.Request) -> web.StreamResponse:
    """POST /directory/undo: go back to the directory before."""
    settings = request.app[keys.SETTINGS]
    before = await asyncio.to_thread(folder_hash, settings.resources_dir)
    lines = await asyncio.to_thread(undo, settings.resources_dir, settings.data_dir / "resources")
    await _note(request, "undo", before)
    return await _page(request, lines=lines, is_done=True)


async def _note(request: web.Request, action: str, before: str) -> None:
    audit, folder = request.app[keys.AUDIT], request.app[keys.SETTINGS].resources_dir
    await asyncio.to_thread(note_update, audit, account_of(request).name, action, before, folder)


async def _page(
    request: web.Request,
    *,
    lines: list[str] | None = None,
    pulled: str = "",
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
        pulled=pulled,
        url=url,
        failure=failure,
        is_done=is_done,
    )
