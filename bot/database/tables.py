"""The tables of the database for staff data, as the newest migration leaves them.

Text and whole numbers only, so that what is kept can go from one kind of database to the other.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

TABLES = MetaData()
# Who may sign in to the console: not among those that backups hold, since they travel.
ACCOUNT_TABLES = MetaData()

# Without row numbers (SQLite), which would tell in what order questions came.
REVIEW_QUEUE = Table(
    "review_queue",
    TABLES,
    Column("week", String(10), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("reason", String(16), primary_key=True),
    Column("topic", String(100), primary_key=True),
    Column("text", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
FEEDBACK = Table(
    "feedback",
    TABLES,
    Column("week", String(10), primary_key=True),
    Column("topic", String(100), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("helpful", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
# Triggers refuse to change or remove an entry (bot/database/migrations/versions/0001_first.py).
AUDIT_LOG = Table(
    "audit_log",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("time", String(20), nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
# How often the assistant was used: each figure by itself, so that no two can be put together to tell of one
# person. `kind` is "topic", "language", "channel" or "outcome".
USAGE = Table(
    "usage",
    TABLES,
    Column("week", String(10), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", String(100), primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
ACCOUNTS = Table(
    "accounts",
    ACCOUNT_TABLES,
    Column("name", String(40), primary_key=True),
    Column("role", String(16), nullable=False),
    # Empty where somebody has not chosen a password yet, or has lost it.
    Column("password_hash", Text, nullable=False),
    # Changes with the password, so that whoever is signed in with an earlier one no longer is.
    Column("changed", String(20), nullable=False),
    # Where reminders go, and in which language; empty where nobody has said.
    Column("email", String(254), nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default=""),
    # Of a code that lets its owner choose a password once, and until when.
    Column("code_hash", String(64), nullable=False, server_default=""),
    Column("code_ends", String(20), nullable=False, server_default=""),
    # Who this is at the city's own sign-in: its address, a space, and its name for the person.
    Column("subject", Text, nullable=False, server_default=""),
)
# Random keys of this installation, by what they are for.
KEYS = Table(
    "keys",
    ACCOUNT_TABLES,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
# To whom the e-mail of a week went, so that no restart and no second process sends it again.
REMINDERS = Table(
    "reminders",
    ACCOUNT_TABLES,
    Column("week", String(10), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("time", String(20), nullable=False),
    # The key of what was wrong (bot/staff/messages.yml), empty where nothing was.
    Column("problem", String(40), nullable=False),
)
