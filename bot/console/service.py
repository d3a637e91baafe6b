"""One service of the directory as a form; what a change of it changes for residents, and saving it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from babel import Locale
from multidict import MultiDict, MultiMapping

from bot.clock import TIME_ZONE, current_date
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, text
from bot.console.service_form import DAYS, KINDS, NEW, STATUSES, TWINS, area_value, posted_of, read_form
from bot.console.uploads import ServiceChange, changed
from bot.content.service_places import ANSWER, CALL, SHORT, Place, places_changed
from bot.content.service_references import answers_naming
from bot.directory.cards import service_card
from bot.directory.numbers import warnings_about
from bot.directory.one_service import CHECK, OneService, in_words, put_back, take_out, taken_away
from bot.directory.reading import check_directory, read_directory
from bot.directory.services import Directory
from bot.directory.tables import Tables
from bot.directory.update import UpdateError, differences, read_present, read_previous, write_tables
from bot.messages import Message
from bot.problems import Problems
from bot.staff.directory import DirectoryEditor
from bot.text.language import LANGUAGES

# Languages that are offered for every service, the most spoken ones here first; others stay where they are.
_LANGUAGES = ("es", "en", "zh", "ko", "tl", "vi", "hy", "fa", "ja", "ru", "ar", "km", "th", "pt", "fr")


@dataclass(frozen=True)
class Difference:
    """A part of a service that changes: its name, and what it says before and after."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class Effect:
    """What a change does: differences, texts that change elsewhere, what is odd, what nobody has called.

    `cards` are what residents get afterwards, by language; none where the service is closed.
    """

    differences: Sequence[Difference]
    places: Sequence[Place]
    warnings: Sequence[Message]
    uncalled: Sequence[str]
    cards: Mapping[str, Mapping[str, Any]]


async def get_service(request: web.Request) -> web.StreamResponse:
    """GET /directory/services/{service}: the form; "new" is an empty one.

    With `by` and `brought` it holds what somebody wants to change.
    """
    service = request.match_info["service"]
    tables = await _tables(request)
    change = _change(request, request.query) if "brought" in request.query else None
    if change:
        return await _form(request, tables, posted_of(change.wanted), seen=change.seen)
    if service == NEW:
        return await _form(request, tables, MultiDict({"status": "active"}), seen="")
    one = take_out(tables, service)
    if one is None:
        raise web.HTTPNotFound
    return await _form(request, tables, posted_of(one), seen=one.state, done=request.query.get("done", ""))


async def post_service(request: web.Request) -> web.StreamResponse:
    """POST /directory/services/{service}: shows what saving it would change; nothing is changed yet."""
    service, posted = request.match_info["service"], await request.post()
    tables = await _tables(request)
    present = take_out(tables, service)
    if present is None and service != NEW:
        raise web.HTTPNotFound
    who = account_of(request).name
    one, problems = read_form(posted, service, tables, who)
    seen = str(posted.get("seen", ""))
    if present and present.state != seen:
        return await _form(request, tables, posted, seen=present.state, theirs=present, status=409)
    if problems:
        return await _form(request, tables, posted, seen=seen, problems=problems, status=422)
    change = ServiceChange(one, seen)
    try:
        effect = await _effect(request, tables, change.applied(tables), one.id)
    except UpdateError as error:
        return await _form(request, tables, posted, seen=seen, failure=error.message, status=422)
    waiting = request.app[keys.BROUGHT]
    for by, name in waiting.all():
        found = waiting.find(by, name)
        if by == who and found and found.change and found.change.wanted.id == one.id:
            waiting.drop(by, name)  # what somebody wants of a service is what they wrote last
    name = waiting.keep(who, changed(change)) if effect.differences else ""
    return await _change_page(request, one, effect, by=who, brought=name)


async def get_change(request: web.Request) -> web.StreamResponse:
    """GET /directory/services/{service}/change: what somebody, `by`, wants to change, `brought`."""
    change = _change(request, request.query)
    if change is None:
        return render(request, "refusal.html", status=404, message=text(request, "brought_gone"))
    tables = await _tables(request)
    effect = await _effect(request, tables, change.applied(tables), change.wanted.id)
    by, brought = request.query.get("by", ""), request.query["brought"]
    return await _change_page(request, change.wanted, effect, by=by, brought=brought)


async def post_change(request: web.Request) -> web.StreamResponse:
    """POST /directory/services/{service}/change: `by` and `brought` name what was shown; now it is so."""
    form = await request.post()
    change = _change(request, form)
    if change is None:
        return render(request, "refusal.html", status=409, message=text(request, "brought_gone"))
    await asyncio.to_thread(
        _editor(request).change_service,
        account_of(request).name,
        "edit" if change.seen else "service added",
        change.wanted.id,
        change.applied,
    )
    request.app[keys.BROUGHT].drop(str(form["by"]), str(form["brought"]))
    raise web.HTTPSeeOther(f"/directory/services/{change.wanted.id}?done=saved")


