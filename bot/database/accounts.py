"""Who may sign in to the console: names, roles, hashes of passwords; each change is in the audit log.

A password is written nowhere, and shown to nobody. A one-time code, by which somebody chooses their own, is
shown once to whoever makes it and kept as a hash. There is always an approver who can sign in.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.clock import utc_now
from bot.database.audit import AuditLog, lock
from bot.database.engine import Database
from bot.database.roles import ROLES
from bot.database.tables import ACCOUNTS, KEYS
from bot.errors import KyrError
from bot.messages import Message
from bot.text.language import LANGUAGES

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{1,39}")
_FEWEST_CHARACTERS, _MOST_CHARACTERS = 12, 200
# Some systems send a letter with accents in so many parts, which are put together again.
_MOST_PARTS = 4
_BYTES_OF_A_STAMP = 10
# One address alone, as it is written on a form.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?")
# Without letters and digits that are taken for each other: 16 of these are 80 bits.
_CODE_SIGNS, _CODE_LENGTH, _CODE_GROUP = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16, 4
HOURS_OF_A_CODE = 24

# A check takes 80 ms of one core and 46 MB: with one lane, so that whoever tries passwords leaves the other
# cores to residents.
_HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)


class AccountError(KyrError):
    """Something that cannot be done with an account; the text says why and what to do."""


@dataclass(frozen=True)
class Account:
    """Who may sign in. `changed` is another one after each change of password or role.

    `email` and `language` ("en" or "es") are for reminders, and empty where nobody has said. `code_ends` is
    until when (UTC) a one-time code is good, empty where there is none. Whoever has neither chosen a password
    nor connected the account with the city's sign-in cannot sign in yet.
    """

    name: str
    role: str
    changed: str
    email: str = ""
    language: str = ""
    code_ends: str = ""
    has_password: bool = True
    connected: bool = False

    @property
    def can_sign_in(self) -> bool:
        """Whether there is a way to sign in with it, other than a one-time code."""
        return self.has_password or self.connected


def may(role: str, needed: str) -> bool:
    """Whether somebody with a role may do what another one is needed for; an unknown role may do nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def account_name(name: str) -> str | None:
    """Return a name as it is kept, in small letters; None where no account can have it."""
    name = name.strip()
    return name.lower() if _NAME.fullmatch(name) else None


