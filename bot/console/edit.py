"""Editing one topic: both languages side by side, checked while it is written, and seen as residents will."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from markupsafe import escape

from bot.answering.answers import answer
from bot.answering.text_messages import text_messages
from bot.console import keys
from bot.console.answer_form import (
    CHOSEN,
    FIELDS,
    MARKS,
    NEW_SUBJECT,
    SERVICE,
    cells_from,
    choices,
    directory_of,
    facets_of,
    places,
    short_name,
    sources,
    subject_of,
    with_mark,
)
from bot.console.guard import account_of
from bot.console.rendering import render, text, write
from bot.console.review import group_to_begin_with, review_of
from bot.console.trials import Tried, try_answer, warm_up
from bot.console.word_diff import word_differences
from bot.content.diff import fields_of
from bot.content.paths import FAQ
from bot.content.reading import Content
from bot.content.topics import DAYS_TO_REVIEW, FACETS, Answer, Topic, page_path, situations_of, topic_of
from bot.editing.columns import CHOICES
from bot.editing.field_problems import FieldProblem, on_page
from bot.editing.fields import ID, TopicFields, cells_of, state_of
from bot.editing.live_check import EditConflict, edit_topic
from bot.editing.sheet.cells import SheetRow
from bot.editing.sheet.reading import SheetProblems
from bot.editing.sheet.rows import RowReader
from bot.editing.topic_text import read_fields, read_text
from bot.errors import KyrError
from bot.messages import Message
from bot.problems import ContentError
from bot.staff.edits import note_changes
from bot.staff.new_questions import ReviewError
from bot.text.gsm import segments
from bot.text.language import LANGUAGES

# What stands with a topic's own answer alone.
_OF_A_TOPIC = ("ask_en", "ask_es", "group", "related", "order")
# What is shown of a change, in that order.
_COMPARED = (
    *(f"title_{code}" for code in LANGUAGES),
    *(f"{part}_{code}" for code in LANGUAGES for part in ("answer", "short")),
    *(f"questions_{code}" for code in LANGUAGES),
    "sources",
)
# The longest questions of an answer have 19,000 letters together, an answer 1,800, and names chosen 200.
_MOST_LETTERS = {f"questions_{code}": 40_000 for code in LANGUAGES} | dict.fromkeys(CHOSEN, 2_000)
_MOST_LETTERS_ELSE = 10_000
NEW = "new"
# Stands for the short name of an answer whose title is not written yet; nothing is saved by it.
_UNNAMED = "answer_without_title"
# The day from which spreadsheets count others; nobody writes such numbers here.
_EPOCH = datetime.datetime(1899, 12, 30)


class FormError(KyrError):
    """A form that cannot be taken as it was sent; the text says which field, why and what to do."""


@dataclass(frozen=True)
class Form:
    """What stands on the page: the topic's id, the texts of its fields, and the state they began from."""

    topic_id: str
    cells: Mapping[str, str]
    seen: str
    compared: bool = False
    # Of a new answer: the topic that is chosen for it, and whether its short name was typed.
    subject: str = ""
    is_named: bool = False


@dataclass(frozen=True)
class View:
    """How residents will see an answer in one language."""

    language: str
    title: str
    reply: Any
    messages: Sequence[tuple[str, int]]


async def get_topic(request: web.Request) -> web.StreamResponse:
    """GET /topics/{topic}: the form; GET /topics/new: an empty one, or begun with a group of questions.

    `of` begins one for a situation of that topic.
    """
    topic_id = request.match_info.get("topic", NEW)
    if topic_id == NEW:
        cells = {**dict.fromkeys(FIELDS, ""), "volatility": "stable", **await _begun(request)}
        return await _page(request, Form("", cells, "", subject=subject_of(request.query.get("of", ""))))
    present = await _present(request, topic_id)
    if present is None:
        raise web.HTTPNotFound
    form = Form(topic_id, cells_of(present), state_of(present))
    return await _page(request, form, fields=present, saved="saved" in request.query)


