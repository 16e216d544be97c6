"""The first tables: agencies, instruments, surveys, waves, collectors, the sample, responses, accounts.

Constraints get their names from the convention of `app.extensions.Base`, which therefore never changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PERIOD = "valid_to IS NULL OR valid_to > valid_from"
MODES = "mode IN ('kiosk', 'qr', 'invitation', 'interviewer', 'paper', 'import')"


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("merged_into_id", sa.Integer, sa.ForeignKey("agency.id"), index=True),
        sa.CheckConstraint(
            "kind IN ('country', 'ministry', 'province', 'district', 'commune', 'ward', 'special_zone',"
            " 'department', 'service_centre', 'service_point', 'unit')",
            name="kind",
        ),
        sa.CheckConstraint(PERIOD, name="period"),
    )
    op.create_table(
        "agency_name",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.UniqueConstraint("agency_id", "language", "valid_from"),
        sa.CheckConstraint(PERIOD, name="period"),
    )
    op.create_table(
        "agency_parent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False, index=True),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.UniqueConstraint("agency_id", "valid_from"),
        sa.CheckConstraint(PERIOD, name="period"),
        sa.CheckConstraint("agency_id <> parent_id", name="not_itself"),
    )
    op.create_table(
        "instrument_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version >= 1", name="version"),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("title", sa.JSON, nullable=False),
    )
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("survey_id", sa.Integer, sa.ForeignKey("survey.id"), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("title", sa.JSON, nullable=False),
        sa.Column(
            "instrument_version_id",
            sa.Integer,
            sa.ForeignKey("instrument_version.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("tree_date", sa.Date, nullable=False),
        sa.Column("wave_kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opens_at", MOMENT),
        sa.Column("closes_at", MOMENT),
        sa.Column("late_until", MOMENT),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("layout", sa.String(16), nullable=False),
        sa.Column("threshold", sa.Integer, nullable=False),
        sa.Column("level", sa.Double, nullable=False),
        sa.Column("combine", sa.String(16), nullable=False),
        sa.Column("frozen_at", MOMENT),
        sa.Column("snapshot_path", sa.String(255)),
        sa.Column("snapshot_sha256", sa.String(64)),
        sa.Column("snapshot_rows", sa.Integer),
        sa.UniqueConstraint("survey_id", "code"),
        sa.CheckConstraint("wave_kind IN ('probability', 'census', 'volunteer')", name="wave_kind"),
        sa.CheckConstraint("state IN ('planned', 'open', 'closed')", name="state"),
        sa.CheckConstraint("layout IN ('one_page', 'sections')", name="layout"),
        sa.CheckConstraint("combine IN ('pooled', 'population', 'equal')", name="combine"),
        sa.CheckConstraint("threshold >= 1", name="threshold"),
        sa.CheckConstraint("level > 0 AND level < 1", name="level"),
        sa.CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        sa.CheckConstraint("late_until >= closes_at", name="late_after_close"),
        sa.CheckConstraint("state <> 'closed' OR late_until IS NOT NULL", name="closed_has_late_until"),
        sa.CheckConstraint("frozen_at IS NULL OR state = 'closed'", name="frozen_is_closed"),
        sa.CheckConstraint("snapshot_sha256 IS NULL OR frozen_at IS NOT NULL", name="snapshot_is_frozen"),
        sa.CheckConstraint(
            "(snapshot_path IS NULL) = (snapshot_sha256 IS NULL)"
            " AND (snapshot_rows IS NULL) = (snapshot_sha256 IS NULL)",
            name="snapshot_whole",
        ),
    )
    op.create_table(
        "collector",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False, index=True),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("day", sa.Date),
        sa.UniqueConstraint("wave_id", "number"),
        sa.CheckConstraint(MODES, name="mode"),
        sa.CheckConstraint("state IN ('open', 'revoked')", name="state"),
        sa.CheckConstraint("number >= 1", name="number"),
    )
    op.create_table(
        "sample_point",
        sa.Column(
            "collector_id", sa.Integer, sa.ForeignKey("collector.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("stratum", sa.String(64)),
        sa.Column("clusters", sa.JSON, nullable=False),
        sa.Column("fpc", sa.JSON, nullable=False),
        sa.Column("base_weight", sa.Double, nullable=False),
        sa.CheckConstraint("base_weight > 0", name="base_weight"),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("response_id", sa.String(36), nullable=False, unique=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("collector_id", sa.Integer, sa.ForeignKey("collector.id"), nullable=False, index=True),
        sa.Column(
            "instrument_version_id", sa.Integer, sa.ForeignKey("instrument_version.id"), nullable=False
        ),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("answers_sha256", sa.String(64), nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("submitted_at", MOMENT),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("device_token", sa.String(64)),
        sa.Index(None, "wave_id", "state"),
        sa.CheckConstraint(MODES, name="mode"),
        sa.CheckConstraint("state IN ('counted', 'late')", name="state"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(255), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "user_account",
        "response",
        "sample_point",
        "collector",
        "wave",
        "survey",
        "instrument_version",
        "agency_parent",
        "agency_name",
        "agency",
    ):
        op.drop_table(table)