@dataclass(frozen=True)
class Accounts:
    """The accounts in a database. Every method raises DatabaseError; `who` makes a change.

    `now` gives the moment in UTC, as the audit log writes it.
    """

    database: Database
    audit: AuditLog
    now: Callable[[], str] = field(default=utc_now)

    def add(
        self, who: str, name: str, role: str, password: str, *, email: str = "", language: str = ""
    ) -> Account:
        """Add an account; raises AccountError where a name, role, password or address cannot be used."""
        known = _usable_name(name)
        _refuse_role(role)
        hashed = _HASHER.hash(_usable(password, known))
        return self._add(who, known, role, password_hash=hashed, email=email, language=language)

    def invite(
        self, who: str, name: str, role: str, *, email: str = "", language: str = ""
    ) -> tuple[Account, str]:
        """Add an account without a password; return it and the one-time code. Raises AccountError."""
        known = _usable_name(name)
        _refuse_role(role)
        code = _new_code()
        return self._add(who, known, role, email=email, language=language, **self._kept(code)), code

    def _add(self, who: str, name: str, role: str, *, email: str, language: str, **values: str) -> Account:
        row = {"password_hash": "", "email": _usable_email(email), "language": _usable_language(language)}
        with self._changing() as connection:
            if _find(connection, name):
                raise AccountError(Message("account_exists", name=name))
            row |= {"name": name, "role": role, "changed": _stamp(), **values}
            connection.execute(insert(ACCOUNTS).values(**row))
            self.audit.append(connection, who, "user added", name, before=None, after=role)
            return _existing(connection, name)

    def set_password(self, who: str, name: str, password: str) -> Account:
        """Give an account another password, in the place of a one-time code, too; raises AccountError."""
        hashed = _HASHER.hash(_usable(password, account_name(name)))
        with self._changing() as connection:
            account = _existing(connection, name)
            values = {"password_hash": hashed, "code_hash": "", "code_ends": ""}
            return self._update(connection, who, "user password", account, **values)

    def give_code(self, who: str, name: str) -> tuple[Account, str]:
        """Take the password of an account away; return it and a one-time code to choose another.

        Nobody gives a code to themselves, nor to the last approver who can sign in. Raises AccountError.
        """
        code = _new_code()
        with self._changing() as connection:
            account = _existing(connection, name)
            _refuse_own(who, account)
            _keep_an_approver(connection, account)
            values = {"password_hash": "", "subject": "", **self._kept(code)}
            return self._update(connection, who, "one-time code made", account, **values), code

    def rescue(self, who: str, name: str) -> tuple[Account, str]:
        """Return an account and a one-time code for it, beside its password, for whoever is at the terminal.

        Raises AccountError.
        """
        code = _new_code()
        with self._changing() as connection:
            account = _existing(connection, name)
            return self._update(connection, who, "one-time code made", account, **self._kept(code)), code

    def holder(self, name: str, code: str) -> Account | None:
        """Return the account that a one-time code is for, None where it is wrong, used or too old."""
        with self.database.transaction() as connection:
            return self._holder(connection, name, code)

    def redeem(self, name: str, code: str, password: str | None) -> Account:
        """Use a one-time code up: give its account a password where there is one; return the account.

        Raises AccountError where the code is wrong, used or too old, or the password too easy.
        """
        if self.holder(name, code) is None:
            raise AccountError(Message("code_wrong", hours=HOURS_OF_A_CODE))
        values = {"code_hash": "", "code_ends": ""}
        if password is not None:
            values["password_hash"] = _HASHER.hash(_usable(password, account_name(name)))
        with self._changing() as connection:
            # Asked again: of two who use it at once, one does.
            account = self._holder(connection, name, code)
            if account is None:
                raise AccountError(Message("code_wrong", hours=HOURS_OF_A_CODE))
            return self._update(connection, account.name, "one-time code used", account, **values)

    def _holder(self, connection: Connection, name: str, code: str) -> Account | None:
        query = _ACCOUNT_QUERY.where(
            ACCOUNTS.c.name == account_name(name),
            ACCOUNTS.c.code_hash == _code_hash(code),
            ACCOUNTS.c.code_ends > self.now(),
        )
        row = connection.execute(query).first()
        return _account(row) if row else None

    def _kept(self, code: str) -> dict[str, str]:
        ends = datetime.datetime.fromisoformat(self.now().removesuffix("Z"))
        ends += datetime.timedelta(hours=HOURS_OF_A_CODE)
        return {"code_hash": _code_hash(code), "code_ends": f"{ends.isoformat(timespec='seconds')}Z"}

    def set_role(self, who: str, name: str, role: str) -> Account:
        """Give an account a role, unless it has that already; not one's own, nor the last approver.

        Raises AccountError.
        """
        _refuse_role(role)
        with self._changing() as connection:
            account = _existing(connection, name)
            if account.role == role:
                return account
            _refuse_own(who, account)
            if account.role == ROLES[-1]:
                _keep_an_approver(connection, account)
            return self._update(connection, who, "user role", account, role=role)

    def set_contact(self, who: str, name: str, email: str, language: str) -> Account:
        """Write down where reminders go, and in which language; raises AccountError.

        The audit log says of the address only whether there is one, and that it is another.
        """
        values = {"email": _usable_email(email), "language": _usable_language(language)}
        with self._changing() as connection:
            account = _existing(connection, name)
            if values == {"email": account.email, "language": account.language}:
                return account
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == account.name).values(**values))
            after = _existing(connection, name)
            noted = [{"email": bool(one.email), "language": one.language or "en"} for one in (account, after)]
            noted[1]["other_email"] = account.email != after.email
            self.audit.append(connection, who, "user e-mail", account.name, before=noted[0], after=noted[1])
            return after

    def remove(self, who: str, name: str) -> Account:
        """Remove an account and return what it was; not one's own, nor the last approver.

        Raises AccountError.
        """
        with self._changing() as connection:
            account = _existing(connection, name)
            _refuse_own(who, account)
            _keep_an_approver(connection, account)
            connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.name == account.name))
            self.audit.append(connection, who, "user removed", account.name, before=account.role, after=None)
        return account

    def end_sign_ins(self, who: str, name: str) -> Account:
        """Make whoever is signed in with an account sign in again; raises AccountError."""
        with self._changing() as connection:
            return self._update(connection, who, "user signed out", _existing(connection, name))

    def of_subject(self, subject: str) -> Account | None:
        """Return the account that is connected with somebody at the city's sign-in."""
        with self.database.transaction() as connection:
            row = connection.execute(_ACCOUNT_QUERY.where(ACCOUNTS.c.subject == subject)).first()
        return _account(row) if subject and row else None

    def connect(self, account: Account, subject: str) -> Account:
        """Connect an account with somebody at the city's sign-in.

        Raises AccountError where it has changed meanwhile, or one of both is connected otherwise.
        """
        with self._changing() as connection:
            now = _find(connection, account.name)
            taken = connection.execute(select(ACCOUNTS.c.name).where(ACCOUNTS.c.subject == subject)).first()
            if now is None or now.changed != account.changed or now.connected or taken:
                raise AccountError(Message("connected_otherwise"))
            values = update(ACCOUNTS).where(ACCOUNTS.c.name == account.name).values(subject=subject)
            connection.execute(values)
            self.audit.append(
                connection, account.name, "user connected", account.name, before=None, after=None
            )
            return _existing(connection, account.name)

    def by_email(self, email: str) -> Account | None:
        """Return the one account with an address, None where there is none, or more than one."""
        wanted = email.strip().casefold()
        found = [one for one in self.list() if wanted and one.email.casefold() == wanted]
        return found[0] if len(found) == 1 else None

    def key(self, name: str) -> bytes:
        """Return a random key of this installation, which is made where there is none yet."""
        query = select(KEYS.c.value).where(KEYS.c.name == name)
        with self.database.transaction() as connection:
            lock(connection)
            kept = connection.execute(query).scalar()
            if kept is None:
                kept = secrets.token_hex(32)
                connection.execute(insert(KEYS).values(name=name, value=kept))
        return bytes.fromhex(kept)

    def get(self, name: str) -> Account | None:
        """Return an account, None where there is none of that name."""
        with self.database.transaction() as connection:
            return _find(connection, name)

    def check(self, name: str, password: str) -> Account | None:
        """Return the account of a name and its password, else None, which takes as long for unknown names."""
        query = select(ACCOUNTS).where(ACCOUNTS.c.name == account_name(name))
        with self.database.transaction() as connection:
            row = connection.execute(query).mappings().first()
        kept = (row and row["password_hash"]) or _nobodys_hash()
        # A longer one is nobody's, and not worth the work.
        typed = password if len(password) <= _MOST_PARTS * _MOST_CHARACTERS else ""
        try:
            _HASHER.verify(kept, _as_hashed(typed))
        except (VerificationError, InvalidHashError):
            return None
        if row is None or not row["password_hash"]:
            return None
        if _HASHER.check_needs_rehash(kept):
            self._replace_hash(row["name"], kept, _HASHER.hash(_as_hashed(typed)))
        return _account(row)

    def list(self) -> list[Account]:
        """Return all accounts in the order of their names."""
        with self.database.transaction() as connection:
            return sorted(
                (_account(row) for row in connection.execute(_ACCOUNT_QUERY)),
                key=lambda account: account.name,
            )

    @contextlib.contextmanager
    def _changing(self) -> Iterator[Connection]:
        """Make a change together with its note in the audit log: both, or neither."""
        with self.database.transaction() as connection:
            # Of two who add the same name at once, one waits here and then sees it.
            lock(connection)
            yield connection
        self.audit.keep_head()

    def _update(
        self, connection: Connection, who: str, action: str, account: Account, **values: str
    ) -> Account:
        changed = update(ACCOUNTS).where(ACCOUNTS.c.name == account.name)
        connection.execute(changed.values(**values, changed=_stamp()))
        after = _existing(connection, account.name)
        self.audit.append(connection, who, action, account.name, before=account.role, after=after.role)
        return after

    def _replace_hash(self, name: str, before: str, after: str) -> None:
        """Keep another hash of the same password, unless somebody has just set another password."""
        kept = update(ACCOUNTS).where(ACCOUNTS.c.name == name, ACCOUNTS.c.password_hash == before)
        with self.database.transaction() as connection:
            connection.execute(kept.values(password_hash=after))


