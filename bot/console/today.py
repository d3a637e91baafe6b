"""The first page: what waits for whoever is signed in, and what residents get right now."""

from __future__ import annotations

import asyncio
import filecmp
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bot.clock import current_date, week_of
from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render
from bot.console.resident_texts import waiting_texts
from bot.content.paths import FAQ
from bot.content.topics import Topic, situations_of
from bot.database.accounts import Account, may
from bot.database.audit import AuditLog
from bot.database.review_queue import ReviewQueue
from bot.directory.reading import read_directory
from bot.errors import KyrError
from bot.problems import ContentError
from bot.settings import Settings
from bot.staff.approval import unsigned, written_by
from bot.staff.jobs import OFF as TURNING_OFF
from bot.staff.jobs import RELEASE, TRAINING, Run
from bot.staff.upgrade import upgrade_waiting
from bot.training.model_inputs import content_hash, trained_files
from bot.training.models import Model

_SERVICE = "/directory/services/{}"


@dataclass(frozen=True)
class Task:
    """Something that waits: how often, and where its one button leads.

    Its title, its note and its button are the texts `task_<kind>`, `task_<kind>_note` and
    `task_<kind>_button`; `values` stand in the note. `is_urgent` where residents may be told something wrong
    meanwhile. `does` marks a button that does something at once, by a form.
    """

    kind: str
    count: int | None
    href: str
    is_urgent: bool = False
    values: Mapping[str, object] = field(default_factory=dict)
    does: bool = False


@dataclass(frozen=True)
class OffAnswer:
    """An answer that is turned off, with how many situations, and what the audit log tells of it."""

    topic: Topic
    situations: int
    since: str
    who: str


@dataclass(frozen=True)
class Given:
    """What residents get right now.

    `state` is "nothing" (no version is published), "down" (no assistant runs), "starting", "other" (it
    answers from another version than the published one), "older" (that was made by a program before this one,
    which lacks something in it) or "published". `version` is the one that they are
    answered from, or would be; `refused` says why the assistant did not take the published one. `changed`
    are the answers that are saved otherwise than they are given, `texts` how many other texts, and `files`
    how many other files.
    """

    state: str
    version: str = ""
    published: str = ""
    refused: str = ""
    off: Sequence[OffAnswer] = ()
    answers: int = 0
    changed: Collection[str] = ()
    texts: int = 0
    files: int = 0


async def get_today(request: web.Request) -> web.StreamResponse:
    """GET /: what waits, and what residents get."""
    failure, given = None, None
    try:
        given = await asyncio.to_thread(_given, request)
    except (KyrError, OSError) as error:
        failure = error.message if isinstance(error, KyrError) else str(error.strerror)
    tasks = await asyncio.to_thread(lambda: list(_tasks(request, account_of(request), given)))
    return render(
        request,
        "today.html",
        given=given,
        failure=failure,
        tasks=sorted(tasks, key=lambda task: not task.is_urgent),
        under_way=[run for run in request.app[keys.RUNS].each() if run.running],
    )


def _given(request: web.Request) -> Given:
    """Return what residents get, by what the assistant says of itself; raises ModelError and OSError."""
    app = request.app
    store, status_file = app[keys.STORE], app[keys.SERVING]
    published, serving = store.published(), status_file.read()
    if published is None:
        return Given("nothing")
    answering, state = published, "published"
    if serving is None:
        state = "starting" if status_file.is_held() else "down"
    elif serving.version != published.version:
        answering, state = store.get(serving.version), "other"
    content, off = answering.readable_content, app[keys.TOPICS_OFF].read()
    if content is None:
        return Given("older", answering.version, published.version)
    topics = content.topics
    turned_off = _turned_off(topics, off)
    edited = app[keys.CONTENT_CACHE].topics().topics
    texts = waiting_texts(request)
    is_refused = serving is not None and serving.refused == published.version
    return Given(
        state,
        answering.version,
        published.version,
        serving.why or "" if serving and is_refused else "",
        [_off(app[keys.AUDIT], topics, name) for name in sorted(turned_off)],
        sum(topic.answered and not {topic.id, topic.topic} & turned_off for topic in topics.values()),
        sorted(name for name in {*topics, *edited} if topics.get(name) != edited.get(name)),
        len(texts),
        _other_files_changed(
            app[keys.SETTINGS].content_dir, answering, {one.listed.text.file for one in texts}
        ),
    )


def _turned_off(topics: Mapping[str, Topic], off: Collection[str]) -> set[str]:
    """Return the answers that are off: by the list of those, or as the version itself has them."""
    by_version = {name for name, topic in topics.items() if topic.answers and not topic.enabled}
    return (by_version | {*off}) & topics.keys()


def _off(audit: AuditLog, topics: Mapping[str, Topic], name: str) -> OffAnswer:
    entry = next(iter(audit.entries(1, name, action="topic off")), None)
    situations = len(situations_of(topics, name)) if topics[name].is_core else 0
    return OffAnswer(topics[name], situations, entry.time if entry else "", entry.who if entry else "")


