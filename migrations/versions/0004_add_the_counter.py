"""The counter: devices, receipt slips, drafts, interviewers, paper forms, transactions served, quality flags.

`response`, `collector` and `wave` get columns and wider checks. On SQLite a table is made anew for that, and the
trigger of migration 0002, which speaks of `response`, stands aside meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('counted', 'late', 'repeat')"
MONITORED = "ix_response_wave_id_state_collector_id_submitted_at"
STATES_BEFORE = "state IN ('counted', 'late')"

SENTENCE = "This instrument version has responses and cannot change; register a new version."


def upgrade() -> None:
    _set_trigger_aside()
    with op.batch_alter_table("response") as table:
        table.add_column(sa.Column("flags", sa.JSON, nullable=False, server_default="[]"))
        table.drop_constraint("state", type_="check")
        table.create_check_constraint("state", STATES)
        table.drop_index("ix_response_wave_id_state")
        table.create_index(MONITORED, ["wave_id", "state", "collector_id", "submitted_at"])
        table.drop_index("ix_response_collector_id")
        table.create_index("ix_response_collector_id_submitted_at", ["collector_id", "submitted_at"])
        table.create_index("ix_response_device_token_submitted_at", ["device_token", "submitted_at"])
    with op.batch_alter_table("collector") as table:
        table.add_column(sa.Column("target", sa.Integer))
        table.add_column(sa.Column("slips", sa.Boolean, nullable=False, server_default=sa.false()))
        table.create_check_constraint("target", "target >= 0")
    with op.batch_alter_table("wave") as table:
        table.add_column(sa.Column("hours", sa.JSON))
        table.add_column(sa.Column("double_entry", sa.Boolean, nullable=False, server_default=sa.false()))
    _set_trigger_again()
    op.create_table(
        "device",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), nullable=False, index=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("idle_seconds", sa.Integer, nullable=False),
        sa.Column("exit_code_hash", sa.String(255), nullable=False),
        sa.Column("pairing_code_hash", sa.String(64), unique=True),
        sa.Column("pairing_until", MOMENT),
        sa.Column("token_hash", sa.String(64), unique=True),
        sa.Column("paired_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("seen_at", MOMENT),
        sa.Column("queue_length", sa.Integer, nullable=False),
        sa.Column("queue_oldest_at", MOMENT),
        sa.CheckConstraint("queue_length >= 0", name="queue_length"),
        sa.CheckConstraint("idle_seconds >= 15", name="idle_seconds"),
    )
    op.create_table(
        "slip",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), nullable=False),
        sa.Column("sheet", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("response_id", sa.String(36), unique=True),
        sa.Column("used_on", sa.Date),
        sa.UniqueConstraint("collector_id", "sheet", "number"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("lookup", sa.String(64), nullable=False, unique=True),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "interviewer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_table(
        "interview",
        sa.Column("response_id", sa.String(36), primary_key=True),
        sa.Column("interviewer_id", sa.Integer, sa.ForeignKey("interviewer.id"), nullable=False, index=True),
    )
    op.create_table(
        "paper_form",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("response_id", sa.String(36), unique=True),
        sa.UniqueConstraint("collector_id", "number"),
        sa.CheckConstraint("state IN ('entered', 'disagreeing', 'stored')", name="state"),
    )
    op.create_table(
        "paper_entry",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("form_id", sa.Integer, sa.ForeignKey("paper_form.id"), nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.UniqueConstraint("form_id", "entry"),
        sa.CheckConstraint("entry BETWEEN 1 AND 3", name="entry"),
    )
    op.create_table(
        "served",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("transactions", sa.Integer, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.UniqueConstraint("agency_id", "day"),
        sa.CheckConstraint("transactions >= 0", name="transactions"),
    )


def downgrade() -> None:
    for table in (
        "served",
        "paper_entry",
        "paper_form",
        "interview",
        "interviewer",
        "draft",
        "slip",
        "device",
    ):
        op.drop_table(table)
    _set_trigger_aside()
    with op.batch_alter_table("wave") as table:
        table.drop_column("double_entry")
        table.drop_column("hours")
    with op.batch_alter_table("collector") as table:
        table.drop_constraint("target", type_="check")
        table.drop_column("slips")
        table.drop_column("target")
    with op.batch_alter_table("response") as table:
        table.drop_index("ix_response_device_token_submitted_at")
        table.drop_index("ix_response_collector_id_submitted_at")
        table.create_index("ix_response_collector_id", ["collector_id"])
        table.drop_index(MONITORED)
        table.create_index("ix_response_wave_id_state", ["wave_id", "state"])
        table.drop_constraint("state", type_="check")
        table.create_check_constraint("state", STATES_BEFORE)
        table.drop_column("flags")
    _set_trigger_again()


def _set_trigger_aside() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER instrument_version_frozen")


def _set_trigger_again() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"""
            CREATE TRIGGER instrument_version_frozen BEFORE UPDATE ON instrument_version
            WHEN EXISTS (SELECT 1 FROM response WHERE instrument_version_id = OLD.id)
            BEGIN
                SELECT RAISE(ABORT, '{SENTENCE}');
            END
        """)
