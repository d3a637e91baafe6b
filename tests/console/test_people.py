"""People and one's own account: added, given a code, changed and removed without a terminal."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.console import keys
from bot.console.guard import FORM_TOKEN
from bot.database.accounts import Accounts
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.serving.processes import free_port
from bot.web.browsers import browser_of
from tests.helpers.clerks import APPROVER, EDITOR, OTHER_APPROVER, PASSWORD, Clerk, Console, open_console
from tests.helpers.waiting import until

NEW = "four words nobody joins"
_CODE = re.compile(r'<code class="code">([A-Z0-9-]{19})</code>')


def code_in(page: str) -> str:
    """Return the one-time code that a page shows."""
    found = _CODE.search(page)
    assert found is not None, page
    return found[1]


async def welcome(console: Console, name: str, code: str, *, status: int = 200) -> tuple[Clerk, str]:
    """Use a one-time code in a new browser; return the clerk and the page after it."""
    clerk = await console.make_clerk(name, signed_in=False)
    fields = {"name": name, "code": code, "password": NEW, "again": NEW}
    return clerk, await clerk.post("/welcome", fields, status=status)


async def test_a_person_is_added_and_chooses_a_password(
    console: Console, approver: Clerk, caplog: pytest.LogCaptureFixture
) -> None:
    """With a code that is shown once and stands in no log; the person is signed in and the browser known."""
    caplog.set_level(logging.DEBUG)
    page = await approver.post(
        "/people", name="Maria.Lopez", role="editor", email="maria@hpca.gov", language="es"
    )
    code = code_in(page)
    assert f"/welcome#maria.lopez/{code}" in page
    assert "has a one-time code until" in await approver.get("/people")
    clerk, page = await welcome(console, "maria.lopez", code.lower())
    assert "You are signed in." in page
    await clerk.get("/topics")
    assert "maria@hpca.gov" in await approver.get("/people/maria.lopez")
    await welcome(console, "maria.lopez", code, status=422)
    entries = str(console.app[keys.AUDIT].entries())
    for secret in (code, code.replace("-", ""), NEW, "maria@hpca.gov"):
        assert secret not in entries and secret not in caplog.text
    noted = [("maria.lopez", "sign-in"), ("maria.lopez", "one-time code used"), (APPROVER, "user added")]
    assert console.noted("maria.lopez") == noted


async def test_the_list_says_who_may_do_what_and_when_they_came_last(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """By the audit log; who has never come is said so, and what was before an account is not counted."""
    page = await approver.get("/people")
    assert re.search(r"clara</a></th>\s*<td>approver</td>\s*<td>never", page)
    assert re.search(r"ana</a></th>\s*<td>editor</td>\s*<td>\d", page)
    await approver.post(f"/people/{EDITOR}/remove")
    await approver.post("/people", name=EDITOR, role="editor")
    assert re.search(r"ana</a></th>\s*<td>editor</td>\s*<td>never", await approver.get("/people"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "señor", "role": "editor"}, "cannot be the name of an account"),
        ({"name": "ANA", "role": "editor"}, "There is an account ana already"),
        ({"name": "other", "role": "judge"}, "is no role"),
        ({"name": "other"}, "is no role"),
        ({"name": "other", "role": "editor", "email": "x"}, "That is no e-mail address"),
        ({"name": "<script>", "role": "editor"}, "cannot be the name"),
    ],
)
async def test_who_cannot_be_added_is_said_and_what_was_typed_stays(
    console: Console, approver: Clerk, fields: dict[str, str], said: str
) -> None:
    """Nothing is changed."""
    page = await approver.post("/people", fields, status=422)
    assert said in page and "<script>" not in page
    if "<" not in fields["name"]:
        assert f'value="{fields["name"]}"' in page
    assert [one.name for one in console.app[keys.ACCOUNTS].list()] == [EDITOR, APPROVER, OTHER_APPROVER]


async def test_a_forgotten_password_is_replaced_by_its_owner(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """Who is signed in with the old one is out at once; the page says so before."""
    page = await approver.get(f"/people/{EDITOR}/code")
    assert "stops working at once" in page
    code = code_in(await approver.post(f"/people/{EDITOR}/code"))
    await editor.get("/topics", status=401)
    await editor.sign_in(PASSWORD, status=401)
    assert "needs a new one-time code" not in await approver.get("/people")
    await welcome(console, EDITOR, code)
    await (await console.make_clerk(EDITOR, signed_in=False)).sign_in(NEW)


async def test_who_is_removed_is_signed_out_at_once(console: Console, editor: Clerk, approver: Clerk) -> None:
    """After a page that says what will be."""
    assert "signed out everywhere" in await approver.get(f"/people/{EDITOR}/remove")
    page = await approver.post(f"/people/{EDITOR}/remove")
    assert "The person was removed" in page and f"/people/{EDITOR}" not in page
    await editor.get("/topics", status=401)
    await approver.get(f"/people/{EDITOR}", status=404)


async def test_another_role_holds_from_the_next_page_on(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """The person signs in again; who and what stands in the audit log."""
    assert "Saved." in await approver.post(f"/people/{EDITOR}/role", role="approver")
    await editor.get("/topics", status=401)
    await editor.sign_in()
    await editor.get("/people")
    assert console.noted(EDITOR)[1] == (APPROVER, "user role")


async def test_nobody_shuts_themselves_or_everybody_out(console: Console, approver: Clerk) -> None:
    """Neither by a button nor by a form made by hand."""
    page = await approver.get(f"/people/{APPROVER}")
    assert "/remove" not in page and "/code" not in page and "Nobody changes this for themselves" in page
    for action, status in (("remove", 409), ("code", 409), ("role", 422)):
        page = await approver.post(f"/people/{APPROVER}/{action}", status=status, role="editor")
        assert "This is your own account" in page
    await approver.post(f"/people/{OTHER_APPROVER}/remove")
    await approver.post("/people", name="later", role="approver")
    console.app[keys.ACCOUNTS].set_password("test", EDITOR, PASSWORD)
    assert console.app[keys.ACCOUNTS].get(APPROVER)


async def test_the_address_of_a_person_is_changed(console: Console, approver: Clerk) -> None:
    """Wrong ones are refused with what is right."""
    page = await approver.post(f"/people/{EDITOR}/contact", email="ana@hpca.gov", language="es")
    assert "Saved." in page and 'value="ana@hpca.gov"' in page
    page = await approver.post(f"/people/{EDITOR}/contact", status=422, email="a b", language="es")
    assert "That is no e-mail address" in page
    account = console.app[keys.ACCOUNTS].get(EDITOR)
    assert account and (account.email, account.language) == ("ana@hpca.gov", "es")


async def test_an_approver_ends_all_sign_ins_of_a_person(
    console: Console, editor: Clerk, approver: Clerk
) -> None:
    """They are seen before, by browser and time; the password stays."""
    assert "since" in await approver.get(f"/people/{EDITOR}")
    assert "signed out everywhere" in await approver.post(f"/people/{EDITOR}/sign-ins")
    await editor.get("/topics", status=401)
    assert "Nowhere." in await approver.get(f"/people/{EDITOR}")
    await editor.sign_in()


async def test_ones_own_password_is_changed_with_the_old_one(console: Console, editor: Clerk) -> None:
    """All other sign-ins end, this one goes on."""
    other = await console.make_clerk(EDITOR)
    page = await editor.post("/account/password", old=PASSWORD, password=NEW, again=NEW)
    assert "You have a new password" in page
    await editor.get("/topics")
    await other.get("/topics", status=401)
    await other.sign_in(PASSWORD, status=401)
    await other.sign_in(NEW)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong wrong wrong", "password": NEW, "again": NEW}, "that you have now is not right"),
        ({"old": PASSWORD, "password": NEW, "again": NEW + "x"}, "two different passwords"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "too short"),
        ({"old": PASSWORD}, "too short"),
        ({}, "is not right"),
    ],
)
async def test_a_password_that_cannot_be_changed_stays(
    editor: Clerk, fields: dict[str, str], said: str
) -> None:
    """And it is said why."""
    assert said in await editor.post("/account/password", fields, status=422)
    await editor.post("/sign-out")
    await editor.sign_in()


async def test_the_old_password_cannot_be_guessed_from_a_browser_that_was_left_open(editor: Clerk) -> None:
    """After five tries one waits."""
    for _ in range(4):
        await editor.post("/account/password", status=422, old="wrong", password=NEW, again=NEW)
    page = await editor.post("/account/password", status=429, old="wrong", password=NEW, again=NEW)
    assert "Too many attempts" in page


async def test_one_sees_where_one_is_signed_in_and_ends_it(console: Console, editor: Clerk) -> None:
    """One of them, or all others; never that of somebody else."""
    others = [await console.make_clerk(EDITOR) for _ in range(3)]
    stranger = await console.make_clerk(APPROVER)
    page = await editor.get("/account")
    assert page.count("last used") == 4 and page.count("(this browser)") == 1
    account = console.app[keys.ACCOUNTS].get(APPROVER)
    assert account is not None
    theirs = console.app[keys.SESSIONS].of(account)[0].id
    await editor.post("/account/sign-ins", id=theirs)
    await stranger.get("/topics")
    identity = re.findall(r'name="id" value="([0-9a-f]+)"', page)[0]
    await editor.post("/account/sign-ins", id=identity)
    statuses = [(await other.client.get("/topics")).status for other in others]
    assert sorted(statuses) == [200, 200, 401]
    await editor.post("/account/sign-ins")
    assert [(await other.client.get("/topics")).status for other in others] == [401] * 3
    assert (await editor.get("/account")).count("last used") == 1


@pytest.mark.parametrize(
    ("name", "code", "again", "said"),
    [
        (EDITOR, "AAAA-AAAA-AAAA-AAAA", NEW, "do not go together"),
        ("nobody", "", NEW, "do not go together"),
        ("x" * 5000, "y" * 5000, NEW, "do not go together"),
        (EDITOR, "AAAA-AAAA-AAAA-AAAA", "other", "two different passwords"),
    ],
)
async def test_a_code_that_is_wrong_opens_nothing(
    console: Console, name: str, code: str, again: str, said: str
) -> None:
    """The same is said of names that nobody has; it does not close the name for its owner."""
    thief = await console.make_clerk(name, signed_in=False)
    fields = {"name": name, "code": code, "password": NEW, "again": again}
    for _ in range(6):
        assert said in await thief.post("/welcome", fields, status=422)
    await thief.get("/topics", status=401)
    await (await console.make_clerk(EDITOR, signed_in=False)).sign_in()


async def test_a_code_can_be_used_by_a_form_of_ours_alone(console: Console, approver: Clerk) -> None:
    """Whoever holds one could otherwise sign somebody else in."""
    code = code_in(await approver.post("/people", name="new.one", role="editor"))
    stranger = await console.make_clerk("new.one", signed_in=False)
    fields = {"name": "new.one", "code": code, "password": NEW, "again": NEW, FORM_TOKEN: "0" * 64}
    async with await stranger.send("/welcome", fields) as response:
        assert response.status == 403
    await welcome(console, "new.one", code)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome, Chromebook",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_of_a_browser_only_its_kind_is_kept(sent: str, shown: str) -> None:
    """No version, nothing that tells one from another."""
    assert browser_of(sent) == shown


async def test_an_approver_tries_the_weekly_e_mail(
    tmp_path: Path, content_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a button that says whether it worked; the console itself sends it once, when it is due."""
    monkeypatch.setattr("bot.staff.reminders.HOUR", 0)  # of Monday, so that it is due on any day
    received: list[str] = []

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            received.extend(envelope.rcpt_tos)
            return "250 OK"

    mail = Controller(Handler(), hostname="127.0.0.1", port=free_port())
    mail.start()
    data, port = tmp_path / "mail", mail.port
    database = Database(data)
    accounts = Accounts(database, AuditLog(database))
    accounts.add("test", "dora", "approver", PASSWORD, email="dora@hpca.gov")
    more = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_from": "a@hpca.gov"}
    try:
        async with open_console(content_copy, data, **more) as console:
            await until(lambda: received == ["dora@hpca.gov"])
            dora, berta = await console.make_clerk("dora"), await console.make_clerk(APPROVER)
            assert "dora, " in await dora.get("/people")
            assert "It was sent." in await dora.post("/reminders/test")
            assert received == ["dora@hpca.gov"] * 2
            page = await berta.post("/reminders/test", status=409)
            assert "Your account has no e-mail address." in page
            await (await console.make_clerk(EDITOR)).post("/reminders/test", status=403)
            mail.stop()
            assert "The mail server does not answer." in await dora.post("/reminders/test", status=409)
            await dora.get("/topics")
    finally:
        if mail.loop.is_running():
            mail.stop()
    assert len(received) == 2


async def test_without_a_mail_server_the_page_says_so(console: Console, approver: Clerk) -> None:
    """And has no button."""
    page = await approver.get("/people")
    assert "It is not set up." in page and "/reminders/test" not in page
    assert "No mail server is set up." in await approver.post("/reminders/test", status=409)
