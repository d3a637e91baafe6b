"""Topics as a spreadsheet: out, and in again after everybody has seen what would change."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Collection
from pathlib import Path

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, text
from bot.console.uploads import Upload
from bot.editing.sheet.exporting import export, write_template
from bot.editing.sheet.importing import import_sheet
from bot.editing.sheet.reading import SheetError
from bot.editing.topic_folder import topic_texts
from bot.messages import Message
from bot.staff.edits import note_import

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
}


async def get_spreadsheet(request: web.Request) -> web.StreamResponse:
    """GET /spreadsheet: where to get one and bring one in."""
    return _page(request)


async def get_export(request: web.Request) -> web.StreamResponse:
    """GET /spreadsheet/topics.xlsx or .csv, /spreadsheet/template.xlsx: a spreadsheet."""
    name = request.match_info["name"]
    suffix = Path(name).suffix
    if suffix not in _TYPES or Path(name).stem not in ("topics", "template"):
        raise web.HTTPNotFound
    root = request.app[keys.SETTINGS].content_dir
    body = await asyncio.to_thread(_written, root, name)
    day = current_date().isoformat()
    return web.Response(
        body=body,
        content_type=_TYPES[suffix],
        headers={"Content-Disposition": f'attachment; filename="{Path(name).stem}-{day}{suffix}"'},
    )


def _written(root: Path, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / name
        (export if sheet.stem == "topics" else write_template)(root, sheet)
        return sheet.read_bytes()


async def post_spreadsheet(request: web.Request) -> web.StreamResponse:
    """POST /spreadsheet: `sheet` is a file; shows what it would change, or all that is wrong with it."""
    form = await request.post()
    sheet = form.get("sheet")
    if not isinstance(sheet, web.FileField) or Path(sheet.filename).suffix.lower() not in _TYPES:
        return _page(request, failure=text(request, "no_sheet"), status=422)
    upload = Upload(
        Path(sheet.filename).name,
        Path(sheet.filename).suffix.lower(),
        await asyncio.to_thread(sheet.file.read),
        tuple(str(form.get("compared", "")).replace(",", " ").split()),
    )
    return await _import(request, upload, dry_run=True)


async def post_import(request: web.Request) -> web.StreamResponse:
    """POST /spreadsheet/import: `upload` names what was shown; now it is done."""
    form = await request.post()
    upload = request.app[keys.UPLOADS].find(account_of(request).name, str(form.get("upload", "")))
    if upload is None:
        return _page(request, failure=text(request, "upload_gone"), status=409)
    return await _import(request, upload, dry_run=False)


async def _import(request: web.Request, upload: Upload, *, dry_run: bool) -> web.StreamResponse:
    account, lines = account_of(request), list[Message]()
    root = request.app[keys.SETTINGS].content_dir
    try:
        before, changed = await asyncio.to_thread(_imported, root, upload, lines, dry_run=dry_run)
    except SheetError as error:
        return _page(request, error=error, lines=lines, name=upload.name, status=422)
    if dry_run or not changed:
        name = request.app[keys.UPLOADS].keep(account.name, upload) if changed else ""
        return _page(request, lines=lines, changed=changed, upload=name, name=upload.name)
    await asyncio.to_thread(note_import, request.app[keys.AUDIT], account.name, before, root, changed)
    return _page(request, lines=lines, changed=changed, name=upload.name, is_done=True)


def _imported(
    root: Path, upload: Upload, lines: list[Message], *, dry_run: bool
) -> tuple[dict[str, str], Collection[str]]:
    before = topic_texts(root)
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / f"sheet{upload.suffix}"
        sheet.write_bytes(upload.content)
        changed = import_sheet(
            root, sheet, dry_run=dry_run, compared=upload.compared, show=lines.append, approves=False
        )
    return before, changed


def _page(
    request: web.Request,
    *,
    failure: str = "",
    error: SheetError | None = None,
    lines: Collection[str] = (),
    changed: Collection[str] | None = None,
    upload: str = "",
    name: str = "",
    is_done: bool = False,
    status: int = 200,
) -> web.StreamResponse:
    return render(
        request,
        "spreadsheet.html",
        status=status,
        failure=failure,
        error=error,
        lines=lines,
        changed=changed,
        upload=upload,
        name=name,
        is_done=is_done,
    )