async def post_topic(request: web.Request) -> web.StreamResponse:
    """POST /topics/{topic}: `save` it, `look` how it would be, `ask` it its questions, or put a mark in.

    `piece` asks for a live part alone: what is to be shown while one writes, or what comes of its questions.
    """
    posted = await request.post()
    topic_id = request.match_info.get("topic", NEW)
    present = await _present(request, topic_id) if topic_id != NEW else None
    form = await _form(request, posted, present)
    if mark := str(posted.get("mark", "")):
        return await _page(request, _with_mark(form, mark, posted))
    if posted.get("piece") == "trial":
        return await _trial_piece(request, form)
    if topic_id == NEW and form.topic_id:
        if not ID.fullmatch(form.topic_id):
            # Markup: these are texts of the page, not of the core.
            problem = FieldProblem("id", escape(text(request, "id_wrong")), escape(text(request, "id_mend")))
            return await _page(request, form, problems=(problem,), status=422)
        present = await _present(request, form.topic_id)
    action = posted.get("action")
    if action == "ask":
        return await _page(request, form, trial=await try_answer(request, form))
    # One without a title has no short name yet; what else is to be mended is said all the same.
    form_read = form if form.topic_id else dataclasses.replace(form, topic_id=_UNNAMED)
    fields, problems = await _read(request, form_read, present)
    if "piece" in posted:
        warm_up(request)
        return await _piece(request, form_read, fields, problems)
    if fields is None or action == "look":
        if fields is not None:
            problems = await _live_problems(request, form.topic_id, fields, compared=form.compared)
        status = 422 if fields is None else 200
        return await _page(request, form, problems=problems, fields=fields, status=status, looked=True)
    return await _save(request, form, fields)


def _with_mark(form: Form, mark: str, posted: Mapping[str, Any]) -> Form:
    """Return a form with a mark at the end of an answer; a script would put it where one writes."""
    kind, _, code = mark.partition(":")
    if kind not in (*MARKS, SERVICE) or code not in LANGUAGES:
        raise web.HTTPBadRequest
    name = f"answer_{code}"
    written = with_mark(form.cells[name], kind, str(posted.get("service", "")))
    return dataclasses.replace(form, cells={**form.cells, name: written})


async def _save(request: web.Request, form: Form, fields: TopicFields) -> web.StreamResponse:
    root = request.app[keys.SETTINGS].content_dir
    try:
        done = await asyncio.to_thread(
            edit_topic, root, form.topic_id, fields, seen=form.seen, compared=form.compared
        )
    except EditConflict as conflict:
        theirs = cells_of(conflict.present) if conflict.present else {}
        again = dataclasses.replace(form, seen=state_of(conflict.present) if conflict.present else "")
        return await _page(request, again, fields=fields, theirs=theirs, status=409)
    except ContentError as error:
        check = request.app[keys.LIVE_CHECK]
        located = await asyncio.to_thread(check.locate, form.topic_id, fields, error, compared=form.compared)
        return await _page(request, form, problems=located, fields=fields, status=422)
    if done.before or done.after:
        audit = request.app[keys.AUDIT]
        await asyncio.to_thread(
            note_changes, audit, account_of(request).name, "edit", form.topic_id, done.before, done.after
        )
    await _take_out(request, form.topic_id)
    raise web.HTTPSeeOther(f"/topics/{form.topic_id}?saved")


async def _present(request: web.Request, topic_id: str) -> TopicFields | None:
    """Return a topic as it stands, None where there is none; raises TopicEditError where it is unreadable."""
    if not ID.fullmatch(topic_id):
        raise web.HTTPNotFound
    path = request.app[keys.SETTINGS].content_dir / FAQ / f"{topic_id}.yml"
    try:
        return read_fields(await asyncio.to_thread(read_text, path))
    except FileNotFoundError:
        return None


