"""Turning an answer off or on, and approving it: what residents will get is shown before, and after it what
they get.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.clock import current_date
from bot.console import keys
from bot.console.changes import Part, Wording, parts_of
from bot.console.guard import account_of
from bot.console.release import begin
from bot.console.rendering import render, text
from bot.console.residents import AssistantNow, Given, as_given, assistant_now, given_by, given_now
from bot.content.paths import FAQ
from bot.content.topics import Topic, situations_of
from bot.database.usage import Usage
from bot.editing.fields import ID, state_of
from bot.editing.topic_text import read_fields, read_text
from bot.errors import KyrError
from bot.staff.approval import refuse_author
from bot.training.models import Model

OFF, ON, APPROVE = "off", "on", "approve"
# What of an answer is read by residents; only that is compared here.
_READ = ("title", "answer", "short")


@dataclass(frozen=True)
class Foreseen:
    """What residents will get after an answer was turned off or on, or approved.

    `with_it` are the answers that stop or come back with it, and `still_off` is the core answer, or the
    situations, that stay off. `unlike` is what the edited answer says otherwise than what will be given.
    """

    given: Given
    with_it: Sequence[Topic] = ()
    still_off: Sequence[Topic] = ()
    unlike: Sequence[Part] = ()
    wording: Wording | None = None


async def get_switch(request: web.Request) -> web.StreamResponse:
    """GET /topics/{topic}/off, /on and /approve: what is about to be done, and a button to do it."""
    return await _page(request, request.path.rpartition("/")[2])


async def get_given(request: web.Request) -> web.StreamResponse:
    """GET /topics/{topic}/given: what residents get at this moment, and what was begun that changes it."""
    topic = await _topic(request)
    now = await assistant_now(request)
    given = await given_now(request, topic.id, now)
    own = [run for run in request.app[keys.RUNS].each() if run.subject == topic.id]
    core = await _core(request, topic)
    return render(request, "given.html", topic=topic, core=core, assistant=now, given=given, own_runs=own[:1])


async def post_off(request: web.Request) -> web.StreamResponse:
    """POST /topics/{topic}/off: `reason`."""
    topic, form = await _topic(request), await request.post()
    reason = " ".join(str(form.get("reason", "")).split())
    if not reason:
        return await _page(request, OFF, failure=text(request, "reason_missing"), status=422)
    await begin(request, OFF, topic=topic.id, reason=reason[:500], shown_on=_given_page(topic))


async def post_on(request: web.Request) -> web.StreamResponse:
    """POST /topics/{topic}/on."""
    topic = await _topic(request)
    await begin(request, ON, topic=topic.id, shown_on=_given_page(topic))


async def post_approve(request: web.Request) -> web.StreamResponse:
    """POST /topics/{topic}/approve: nobody approves what they wrote."""
    topic, account, form = await _topic(request), account_of(request), await request.post()
    await asyncio.to_thread(refuse_author, request.app[keys.AUDIT], topic.id, account.name)
    await begin(
        request,
        APPROVE,
        topic=topic.id,
        approved_by=f"{account.name}, {current_date().isoformat()}",
        seen=str(form.get("seen", "")),
        shown_on=_given_page(topic),
    )


def _given_page(topic: Topic) -> str:
    return f"/topics/{topic.id}/given"


async def _page(
    request: web.Request, action: str, *, failure: str = "", status: int = 200
) -> web.StreamResponse:
    topic = await _topic(request)
    file = request.app[keys.SETTINGS].content_dir / FAQ / f"{topic.id}.yml"
    seen = state_of(read_fields(await asyncio.to_thread(read_text, file)))
    now = await assistant_now(request)
    given, foreseen, unforeseen = None, None, ""
    try:
        given = await given_now(request, topic.id, now)
        foreseen = await _foresee(request, action, topic, now)
    except (KyrError, OSError) as error:
        # Turning off waits for nothing, also not for what cannot be read to be shown.
        unforeseen = error.message if isinstance(error, KyrError) else str(error.strerror)
    asked = await asyncio.to_thread(Usage(request.app[keys.DATABASE]).asked, current_date())
    return render(
        request,
        "switch.html",
        status=status,
        topic=topic,
        core=await _core(request, topic),
        action=action,
        seen=seen,
        assistant=now,
        given=given,
        foreseen=foreseen,
        unforeseen=unforeseen,
        asked=asked.get(topic.topic),
        failure=failure,
    )


async def _foresee(request: web.Request, action: str, topic: Topic, now: AssistantNow) -> Foreseen:
    """Return what residents will get; raises what reading the published version raises."""
    version = now.version or now.published
    if version is None:
        return Foreseen(Given("unknown", None, {}))
    model = await asyncio.to_thread(request.app[keys.STORE].get, version)
    off = await asyncio.to_thread(request.app[keys.TOPICS_OFF].read)
    whole = await as_given(request, model, off=())
    published = whole.topics.get(topic.id)
    after = off | {topic.id} if action == OFF else off - {topic.id} if action == ON else off
    was, content = whole.turned_off(off).topics, whole.turned_off(after)
    if published is not None and action != OFF:
        headed = await _with_header(request, action, model, topic, is_off=topic.topic in after)
        content = dataclasses.replace(content, topics={**content.topics, topic.id: headed})
    given = await asyncio.to_thread(given_by, content, topic.id, version)
    situations = situations_of(content.topics, topic.id) if topic.is_core else []
    # An answer for one situation is off as long as that of its topic is.
    held = situations if topic.is_core else [content.topics.get(topic.topic, topic)]
    parts = parts_of(published, topic) if published and action != OFF else ()
    return Foreseen(
        given,
        with_it=[one for one in situations if was[one.id].enabled != one.enabled],
        still_off=[one for one in held if not one.enabled] if action == ON else [],
        unlike=[part for part in parts if part.name in _READ],
        wording=Wording.of(request, whole),
    )


async def _with_header(
    request: web.Request, action: str, model: Model, topic: Topic, *, is_off: bool
) -> Topic:
    """Return an answer of a model as it will be: whoever turns it on, or signs it, changes no text of it.

    A signature counts at once where it is for the same text.
    """
    roots = (model.content_dir, request.app[keys.SETTINGS].content_dir)
    given, edited = [
        read_fields(await asyncio.to_thread(read_text, root / FAQ / f"{topic.id}.yml")) for root in roots
    ]
    published, signer = model.content.topics[topic.id], topic.approved_by
    if action == APPROVE:
        signer = account_of(request).name
    return dataclasses.replace(
        published,
        enabled=(published.enabled or action == ON) and not is_off,
        approved_by=signer if given.signed == edited.signed else published.approved_by,
    )


async def _core(request: web.Request, topic: Topic) -> Topic:
    read = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].topics)
    return read.topics.get(topic.topic, topic)


async def _topic(request: web.Request) -> Topic:
    name = request.match_info["topic"]
    read = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].topics)
    if not ID.fullmatch(name) or name not in read.topics:
        raise web.HTTPNotFound
    return read.topics[name]
