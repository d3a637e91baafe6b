"""Undo: which version residents will be answered from again, and what they will read otherwise."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console import keys
from bot.console.changes import Change, Wording, version_changes
from bot.console.release import begin
from bot.console.rendering import render
from bot.console.residents import assistant_now
from bot.content.topics import turned_off
from bot.training.models import Model


async def get_undo(request: web.Request) -> web.StreamResponse:
    """GET /release/undo: what going back to the version before changes for residents, and a button for it."""
    store = request.app[keys.STORE]
    published = await asyncio.to_thread(store.published)
    previous = await asyncio.to_thread(store.previous)
    if published is None or previous is None:
        return render(request, "undo.html", previous=None)
    changes, wording = await asyncio.to_thread(_changes, request, published, previous)
    off = await asyncio.to_thread(request.app[keys.TOPICS_OFF].read)
    return render(
        request,
        "undo.html",
        assistant=await assistant_now(request),
        published=published,
        previous=previous,
        changes=changes,
        wording=wording,
        stays_off=_stays_off(previous, off),
    )


def _changes(request: web.Request, published: Model, previous: Model) -> tuple[list[Change], Wording]:
    wording = Wording.of(request, published.content, previous.content)
    return version_changes(published, previous), wording


def _stays_off(previous: Model, off: frozenset[str]) -> list[str]:
    """Return which answers of a version are turned off whatever is published, by their ids."""
    topics = previous.content.topics
    given = turned_off(topics, off)
    return [name for name, topic in topics.items() if topic.enabled and not given[name].enabled]


async def post_undo(request: web.Request) -> web.StreamResponse:
    """POST /release/undo: `version`, the one before, which was shown."""
    version = str((await request.post()).get("version", ""))
    if not version:
        raise web.HTTPSeeOther("/release/undo")
    await begin(request, "rollback", version=version)
