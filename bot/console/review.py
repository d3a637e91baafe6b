"""The pages of the review queue: groups of unanswered questions, and the four things to do with one."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render
from bot.database.review_queue import ReviewQueue
from bot.staff.review import Addition, Group, Review

_SHOWN = 50


def review_of(request: web.Request) -> Review:
    """Return the review queue for whoever asks."""
    app = request.app
    queue = ReviewQueue(app[keys.DATABASE])
    return Review(app[keys.SETTINGS].content_dir, queue, app[keys.AUDIT], account_of(request).name)


async def get_asked(request: web.Request) -> web.StreamResponse:
    """GET /asked: the groups that were asked most."""
    groups = await asyncio.to_thread(review_of(request).groups)
    return render(
        request,
        "asked.html",
        groups=groups[:_SHOWN],
        all=len(groups),
        questions=sum(len(group.questions) for group in groups),
        titles=await asyncio.to_thread(request.app[keys.CONTENT_CACHE].titles, request[keys.LANGUAGE]),
        is_kept=request.app[keys.SETTINGS].keep_unanswered,
    )


async def get_group(request: web.Request) -> web.StreamResponse:
    """GET /asked/{group}: its questions, what residents get now, and what can be done."""
    group = await _group(request)
    published = await asyncio.to_thread(request.app[keys.STORE].published)
    # Where words were removed the model knows less than when the question was asked.
    off = await asyncio.to_thread(request.app[keys.TOPICS_OFF].read)
    ask = request.app[keys.TRY_OUT].ask
    tried = await ask(published, group.text, off=off) if published else None
    titles = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].titles, request[keys.LANGUAGE])
    return render(request, "group.html", group=group, tried=tried, titles=titles)


async def post_belongs(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/belongs: `topic`, `text`; with `confirmed` it is done."""
    form, group = await request.post(), await _group(request)
    addition = await asyncio.to_thread(
        review_of(request).belongs_to, group, str(form.get("topic", "")), str(form.get("text", ""))
    )
    return await _add(request, "belongs", addition)


async def post_out_of_scope(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/out-of-scope: `text`; with `confirmed` it is done."""
    form, group = await request.post(), await _group(request)
    addition = await asyncio.to_thread(review_of(request).out_of_scope, group, str(form.get("text", "")))
    return await _add(request, "out-of-scope", addition)


async def _add(request: web.Request, action: str, addition: Addition) -> web.StreamResponse:
    form = await request.post()
    if "confirmed" not in form:
        return render(
            request, "confirm.html", action=action, addition=addition, group=addition.group, form=form
        )
    await asyncio.to_thread(review_of(request).add, addition)
    raise web.HTTPSeeOther("/asked")


async def post_discard(request: web.Request) -> web.StreamResponse:
    """POST /asked/{group}/discard: with `confirmed` it is done."""
    form, group = await request.post(), await _group(request)
    if "confirmed" not in form:
        return render(request, "confirm.html", action="discard", addition=None, group=group, form=form)
    await asyncio.to_thread(review_of(request).discard, group)
    raise web.HTTPSeeOther("/asked")


async def _group(request: web.Request) -> Group:
    return await asyncio.to_thread(review_of(request).group, request.match_info["group"])
