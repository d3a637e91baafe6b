"""Accounts with e-mail, language, one-time codes and the city's sign-in; keys; e-mails that were sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns and tables; nobody has anything of it yet."""
    for name, kind in (
        ("email", sa.String(254)),
        ("language", sa.String(8)),
        ("code_hash", sa.String(64)),
        ("code_ends", sa.String(20)),
        ("subject", sa.Text),
    ):
        op.add_column("accounts", sa.Column(name, kind, nullable=False, server_default=""))
    op.create_table(
        "keys",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "reminders",
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("time", sa.String(20), nullable=False),
        sa.Column("problem", sa.String(40), nullable=False),
    )