_ACCOUNT_QUERY = select(ACCOUNTS)


def _account(row: Row | Mapping[str, Any]) -> Account:
    kept = dict(row) if isinstance(row, Mapping) else dict(row._mapping)
    shown = {name: kept[name] for name in ("name", "role", "changed", "email", "language", "code_ends")}
    return Account(**shown, has_password=bool(kept["password_hash"]), connected=bool(kept["subject"]))


def _find(connection: Connection, name: str) -> Account | None:
    row = connection.execute(_ACCOUNT_QUERY.where(ACCOUNTS.c.name == account_name(name))).first()
    return _account(row) if row else None


def _existing(connection: Connection, name: str) -> Account:
    account = _find(connection, name)
    if account is None:
        raise AccountError(Message("no_account", name=name))
    return account


def _keep_an_approver(connection: Connection, but: Account) -> None:
    """Raise AccountError where without one account no approver could sign in any more."""
    others = select(ACCOUNTS).where(ACCOUNTS.c.role == ROLES[-1], ACCOUNTS.c.name != but.name)
    if but.role == ROLES[-1] and not any(_account(row).can_sign_in for row in connection.execute(others)):
        raise AccountError(Message("last_approver", name=but.name))


def _refuse_own(who: str, account: Account) -> None:
    # At the terminal somebody else is at work, whatever their name is there.
    if who == account.name:
        raise AccountError(Message("own_account"))


