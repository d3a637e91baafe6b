"""Accounts: who may sign in, in both kinds of database, and what the audit log says of changes."""

from __future__ import annotations

import concurrent.futures
import dataclasses
from collections.abc import Callable
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

import bot.database.accounts
from bot.database.accounts import Account, AccountError, Accounts, may
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.database.tables import ACCOUNTS

WORDS = "four words nobody joins"
OTHER_WORDS = "five other words nobody joins"


@pytest.fixture
def accounts(database: Database) -> Accounts:
    """No accounts yet."""
    return Accounts(database, AuditLog(database))


@pytest.fixture
def clerk(accounts: Accounts) -> Account:
    """An editor called clerk-1."""
    return accounts.add("a terminal", "clerk-1", "editor", WORDS)


def hash_of(accounts: Accounts, name: str) -> str:
    with accounts.database.transaction() as connection:
        query = select(ACCOUNTS.c.password_hash).where(ACCOUNTS.c.name == name)
        return str(connection.execute(query).scalar_one())


def changes(accounts: Accounts) -> list[tuple[str, str, str, str, str]]:
    """Return what the audit log says, the oldest first."""
    entries = accounts.audit.entries()[::-1]
    return [(one.who, one.action, one.subject, one.before, one.after) for one in entries]


def test_whoever_knows_the_password_is_let_in_and_nobody_else(accounts: Accounts, clerk: Account) -> None:
    """By name and password together; a name alone, or one that nobody has, is nothing."""
    assert accounts.check("clerk-1", WORDS) == clerk
    assert accounts.check("clerk-1", OTHER_WORDS) is None
    assert accounts.check("clerk-1", "") is None
    assert accounts.check("clerk-2", WORDS) is None
    assert accounts.check("clerk-1\0", WORDS) is None
    assert accounts.check("", WORDS) is None


def test_names_are_the_same_in_small_and_capital_letters(accounts: Accounts) -> None:
    """A phone begins each word with a capital, and ends it with a space."""
    account = accounts.add("a terminal", " Clerk.One ", "editor", WORDS)
    assert account.name == "clerk.one"
    assert accounts.get("CLERK.ONE ") == accounts.check("Clerk.one", WORDS) == account
    with pytest.raises(AccountError, match=r"There is an account clerk\.one already\. Choose another name"):
        accounts.add("a terminal", "CLERK.one", "editor", WORDS)


def test_a_password_is_the_same_on_every_keyboard(accounts: Accounts) -> None:
    """Some send an accent as a letter of its own, also in the longest password."""
    accounts.add("a terminal", "clerk-1", "editor", "contrasen\u0303a como ninguna")
    assert accounts.check("clerk-1", "contrase\u00f1a como ninguna")
    accounts.set_password("a terminal", "clerk-1", "n\u0303o" * 100)
    assert accounts.check("clerk-1", "\u00f1o" * 100) == accounts.check("clerk-1", "n\u0303o" * 100)
    assert accounts.check("clerk-1", "\u00f1o" * 100)


