"""Staff surveys: head counts, invitations, signing keys, the promise, and the switch that turns one way.

From the first invitation used or response stored, `anonymous`, `threshold` and `crossed` of a wave can only be
tightened, whoever tries: a trigger on each database. On SQLite a batch change of `wave` makes the table anew and
loses it, so such a migration has to make it again; one of `response` or `invitation` has to set it aside.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SENTENCE = (
    "Answers were given under this promise: anonymity, threshold and crossed items can only be tightened."
)


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("text", sa.JSON, nullable=False),
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version >= 1", name="version"),
    )
    with op.batch_alter_table("wave") as table:
        table.add_column(sa.Column("anonymous", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("crossed", sa.JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("promise_id", sa.Integer))
        table.add_column(sa.Column("retain_until", sa.Date))
        table.create_foreign_key("fk_wave_promise_id", "promise", ["promise_id"], ["id"])
        table.create_check_constraint("anonymous_threshold", "NOT anonymous OR threshold >= 5")
    op.create_table(
        "head_count",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("heads", sa.Integer, nullable=False),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), index=True),
        sa.UniqueConstraint("wave_id", "agency_id"),
        sa.CheckConstraint("heads >= 0", name="heads"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("blinded_hash", sa.String(64)),
        sa.Column("used_on", sa.Date),
        sa.Column("sent_on", sa.Date),
        sa.Column("reminded_on", sa.Date),
        sa.UniqueConstraint("collector_id", "number"),
        sa.CheckConstraint("state IN ('unused', 'used', 'revoked')", name="state"),
        sa.CheckConstraint("(state = 'used') = (blinded_hash IS NOT NULL)", name="used_once"),
    )
    op.create_table(
        "contact",
        sa.Column(
            "invitation_id", sa.Integer, sa.ForeignKey("invitation.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("address", sa.String(255), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "signing_key",
        sa.Column(
            "collector_id", sa.Integer, sa.ForeignKey("collector.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "comment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("struck", sa.Integer, nullable=False),
    )
    op.create_table(
        "destruction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False, index=True),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # The planner's statistics keep samples of values, which outlive the rows: of these columns none are taken.
        for table, column in (("contact", "address"), ("contact", "token"), ("comment", "text")):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
    _add_switch()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER wave_switch")
    else:
        op.execute("DROP TRIGGER wave_switch ON wave")
        op.execute("DROP FUNCTION refuse_loosening_of_wave()")
    for table in ("destruction", "comment", "signing_key", "contact", "invitation", "head_count"):
        op.drop_table(table)
    with op.batch_alter_table("wave") as table:
        table.drop_constraint("anonymous_threshold", type_="check")
        table.drop_constraint("fk_wave_promise_id", type_="foreignkey")
        table.drop_column("retain_until")
        table.drop_column("promise_id")
        table.drop_column("crossed")
        table.drop_column("anonymous")
    op.drop_table("promise")


def _add_switch() -> None:
    answered = """
        EXISTS (SELECT 1 FROM response WHERE wave_id = OLD.id)
        OR EXISTS (SELECT 1 FROM invitation WHERE wave_id = OLD.id AND state = 'used')
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"""
            CREATE TRIGGER wave_switch BEFORE UPDATE ON wave
            WHEN ((OLD.anonymous AND NOT NEW.anonymous) OR NEW.threshold < OLD.threshold
                OR EXISTS (SELECT 1 FROM json_each(NEW.crossed)
                    WHERE value NOT IN (SELECT value FROM json_each(OLD.crossed))))
                AND ({answered})
            BEGIN
                SELECT RAISE(ABORT, '{SENTENCE}');
            END
        """)
        return
    op.execute(f"""
        CREATE FUNCTION refuse_loosening_of_wave() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF ((OLD.anonymous AND NOT NEW.anonymous) OR NEW.threshold < OLD.threshold
                OR NOT (NEW.crossed::jsonb <@ OLD.crossed::jsonb)) AND ({answered}) THEN
                RAISE EXCEPTION '{SENTENCE}';
            END IF;
            RETURN NEW;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER wave_switch BEFORE UPDATE ON wave
        FOR EACH ROW EXECUTE FUNCTION refuse_loosening_of_wave()
    """)