async def post_called(request: web.Request) -> web.StreamResponse:
    """POST /directory/services/{service}/called: whoever asks has called, and all of it is right."""
    service, seen = request.match_info["service"], str((await request.post()).get("seen", ""))
    who, today = account_of(request).name, current_date().isoformat()

    def called(tables: Tables) -> Tables:
        one = take_out(tables, service)
        if one is None or one.state != seen:
            raise UpdateError(Message("service_changed_meanwhile"))
        check = dict(zip(CHECK, (today, who), strict=True))
        facts = {**one.facts, "assured_date": today, "assured_by": who}
        phones = [{**row, **check} for row in one.phones]
        return put_back(tables, dataclasses.replace(one, facts=facts, phones=phones))

    await asyncio.to_thread(_editor(request).change_service, who, "service checked", service, called)
    raise web.HTTPSeeOther(f"/directory/services/{service}?done=called")


async def get_remove(request: web.Request) -> web.StreamResponse:
    """GET /directory/services/{service}/remove: what residents get once it is gone, before it goes."""
    tables, service = await _tables(request), request.match_info["service"]
    one = take_out(tables, service)
    if one is None:
        raise web.HTTPNotFound
    topics = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].topics)
    naming = answers_naming(service, topics.topics)
    instead = [row for row in tables["services"] if row["outside_hours"] == service]
    return render(request, "service_remove.html", service=one, naming=naming, instead=instead)


async def post_remove(request: web.Request) -> web.StreamResponse:
    """POST /directory/services/{service}/remove: it goes, unless an answer names it."""
    service, seen = request.match_info["service"], str((await request.post()).get("seen", ""))

    def without(tables: Tables) -> Tables:
        one = take_out(tables, service)
        if one is None or one.state != seen:
            raise UpdateError(Message("service_changed_meanwhile"))
        return taken_away(tables, service)

    who = account_of(request).name
    await asyncio.to_thread(_editor(request).change_service, who, "service removed", service, without)
    raise web.HTTPSeeOther("/directory?done=removed")


def _change(request: web.Request, fields: MultiMapping[Any]) -> ServiceChange | None:
    brought = request.app[keys.BROUGHT].find(str(fields.get("by", "")), str(fields.get("brought", "")))
    change = brought.change if brought else None
    here = request.match_info["service"]
    return change if change and here in (change.wanted.id, NEW) else None


def _editor(request: web.Request) -> DirectoryEditor:
    return DirectoryEditor.of(request.app[keys.SETTINGS], request.app[keys.AUDIT])


async def _tables(request: web.Request) -> Tables:
    return await asyncio.to_thread(read_present, request.app[keys.SETTINGS].resources_dir)


async def _effect(request: web.Request, present: Tables, wanted: Tables, service: str) -> Effect:
    """Return what changes for residents; raises UpdateError where the directory would have a mistake."""
    app = request.app
    topics = (await asyncio.to_thread(app[keys.CONTENT_CACHE].topics)).topics
    said = await asyncio.to_thread(app[keys.CONTENT_CACHE].said)
    folder = app[keys.SETTINGS].resources_dir
    before = await asyncio.to_thread(read_directory, folder)
    after = await asyncio.to_thread(_read, wanted, folder)
    language = request[keys.LANGUAGE]
    differences = _differences(present, wanted, service, language)
    places = await asyncio.to_thread(places_changed, topics, said, before, after, (service,))
    one = take_out(wanted, service)
    rows = one.phones if one else ()
    known = {row["number"] for row in present["phones"] if row["service_id"] == service}
    cards = {}
    if now := after.by_id.get(service):
        for code in LANGUAGES:
            say = functools.partial(_say, said.responses, code)
            cards[code] = service_card(now, code, say, now=datetime.datetime.now(TIME_ZONE))
    return Effect(
        differences,
        places,
        warnings_about((row["number"] for row in rows), service, wanted),
        [row["number"] for row in rows if not row["checked"] and row["number"] not in known],
        cards,
    )


def _differences(present: Tables, wanted: Tables, service: str, language: str) -> list[Difference]:
    before, after = (in_words(take_out(one, service), one, language) for one in (present, wanted))
    return [
        Difference(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name)
    ]