@pytest.mark.parametrize(
    "name",
    ["", "a", "1clerk", "-clerk", "clerk 1", "señor", "clerk\n1", "a" * 41, "\u212aim", "clerk\0", "x\ud800"],
)
def test_a_name_that_cannot_be_one_is_refused(accounts: Accounts, name: str) -> None:
    """With what it may be; such a one is nobody, and no error, when it is looked for."""
    with pytest.raises(AccountError) as refused:
        accounts.add("a terminal", name, "editor", WORDS)
    assert str(refused.value) == (
        f"{name!r} cannot be the name of an account. Write 2 to 40 letters a to z, digits, dots, - and _, "
        "with a letter at the beginning."
    )
    assert accounts.get(name) is None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        (
            "eleven sign",
            "The password is too short: 11 characters. Use at least 12, for instance four words that nobody "
            "else would put together.",
        ),
        ("n\u0303" * 11, "The password is too short: 11 characters. Use at least 12"),
        ("four words " * 19, "The password is too long: 209 characters. Use at most 200."),
        (
            "this is CLERK-1 speaking",
            "The password contains the name of the account, clerk-1. Leave that out of it.",
        ),
        ("aAaAaAaAaAaA", "The password is one character again and again. Use words, or a mixture."),
        (" " * 12, "The password is one character again and again. Use words, or a mixture."),
        ("four words \udcff nobody", "The password is no text in UTF-8. Set the terminal to UTF-8"),
    ],
)
def test_a_password_that_is_too_easy_is_refused(
    accounts: Accounts, clerk: Account, password: str, said: str
) -> None:
    """In plain words without the password itself; the account is as it was."""
    refusing: list[Callable[[], object]] = [
        lambda: accounts.set_password("a terminal", "Clerk-1", password),
        lambda: accounts.add("a terminal", "clerk-1", "editor", password),
    ]
    for change in refusing:
        with pytest.raises(AccountError) as refused:
            change()
        assert str(refused.value).startswith(said) and password not in str(refused.value)
    assert accounts.list() == [clerk]
    assert accounts.check("clerk-1", password) is None
    assert len(changes(accounts)) == 1


