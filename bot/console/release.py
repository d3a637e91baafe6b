"""Training, the report on a model, publishing it and going back: started here, done by other processes."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from aiohttp import web

from bot.console import keys
from bot.console.changes import ANSWER, Change, Wording, version_changes
from bot.console.guard import account_of
from bot.console.rendering import render, text, write
from bot.console.resident_texts import waiting_texts
from bot.console.residents import assistant_now
from bot.content.topics import Topic
from bot.database.audit import AuditLog
from bot.staff.approval import WRITING, authors
from bot.training.gate import Difference, Verdict
from bot.training.models import Model, ModelError
from bot.web.connections import SECONDS_TO_END, BoundedConnection

_SECONDS_BETWEEN_LOOKS = 0.5
# A connection that nothing is sent on for longer may be cut by what stands between.
_SECONDS_OF_SILENCE = 15


async def get_release(request: web.Request) -> web.StreamResponse:
    """GET /release: what answers now, what is under way, and the models that could answer."""
    app = request.app
    models, published, previous = await asyncio.to_thread(_models, request)
    changed, off = None, await asyncio.to_thread(app[keys.TOPICS_OFF].read)
    content = published.readable_content if published else None
    if content is not None:
        topics = (await asyncio.to_thread(app[keys.CONTENT_CACHE].topics)).topics
        off &= content.topics.keys()
        changed = sum(content.topics.get(name) != topic for name, topic in topics.items())
    return render(
        request,
        "release.html",
        models=models,
        published=published,
        previous=previous,
        assistant=await assistant_now(request),
        changed=changed,
        off=sorted(off),
        changed_texts=await asyncio.to_thread(waiting_texts, request),
    )


def _models(request: web.Request) -> tuple[list[Model], Model | None, Model | None]:
    store = request.app[keys.STORE]
    published = store.published()
    if published is not None:
        _ = published.readable_content  # read here, in a thread
    return store.list()[::-1], published, store.previous()


async def get_events(request: web.Request) -> web.StreamResponse:
    """GET /release/events: the state of what is under way, as server-sent events, until it is over.

    With `subject` only of what is about that answer or version.
    """
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    runs, sent, silent = request.app[keys.RUNS], "", 0.0
    subject = request.query.get("subject")
    while True:
        now = [run for run in runs.each() if subject in (None, run.subject)]
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
    store, language = request.app[keys.STORE], request[keys.LANGUAGE]
    model = await asyncio.to_thread(model_of, request, verdict.version)
    other = await asyncio.to_thread(store.get, verdict.published) if verdict.published else None
    changes, wording = await asyncio.to_thread(_changes, request, model, other)
    return render(
        request,
        "report.html",
        status=status,
        verdict=verdict,
        is_published=await asyncio.to_thread(store.published_version) == verdict.version,
        assistant=await assistant_now(request),
        failure=failure,
        changes=changes,
        wording=wording,
        people=await asyncio.to_thread(_people, request, model, changes),
        groups=[
            (kind, list(_grouped(verdict.differing(better=better), language)))
            for kind, better in (("worse", False), ("better", True), ("otherwise", None))
        ],
        off=await asyncio.to_thread(_off_in, request, model),
    )


def _changes(request: web.Request, model: Model, other: Model | None) -> tuple[list[Change], Wording]:
    """Return what residents are told otherwise than by the other version, and how it is said."""
    if other is None:
        return [], Wording.of(request, model.content)
    return version_changes(other, model), Wording.of(request, other.content, model.content)


def _people(request: web.Request, model: Model, changes: Sequence[Change]) -> dict[str, str]:
    """Return by answer who wrote it and who has approved it, in a sentence."""
    told = {}
    for change in changes:
        if change.place == ANSWER and (topic := model.content.topics.get(change.name)):
            wrote = ", ".join(_writers(request.app[keys.AUDIT], change.name))
            name = "written_by" if wrote else "written_elsewhere"
            by = topic.approved_by or _approved_since(request, topic)
            approved = text(request, "approved_so", WHO=by) if by else ""
            told[change.name] = (
                f"{text(request, name, WHO=wrote)} {approved or text(request, 'approved_by_nobody')}"
            )
    return told


def _writers(audit: AuditLog, answer: str) -> list[str]:
    """Return who wrote an answer since it was approved; where it is approved, who wrote it last."""
    if found := authors(audit, answer):
        return sorted(found)
    edits = (entry.who for entry in audit.entries(subject=answer) if entry.action in WRITING)
    return [*itertools.islice(edits, 1)]


def _approved_since(request: web.Request, topic: Topic) -> str | None:
    """Return who has approved the same words after the version was made."""
    now = request.app[keys.CONTENT_CACHE].topics().topics.get(topic.id)
    is_same = now is not None and (now.title, now.answers, now.sources) == (
        topic.title,
        topic.answers,
        topic.sources,
    )
    return now.approved_by if now is not None and is_same else None


@dataclass(frozen=True)
class QuestionGroup:
    """Questions of one answer that got the same before and get the same now."""

    topic: str
    before: str
    after: str
    questions: Sequence[Difference]


def _grouped(differences: Sequence[Difference], language: str) -> Iterator[QuestionGroup]:
    """Yield questions that went the same way together: cries for help first, then the most."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for one in differences:
        made = (one.before.in_language(language), one.after.in_language(language))
        groups.setdefault((one.topic, *made), []).append(one)

    def place_of(
        group: tuple[tuple[str, str, str], list[Difference]],
    ) -> tuple[bool, int, tuple[str, str, str]]:
        key, ones = group
        return not ones[0].is_cry_for_help, -len(ones), key

    for (topic, before, after), ones in sorted(groups.items(), key=place_of):
        yield QuestionGroup(topic, before, after, ones)


def _off_in(request: web.Request, model: Model) -> list[str]:
    """Return which answers of a version are turned off, whatever is published, by their ids."""
    off = request.app[keys.TOPICS_OFF].read()
    return sorted(name for name, topic in model.content.topics.items() if {name, topic.topic} & off)


def model_of(request: web.Request, version: str) -> Model:
    """Return a model by its version; raises HTTPNotFound."""
    try:
        return request.app[keys.STORE].get(version)
    except ModelError:
        raise web.HTTPNotFound from None


async def post_train(request: web.Request) -> web.StreamResponse:
    """POST /release/train."""
    # A training takes what memory there is: what was kept for trials makes room.
    await request.app[keys.TRIALS].close()
    await begin(request, "train")


async def post_publish(request: web.Request) -> web.StreamResponse:
    """POST /release/publish: `version`, and `despite` where the report says stop."""
    form = await request.post()
    version, despite = str(form.get("version", "")), " ".join(str(form.get("despite", "")).split())
    verdict = await _report(request, version)
    if not verdict.passed and not despite:
        return await _report_page(request, verdict, failure=text(request, "despite_missing"), status=422)
    await begin(request, "publish", version=version, despite=despite[:500])


async def begin(request: web.Request, kind: str, *, shown_on: str = "/release", **arguments: str) -> NoReturn:
    """Start a run and go where it can be watched; raises RunError where one of its kind is under way."""
    job = {"kind": kind, **arguments}
    await asyncio.to_thread(request.app[keys.RUNS].start, job, account_of(request).name)
    raise web.HTTPSeeOther(shown_on)
