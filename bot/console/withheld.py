"""Phone numbers that must not be given out: why, and who has cleared which of them, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render
from bot.console.service_form import Reading
from bot.directory.numbers import NumberError, read_number
from bot.directory.one_service import WITHHELD
from bot.directory.tables import Row, Tables
from bot.directory.update import read_present
from bot.messages import Message
from bot.staff.directory import DirectoryEditor


async def get_withheld(request: web.Request) -> web.StreamResponse:
    """GET /directory/withheld: the numbers that are withheld, and those that were."""
    return await _page(request, {}, {})


async def post_withheld(request: web.Request) -> web.StreamResponse:
    """POST /directory/withheld: `clear` a number that may be given, `because` of what; or withhold one."""
    posted, tables = await request.post(), await _tables(request)
    who = account_of(request).name
    reading = Reading(tables, posted, who)
    if "clear" in posted:
        number, action = str(posted["clear"]), "number cleared"
        because = reading.text("because", 300)
        if not because:
            reading.add(f"because-{number}", Message("form_needed"))
        row = next((one for one in tables["withheld_phones"] if one["number"] == number), None)
        if row is None:
            raise web.HTTPNotFound
        wanted = {
            **row,
            "cleared_on": current_date().isoformat(),
            "cleared_by": who,
            "cleared_because": because,
        }
    else:
        wanted, action = _withheld(reading), "number withheld"
    if reading.problems:
        return await _page(request, dict(posted), reading.problems, status=422)

    def changed(present: Tables) -> Tables:
        rows = [row for row in present["withheld_phones"] if row["number"] != wanted["number"]]
        return {**present, "withheld_phones": [*rows, wanted]}

    editor = DirectoryEditor.of(request.app[keys.SETTINGS], request.app[keys.AUDIT])
    await asyncio.to_thread(editor.change_withheld, who, action, wanted["number"], changed)
    raise web.HTTPSeeOther("/directory/withheld?done")


def _withheld(reading: Reading) -> Row:
    typed, number = reading.text("number", 40), ""
    try:
        number = read_number(typed)
    except NumberError as error:
        reading.add("number", error.message)
    given = [row["service_id"] for row in reading.tables["phones"] if row["number"] == number]
    for service in given:
        name = next(row for row in reading.tables["services"] if row["id"] == service)["name"]
        reading.add("number", Message("withheld_is_given", number=number, service=name))
    who = reading.text("who", 100)
    if not who:
        reading.add("who", Message("form_needed"))
    reason, reason_es = reading.twins("reason", 200, needed=True)
    row = dict.fromkeys(WITHHELD, "")
    return {**row, "number": number, "who": who, "reason": reason, "reason_es": reason_es}


async def _tables(request: web.Request) -> Tables:
    return await asyncio.to_thread(read_present, request.app[keys.SETTINGS].resources_dir)


async def _page(
    request: web.Request,
    fields: Mapping[str, object],
    problems: Mapping[str, list[Message]],
    *,
    status: int = 200,
) -> web.StreamResponse:
    rows = (await _tables(request))["withheld_phones"]
    return render(
        request,
        "withheld.html",
        status=status,
        withheld=[row for row in rows if not row["cleared_on"]],
        cleared=[row for row in rows if row["cleared_on"]],
        fields=fields,
        problems=problems,
        done="done" in request.query,
    )
