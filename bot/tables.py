"""The tables of the database for staff data, as the newest migration leaves them.

Text and whole numbers only, so that what is kept can go from one kind of database to the other.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

TABLES = MetaData()

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
# Triggers refuse to change or remove an entry (bot/migrations/versions/0001_first.py).
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
