"""Releases: which results of a wave were published, where they lie, and their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("folder", sa.String(255), nullable=False),
        sa.Column("results_sha256", sa.String(64), nullable=False),
        sa.Column("snapshot_sha256", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.UniqueConstraint("wave_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
    )


def downgrade() -> None:
    op.drop_table("release")
