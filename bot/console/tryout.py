"""Try it: which topic answers a question, how sure that is, and the words that counted."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console import keys
from bot.console.release import model_of
from bot.console.rendering import render, text
from bot.text.cleaning import MOST_CHARACTERS, clean


async def get_try(request: web.Request) -> web.StreamResponse:
    """GET /try: the box."""
    return await _page(request)


async def post_try(request: web.Request) -> web.StreamResponse:
    """POST /try: `text`, and the `version` of a model; nothing of it is kept."""
    form = await request.post()
    question = clean(str(form.get("text", "")))[:MOST_CHARACTERS]
    version = str(form.get("version", ""))
    if not question:
        return await _page(request, version=version, failure=text(request, "nothing_to_try"), status=422)
    model = await asyncio.to_thread(model_of, request, version)
    off = await asyncio.to_thread(request.app[keys.TOPICS_OFF].read)
    tried = await request.app[keys.TRY_OUT].ask(model, question, off=off)
    return await _page(request, question=question, version=version, tried=tried)


async def _page(
    request: web.Request,
    *,
    question: str = "",
    version: str = "",
    tried: object = None,
    failure: str = "",
    status: int = 200,
) -> web.StreamResponse:
    models = await asyncio.to_thread(request.app[keys.STORE].list)
    published = await asyncio.to_thread(request.app[keys.STORE].published_version)
    titles = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].titles, request[keys.LANGUAGE])
    return render(
        request,
        "try.html",
        status=status,
        question=question,
        version=version or published,
        models=models[::-1],
        published=published,
        tried=tried,
        titles=titles,
        failure=failure,
    )
