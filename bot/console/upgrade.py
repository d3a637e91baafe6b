"""A new release of the program: what it changes in the content, taken over as an approver decides."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, said, text
from bot.console.word_diff import word_differences
from bot.content.page_texts import PageTexts
from bot.directory.update import field_name
from bot.editing.fields import cells_of
from bot.editing.replace import ContentChangedError
from bot.editing.topic_text import read_fields
from bot.editing.upgrade.items import BASE, CITY, RELEASE, SIDES, Form, Item, Part
from bot.problems import ContentError
from bot.staff.upgrade import Upgrade, UpgradeError, Waiting, key_of

# What may be chosen of a part.
_OURS, _THEIRS, _BOTH, _BY_HAND = "ours", "theirs", "both", "by-hand"
# What is shown of an answer that is there on one side only.
_OF_ANSWERS = tuple(
    f"{name}_{language}" for language in ("en", "es") for name in ("title", "questions", "answer", "short")
)
_MOST_LETTERS = 20_000


@dataclass(frozen=True)
class Shown:
    """A text of an item on a page, by side, and what of it differs from the one which both come from."""

    label: str
    language: str
    before: str
    ours: Sequence[tuple[str, str]]
    theirs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """A part to choose: its texts, what may be chosen, and what is chosen already."""

    part: Part
    shown: Sequence[Shown]
    options: Sequence[str]
    chosen: str
    by_hand: str


async def get_upgrade(request: web.Request) -> web.StreamResponse:
    """GET /upgrade: what a new release changes, by itself and beside what the city has changed."""
    return await _page(request)


async def post_upgrade(request: web.Request) -> web.StreamResponse:
    """POST /upgrade: takes over what is ticked.

    `state` is that of what was shown; `take-N` the tick of what only the release has changed, `now-N` that of
    what both have, with `choice-N-M` and `by-hand-N-M` for each part of it.
    """
    form = {name: str(value) for name, value in (await request.post()).items()}
    upgrade = _upgrade(request)
    waiting = await asyncio.to_thread(upgrade.waiting)
    if form.get("state") != waiting.state:
        return await _page(request, failure=text(request, "upgrade_look_again"), status=409)
    left = [key_of(item) for number, item in enumerate(waiting.to_take) if f"take-{number}" not in form]
    decided = {}
    for number, item in enumerate(waiting.to_decide):
        if f"now-{number}" in form:
            values = _decided(item, number, form)
            if values is None:
                failure = text(request, "upgrade_choose", TITLE=said(item.title, request[keys.LANGUAGE]))
                return await _page(request, failure=failure, form=form, status=422)
            decided[key_of(item)] = values
    who = account_of(request).name
    try:
        written, outcome = await asyncio.to_thread(upgrade.take, who, decided, left=left, state=waiting.state)
    except ContentError as error:
        failure = text(request, "upgrade_mistakes")
        return await _page(request, failure=failure, problems=error.messages, form=form, status=422)
    except (ContentChangedError, UpgradeError) as error:
        return await _page(
            request, failure=said(error.message, request[keys.LANGUAGE]), form=form, status=409
        )
    warnings = [warning.message for warning in outcome.warnings]
    return await _page(request, written=written, problems=warnings)


async def post_undo(request: web.Request) -> web.StreamResponse:
    """POST /upgrade/undo: go back to the content before the last upgrade."""
    await asyncio.to_thread(_upgrade(request).undo, account_of(request).name)
    return await _page(request, is_undone=True)


def _upgrade(request: web.Request) -> Upgrade:
    return Upgrade.of(request.app[keys.SETTINGS], request.app[keys.AUDIT])


def _decided(item: Item, number: int, form: Mapping[str, str]) -> Mapping[str, str | None] | None:
    """Return what each part of an item becomes by a form; None where something is left to choose."""
    chosen: dict[str, str | None] = {}
    for place, part in enumerate(item.shown_parts):
        choice = form.get(f"choice-{number}-{place}", "")
        if choice not in _options(part):
            return None
        if choice == _BY_HAND:
            written = form.get(f"by-hand-{number}-{place}", "").replace("\r\n", "\n")
            chosen[part.key] = written[:_MOST_LETTERS].strip()
        elif choice == _BOTH:
            chosen[part.key] = part.proposed
        else:
            chosen[part.key] = part.city if choice == _OURS else part.release
    return item.decided(chosen)


def _options(part: Part) -> list[str]:
    options = [_OURS, _THEIRS]
    if part.form is Form.LINES and part.changed_by_city and part.changed_by_release:
        options.insert(0, _BOTH)
    if part.form is Form.TEXT and None not in (part.city, part.release):
        options.append(_BY_HAND)
    return options


def _usual(part: Part) -> str:
    """Return what is chosen before anybody has: nothing where both have changed the same."""
    if part.to_choose:
        return ""
    if part.proposed == part.city:
        return _OURS
    return _THEIRS if part.proposed == part.release else _BOTH


async def _page(
    request: web.Request,
    *,
    failure: str = "",
    problems: Sequence[str] = (),
    written: Sequence[Item] | None = None,
    is_undone: bool = False,
    form: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.StreamResponse:
    upgrade, t = _upgrade(request), request.app[keys.STRINGS][request[keys.LANGUAGE]]
    waiting, can_undo = await asyncio.to_thread(lambda: (upgrade.waiting(), upgrade.can_undo))
    return render(
        request,
        "upgrade.html",
        status=status,
        failure=failure,
        problems=problems,
        written=written,
        is_undone=is_undone,
        can_undo=can_undo,
        waiting=waiting,
        to_take=await asyncio.to_thread(_shown_items, waiting, t, request[keys.LANGUAGE]),
        to_decide=await asyncio.to_thread(_choices, waiting, t, request[keys.LANGUAGE], form or {}),
        form=form,
    )


def _shown_items(waiting: Waiting, t: Mapping[str, str], language: str) -> list[tuple[Item, list[Shown]]]:
    return [
        (item, [one for part in item.shown_parts for one in _shown(part, t, language)])
        for item in waiting.to_take
    ]


def _choices(
    waiting: Waiting, t: Mapping[str, str], language: str, form: Mapping[str, str]
) -> list[tuple[Item, list[Choice]]]:
    found = []
    for number, item in enumerate(waiting.to_decide):
        choices = []
        for place, part in enumerate(item.shown_parts):
            name = f"{number}-{place}"
            chosen = form.get(f"choice-{name}", _usual(part))
            by_hand = form.get(f"by-hand-{name}", part.city or "")
            shown = list(_shown(part, t, language))
            choices.append(Choice(part, shown, _options(part), chosen, by_hand))
        found.append((item, choices))
    return found


def _shown(part: Part, t: PageTexts | Mapping[str, str], language: str) -> Iterator[Shown]:
    """Yield the texts of a part, as they are read by people."""
    if part.form is Form.ANSWER:
        sides = {side: _answer(part.value(side)) for side in SIDES}
        for name in _OF_ANSWERS:
            texts = {side: cells.get(name, "") for side, cells in sides.items()}
            if any(texts.values()):
                yield _differing(str(t[f"field_{name}"]), name[-2:], texts)
        return
    texts = {side: part.shown(side) for side in SIDES}
    if part.form is Form.FILE:
        texts = {side: str(t["upgrade_file"]) if one else "" for side, one in texts.items()}
    if part.label in t:
        label = str(t[part.label])
    else:
        own = f"field_{part.label}", f"upgrade_{part.label}"
        label = next((str(t[name]) for name in own if name in t), said(field_name(part.label), language))
    yield _differing(label, part.label[-2:] if part.label[-3:] in ("_en", "_es") else "", texts)


def _answer(written: str | None) -> Mapping[str, str]:
    return cells_of(read_fields(written)) if written else {}


def _differing(label: str, language: str, texts: Mapping[str, str]) -> Shown:
    before = texts[BASE]
    ours, theirs = (list(word_differences(before, texts[side])) for side in (CITY, RELEASE))
    return Shown(label, language, before, ours, theirs)
