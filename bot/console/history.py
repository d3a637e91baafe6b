"""The audit log as a page: who changed what, when, from what to what."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from bot.console import keys
from bot.console.rendering import render
from bot.database.audit import AuditError

_A_PAGE = 50


async def get_history(request: web.Request) -> web.StreamResponse:
    """GET /history: the newest entries; `subject` narrows, `before` goes on, `verify` checks the log."""
    subject, before = request.query.get("subject", "").strip(), request.query.get("before", "")
    audit = request.app[keys.AUDIT]
    entries = await asyncio.to_thread(
        audit.entries,
        _A_PAGE + 1,
        subject or None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
    )
    head, wrong = None, None
    if "verify" in request.query:
        try:
            head = await asyncio.to_thread(audit.verify)
        except AuditError as error:
            wrong = error.message
    return render(
        request,
        "history.html",
        entries=[(entry, _shown(entry.before), _shown(entry.after)) for entry in entries[:_A_PAGE]],
        more=entries[_A_PAGE - 1].number if len(entries) > _A_PAGE else None,
        subject=subject,
        head=head,
        wrong=wrong,
    )


def _shown(value: str) -> dict[str, Any]:
    """Return what an entry holds by name; a value that is no object gets an empty name."""
    read = json.loads(value)
    if read is None:
        return {}
    return read if isinstance(read, dict) else {"": read}
