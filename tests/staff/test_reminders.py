"""The weekly e-mail, sent to a real mail server: once, in the right language, and with figures alone."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import datetime
import email
import email.policy
import logging
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from bot.cli.main import main
from bot.clock import TIME_ZONE
from bot.database.accounts import Accounts
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.database.review_queue import ReviewQueue
from bot.serving.processes import free_port
from bot.settings import Settings, SettingsError, check_console, read_settings
from bot.staff.reminders import MailError, Reminders, Waiting, waiting, written
from tests.conftest import SMALL_CONTENT
from tests.helpers.waiting import SECONDS_AT_MOST

WORDS = "four words nobody joins"
RIGHT, WRONG = "the right one", "another one"
MONDAY = datetime.datetime(2026, 11, 30, 8, 0, tzinfo=TIME_ZONE)
QUESTION = "what does the zebra cost in the moonlight"


class Mailbox:
    """A mail server's memory; `answers` are what it says to the recipient and to the text."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.to: list[str] = []
        self.answers = {"rcpt": "250 OK", "data": "250 OK"}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers["rcpt"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers["rcpt"]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers["data"] == "hang up":
            assert server.transport is not None
            server.transport.close()
        if self.answers["data"].startswith("250"):
            raw = envelope.content
            assert isinstance(raw, bytes)
            self.received.append(email.message_from_bytes(raw, policy=email.policy.default))
            self.to += envelope.rcpt_tos
        return self.answers["data"]


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was logged, but by the mail server."""
    return "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("mail."))


StartMail = Callable[..., int]


class Mail(Controller):
    """A mail server; its own certificate is none to try it with."""

    def _trigger_server(self) -> None:
        socket.create_connection(("127.0.0.1", self.port)).close()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def start_mail(mailbox: Mailbox) -> Iterator[StartMail]:
    """Start a mail server; gives its port."""
    controllers: list[Controller] = []

    def start(**options: Any) -> int:
        controllers.append(Mail(mailbox, hostname="127.0.0.1", port=free_port(), **options))
        controllers[-1].start()
        return controllers[-1].port

    yield start
    for controller in controllers:
        # Connections say goodbye first: encrypted ones take a moment.
        latest = time.monotonic() + SECONDS_AT_MOST
        while asyncio.all_tasks(controller.loop) and time.monotonic() < latest:
            time.sleep(0.02)
        controller.stop()


@pytest.fixture
def accounts(database: Database) -> Accounts:
    """Two approvers with addresses, one of whom reads Spanish; another without, and an editor."""
    accounts = Accounts(database, AuditLog(database))
    accounts.add("test", "berta", "approver", WORDS, email="berta@hpca.gov", language="en")
    accounts.add("test", "clara", "approver", WORDS, email="clara@hpca.gov", language="es")
    accounts.add("test", "dora", "approver", WORDS)
    accounts.add("test", "ana", "editor", WORDS, email="ana@hpca.gov")
    return accounts


@pytest.fixture
def make_reminders(accounts: Accounts, tmp_path: Path) -> Callable[..., Reminders]:
    def make(port: int, *, now: datetime.datetime = MONDAY, **more: Any) -> Reminders:
        settings = Settings(
            **{
                "data_dir": tmp_path / "var",
                "content_dir": SMALL_CONTENT,
                "resources_dir": SMALL_CONTENT / "data" / "resources",
                "console_url": "https://staff.example.org",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "smtp_from": "console@hpca.gov",
                **more,
            }
        )
        return Reminders(settings, accounts, lambda: now)

    return make


MakeReminders = Callable[..., Reminders]


def test_each_approver_with_an_address_gets_it_in_their_language(
    start_mail: StartMail, mailbox: Mailbox, make_reminders: MakeReminders
) -> None:
    """From the console's address, with links to it; nobody sees the others' addresses."""
    sent = make_reminders(start_mail()).send_due()
    assert [(one.name, one.state, one.problem) for one in sent] == [
        ("berta", "sent", None),
        ("clara", "sent", None),
    ]
    english, spanish = mailbox.received
    assert mailbox.to == ["berta@hpca.gov", "clara@hpca.gov"]
    assert (english["From"], english["To"]) == ("console@hpca.gov", "berta@hpca.gov")
    assert english["Subject"] == "Know your rights: what waits this week"
    assert spanish["Subject"] == "Conozca sus derechos: lo que espera esta semana"
    assert "Good morning, berta." in english.get_content() and "https://staff.example.org/" in str(english)
    assert "Buenos días, clara." in spanish.get_content()
    assert english["Auto-Submitted"] == "auto-generated" and english["Message-ID"].endswith("@hpca.gov>")


def test_it_holds_figures_and_no_word_of_a_resident(
    start_mail: StartMail, mailbox: Mailbox, make_reminders: MakeReminders, accounts: Accounts
) -> None:
    """Of last week, with the week before."""
    queue = ReviewQueue(accounts.database)
    for weeks, times in ((1, 3), (2, 2), (0, 7)):
        for _ in range(times):
            queue.add(QUESTION, "en", today=MONDAY.date() - datetime.timedelta(weeks=weeks))
    make_reminders(start_mail()).send_due()
    text = mailbox.received[0].get_content()
    assert "asked in vain last week: 3 (the week before: 2)" in text
    assert not any(word in str(one) for one in mailbox.received for word in QUESTION.split() if len(word) > 4)


@pytest.mark.parametrize(
    ("now", "count"),
    [
        (MONDAY - datetime.timedelta(minutes=1), 0),
        (MONDAY - datetime.timedelta(days=1), 2),
        (MONDAY, 2),
        (MONDAY + datetime.timedelta(days=5), 2),
    ],
)
def test_it_goes_out_from_monday_at_eight_on(
    start_mail: StartMail,
    mailbox: Mailbox,
    make_reminders: MakeReminders,
    now: datetime.datetime,
    count: int,
) -> None:
    """By the clock of the office; on Sunday that of the week that ends may still be missing."""
    make_reminders(start_mail(), now=now).send_due()
    assert len(mailbox.received) == count


def test_it_goes_out_once_a_week(
    start_mail: StartMail, mailbox: Mailbox, make_reminders: MakeReminders
) -> None:
    """Whatever is started again; the next week again."""
    port = start_mail()
    for _ in range(3):
        make_reminders(port).send_due()
        make_reminders(port, now=MONDAY + datetime.timedelta(days=3)).send_due()
    assert len(mailbox.received) == 2
    make_reminders(port, now=MONDAY + datetime.timedelta(days=7)).send_due()
    assert len(mailbox.received) == 4


def test_of_several_processes_one_sends_it(
    start_mail: StartMail, mailbox: Mailbox, make_reminders: MakeReminders
) -> None:
    """Also where they come at once."""
    port = start_mail()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: make_reminders(port).send_due(), range(4)))
    assert sorted(mailbox.to) == ["berta@hpca.gov", "clara@hpca.gov"]


def test_one_that_was_not_taken_is_tried_again_later_and_not_for_ever(
    start_mail: StartMail, mailbox: Mailbox, make_reminders: MakeReminders, caplog: pytest.LogCaptureFixture
) -> None:
    """What was wrong is said without the address, which the server's answer may hold."""
    port = start_mail()
    mailbox.answers["rcpt"] = "451 berta@hpca.gov is not wanted now"
    sent = make_reminders(port).send_due()
    assert [str(one.problem)[:40] for one in sent] == ["The mail server did not take the e-mail "] * 2
    assert "hpca.gov" not in logged(caplog) and "mail_refuses_recipient" in logged(caplog)
    assert make_reminders(port, now=MONDAY + datetime.timedelta(minutes=10)).send_due() == []
    mailbox.answers["rcpt"] = "250 OK"
    later = make_reminders(port, now=MONDAY + datetime.timedelta(minutes=30))
    assert [one.state for one in later.send_due()] == ["sent", "sent"]
    mailbox.answers["rcpt"] = "550 no"
    following = MONDAY + datetime.timedelta(days=7)
    tries = [
        len(make_reminders(port, now=following + datetime.timedelta(hours=hours)).send_due())
        for hours in range(0, 48, 3)
    ]
    assert tries == [2] * 6 + [0] * 10
    assert [(one.state, one.week) for one in later.last()] == [("failed", "2026-12-07")] * 2


def test_one_of_which_it_is_not_known_is_not_sent_twice(
    start_mail: StartMail, mailbox: Mailbox, make_reminders: MakeReminders
) -> None:
    """The mail server has hung up with the text in its hands."""
    port = start_mail()
    mailbox.answers["data"] = "hang up"
    assert [one.state for one in make_reminders(port).send_due()] == ["sending"] * 2
    mailbox.answers["data"] = "250 OK"
    assert make_reminders(port, now=MONDAY + datetime.timedelta(days=1)).send_due() == []


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"smtp_port": 9}, "mail_silent"),
        ({"smtp_host": "no.such.host.invalid", "smtp_security": "starttls"}, "mail_silent"),
        ({"smtp_security": "starttls"}, "mail_no_security"),
        ({"smtp_security": "tls"}, "mail_certificate"),
        ({"smtp_user": "console", "smtp_password": "wrong"}, "mail_no_security"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_mail_server_is_said(
    start_mail: StartMail, make_reminders: MakeReminders, accounts: Accounts, more: dict[str, Any], key: str
) -> None:
    """In plain words, and nothing is sent unencrypted instead."""
    reminders = make_reminders(start_mail(), **more)
    berta = accounts.get("berta")
    assert berta is not None
    with pytest.raises(MailError) as refused:
        reminders.send_test(berta)
    assert refused.value.message.key == key


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of this machine that the tests trust."""
    key, file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True)  # noqa: S603
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key)
    return context


def _check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    # Not handled: the server itself says no.
    return AuthResult(success=(data.login, data.password) == (b"console", RIGHT.encode()), handled=False)


def test_it_goes_encrypted_and_with_a_password(
    start_mail: StartMail,
    mailbox: Mailbox,
    make_reminders: MakeReminders,
    accounts: Accounts,
    certificate: ssl.SSLContext,
) -> None:
    """With the right one; a wrong one is said and stands in no text."""
    port = start_mail(authenticator=_check, auth_required=True, tls_context=certificate)
    berta = accounts.get("berta")
    assert berta is not None
    more = {"smtp_security": "starttls", "smtp_user": "console"}
    make_reminders(port, **more, smtp_password=RIGHT).send_test(berta)
    assert mailbox.to == ["berta@hpca.gov"]
    with pytest.raises(MailError) as refused:
        make_reminders(port, **more, smtp_password=WRONG).send_test(berta)
    assert refused.value.message.key == "mail_refuses_password" and WRONG not in str(refused.value)


def test_it_goes_to_a_server_that_is_encrypted_from_the_first_byte_on(
    start_mail: StartMail,
    mailbox: Mailbox,
    make_reminders: MakeReminders,
    certificate: ssl.SSLContext,
) -> None:
    """As those on port 465 are."""
    make_reminders(start_mail(ssl_context=certificate), smtp_security="tls").send_due()
    assert mailbox.to == ["berta@hpca.gov", "clara@hpca.gov"]


def test_without_a_mail_server_or_an_address_nothing_is_sent(
    make_reminders: MakeReminders, accounts: Accounts
) -> None:
    """And that is said where somebody asks for it."""
    off = make_reminders(9, smtp_host="", smtp_from="")
    assert off.send_due() == [] and not off.are_on
    for name, reminders, key in (("berta", off, "mail_off"), ("dora", make_reminders(9), "mail_no_address")):
        account = accounts.get(name)
        assert account is not None
        with pytest.raises(MailError) as refused:
            reminders.send_test(account)
        assert refused.value.message.key == key


def test_what_waits_is_counted(accounts: Accounts, make_reminders: MakeReminders) -> None:
    """Of the small content, long after its last check: all of it is overdue."""
    settings, queue = make_reminders(9).settings, ReviewQueue(accounts.database)
    late = waiting(settings, queue, datetime.date(2099, 1, 5))
    assert late.overdue > 0 and late.due == 0 and late.to_approve > 0 and late.services > 0
    assert late.saved == late.asked == 0


@pytest.mark.parametrize("language", ["en", "es", ""])
def test_what_does_not_wait_is_left_out(accounts: Accounts, language: str) -> None:
    """Down to nothing at all, which is said, too."""
    berta = accounts.get("berta")
    assert berta is not None
    account = dataclasses.replace(berta, language=language)
    _, nothing = written(Waiting(), account, "")
    assert ("Nada. Gracias." if language == "es" else "Nothing. Thank you.") in nothing
    _, one = written(Waiting(overdue=2), account, "https://staff.example.org")
    assert one.count("https://") == 1 and ": 2." in one


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"KYR_SMTP_HOST": "mail.hpca.gov"}, "only one is set"),
        ({"KYR_SMTP_HOST": "mail.hpca.gov", "KYR_SMTP_FROM": "a@b.gov", "KYR_SMTP_SECURITY": "no"}, "Write"),
        ({"KYR_SMTP_HOST": "mail.hpca.gov", "KYR_SMTP_FROM": "a@b.gov", "KYR_SMTP_SECURITY": "none"}, "read"),
        ({"KYR_SMTP_PORT": "x"}, "whole number"),
    ],
)
def test_a_mail_server_that_is_set_up_by_half_stops_the_start(environment: dict[str, str], said: str) -> None:
    """Or one to which a password would go in the open."""
    with pytest.raises(SettingsError, match=said):
        check_console(read_settings(environment))
    assert "secret one" not in repr(read_settings({"KYR_SMTP_PASSWORD": "secret one"}))


def test_the_terminal_shows_and_sends_it(
    start_mail: StartMail,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """`kyr remind --dry-run` sends nothing; `kyr remind` sends what is due, once."""
    caplog.set_level(logging.INFO)
    for name, value in {
        "KYR_DATA_DIR": str(tmp_path / "var"),
        "KYR_CONTENT_DIR": str(SMALL_CONTENT),
        "KYR_SMTP_HOST": "127.0.0.1",
        "KYR_SMTP_PORT": str(start_mail()),
        "KYR_SMTP_SECURITY": "none",
        "KYR_SMTP_FROM": "console@hpca.gov",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KYR_DATABASE_URL", raising=False)
    database = Database(tmp_path / "var")
    assert main(["remind", "--dry-run"]) == 0
    assert "No approver has an e-mail address." in capsys.readouterr().out
    Accounts(database, AuditLog(database)).add("test", "berta", "approver", WORDS)
    assert main(["users", "email", "berta", "berta@hpca.gov", "--language", "es"]) == 0
    assert main(["remind", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "Buenos días, berta." in shown and "berta@hpca.gov" not in shown and not mailbox.received
    monkeypatch.setattr("bot.staff.reminders.HOUR", 0)
    assert main(["remind"]) == 0 and main(["remind"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("berta: sent\nNothing to send") and mailbox.to == ["berta@hpca.gov"]
    assert "berta@hpca.gov" not in logged(caplog)
