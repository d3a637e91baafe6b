"""The pages of the review queue: groups of unanswered questions, and what can be done with all or some of
one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

from aiohttp import web

from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, said
from bot.database.review_queue import ReviewQueue
from bot.problems import ContentError
from bot.staff.new_questions import ReviewError
from bot.staff.review import Addition, Group, Review

_SHOWN = 50
# The names of the boxes that stand before the questions of a group.
_TAKE = "take_"


def review_of(request: web.Request) -> Review:
    """Return the review queue for whoever asks."""
    app = request.app
    queue = ReviewQueue(app[keys.DATABASE])
    return Review(app[keys.SETTINGS].content_dir, queue, app[keys.AUDIT], account_of(request).name)


async def get_asked(request: web.Request) -> web.StreamResponse:
    """GET /asked: the groups that were asked most; `done` and `topic` say what was just done with one."""
    review = review_of(request)
    groups = await asyncio.to_thread(review.groups)
    weeks = await asyncio.to_thread(review.weeks, groups[:_SHOWN])
    return render(
        request,
        "asked.html",
        groups=list(zip(groups[:_SHOWN], weeks, strict=True)),
        all=len(groups),
        questions=sum(len(group.questions) for group in groups),
        titles=await asyncio.to_thread(request.app[keys.CONTENT_CACHE].titles, request[keys.LANGUAGE]),
        is_kept=request.app[keys.SETTINGS].keep_unanswered,
        done=request.query.get("done", ""),
        topic=request.query.get("topic", ""),
    )


async def get_group(request: web.Request) -> web.StreamResponse:
    """GET /asked/{group}: its questions, what residents get now, and what can be done."""
    return await _group_page(request, await _group(request))


async def _group_page(
    request: web.Request,
    group: Group,
    *,
    form: Mapping[str, Any] | None = None,
    failure: str = "",
    status: int = 200,
) -> web.StreamResponse:
    published = await asyncio.to_thread(request.app[keys.STORE].published)
    # Where words were removed the model knows less than when the question was asked.
    off = await asyncio.to_thread(request.app[keys.TOPICS_OFF].read)
    ask = request.app[keys.TRY_OUT].ask
    tried = await ask(published, group.text, off=off) if published else None
    (weeks,) = await asyncio.to_thread(review_of(request).weeks, [group])
    return render(
        request,
        "group.html",
        status=status,
        group=group,
        weeks=weeks,
        tried=tried,
        titles=await asyncio.to_thread(request.app[keys.CONTENT_CACHE].titles, request[keys.LANGUAGE]),
        taken=_taken(form) if form else {question.id for question in group.questions},
        text=str(form.get("text", "")) if form else group.text,
        other=str(form.get("other", "")) if form else "",
        failure=failure,
    )


async def post_belongs(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/belongs: `text` becomes a question of the answer `topic`, or else `other`.

    The questions of the group whose boxes (`take_...`) are ticked leave the queue, the others stay.
    """
    form = await request.post()
    topic = str(form.get("topic") or form.get("other") or "")

    def begin(review: Review, chosen: Group) -> Addition:
        return review.belongs_to(chosen, topic, str(form.get("text", "")))

    return await _add(request, "belongs", topic, begin)


async def post_out_of_scope(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/out-of-scope: `text` becomes a question that is none of our business."""
    form = await request.post()

    def begin(review: Review, chosen: Group) -> Addition:
        return review.out_of_scope(chosen, str(form.get("text", "")))

    return await _add(request, "out-of-scope", "", begin)


async def _add(
    request: web.Request, done: str, topic: str, begin: Callable[[Review, Group], Addition]
) -> web.StreamResponse:
    form, group, review = await request.post(), await _group(request), review_of(request)
    try:
        addition = await asyncio.to_thread(begin, review, group.only(_taken(form)))
    except (ReviewError, ContentError) as error:
        # What was written, and which boxes were ticked, is not lost.
        failure = said(error.message, request[keys.LANGUAGE])
        return await _group_page(request, group, form=form, failure=failure, status=422)
    await asyncio.to_thread(review.add, addition)
    raise web.HTTPSeeOther(f"/asked?done={done}&topic={topic}")


async def post_draft(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/draft: go to the form of a new answer, begun with the questions that are ticked."""
    form, group = await request.post(), await _group(request)
    chosen = group.only(_taken(form))
    if len(chosen.questions) == len(group.questions):
        raise web.HTTPSeeOther(f"/topics/new?from={group.id}")
    ids = ",".join(question.id for question in chosen.questions)
    raise web.HTTPSeeOther(f"/topics/new?from={group.id}&take={ids}")


async def group_to_begin_with(request: web.Request) -> Group | None:
    """Return the group that a new answer is begun with, by `from` and `take` of an address."""
    name, take = request.query.get("from", ""), request.query.get("take", "")
    if not name:
        return None
    group = await asyncio.to_thread(review_of(request).group, name)
    return group.only(take.split(",")) if take else group


async def post_discard(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/discard: with `confirmed` it is done."""
    form, group = await request.post(), await _group(request)
    chosen = group.only(_taken(form))
    if "confirmed" not in form:
        return render(request, "confirm.html", group=group, chosen=chosen)
    await asyncio.to_thread(review_of(request).discard, chosen)
    raise web.HTTPSeeOther("/asked?done=discard")


def _taken(form: Mapping[str, Any]) -> Collection[str]:
    """Return the ids of the questions whose boxes are ticked."""
    return {name.removeprefix(_TAKE) for name in form if name.startswith(_TAKE)}


async def _group(request: web.Request) -> Group:
    return await asyncio.to_thread(review_of(request).group, request.match_info["group"])