def _usable_name(name: str) -> str:
    known = account_name(name)
    if known is None:
        raise AccountError(Message("no_account_name", name=name))
    return known


def _usable_email(email: str) -> str:
    email = email.strip()
    if email and not _EMAIL.fullmatch(email):
        raise AccountError(Message("no_email"))
    return email


def _usable_language(language: str) -> str:
    if language and language not in LANGUAGES:
        raise AccountError(Message("no_language", language=language))
    return language


def _new_code() -> str:
    """Return a one-time code as it is written down: "K7QX-3MPD-9TRA-WZ4F"."""
    signs = [secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH)]
    return "-".join("".join(signs[at : at + _CODE_GROUP]) for at in range(0, _CODE_LENGTH, _CODE_GROUP))


def _code_hash(code: str) -> str:
    """Return what is kept of a code, however it is typed; a quick hash: nobody guesses 80 bits."""
    typed = "".join(sign for sign in code[:100].upper() if sign in _CODE_SIGNS)
    return hashlib.sha256(typed.encode()).hexdigest()


def _refuse_role(role: str) -> None:
    if role not in ROLES:
        raise AccountError(Message("no_role", role=role, roles=", ".join(ROLES)))


def _usable(password: str, name: str | None) -> bytes:
    """Return a new password as it is hashed; raises AccountError where it is too easy, or no text."""
    normal = _normal(password)
    if any(unicodedata.category(sign) == "Cs" for sign in normal):
        raise AccountError(Message("password_not_utf8"))
    if len(normal) < _FEWEST_CHARACTERS:
        raise AccountError(Message("password_too_short", length=len(normal), fewest=_FEWEST_CHARACTERS))
    if len(normal) > _MOST_CHARACTERS:
        raise AccountError(Message("password_too_long", length=len(normal), most=_MOST_CHARACTERS))
    if name is not None and name in normal.casefold():
        raise AccountError(Message("password_has_name", name=name))
    if len(set(normal.casefold())) == 1:
        raise AccountError(Message("password_one_character"))
    return _as_hashed(password)


def _normal(password: str) -> str:
    """Return a password in the one form that all keyboards and systems come to ("ñ" has two)."""
    return unicodedata.normalize("NFKC", password)


def _as_hashed(password: str) -> bytes:
    return _normal(password).encode(errors="surrogatepass")


def _stamp() -> str:
    return secrets.token_hex(_BYTES_OF_A_STAMP)


def _nobodys_hash() -> str:
    """Return a hash that no known password has, as costly to check as those that are kept."""
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
