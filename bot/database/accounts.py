"""Who may sign in to the console: names, roles, hashes of passwords; each change is in the audit log.

A password is written nowhere, and shown to nobody.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.database.audit import AuditLog, lock
from bot.database.engine import Database
from bot.database.roles import ROLES
from bot.database.tables import ACCOUNTS
from bot.errors import KyrError
from bot.messages import Message

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{1,39}")
_FEWEST_CHARACTERS, _MOST_CHARACTERS = 12, 200
# Some systems send a letter with accents in so many parts, which are put together again.
_MOST_PARTS = 4
_BYTES_OF_A_STAMP = 10

# A check takes 80 ms of one core and 46 MB: with one lane, so that whoever tries passwords leaves the other
# cores to residents.
_HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)


class AccountError(KyrError):
    """Something that cannot be done with an account; the text says why and what to do."""


@dataclass(frozen=True)
class Account:
    """Who may sign in. `changed` is another one after each change of password or role."""

    name: str
    role: str
    changed: str


def may(role: str, needed: str) -> bool:
    """Whether somebody with a role may do what another one is needed for; an unknown role may do nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def account_name(name: str) -> str | None:
    """Return a name as it is kept, in small letters; None where no account can have it."""
    name = name.strip()
    return name.lower() if _NAME.fullmatch(name) else None


@dataclass(frozen=True)
class Accounts:
    """The accounts in a database. Every method raises DatabaseError; `who` makes a change."""

    database: Database
    audit: AuditLog

    def add(self, who: str, name: str, role: str, password: str) -> Account:
        """Add an account; raises AccountError where name, role or password cannot be used."""
        known = account_name(name)
        if known is None:
            raise AccountError(Message("no_account_name", name=name))
        _refuse_role(role)
        hashed = _HASHER.hash(_usable(password, known))
        account = Account(known, role, _stamp())
        with self._changing() as connection:
            if _find(connection, known):
                raise AccountError(Message("account_exists", name=known))
            row = {**dataclasses.asdict(account), "password_hash": hashed}
            connection.execute(insert(ACCOUNTS).values(**row))
            self.audit.append(connection, who, "user added", known, before=None, after=role)
        return account

    def set_password(self, who: str, name: str, password: str) -> Account:
        """Give an account another password; raises AccountError."""
        hashed = _HASHER.hash(_usable(password, account_name(name)))
        with self._changing() as connection:
            account = _existing(connection, name)
            return self._update(connection, who, "user password", account, password_hash=hashed)

    def set_role(self, who: str, name: str, role: str) -> Account:
        """Give an account a role, unless it has that already; raises AccountError."""
        _refuse_role(role)
        with self._changing() as connection:
            account = _existing(connection, name)
            if account.role == role:
                return account
            return self._update(connection, who, "user role", account, role=role)

    def remove(self, who: str, name: str) -> Account:
        """Remove an account and return what it was; raises AccountError."""
        with self._changing() as connection:
            account = _existing(connection, name)
            connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.name == account.name))
            self.audit.append(connection, who, "user removed", account.name, before=account.role, after=None)
        return account

    def get(self, name: str) -> Account | None:
        """Return an account, None where there is none of that name."""
        with self.database.transaction() as connection:
            return _find(connection, name)

    def check(self, name: str, password: str) -> Account | None:
        """Return the account of a name and its password, else None, which takes as long for unknown names."""
        query = select(ACCOUNTS).where(ACCOUNTS.c.name == account_name(name))
        with self.database.transaction() as connection:
            row = connection.execute(query).mappings().first()
        kept = row["password_hash"] if row else _nobodys_hash()
        # A longer one is nobody's, and not worth the work.
        typed = password if len(password) <= _MOST_PARTS * _MOST_CHARACTERS else ""
        try:
            _HASHER.verify(kept, _as_hashed(typed))
        except (VerificationError, InvalidHashError):
            return None
        if row is None:
            return None
        if _HASHER.check_needs_rehash(kept):
            self._replace_hash(row["name"], kept, _HASHER.hash(_as_hashed(typed)))
        return Account(row["name"], row["role"], row["changed"])

    def list(self) -> list[Account]:
        """Return all accounts in the order of their names."""
        query = select(ACCOUNTS.c.name, ACCOUNTS.c.role, ACCOUNTS.c.changed)
        with self.database.transaction() as connection:
            return sorted(
                (Account(*row) for row in connection.execute(query)), key=lambda account: account.name
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
        after = Account(account.name, values.get("role", account.role), _stamp())
        changed = update(ACCOUNTS).where(ACCOUNTS.c.name == account.name)
        connection.execute(changed.values(**values, changed=after.changed))
        self.audit.append(connection, who, action, account.name, before=account.role, after=after.role)
        return after

    def _replace_hash(self, name: str, before: str, after: str) -> None:
        """Keep another hash of the same password, unless somebody has just set another password."""
        kept = update(ACCOUNTS).where(ACCOUNTS.c.name == name, ACCOUNTS.c.password_hash == before)
        with self.database.transaction() as connection:
            connection.execute(kept.values(password_hash=after))


def _find(connection: Connection, name: str) -> Account | None:
    query = select(ACCOUNTS.c.name, ACCOUNTS.c.role, ACCOUNTS.c.changed)
    row = connection.execute(query.where(ACCOUNTS.c.name == account_name(name))).first()
    return Account(*row) if row else None


def _existing(connection: Connection, name: str) -> Account:
    account = _find(connection, name)
    if account is None:
        raise AccountError(Message("no_account", name=name))
    return account


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
