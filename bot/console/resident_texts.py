"""The texts that residents see and that are no answers: all of them, and a form for each with its preview."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web
from babel.dates import format_date, get_day_names

from bot.answering.reply import Button, response_reply
from bot.answering.text_messages import text_messages
from bot.clock import current_date
from bot.console import keys
from bot.console.answer_form import SAY, SERVICE, with_mark
from bot.console.guard import account_of
from bot.console.rendering import render, text, write
from bot.console.text_catalog import Listed, groups, listed
from bot.console.word_diff import word_differences
from bot.content.page_texts import with_hotline
from bot.content.reading import Content
from bot.content.responses import SENTENCES
from bot.content.sounds import SoundError
from bot.database.audit import Entry
from bot.directory.mentions import mentioned, name_and_number
from bot.editing.field_problems import FieldProblem
from bot.editing.resident_texts import (
    DOMAIN_FILE,
    ResidentText,
    TextConflict,
    TextEditError,
    edit_text,
)
from bot.problems import ContentError
from bot.staff.edits import note_changes
from bot.text.gsm import segments
from bot.text.language import LANGUAGES, fold

# What the audit log calls a text, so that no topic of the same name is meant.
_SUBJECT = "text:"
_PLACE = re.compile(r"(?<!\w)(DATE|DAY|HOTLINE|LANGUAGE|NAME|NUMBER|PLACE|TIME)(?!\w)")
# Fewer words are what a button or a heading says, which is never a message by itself.
_FEWEST_WORDS_OF_A_MESSAGE = 5
_CHANGES_SHOWN = 6


@dataclass(frozen=True)
class Form:
    """What stands on the page: the fields of a text and the state that they began from."""

    fields: Mapping[str, str]
    seen: str
    compared: bool = False


@dataclass(frozen=True)
class View:
    """How residents will see a text in one language; `messages` are text messages with their segments."""

    language: str
    text: str
    buttons: Sequence[str]
    messages: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Change:
    """A text that says something else: by field, the pieces of the old and the new text."""

    listed: Listed
    pieces: Sequence[tuple[str, list[tuple[str, str]]]]


async def get_texts(request: web.Request) -> web.StreamResponse:
    """GET /texts: `q` are words of a text or its name, `show=waiting` what residents do not get yet.

    `key` leads to the form of one text.
    """
    if key := request.query.get("key", ""):
        raise web.HTTPFound(f"/texts/{quote(key, safe='')}")
    words, show = request.query.get("q", "").strip(), request.query.get("show", "")
    catalog = await asyncio.to_thread(_catalog, request)
    waiting = {change.listed.text.key for change in await asyncio.to_thread(waiting_texts, request)}
    wanted = [
        one
        for one in catalog.values()
        if (show != "waiting" or one.text.key in waiting) and _has(one, fold(words))
    ]
    shown = [(group, [one for one in wanted if one.group is group]) for group in groups()]
    return render(
        request,
        "texts.html",
        groups=[(group, ones) for group, ones in shown if ones],
        all=len(catalog),
        waiting=waiting,
        show=show,
        words=words,
        is_narrowed=bool(words or show),
    )


def _catalog(request: web.Request) -> dict[str, Listed]:
    return listed(request.app[keys.CONTENT_CACHE].resident_texts().values())


def _has(one: Listed, words: str) -> bool:
    said = fold(" ".join((one.text.key, *one.title.values(), *one.text.fields.values())))
    return all(word in said for word in words.split())


def waiting_texts(request: web.Request) -> list[Change]:
    """Return the texts that are saved and that residents do not get yet, each with what it changes."""
    given = _given(request)
    if given is None:
        return []
    changes = []
    for one in _catalog(request).values():
        old = given.get(one.text.key)
        if pieces := _pieces(old.fields if old else {}, one.text.fields):
            changes.append(Change(one, pieces))
    return changes


def _given(request: web.Request) -> Mapping[str, ResidentText] | None:
    """Return the texts of the version that answers residents, or of the published one where none runs."""
    serving = request.app[keys.SERVING].read()
    return request.app[keys.CONTENT_CACHE].given_texts(serving.version if serving else None)


def _pieces(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (name, list(word_differences(before.get(name, ""), said)))
        for name, said in after.items()
        if before.get(name, "") != said
    ]


async def get_text(request: web.Request) -> web.StreamResponse:
    """GET /texts/{key}: the form of a text, how residents see it, and who changed it."""
    one = await _one(request)
    form = Form(one.text.fields, one.text.state)
    return await _page(request, one, form, saved="saved" in request.query)


async def post_text(request: web.Request) -> web.StreamResponse:
    """POST /texts/{key}: `save` it, `look` how it would be, or put a mark in; `piece` is the live part."""
    one, posted = await _one(request), await request.post()
    form = Form(
        # Browsers end the lines of a field with two signs.
        {name: str(posted.get(name, "")).replace("\r\n", "\n").strip() for name in one.text.fields},
        str(posted.get("seen", "")),
        "compared" in posted,
    )
    if mark := str(posted.get("mark", "")):
        return await _page(request, one, _with_mark(form, mark, str(posted.get("service", ""))))
    if "piece" in posted or posted.get("action") == "look":
        check = request.app[keys.TEXT_CHECK]
        problems = await asyncio.to_thread(check.problems, one.text, form.fields, compared=form.compared)
        if "piece" in posted:
            return await _piece(request, one, form, problems)
        return await _page(request, one, form, problems=problems, looked=True)
    return await _save(request, one, form)


def _with_mark(form: Form, mark: str, service: str) -> Form:
    """Return a form with a mark at the end of a text; a script would put it where one writes."""
    kind, _, code = mark.partition(":")
    name = f"text_{code}"
    if kind not in (SAY, SERVICE) or code not in LANGUAGES:
        raise web.HTTPBadRequest
    return dataclasses.replace(
        form, fields={**form.fields, name: with_mark(form.fields[name], kind, service)}
    )


async def post_back(request: web.Request) -> web.StreamResponse:
    """POST /texts/{key}/back: `number` of a change in the history, whose text before is put back."""
    one, posted = await _one(request), await request.post()
    number = str(posted.get("number", ""))
    found = [entry for entry in await _entries(request, one) if str(entry.number) == number]
    before = _said_before(found[0], one) if found else None
    if before is None:
        raise web.HTTPNotFound
    return await _save(request, one, Form(before, one.text.state, compared=True))


async def _one(request: web.Request) -> Listed:
    one = (await asyncio.to_thread(_catalog, request)).get(request.match_info["key"])
    if one is None:
        raise web.HTTPNotFound
    return one


async def _save(request: web.Request, one: Listed, form: Form) -> web.StreamResponse:
    root = request.app[keys.SETTINGS].content_dir
    try:
        done = await asyncio.to_thread(
            edit_text, root, one.text.key, form.fields, seen=form.seen, compared=form.compared
        )
    except TextConflict as conflict:
        again = dataclasses.replace(form, seen=conflict.present.state)
        return await _page(request, one, again, theirs=conflict.present.fields, status=409)
    except ContentError as error:
        located = request.app[keys.TEXT_CHECK].locate(form.fields, error)
        return await _page(request, one, form, problems=located, status=422)
    except (TextEditError, SoundError) as error:
        return await _page(request, one, form, failure=error.message, status=422)
    if done.after:
        audit, who = request.app[keys.AUDIT], account_of(request).name
        subject = _SUBJECT + one.text.key
        await asyncio.to_thread(note_changes, audit, who, "edit", subject, done.before, done.after)
    raise web.HTTPSeeOther(f"/texts/{one.text.key}?saved")


async def _entries(request: web.Request, one: Listed) -> list[Entry]:
    audit = request.app[keys.AUDIT]
    return await asyncio.to_thread(audit.entries, _CHANGES_SHOWN, _SUBJECT + one.text.key, action="edit")


def _said_before(entry: Entry, one: Listed) -> dict[str, str] | None:
    """Return the whole text as it was before a change; None where it has other fields now."""
    before = json.loads(entry.before) or {}
    if not isinstance(before, dict) or not before.keys() <= one.text.fields.keys():
        return None
    return {**one.text.fields, **{name: str(said) for name, said in before.items()}}


async def _piece(
    request: web.Request, one: Listed, form: Form, problems: Sequence[FieldProblem]
) -> web.StreamResponse:
    """Answer with what is to be shown beside the fields, and with the preview, as JSON."""
    shown = {
        name: write(
            request, "field_problems.html", problems=[each for each in problems if each.field == name]
        )
        for name in form.fields
    }
    values = await _look(request, one, form)
    return web.json_response({"problems": shown, "look": write(request, "text_look.html", **values)})


async def _look(request: web.Request, one: Listed, form: Form) -> dict[str, Any]:
    """Return how residents will see a text, and what differs from what they get now."""
    content = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].shown)
    given = await asyncio.to_thread(_given, request)
    before = given.get(one.text.key) if given is not None else None
    return {
        "views": [await asyncio.to_thread(_view, request, content, one, form, code) for code in LANGUAGES],
        "changes": _pieces(before.fields if before else {}, form.fields),
        "is_given": given is not None,
    }


def _view(request: web.Request, content: Content, one: Listed, form: Form, language: str) -> View:
    key, said = one.text.key, {code: form.fields[f"text_{code}"] for code in LANGUAGES}
    own = [
        value
        for name, value in form.fields.items()
        if name.startswith("button_") and name.endswith(f"_{language}")
    ]
    if one.text.file != DOMAIN_FILE:
        filled = with_hotline({language: {key: said[language]}}, content.directory.hotline)
        return View(language, _filled(request, filled[language][key], language), own, ())
    said = {code: _filled(request, words, code) for code, words in said.items()}
    responses = {**content.conversation.responses, key: said}
    content = dataclasses.replace(
        content, conversation=dataclasses.replace(content.conversation, responses=responses)
    )
    reply = response_reply(content, key, language)
    reply = dataclasses.replace(reply, buttons=(*(Button(title, "") for title in own), *reply.buttons))
    buttons = [button.title for button in reply.buttons]
    messages: list[tuple[str, int]] = []
    if one.group.message and len(reply.text.split()) >= _FEWEST_WORDS_OF_A_MESSAGE:
        sent = text_messages(content, [reply], [""]).messages
        messages = [(message, segments(message)) for message in sent]
    return View(language, reply.text, buttons, messages)


def _filled(request: web.Request, said: str, language: str) -> str:
    """Return a text with an example of what is put into it."""
    strings, today = request.app[keys.STRINGS][language], current_date()
    examples = {
        "DATE": str(format_date(today, "long", locale=language)),
        "DAY": str(get_day_names("wide", locale=language)[today.weekday()]),
    }
    return _PLACE.sub(
        lambda found: examples.get(found[1]) or strings.get(f"text_example_{found[1]}", found[1]), said
    )


def _state(request: web.Request, given: Mapping[str, ResidentText] | None, one: Listed) -> str:
    """Return whether residents get a text as it is saved, by the name of what the page says of it."""
    if given is None:
        return "none"
    now = given.get(one.text.key)
    if now is None or now.fields != one.text.fields:
        return "waiting"
    return "same" if request.app[keys.SERVING].read() else "stopped"


def _put_in(request: web.Request, content: Content, one: Listed) -> list[tuple[str, str]]:
    """Return what is put into a text when it is shown: as it is written, and what stands there then."""
    language = request[keys.LANGUAGE]
    said = "\n".join(one.text.fields.values())
    places = [(name, text(request, f"text_place_{name}")) for name in dict.fromkeys(_PLACE.findall(said))]
    services = {service.id: service for service in content.directory.services}
    named = [
        (f"[{name}]", name_and_number(services[name], language))
        for name in dict.fromkeys(mentioned(said))
        if name in services
    ]
    return [*places, *named]


async def _page(
    request: web.Request,
    one: Listed,
    form: Form,
    *,
    problems: Sequence[FieldProblem] = (),
    theirs: Mapping[str, str] | None = None,
    failure: str = "",
    status: int = 200,
    looked: bool = False,
    saved: bool = False,
) -> web.StreamResponse:
    content = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].shown)
    given = await asyncio.to_thread(_given, request)
    language = request[keys.LANGUAGE]
    entries = [
        (
            entry,
            _pieces(json.loads(entry.before) or {}, json.loads(entry.after) or {}),
            (before := _said_before(entry, one)) is not None and before != one.text.fields,
        )
        for entry in await _entries(request, one)
    ]
    return render(
        request,
        "text.html",
        status=status,
        one=one,
        form=form,
        names=[name.rpartition("_")[0] for name in form.fields if name.endswith("_en")],
        problems=problems,
        elsewhere=[each for each in problems if not each.field],
        mistakes=sum(not each.warning for each in problems),
        placed={each.field for each in problems},
        theirs={name: said for name, said in (theirs or {}).items() if said != form.fields[name]},
        conflict=theirs is not None,
        failure=failure,
        looked=looked,
        saved=saved,
        state=_state(request, given, one),
        is_learnt=one.text.file == DOMAIN_FILE,
        is_spoken=one.text.key in SENTENCES,
        put_in=_put_in(request, content, one),
        leads_to=[
            (name, content.topics[name].title[language])
            for name in one.text.leads_to
            if name in content.topics
        ],
        services=sorted(
            (name_and_number(service, language), service.id) for service in content.directory.services
        )
        if one.text.file == DOMAIN_FILE and len(form.fields) == len(LANGUAGES)
        else (),
        entries=entries,
        **await _look(request, one, form),
    )
