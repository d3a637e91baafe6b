"""Who may sign in, for approvers: people are added, given a code, another role or an address, and removed."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from bot.console import keys
from bot.console.guard import account_of, own_address
from bot.console.rendering import render, said
from bot.console.sessions import Session
from bot.database.accounts import HOURS_OF_A_CODE, Account, AccountError
from bot.database.roles import ROLES
from bot.errors import KyrError
from bot.staff.reminders import MailError
from bot.text.language import LANGUAGES

logger = logging.getLogger(__name__)

# What the page of a person says was done, by the names of their texts.
_DONE = ("role", "contact", "signed_out")
_SECONDS_BETWEEN_LOOKS = 60


async def get_people(request: web.Request) -> web.StreamResponse:
    """GET /people: everybody who may sign in, and a form to add somebody."""
    return await _people(request)


async def post_people(request: web.Request) -> web.StreamResponse:
    """POST /people: `name`, `role`, `email`, `language`; shows the one-time code, once."""
    form = await request.post()
    given = {name: str(form.get(name, "")) for name in ("name", "role", "email", "language")}
    accounts, who = request.app[keys.ACCOUNTS], account_of(request).name
    try:
        account, code = await asyncio.to_thread(accounts.invite, who, **given)
    except AccountError as error:
        failure = said(error.message, request[keys.LANGUAGE])
        return await _people(request, status=422, given=given, failure=failure)
    return _code(request, account, code, added=True)


async def get_person(request: web.Request) -> web.StreamResponse:
    """GET /people/{name}: what can be done with an account; `done` says what just was."""
    account = await _account(request)
    done = request.query.get("done", "")
    return await _person(request, account, done=done if done in _DONE else "")


async def post_role(request: web.Request) -> web.StreamResponse:
    """POST /people/{name}/role: `role`."""
    form = await request.post()
    return await _change(request, "role", request.app[keys.ACCOUNTS].set_role, str(form.get("role", "")))


async def post_contact(request: web.Request) -> web.StreamResponse:
    """POST /people/{name}/contact: `email`, `language`."""
    form = await request.post()
    given = str(form.get("email", "")), str(form.get("language", ""))
    return await _change(request, "contact", request.app[keys.ACCOUNTS].set_contact, *given)


async def post_sign_ins(request: web.Request) -> web.StreamResponse:
    """POST /people/{name}/sign-ins: end all of them."""
    return await _change(request, "signed_out", request.app[keys.ACCOUNTS].end_sign_ins)


async def get_sure(request: web.Request) -> web.StreamResponse:
    """GET /people/{name}/code and /remove: what is about to be done, and a button to do it."""
    account = await _account(request)
    return render(request, "person_sure.html", person=account, action=request.path.rpartition("/")[2])


async def post_code(request: web.Request) -> web.StreamResponse:
    """POST /people/{name}/code: takes the password away; shows the one-time code, once."""
    account = await _account(request)
    accounts, who = request.app[keys.ACCOUNTS], account_of(request).name
    try:
        account, code = await asyncio.to_thread(accounts.give_code, who, account.name)
    except AccountError as error:
        return await _person(
            request, account, status=409, failure=said(error.message, request[keys.LANGUAGE])
        )
    return _code(request, account, code, added=False)


async def post_remove(request: web.Request) -> web.StreamResponse:
    """POST /people/{name}/remove."""
    account = await _account(request)
    accounts, who = request.app[keys.ACCOUNTS], account_of(request).name
    try:
        await asyncio.to_thread(accounts.remove, who, account.name)
    except AccountError as error:
        return await _person(
            request, account, status=409, failure=said(error.message, request[keys.LANGUAGE])
        )
    raise web.HTTPSeeOther("/people?removed=1")


async def post_test(request: web.Request) -> web.StreamResponse:
    """POST /reminders/test: sends whoever asks the weekly e-mail as it would be now."""
    account, failure = account_of(request), ""
    try:
        await asyncio.to_thread(request.app[keys.REMINDERS].send_test, account)
    except MailError as error:
        failure = said(error.message, request[keys.LANGUAGE])
    return await _people(request, status=409 if failure else 200, failure=failure, tested=not failure)


async def remind_weekly(app: web.Application) -> AsyncIterator[None]:
    """Send the weekly e-mail when it is due, for as long as the console runs."""
    reminders = app[keys.REMINDERS]

    async def send() -> None:
        while True:
            try:
                await asyncio.to_thread(reminders.send_due)
            except (KyrError, OSError) as error:
                logger.error("The weekly e-mail could not be made (%s)", type(error).__name__)
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    task = asyncio.create_task(send()) if reminders.are_on else None
    yield
    if task:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _change(
    request: web.Request, done: str, change: Callable[..., object], *values: str
) -> web.StreamResponse:
    """Change an account by a method of Accounts and show it; or say why not."""
    account = await _account(request)
    try:
        await asyncio.to_thread(change, account_of(request).name, account.name, *values)
    except AccountError as error:
        return await _person(
            request, account, status=422, failure=said(error.message, request[keys.LANGUAGE])
        )
    raise web.HTTPSeeOther(f"/people/{account.name}?done={done}")


async def _account(request: web.Request) -> Account:
    account = await asyncio.to_thread(request.app[keys.ACCOUNTS].get, request.match_info["name"])
    if account is None:
        raise web.HTTPNotFound
    return account


async def _people(request: web.Request, *, status: int = 200, **values: Any) -> web.Response:
    people, last, reminded = await asyncio.gather(
        asyncio.to_thread(request.app[keys.ACCOUNTS].list),
        asyncio.to_thread(request.app[keys.AUDIT].last_sign_ins),
        asyncio.to_thread(request.app[keys.REMINDERS].last),
    )
    shown = {"tested": False, "given": {}, "failure": "", "removed": "removed" in request.query, **values}
    return render(
        request,
        "people.html",
        status=status,
        people=people,
        last=last,
        reminded=reminded,
        reminders=request.app[keys.REMINDERS].are_on,
        now=request.app[keys.ACCOUNTS].now(),
        roles=ROLES,
        languages=LANGUAGES,
        **shown,
    )


async def _person(
    request: web.Request, account: Account, *, status: int = 200, **values: Any
) -> web.Response:
    last = await asyncio.to_thread(request.app[keys.AUDIT].last_sign_ins)
    return render(
        request,
        "person.html",
        status=status,
        person=account,
        last=last.get(account.name),
        now=request.app[keys.ACCOUNTS].now(),
        sign_ins=shown_sign_ins(request, account),
        roles=ROLES,
        languages=LANGUAGES,
        own=account.name == account_of(request).name,
        **{"done": "", "failure": "", **values},
    )


def _code(request: web.Request, account: Account, code: str, *, added: bool) -> web.Response:
    """Show a one-time code. What comes behind the # of the address never leaves the browser."""
    page = f"{own_address(request)}/welcome"
    return render(
        request,
        "code.html",
        person=account,
        code=code,
        page=page,
        link=f"{page}#{account.name}/{code}",
        hours=HOURS_OF_A_CODE,
        added=added,
    )


def shown_sign_ins(request: web.Request, account: Account) -> list[dict[str, Any]]:
    """Return the sign-ins of an account as a page shows them, the one used last first."""
    sessions = request.app[keys.SESSIONS]
    mine = sessions.find(request[keys.TOKEN])

    def moment(at: float) -> str:
        ago = datetime.timedelta(seconds=sessions.seconds_ago(at))
        return f"{(datetime.datetime.now(datetime.timezone.utc) - ago).strftime('%Y-%m-%dT%H:%M:%S')}Z"

    return [
        {
            "id": one.id,
            "browser": one.browser,
            "began": moment(one.began),
            "used": moment(one.used),
            "mine": _same(one, mine),
        }
        for one in sessions.of(account)
    ]


def _same(one: Session, other: Session | None) -> bool:
    return other is not None and one.id == other.id
