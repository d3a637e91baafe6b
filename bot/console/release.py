"""Training, the report on a model, publishing it and going back: started here, done by other processes."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import NoReturn

from aiohttp import web

from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, text, write
from bot.console.resident_texts import text_changes, waiting_texts
from bot.training.gate import Verdict
from bot.training.models import Model, ModelError
from bot.web.connections import SECONDS_TO_END, BoundedConnection

_SECONDS_BETWEEN_LOOKS = 0.5
# A connection that nothing is sent on for longer may be cut by what stands between.
_SECONDS_OF_SILENCE = 15


async def get_release(request: web.Request) -> web.StreamResponse:
    """GET /release: what answers now, what is under way, and the models that could answer."""
    app = request.app
    models, published, previous = await asyncio.to_thread(_models, request)
    serving = await asyncio.to_thread(app[keys.SERVING].read)
    changed, off = None, await asyncio.to_thread(app[keys.TOPICS_OFF].read)
    if published is not None:
        topics = (await asyncio.to_thread(app[keys.CONTENT_CACHE].topics)).topics
        off &= published.content.topics.keys()
        changed = sum(published.content.topics.get(name) != topic for name, topic in topics.items())
    return render(
        request,
        "release.html",
        models=models,
        published=published,
        previous=previous,
        serving=serving,
        changed=changed,
        off=sorted(off),
        changed_texts=await asyncio.to_thread(waiting_texts, request),
    )


def _models(request: web.Request) -> tuple[list[Model], Model | None, Model | None]:
    store = request.app[keys.STORE]
    published = store.published()
    if published is not None:
        _ = published.content  # read here, in a thread
    return store.list()[::-1], published, store.previous()


async def get_events(request: web.Request) -> web.StreamResponse:
    """GET /release/events: the state of what is under way, as server-sent events, until it is over."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    runs, sent, silent = request.app[keys.RUNS], "", 0.0
    while True:
        now = runs.each()
        html = write(request, "runs.html", runs=now)
        if html != sent:
            await response.write(f"data: {json.dumps(html)}\n\n".encode())
            sent, silent = html, 0.0
        if not any(run.running for run in now):
            await response.write(b"event: over\ndata: {}\n\n")
            return response
        if silent >= _SECONDS_OF_SILENCE:
            await response.write(b": \n\n")
            silent = 0.0
        if isinstance(request.protocol, BoundedConnection):
            request.protocol.expect(SECONDS_TO_END)
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        silent += _SECONDS_BETWEEN_LOOKS


async def get_report(request: web.Request) -> web.StreamResponse:
    """GET /release/{version}: what a model changes, what gets better or worse, pass or stop and why."""
    return await _report_page(request, await _report(request, request.match_info["version"]))


async def _report(request: web.Request, version: str) -> Verdict:
    """Return what the gate says of a model; it takes some seconds."""
    model = await asyncio.to_thread(model_of, request, version)
    release = dataclasses.replace(request.app[keys.RELEASE], who=account_of(request).name)
    return await asyncio.to_thread(release.report, model)


async def _report_page(
    request: web.Request, verdict: Verdict, *, failure: str = "", status: int = 200
) -> web.StreamResponse:
    is_published = request.app[keys.STORE].published_version() == verdict.version
    given = request.app[keys.CONTENT_CACHE].given_texts
    new = await asyncio.to_thread(given, verdict.version) or {}
    before = await asyncio.to_thread(given, verdict.published) if verdict.published else None
    values = {
        "verdict": verdict,
        "is_published": is_published,
        "failure": failure,
        "changed_texts": text_changes(before, new) if before is not None else [],
    }
    return render(request, "report.html", status=status, **values)


def model_of(request: web.Request, version: str) -> Model:
    """Return a model by its version; raises HTTPNotFound."""
    try:
        return request.app[keys.STORE].get(version)
    except ModelError:
        raise web.HTTPNotFound from None


async def post_train(request: web.Request) -> web.StreamResponse:
    """POST /release/train."""
    await begin(request, "train")


async def post_publish(request: web.Request) -> web.StreamResponse:
    """POST /release/publish: `version`, and `despite` where the report says stop."""
    form = await request.post()
    version, despite = str(form.get("version", "")), " ".join(str(form.get("despite", "")).split())
    verdict = await _report(request, version)
    if not verdict.passed and not despite:
        return await _report_page(request, verdict, failure=text(request, "despite_missing"), status=422)
    await begin(request, "publish", version=version, despite=despite[:500])


async def post_undo(request: web.Request) -> web.StreamResponse:
    """POST /release/undo: answer from the model before."""
    await begin(request, "rollback")


async def begin(request: web.Request, kind: str, **arguments: str) -> NoReturn:
    """Start a run and go where it can be watched; raises RunError where one of its kind is under way."""
    job = {"kind": kind, **arguments}
    await asyncio.to_thread(request.app[keys.RUNS].start, job, account_of(request).name)
    raise web.HTTPSeeOther("/release")
