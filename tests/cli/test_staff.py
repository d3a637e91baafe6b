"""`kyr users`: who is let in, by whom at the terminal, and a password that is asked for and never shown."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.database.accounts import Accounts
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.settings import PROJECT_ROOT
from tests.conftest import SMALL_CONTENT
from tests.helpers.waiting import SECONDS_AT_MOST

WORDS = "four words nobody joins"
OTHER_WORDS = "five other words nobody joins"


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Accounts:
    """What the commands work with: a database of their own, and nobody at the keys."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(SMALL_CONTENT))
    monkeypatch.delenv("KYR_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    database = Database(tmp_path / "var")
    return Accounts(database, AuditLog(database))


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Be a program that writes to standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_account_from_its_beginning_to_its_end(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Added, listed, another password, another role, removed; a program gives passwords as a line."""
    assert main(["users"]) == 0
    give(monkeypatch, f"{WORDS}\n")
    assert main(["users", "add", "Clerk-1", "--role", "editor"]) == 0
    give(monkeypatch, f"{WORDS}\r\nanother line")
    assert main(["users", "add", "attorney", "--role", "approver"]) == 0
    assert accounts.check("attorney", WORDS)
    assert main(["users"]) == 0
    give(monkeypatch, OTHER_WORDS)
    assert main(["users", "password", "clerk-1"]) == 0
    assert accounts.check("clerk-1", OTHER_WORDS) and not accounts.check("clerk-1", WORDS)
    assert main(["users", "role", "clerk-1", "approver"]) == 0
    assert main(["users", "remove", "clerk-1"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "Nobody may sign in yet. `kyr users add NAME --role approver` lets somebody in.",
        "clerk-1 may sign in now, as editor.",
        "attorney may sign in now, as approver.",
        "approver   attorney",
        "editor     clerk-1",
        "clerk-1 has another password. Whoever is signed in with the one before no longer is.",
        "clerk-1 is approver.",
        "clerk-1 may sign in no more.",
    ]
    assert shown.err == ""
    assert [account.name for account in accounts.list()] == ["attorney"]
    entries = accounts.audit.entries()[::-1]
    assert [one.action for one in entries] == ["user added", "user added"] + [
        f"user {what}" for what in ("password", "role", "removed")
    ]
    assert {one.who.partition(" ")[2] for one in entries} == {"(terminal)"}


def test_a_one_time_code_lets_somebody_in_from_the_terminal(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also the last approver, whose password stays; an address is written down and taken away."""
    monkeypatch.setenv("KYR_CONSOLE_URL", "https://staff.example.org")
    accounts.add("a terminal", "boss", "approver", WORDS)
    assert main(["users", "code", "boss"]) == 0
    code, said = capsys.readouterr().out.splitlines()
    assert said == "For boss, once, within 24 hours, on the page https://staff.example.org/welcome"
    assert accounts.check("boss", WORDS) and accounts.redeem("boss", code, OTHER_WORDS).has_password
    assert main(["users", "email", "boss", "boss@hpca.gov", "--language", "es"]) == 0
    account = accounts.get("boss")
    assert account and (account.email, account.language) == ("boss@hpca.gov", "es")
    assert main(["users", "email", "boss"]) == 0
    assert capsys.readouterr().out == "boss has an e-mail address.\nboss has no e-mail address.\n"


def test_the_last_approver_is_not_removed_at_the_terminal_either(
    accounts: Accounts, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor made an editor."""
    clerk = accounts.add("a terminal", "boss", "approver", WORDS)
    for arguments in (["remove", "boss"], ["role", "boss", "editor"]):
        assert main(["users", *arguments]) == 1
        assert capsys.readouterr().err.startswith("boss is the only approver who can sign in.")
    assert accounts.list() == [clerk]


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["add", "clerk 2", "--role", "editor"], WORDS, "'clerk 2' cannot be the name of an account."),
        (["add", "clerk-1", "--role", "editor"], WORDS, "There is an account clerk-1 already."),
        (["add", "clerk-2", "--role", "editor"], "", "The password is too short: 0 characters."),
        (["password", "clerk-1"], "short", "The password is too short: 5 characters."),
        (["password", "clerk-2"], WORDS, "There is no account 'clerk-2'."),
        (["role", "clerk-2", "editor"], "", "There is no account 'clerk-2'."),
        (["remove", "clerk-2"], "", "There is no account 'clerk-2'."),
        (["code", "clerk-2"], "", "There is no account 'clerk-2'."),
        (["email", "clerk-1", "a b"], "", "That is no e-mail address."),
    ],
)
def test_what_cannot_be_done_is_said(
    accounts: Accounts,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    given: str,
    said: str,
) -> None:
    """Exit 1, one sentence or two, and nothing has changed."""
    clerk = accounts.add("a terminal", "clerk-1", "editor", WORDS)
    give(monkeypatch, given)
    assert main(["users", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith(said)
    assert accounts.list() == [clerk] and accounts.check("clerk-1", WORDS)


def test_a_line_that_is_no_text_is_refused(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a traceback, which would show it."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"contrase\xf1a como ninguna\n"), "utf-8"))
    assert main(["users", "add", "clerk-1", "--role", "editor"]) == 1
    assert capsys.readouterr().err == "No password could be read. Write it in one line, in UTF-8.\n"
    assert accounts.list() == []


def type_at_a_terminal(arguments: list[str], lines: list[str]) -> tuple[int, str]:
    """Run a command at a real terminal, type a line at each question; return exit code and screen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", *arguments]
    running = subprocess.Popen(  # noqa: S603 - our own arguments
        command, cwd=PROJECT_ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    screen, left = "", [*lines]
    deadline = time.monotonic() + SECONDS_AT_MOST
    with contextlib.suppress(OSError):  # the terminal is gone with the command
        while time.monotonic() < deadline and (read := os.read(ours, 1000)):
            screen += read.decode()
            if left and screen.endswith(": "):
                os.write(ours, f"{left.pop(0)}\n".encode())
    os.close(ours)
    return running.wait(SECONDS_AT_MOST), screen.replace("\r\n", "\n")


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(accounts: Accounts) -> None:
    """Two that differ change nothing."""
    add = ["users", "add", "clerk-1", "--role", "editor"]
    code, screen = type_at_a_terminal(add, [WORDS, WORDS])
    assert (code, screen) == (0, "New password: \nOnce more: \nclerk-1 may sign in now, as editor.\n")
    code, screen = type_at_a_terminal(["users", "password", "clerk-1"], [OTHER_WORDS, WORDS])
    assert (code, screen) == (
        1,
        "New password: \nOnce more: \nThese were two different passwords. Nothing was changed; try again.\n",
    )
    assert accounts.check("clerk-1", WORDS) and len(accounts.audit.entries()) == 1


def test_whoever_gives_up_at_the_terminal_has_changed_nothing(accounts: Accounts) -> None:
    """By the key that ends the input."""
    code, screen = type_at_a_terminal(["users", "add", "clerk-1", "--role", "editor"], ["\x04"])
    assert code == 1 and screen.endswith("No password could be read. Write it in one line, in UTF-8.\n")
    assert accounts.list() == []


def test_wrong_usage_ends_with_2(accounts: Accounts, capsys: pytest.CaptureFixture[str]) -> None:
    """As every command line tool does; a password is no argument, where other users of the machine see it."""
    for arguments in (
        ["dance"],
        ["add", "clerk-1"],
        ["add", "clerk-1", "--role", "judge"],
        ["password", "clerk-1", WORDS],
        ["role", "clerk-1"],
        ["role", "clerk-1", "judge"],
    ):
        assert main(["users", *arguments]) == 2
    assert "Usage: kyr users" in capsys.readouterr().err
