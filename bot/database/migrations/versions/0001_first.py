"""The review queue, the counts of feedback, and the audit log, which refuses to be changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TRIGGERS = {
    "sqlite": (
        *(
            f"CREATE TRIGGER audit_log_{change} BEFORE {change} ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END"
            for change in ("UPDATE", "DELETE")
        ),
        # Also because "INSERT OR REPLACE" would remove an entry without asking the ones above.
        "CREATE TRIGGER audit_log_insert BEFORE INSERT ON audit_log "
        "WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_log) "
        "BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log can only be added to'; END $$",
        "CREATE TRIGGER audit_log_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()",
        "CREATE FUNCTION audit_log_refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_log) THEN "
        "RAISE EXCEPTION 'the audit log can only be added to'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER audit_log_insert BEFORE INSERT ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION audit_log_refuse_gap()",
    ),
}


def upgrade() -> None:
    """Make the tables and triggers."""
    op.create_table(
        "review_queue",
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("language", sa.String(8), primary_key=True),
        sa.Column("reason", sa.String(16), primary_key=True),
        sa.Column("topic", sa.String(100), primary_key=True),
        sa.Column("text", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback",
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("topic", sa.String(100), primary_key=True),
        sa.Column("language", sa.String(8), primary_key=True),
        sa.Column("helpful", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_log",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("time", sa.String(20), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