@pytest.mark.parametrize("length", [12, 200])
def test_passwords_of_12_to_200_characters_can_be_used(accounts: Accounts, length: int) -> None:
    """Both ends belong to it."""
    accounts.add("a terminal", "clerk-1", "editor", "pq" * (length // 2))
    assert accounts.check("clerk-1", "pq" * (length // 2))
    assert accounts.check("clerk-1", "pq" * (length // 2) + "p") is None


def test_what_is_kept_is_a_slow_hash_and_no_password(accounts: Accounts, clerk: Account) -> None:
    """Argon2id with 46 MB, twice over them; the same password twice is not seen to be the same."""
    accounts.add("a terminal", "clerk-2", "editor", WORDS)
    one, other = hash_of(accounts, "clerk-1"), hash_of(accounts, "clerk-2")
    assert one.startswith("$argon2id$v=19$m=47104,t=2,p=1$") and one.split("$")[4:] != other.split("$")[4:]


def test_an_unknown_name_takes_the_work_of_a_known_one(
    accounts: Accounts, clerk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the time of an answer tells nobody who has an account: one hash of the same cost for each."""
    costs: list[list[str]] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            costs[-1].append(str(hash).split("$")[3])
            return super().verify(hash, password)

    counting = Counting(time_cost=2, memory_cost=46 * 1024, parallelism=1)
    monkeypatch.setattr(bot.database.accounts, "_HASHER", counting)
    for name in ("clerk-1", "clerk-2", "no name at all"):
        costs.append([])
        assert accounts.check(name, OTHER_WORDS) is None
    assert costs == [["m=47104,t=2,p=1"]] * 3


def test_a_hash_of_earlier_parameters_is_replaced_when_its_owner_signs_in(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody is signed out by that, nor is it a change that the audit log tells of."""
    with monkeypatch.context() as earlier:
        earlier.setattr(bot.database.accounts, "_HASHER", PasswordHasher(1, 8, 1))
        clerk = accounts.add("a terminal", "clerk-1", "editor", WORDS)
    weak = hash_of(accounts, "clerk-1")
    assert accounts.check("clerk-1", OTHER_WORDS) is None and hash_of(accounts, "clerk-1") == weak
    assert accounts.check("clerk-1", WORDS) == clerk
    strong = hash_of(accounts, "clerk-1")
    assert "m=8," in weak and "m=47104," in strong
    assert accounts.check("clerk-1", WORDS) == clerk and hash_of(accounts, "clerk-1") == strong
    assert len(changes(accounts)) == 1


def test_a_password_that_is_set_while_another_signs_in_stays(
    accounts: Accounts, clerk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash that would be replaced is of the earlier one: with that, nobody gets in any more."""

    class Interrupted(PasswordHasher):
        def check_needs_rehash(self, kept: str | bytes) -> bool:
            accounts.set_password("boss", "clerk-1", OTHER_WORDS)
            return super().check_needs_rehash(kept)

    monkeypatch.setattr(bot.database.accounts, "_HASHER", Interrupted(1, 8, 1))
    assert accounts.check("clerk-1", WORDS) == clerk, "which is known not to be the account of now"
    monkeypatch.undo()
    assert accounts.check("clerk-1", WORDS) is None
    assert accounts.check("clerk-1", OTHER_WORDS) == accounts.get("clerk-1") != clerk


def test_a_hash_that_was_spoilt_lets_nobody_in(accounts: Accounts, clerk: Account) -> None:
    """Whatever is in its place."""
    for spoilt in ("", "no hash", "$argon2id$v=19$m=8,t=1,p=1$x"):
        with accounts.database.transaction() as connection:
            connection.execute(text("UPDATE accounts SET password_hash = :spoilt"), {"spoilt": spoilt})
        assert accounts.check("clerk-1", WORDS) is None


def test_a_new_password_takes_the_place_of_the_old_one(accounts: Accounts, clerk: Account) -> None:
    """Whoever is signed in with the old one is known by the account being another."""
    changed = accounts.set_password("a terminal", "CLERK-1", OTHER_WORDS)
    assert accounts.check("clerk-1", WORDS) is None
    assert accounts.check("clerk-1", OTHER_WORDS) == accounts.get("clerk-1") == changed
    assert (changed.name, changed.role) == ("clerk-1", "editor")


def test_every_change_of_password_or_role_makes_another_account(accounts: Accounts, clerk: Account) -> None:
    """Also several within a second, and one that goes back; to have the same name again does not help."""
    accounts.add("a terminal", "attorney", "approver", WORDS)
    seen = [clerk.changed]
    for role in ("approver", "editor"):
        seen.append(accounts.set_role("a terminal", "clerk-1", role).changed)
        seen.append(accounts.set_password("a terminal", "clerk-1", WORDS).changed)
    accounts.remove("a terminal", "clerk-1")
    seen.append(accounts.add("a terminal", "clerk-1", "editor", WORDS).changed)
    assert len({*seen}) == 6 and max(len(changed) for changed in seen) <= 20
    assert accounts.set_role("a terminal", "clerk-1", "editor").changed == seen[-1], "nothing has changed"


def test_the_audit_log_says_who_changed_what_and_no_password(accounts: Accounts) -> None:
    """The role before and after; what was refused or changed nothing is not there."""
    accounts.add("a terminal", "Clerk-1", "editor", WORDS)
    accounts.set_password("boss", "clerk-1", OTHER_WORDS)
    accounts.set_role("boss", "clerk-1", "approver")
    accounts.set_role("boss", "clerk-1", "approver")
    with pytest.raises(AccountError, match=r"'judge' is no role\. Use one of: editor, approver"):
        accounts.set_role("boss", "clerk-1", "judge")
    accounts.add("a terminal", "attorney", "approver", WORDS)
    accounts.remove("boss", "clerk-1")
    assert [one for one in changes(accounts) if one[2] == "clerk-1"] == [
        ("a terminal", "user added", "clerk-1", "null", '"editor"'),
        ("boss", "user password", "clerk-1", '"editor"', '"editor"'),
        ("boss", "user role", "clerk-1", '"editor"', '"approver"'),
        ("boss", "user removed", "clerk-1", '"approver"', "null"),
    ]
    assert accounts.audit.verify().number == 5


def test_without_a_note_nothing_is_changed(accounts: Accounts, clerk: Account) -> None:
    """Both or neither: here the audit log cannot hold what it is given."""
    who: Any = object()
    failing: list[Callable[[], object]] = [
        lambda: accounts.add(who, "clerk-2", "editor", WORDS),
        lambda: accounts.set_password(who, "clerk-1", OTHER_WORDS),
        lambda: accounts.set_role(who, "clerk-1", "approver"),
        lambda: accounts.remove(who, "clerk-1"),
    ]
    for change in failing:
        with pytest.raises(TypeError):
            change()
    assert accounts.list() == [clerk] and accounts.check("clerk-1", WORDS) == clerk
    assert accounts.audit.verify().number == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: accounts.set_password("a terminal", "clerk-2", WORDS),
        lambda accounts: accounts.set_role("a terminal", "clerk-2", "editor"),
        lambda accounts: accounts.remove("a terminal", "clerk-2"),
        lambda accounts: accounts.give_code("boss", "clerk-2"),
        lambda accounts: accounts.rescue("boss", "clerk-2"),
        lambda accounts: accounts.set_contact("boss", "clerk-2", "", ""),
        lambda accounts: accounts.end_sign_ins("boss", "clerk-2"),
    ],
)
def test_an_account_that_is_not_there_cannot_be_changed(
    accounts: Accounts, clerk: Account, change: Callable[[Accounts], object]
) -> None:
    """Which is said."""
    with pytest.raises(AccountError, match=r"There is no account 'clerk-2'\. `kyr users` lists"):
        change(accounts)
    assert accounts.list() == [clerk]


def test_a_removed_account_lets_nobody_in(accounts: Accounts, clerk: Account) -> None:
    """It is not found any more."""
    assert accounts.remove("a terminal", "clerk-1") == clerk
    assert accounts.get("clerk-1") is None and accounts.check("clerk-1", WORDS) is None


def test_accounts_are_listed_by_name(accounts: Accounts, clerk: Account) -> None:
    """All of them."""
    others = [accounts.add("a terminal", name, "approver", WORDS) for name in ("zoning", "attorney")]
    assert accounts.list() == [others[1], clerk, others[0]]


def test_of_two_who_add_the_same_name_at_once_one_does(accounts: Accounts) -> None:
    """The other is told, and the audit log has one entry."""

    def add(role: str) -> str:
        try:
            return accounts.add("a terminal", "clerk-1", role, WORDS).role
        except AccountError as error:
            return str(error)[:30]

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(add, ["editor"] * 4))
    assert said == ["There is an account clerk-1 al"] * 3 + ["editor"]
    assert accounts.audit.verify().number == 1


def test_an_approver_may_do_all_that_an_editor_may() -> None:
    """And not the other way round; who has no role, or one of another program, may do nothing."""
    assert may("approver", "editor") and may("approver", "approver") and may("editor", "editor")
    assert not may("editor", "approver")
    assert not may("", "editor") and not may("judge", "editor")


@pytest.fixture
def approvers(accounts: Accounts) -> list[Account]:
    """Two approvers, who can sign in."""
    return [accounts.add("a terminal", name, "approver", WORDS) for name in ("attorney", "boss")]


def test_a_one_time_code_lets_its_owner_choose_a_password_once(accounts: Accounts) -> None:
    """However it is typed; until then nobody signs in, and afterwards it is worth nothing."""
    account, code = accounts.invite("boss", "Clerk-1", "editor", email="ana@hpca.gov", language="es")
    assert (account.name, account.email, account.language) == ("clerk-1", "ana@hpca.gov", "es")
    assert not account.can_sign_in and accounts.check("clerk-1", "") is None
    assert len(code) == 19 and code.replace("-", "").isalnum()
    assert accounts.holder("clerk-1", code) == account
    set_up = accounts.redeem("CLERK-1", code.lower().replace("-", " "), WORDS)
    assert set_up.can_sign_in and not set_up.code_ends
    assert accounts.check("clerk-1", WORDS) == accounts.get("clerk-1") == set_up
    with pytest.raises(AccountError, match="the code was used already or is older than 24 hours"):
        accounts.redeem("clerk-1", code, OTHER_WORDS)
    assert accounts.check("clerk-1", WORDS) == set_up


def test_a_code_is_worth_nothing_for_others_made_up_or_after_a_day(accounts: Accounts) -> None:
    """And a password that is too easy does not use it up."""
    _, code = accounts.invite("boss", "clerk-1", "editor")
    accounts.invite("boss", "clerk-2", "editor")
    for name, typed in (("clerk-2", code), ("clerk-1", ""), ("clerk-1", "AAAA-AAAA-AAAA-AAAA"), ("", code)):
        with pytest.raises(AccountError, match="do not go together"):
            accounts.redeem(name, typed, WORDS)
    with pytest.raises(AccountError, match="too short"):
        accounts.redeem("clerk-1", code, "short")
    tomorrow = dataclasses.replace(accounts, now=lambda: "2999-01-01T00:00:00Z")
    assert tomorrow.holder("clerk-1", code) is None
    assert accounts.redeem("clerk-1", code, WORDS).has_password


def test_no_code_stands_in_the_database_or_the_audit_log(accounts: Accounts, clerk: Account) -> None:
    """Only a hash of it, and who has made and used it."""
    accounts.add("a terminal", "boss", "approver", WORDS)
    _, code = accounts.give_code("boss", "clerk-1")
    with accounts.database.transaction() as connection:
        rows = str(connection.execute(select(ACCOUNTS)).all())
    assert code not in rows and code.replace("-", "") not in rows
    accounts.redeem("clerk-1", code, OTHER_WORDS)
    noted = changes(accounts)[2:]
    assert noted == [
        ("boss", "one-time code made", "clerk-1", '"editor"', '"editor"'),
        ("clerk-1", "one-time code used", "clerk-1", '"editor"', '"editor"'),
    ]


def test_of_two_who_use_a_code_at_once_one_does(accounts: Accounts) -> None:
    """The other is told that it was used."""
    _, code = accounts.invite("boss", "clerk-1", "editor")

    def use(password: str) -> str:
        try:
            return accounts.redeem("clerk-1", code, password).name
        except AccountError as error:
            return error.message.key

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(use, [WORDS, OTHER_WORDS] * 2))
    assert said == ["clerk-1", "code_wrong", "code_wrong", "code_wrong"]


def test_a_code_for_a_forgotten_password_takes_the_old_one_away(
    accounts: Accounts, clerk: Account, approvers: list[Account]
) -> None:
    """At once; from the terminal the old one stays good beside it."""
    given, _ = accounts.give_code("boss", "clerk-1")
    assert given.changed != clerk.changed and accounts.check("clerk-1", WORDS) is None
    rescued, code = accounts.rescue("root (terminal)", "boss")
    assert rescued.changed != approvers[1].changed and accounts.check("boss", WORDS)
    assert accounts.redeem("boss", code, None).has_password and accounts.check("boss", WORDS)


def test_the_last_approver_stays(accounts: Accounts, clerk: Account, approvers: list[Account]) -> None:
    """Neither removed, made an editor nor without a password; one who was only invited does not count."""
    accounts.remove("boss", "attorney")
    _, code = accounts.invite("boss", "later", "approver")
    taking: list[Callable[[], object]] = [
        lambda: accounts.remove("a terminal", "boss"),
        lambda: accounts.set_role("a terminal", "boss", "editor"),
        lambda: accounts.give_code("a terminal", "boss"),
    ]
    for take in taking:
        with pytest.raises(AccountError, match="boss is the only approver who can sign in"):
            take()
    assert accounts.get("boss") == approvers[1]
    accounts.redeem("later", code, WORDS)
    assert accounts.set_role("a terminal", "boss", "editor").role == "editor"


def test_of_two_approvers_who_remove_each_other_at_once_one_stays(
    accounts: Accounts, approvers: list[Account]
) -> None:
    """In one transaction: removed, made an editor or without a password."""

    def act(take: Callable[[], object]) -> bool:
        try:
            take()
        except AccountError:
            return False
        return True

    both: list[Callable[[], object]] = [
        lambda: accounts.remove("attorney", "boss"),
        lambda: accounts.set_role("boss", "attorney", "editor"),
        lambda: accounts.give_code("boss", "attorney"),
    ]
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(act, both)) == 1
    assert sum(one.role == "approver" and one.can_sign_in for one in accounts.list()) == 1


def test_nobody_removes_changes_or_resets_themselves(accounts: Accounts, approvers: list[Account]) -> None:
    """By mistake; another approver can."""
    own: list[Callable[[], object]] = [
        lambda: accounts.remove("boss", "boss"),
        lambda: accounts.set_role("boss", "boss", "editor"),
        lambda: accounts.give_code("boss", "boss"),
    ]
    for change in own:
        with pytest.raises(AccountError, match="This is your own account"):
            change()
    assert accounts.list() == approvers


def test_an_address_is_written_down_and_not_told(accounts: Accounts, clerk: Account) -> None:
    """The audit log says that there is one, and whether it is another; nobody is signed out by it."""
    changed = accounts.set_contact("boss", "clerk-1", " ana@hpca.gov ", "es")
    assert (changed.email, changed.language, changed.changed) == ("ana@hpca.gov", "es", clerk.changed)
    accounts.set_contact("boss", "clerk-1", "ana@hpca.gov", "es")
    last = changes(accounts)[-1]
    assert last[1:] == (
        "user e-mail",
        "clerk-1",
        '{"email":false,"language":"en"}',
        '{"email":true,"language":"es","other_email":true}',
    )
    assert len(changes(accounts)) == 2
    assert accounts.by_email("ANA@hpca.gov") == changed and accounts.by_email("") is None
    accounts.add("boss", "other", "editor", WORDS, email="ana@HPCA.gov")
    assert accounts.by_email("ana@hpca.gov") is None, "two of them: it is not known who is meant"


@pytest.mark.parametrize(
    "email",
    ["ana", "ana@", "@hpca.gov", "a b@hpca.gov", "ana@hpca.gov\nBcc: x@y.z", "a@b@c", "ana@-x.gov", "ñ@x"],
)
def test_what_is_no_address_is_refused(accounts: Accounts, clerk: Account, email: str) -> None:
    """Also one that would slip something into an e-mail."""
    with pytest.raises(AccountError, match="no e-mail address"):
        accounts.set_contact("boss", "clerk-1", email, "en")
    with pytest.raises(AccountError, match="no language"):
        accounts.set_contact("boss", "clerk-1", "", "fr")
    assert accounts.list() == [clerk]


def test_accounts_of_an_earlier_version_are_as_they_were(make_database: Callable[[], Database]) -> None:
    """Their passwords too; they have no address yet."""
    database = make_database()
    database.version = "0002"
    row = {"name": "clerk-1", "role": "editor", "changed": "x" * 20}
    with database.transaction() as connection:
        values = {**row, "password_hash": bot.database.accounts._HASHER.hash(WORDS)}
        connection.execute(
            text("INSERT INTO accounts VALUES (:name, :role, :password_hash, :changed)"), values
        )
    database.version, database._ready = database.versions[0], None
    accounts = Accounts(database, AuditLog(database))
    clerk = Account("clerk-1", "editor", "x" * 20)
    assert accounts.list() == [clerk] and accounts.check("clerk-1", WORDS) == clerk


def test_the_key_of_an_installation_is_made_once(accounts: Accounts) -> None:
    """Also where several ask for it at once; each use has its own."""
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        keys = set(threads.map(lambda _: accounts.key("device"), range(4)))
    assert len(keys) == 1 and len(keys.pop()) == 32
    assert accounts.key("device") != accounts.key("other")