async def get_undo(request: web.Request) -> web.StreamResponse:
    """GET /directory/undo: what going back to the directory before would change for residents."""
    present, editor, language = await _tables(request), _editor(request), request[keys.LANGUAGE]
    before = await asyncio.to_thread(read_previous, editor.kept)
    column = "name" if language == "en" else f"name_{language}"
    names = {row["id"]: row[column] for tables in (before, present) for row in tables["services"]}
    found = [(name, names[name], _differences(present, before, name, language)) for name in names]
    services = [one for one in found if one[2]]
    ids = {name for name, *_ in services}
    lines = [line for line in differences(present, before) if str(line.values["name"]) not in ids]
    cache = request.app[keys.CONTENT_CACHE]
    topics, said = await asyncio.to_thread(cache.topics), await asyncio.to_thread(cache.said)
    now = await asyncio.to_thread(read_directory, editor.folder)
    failure, places = None, list[Place]()
    try:
        then = await asyncio.to_thread(_read, before, editor.folder)
        places = await asyncio.to_thread(places_changed, topics.topics, said, now, then, ids)
    except UpdateError as error:
        failure = error.message
    return render(
        request,
        "directory_undo.html",
        seen=await asyncio.to_thread(lambda: editor.state),
        services=services,
        lines=lines,
        places=places,
        counted=_counted(places),
        failure=failure,
    )


def _counted(places: Sequence[Place]) -> int:
    """Return how many answers, cards, pages and services texts stand in."""
    return len({(place.kind in (ANSWER, SHORT, CALL), place.id) for place in places})


def _say(responses: Mapping[str, Mapping[str, str]], language: str, name: str) -> str:
    return responses.get(name, {}).get(language, "")


def _read(tables: Tables, folder: Path) -> Directory:
    """Return the directory of tables that do not stand on the disk yet; raises UpdateError."""
    with tempfile.TemporaryDirectory() as workplace:
        copy = Path(workplace) / folder.name
        write_tables(tables, folder, copy)
        problems = Problems(copy)
        directory = check_directory(copy, problems)
    if directory is None:
        raise UpdateError(Message("directory_not_changed"), sorted(problems.found))
    return directory


async def _change_page(
    request: web.Request, one: OneService, effect: Effect, *, by: str, brought: str
) -> web.StreamResponse:
    titles = {(place.kind, place.id): place.title for place in effect.places}
    return render(
        request,
        "service_change.html",
        service=one,
        effect=effect,
        titles=titles,
        by=by,
        brought=brought,
        counted=_counted(effect.places),
    )


async def _form(
    request: web.Request,
    tables: Tables,
    fields: MultiMapping[Any],
    *,
    seen: str,
    problems: Mapping[str, Sequence[Message]] | None = None,
    theirs: OneService | None = None,
    failure: str = "",
    done: str = "",
    status: int = 200,
) -> web.StreamResponse:
    service, language = request.match_info["service"], request[keys.LANGUAGE]
    column = "name" if language == "en" else f"name_{language}"
    topics = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].topics)
    names = Locale(language).languages
    spoken = dict.fromkeys((*_LANGUAGES, *(row["code"] for row in tables["languages"])))
    present = take_out(tables, service)
    places = {row["location_id"] for row in tables["service_at_location"] if row["service_id"] != service}
    return render(
        request,
        "service.html",
        status=status,
        service=present,
        is_new=service == NEW,
        fields=fields,
        all_of=lambda name: [str(value) for value in fields.getall(name, [])],
        rows=lambda kind: _rows_of(fields, kind),
        seen=seen,
        problems=problems or {},
        failure=failure,
        done=done,
        theirs=in_words(theirs, tables, language) if theirs else {},
        mine=_mine(fields, service, tables, account_of(request).name, language) if theirs else {},
        twins=TWINS,
        kinds=KINDS,
        days=list(
            zip(DAYS, (Locale(language).days["stand-alone"]["wide"][n] for n in range(7)), strict=True)
        ),
        statuses=STATUSES,
        needs=[(row["id"], row[column]) for row in tables["taxonomy_terms"]],
        languages=[(code, names[code]) for code in spoken],
        areas=sorted({area_value(row): row[column] for row in tables["service_areas"]}.items()),
        organizations=sorted(
            ((row["id"], row["name"]) for row in tables["organizations"]), key=lambda pair: pair[1].lower()
        ),
        others=sorted(
            (row[column], row["id"])
            for row in tables["services"]
            if row["id"] != service and row["status"] == "active"
        ),
        shared=places,
        naming=answers_naming(service, topics.topics),
    )


def _mine(fields: MultiMapping[Any], service: str, tables: Tables, who: str, language: str) -> dict[str, str]:
    return in_words(read_form(fields, service, tables, who)[0], tables, language)


def _rows_of(fields: MultiMapping[Any], kind: str) -> int:
    """Return how many rows of a kind the form holds."""
    numbers = [int(name.split("-")[1]) for name in fields if name.startswith(f"{kind}-")]
    return max(numbers, default=-1) + 1