async def _form(request: web.Request, posted: Mapping[str, Any], present: TopicFields | None) -> Form:
    topic_id = request.match_info.get("topic", NEW)
    cells = cells_from(posted, cells_of(present) if present else {})
    for column, said in cells.items():
        if len(said) > (most := _MOST_LETTERS.get(column, _MOST_LETTERS_ELSE)):
            field = text(request, f"field_{column}")
            raise FormError(Message("form_field_too_long", field=field, count=len(said), most=most))
    seen, compared = str(posted.get("seen", "")), "compared" in posted
    if topic_id != NEW:
        return Form(topic_id, cells, seen, compared)
    typed, subject = str(posted.get("id", "")).strip(), str(posted.get("subject", ""))
    name = typed
    if not typed:
        known = (await asyncio.to_thread(request.app[keys.CONTENT_CACHE].topics)).topics
        subject = subject if subject in known else NEW_SUBJECT if subject else ""
        name = short_name(subject, cells["title_en"] or cells["title_es"], known)
    if "." in name:
        # What belongs to the topic as a whole stands with its core answer.
        cells |= {column: "" for column in _OF_A_TOPIC if not typed}
    return Form(name, cells, seen, compared, subject, bool(typed))


async def _read(
    request: web.Request, form: Form, present: TopicFields | None
) -> tuple[TopicFields | None, tuple[FieldProblem, ...]]:
    """Return what the form says of the topic, or None and what cannot be taken.

    It is read as a row of the spreadsheet is; whether the answer is on, and who approved it, stays.
    """
    kept = {name: cells_of(present)[name] for name in ("approved_by", "enabled")} if present else {}
    problems = SheetProblems()
    identifier = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].identifier)
    row = SheetRow(1, {**form.cells, **kept, "id": form.topic_id})
    fields = RowReader([row], present, problems, _EPOCH, identifier.identify).fields()
    found = tuple(map(on_page, problems.found))
    return fields, found


async def _live_problems(
    request: web.Request, topic_id: str, fields: TopicFields, *, compared: bool
) -> tuple[FieldProblem, ...]:
    check = request.app[keys.LIVE_CHECK]
    return tuple(await asyncio.to_thread(check.problems, topic_id, fields, compared=compared))


async def _piece(
    request: web.Request, form: Form, fields: TopicFields | None, problems: tuple[FieldProblem, ...]
) -> web.StreamResponse:
    """Answer with what is to be shown beside the fields, and with the preview, as JSON."""
    if fields is not None:
        problems = await _live_problems(request, form.topic_id, fields, compared=form.compared)
    shown = {
        name: write(request, "field_problems.html", problems=[one for one in problems if one.field == name])
        for name in ("id", *FIELDS)
    }
    values = await _look(request, form, fields)
    return web.json_response(
        {
            "problems": shown,
            "look": write(request, "look.html", **values),
            "short_name": "" if form.topic_id == _UNNAMED else form.topic_id,
        }
    )


async def _trial_piece(request: web.Request, form: Form) -> web.StreamResponse:
    """Answer with what comes of the questions of an answer, as JSON."""
    trial = await try_answer(request, form)
    return web.json_response({"trial": write(request, "trial.html", trial=trial)})


async def _look(request: web.Request, form: Form, fields: TopicFields | None) -> dict[str, Any]:
    """Return how residents will see the answer, and what differs from what they see now."""
    if fields is None:
        return {"views": None, "changes": []}
    content = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].content)
    topic = _as_topic(form.topic_id, fields, content.topics.get(form.topic_id))
    content = dataclasses.replace(content, topics={**content.topics, topic.id: topic})
    views = [_view(request, content, topic, code) for code in LANGUAGES if code in topic.answers]
    published = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].published_topics)
    before, after = _texts_of((published or {}).get(form.topic_id)), _texts_of(topic)
    changes = [
        (name, list(word_differences(before.get(name, ""), text)))
        for name, text in after.items()
        if before.get(name, "") != text
    ]
    return {"views": views, "changes": changes}


def _as_topic(topic_id: str, fields: TopicFields, present: Topic | None) -> Topic:
    answers = {
        code: Answer(code, fields.answers[code], fields.shorts[code])
        for code in LANGUAGES
        if fields.answers[code]
    }
    return Topic(
        id=topic_id,
        title=fields.titles,
        group=fields.group,
        volatility=fields.volatility,
        enabled=True,  # it is to be seen as it would be given
        reviewed=fields.reviewed,
        review_by=fields.review_by,
        approved_by=fields.approved_by,
        sources=fields.sources,
        related=fields.related,
        services=present.services if present else (),
        show_services=present.show_services if present else False,
        questions=fields.questions,
        answers=answers,
        facets=fields.facets,
        call=fields.call,
        next=fields.next,
        ask=fields.asks if all(fields.asks.values()) else {},
        order=fields.order,
    )