def _other_files_changed(root: Path, model: Model, counted: Collection[Path]) -> int:
    """Return how many files but those of answers and those `counted` are not as the version has them."""
    names = {*trained_files(root), *trained_files(model.content_dir)} - {*counted}
    return sum(not _are_same(root / name, model.content_dir / name) for name in names if name.parent != FAQ)


def _are_same(file: Path, other: Path) -> bool:
    return file.is_file() and other.is_file() and filecmp.cmp(file, other)


def _tasks(request: web.Request, account: Account, given: Given | None) -> Iterator[Task]:
    runs = request.app[keys.RUNS]
    yield from _of_runs(runs.last(RELEASE), runs.last(TURNING_OFF))
    yield from _of_answers(request, account)
    yield from _of_version(request, given, runs.last(TRAINING))
    yield from _of_questions(ReviewQueue(request.app[keys.DATABASE]))
    yield from _of_directory(request, account)
    if may(account.role, "approver"):
        yield from _of_release(request.app[keys.SETTINGS])


def _of_release(settings: Settings) -> Iterator[Task]:
    """Yield what a new release brings; where that cannot be told, its page says why."""
    try:
        count: int | None = upgrade_waiting(settings)
    except KyrError:
        count = None
    if count != 0:
        yield Task("upgrade", count, "/upgrade")


def _of_runs(*runs: Run | None) -> Iterator[Task]:
    """Yield what was to change for residents and did not."""
    for run in runs:
        if run and not run.running and run.error:
            yield Task("not_done", None, "/release", True)


def _of_answers(request: web.Request, account: Account) -> Iterator[Task]:
    read, today = request.app[keys.CONTENT_CACHE].topics(), current_date()
    topics = read.topics.values()
    if read.problems:
        yield Task("broken", len(read.problems), "/topics", True)
    overdue = [one.id for one in topics if one.overdue(today)]
    yield from _list("overdue", overdue, "/topics/{}", "/topics?show=overdue", is_urgent=True)
    due = [one.id for one in topics if one.state(today) == "due"]
    yield from _list("due", due, "/topics/{}", "/topics?show=due")
    if may(account.role, "approver"):
        to_sign = unsigned(read.topics)
        own = written_by(request.app[keys.AUDIT], account.name, to_sign)
        ids = [name for name in to_sign if name not in own]
        yield from _list("approve", ids, "/topics/{}/approve", "/topics?show=to_approve", OWN=len(own))
    missing = [one.id for one in topics if not (one.answers or one.services)]
    yield from _list("missing", missing, "/topics/{}", "/topics?show=missing")


def _list(
    kind: str, ids: Sequence[str], one: str, several: str, *, is_urgent: bool = False, **values: object
) -> Iterator[Task]:
    """Yield a task for answers, if there are any; of a single one the button leads to that itself."""
    if ids:
        href = one.format(ids[0]) if len(ids) == 1 else several
        yield Task(kind, len(ids), href, is_urgent, values)


def _of_version(request: web.Request, given: Given | None, training: Run | None) -> Iterator[Task]:
    """Yield a version that was made and waits, and what is saved and in no version yet."""
    store = request.app[keys.STORE]
    waiting = _waiting(store.list(), training, store.published_version())
    if training and not training.running and training.error:
        yield Task("training_failed", None, "/release")
    elif training and waiting:
        passed = bool((training.result or {}).get("passed"))
        yield Task("passed" if passed else "stopped", None, f"/release/{waiting.version}")
    if given and given.state == "older" and not (training and training.running):
        yield Task("older", None, "/release/train", True, does=True)
    changed = len(given.changed) + given.texts + given.files if given else 0
    if not changed or (training and training.running):
        return
    if waiting and waiting.content_hash == content_hash(request.app[keys.SETTINGS].content_dir):
        return
    yield Task("saved", changed, "/release/train", does=True)


def _waiting(models: Sequence[Model], training: Run | None, published: str | None) -> Model | None:
    """Return the version that the last training made, unless it or a later one is published."""
    version = str((training.result or {}).get("version", "")) if training else ""
    return next((one for one in models if one.version == version > (published or "")), None)


def _of_questions(queue: ReviewQueue) -> Iterator[Task]:
    weeks, today = queue.by_week(), current_date()
    last = week_of(today.fromordinal(today.toordinal() - 7))
    if count := sum(weeks.values()):
        values = {"NOW": weeks.get(week_of(today), 0), "LAST": weeks.get(last, 0)}
        yield Task("asked", count, "/asked", values=values)


def _of_directory(request: web.Request, account: Account) -> Iterator[Task]:
    if may(account.role, "approver"):
        brought = [(by, name) for by, name in request.app[keys.BROUGHT].all() if by != account.name]
        if brought:
            yield Task("brought", len(brought), "/directory")
    try:
        services = read_directory(request.app[keys.SETTINGS].resources_dir).services
    except ContentError as error:
        yield Task("directory_broken", len(error.problems), "/directory", True)
        return
    old = [service.id for service in services if service.to_confirm(current_date())]
    yield from _list("services", old, _SERVICE, "/directory?only=overdue")
    uncalled = [service.id for service in services if service.uncalled]
    yield from _list("uncalled", uncalled, _SERVICE, "/directory?only=uncalled")