def _view(request: web.Request, content: Content, topic: Topic, language: str) -> View:
    # One that names answers which are not there yet is shown without them.
    known = dataclasses.replace(
        topic,
        related=tuple(name for name in topic.related if name in content.topics),
        next=tuple(name for name in topic.next if name in content.topics),
    )
    content = dataclasses.replace(content, require_approval=False)
    reply = answer(content, known, language)
    url = request.app[keys.SETTINGS].public_url + page_path(topic.id, language)
    messages = [(message, segments(message)) for message in text_messages(content, [reply], [url]).messages]
    return View(language, topic.title[language], reply, messages)


def _texts_of(topic: Topic | None) -> dict[str, str]:
    """Return the texts of a topic that are compared, by the names of their fields."""
    fields = fields_of(topic) if topic else {}
    return {
        name: text if isinstance(text, str) else "\n".join(text)
        for name in _COMPARED
        if (text := fields.get(name)) is not None
    }


async def _begun(request: web.Request) -> dict[str, str]:
    """Return the questions of the group that a new topic is begun with, by field."""
    group = await group_to_begin_with(request)
    if group is None:
        return {}
    return {f"questions_{group.language}": "\n".join(group.texts)}


async def _take_out(request: web.Request, topic_id: str) -> None:
    """Take the group that a new topic was begun with out of the review queue.

    Where somebody else has done something with it meanwhile, the answer is saved all the same.
    """
    with contextlib.suppress(ReviewError):
        group = await group_to_begin_with(request)
        if group is not None:
            await asyncio.to_thread(review_of(request).begun, group, topic_id)


async def _page(
    request: web.Request,
    form: Form,
    *,
    problems: Sequence[FieldProblem] = (),
    fields: TopicFields | None = None,
    theirs: Mapping[str, str] | None = None,
    status: int = 200,
    looked: bool = False,
    saved: bool = False,
    trial: Tried | None = None,
) -> web.StreamResponse:
    is_new = request.match_info.get("topic", NEW) == NEW
    topic, is_core = topic_of(form.topic_id), topic_of(form.topic_id) == form.topic_id
    if is_new and not form.topic_id:
        topic, is_core = form.subject, form.subject in ("", NEW_SUBJECT)
    directory = await asyncio.to_thread(directory_of, request)
    cache = request.app[keys.CONTENT_CACHE]
    read = await asyncio.to_thread(cache.topics)
    given = await asyncio.to_thread(cache.as_residents_get, read.topics)
    look = await _look(request, form, fields)
    placed = {one.field for one in problems}
    return render(
        request,
        "edit.html",
        status=status,
        form=form,
        is_new=is_new,
        topic=given.get(form.topic_id),
        is_given=form.topic_id in (await asyncio.to_thread(cache.published_topics) or {}),
        core=None if is_core else read.topics.get(topic),
        situations=situations_of(read.topics, topic) if is_core else (),
        # What belongs to a topic as a whole is shown with its own answer, and where it stands by mistake.
        has_topics_fields=is_core or placed & set(_OF_A_TOPIC),
        problems=problems,
        elsewhere=[one for one in problems if one.field not in (*FIELDS, "id")],
        placed=placed,
        theirs={
            name: value
            for name, value in (theirs or {}).items()
            if name in form.cells and value != form.cells[name]
        },
        conflict=theirs is not None,
        selects=CHOICES,
        offered=choices(read.topics, topic, directory, request[keys.LANGUAGE]),
        places=places(form.cells),
        sources=sources(form.cells),
        facets=facets_of(form.cells),
        all_facets=FACETS,
        new_subject=NEW_SUBJECT,
        days=DAYS_TO_REVIEW,
        trial=trial,
        looked=looked,
        saved=saved,
        **look,
    )
