"""The evaluator's desk: roles, sessions and tokens, the audit chain, jobs, runs, keys, sign-offs, comment themes.

Whoever had an account could do everything: each gets the survey office's and the evaluator's role over the whole
tree, and the oldest account the administrator's, so that nobody is locked out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ROLES = "role IN ('administrator', 'survey_office', 'evaluator', 'agency_reader', 'counter')"
SENTENCE = "The audit log is only added to; no line of it can be changed or removed."

TABLES = (
    "comment_coding",
    "comment_theme",
    "improvement_line",
    "sign_off",
    "release_key",
    "upload",
    "job",
    "audit_entry",
    "api_token",
    "account_token",
    "user_session",
    "role_grant",
)


def upgrade() -> None:
    _accounts()
    _desk()
    _results()
    _themes()
    _add_refusal()


def downgrade() -> None:
    _drop_refusal()
    with op.batch_alter_table("release") as table:
        table.drop_constraint("uq_release_run_id", type_="unique")
        table.drop_constraint("fk_release_run_id", type_="foreignkey")
        for column in ("run_id", "public", "key_id"):
            table.drop_column(column)
    for table in TABLES:
        op.drop_table(table)
    op.drop_table("estimation_run")
    op.execute("UPDATE user_account SET password_hash = '' WHERE password_hash IS NULL")
    with op.batch_alter_table("user_account") as table:
        table.drop_constraint("uq_user_account_oidc_issuer_oidc_subject", type_="unique")
        table.alter_column("password_hash", existing_type=sa.String(255), nullable=False)
        for column in ("totp_secret", "totp_step", "recovery_codes", "oidc_issuer", "oidc_subject"):
            table.drop_column(column)


def _accounts() -> None:
    with op.batch_alter_table("user_account") as table:
        table.alter_column("password_hash", existing_type=sa.String(255), nullable=True)
        table.add_column(sa.Column("totp_secret", sa.LargeBinary))
        table.add_column(sa.Column("totp_step", sa.Integer))
        table.add_column(sa.Column("recovery_codes", sa.JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("oidc_issuer", sa.String(255)))
        table.add_column(sa.Column("oidc_subject", sa.String(255)))
        table.create_unique_constraint(
            "uq_user_account_oidc_issuer_oidc_subject", ["oidc_issuer", "oidc_subject"]
        )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), index=True),
        sa.CheckConstraint(ROLES, name="role"),
        sa.UniqueConstraint("user_id", "role", "agency_id"),
    )
    for role in ("survey_office", "evaluator"):
        op.execute(
            f"INSERT INTO role_grant (user_id, role) SELECT id, '{role}' FROM user_account ORDER BY id"
        )
    op.execute(
        "INSERT INTO role_grant (user_id, role)"
        " SELECT id, 'administrator' FROM user_account ORDER BY id LIMIT 1"
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("browser", sa.String(255), nullable=False),
    )
    op.create_table(
        "account_token",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False, index=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.CheckConstraint("purpose IN ('welcome', 'reset')", name="purpose"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False, index=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("used_on", sa.Date),
    )


def _desk() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False, index=True),
        sa.Column("action", sa.String(64), nullable=False, index=True),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("number >= 1", name="number"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), index=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT),
        sa.Column("beat_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state"),
        sa.CheckConstraint("done >= 0", name="done"),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )


def _results() -> None:
    op.create_table(
        "estimation_run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("folder", sa.String(255), nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("results_sha256", sa.String(64), nullable=False),
        sa.Column("snapshot_path", sa.String(255), nullable=False),
        sa.Column("snapshot_sha256", sa.String(64), nullable=False),
        sa.Column("instrument_sha256", sa.String(64), nullable=False),
        sa.Column("design_sha256", sa.String(64), nullable=False),
        sa.Column("options_sha256", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_by_id", sa.Integer, sa.ForeignKey("user_account.id")),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer, sa.ForeignKey("user_account.id")),
        sa.Column("decided_at", MOMENT),
        sa.Column("remark", sa.Text, nullable=False),
        sa.UniqueConstraint("wave_id", "number"),
        sa.CheckConstraint("state IN ('estimated', 'released', 'rejected')", name="state"),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint(
            "state <> 'released' OR decided_by_id IS NULL OR decided_by_id <> made_by_id", name="two"
        ),
    )
    with op.batch_alter_table("release") as table:
        table.add_column(
            sa.Column("run_id", sa.Integer, sa.ForeignKey("estimation_run.id", name="fk_release_run_id"))
        )
        table.add_column(sa.Column("public", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("key_id", sa.String(64)))
        table.create_unique_constraint("uq_release_run_id", ["run_id"])
    op.create_table(
        "release_key",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_id", sa.String(64), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT),
    )
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release_id", sa.Integer, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False, index=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("signed_name", sa.String(255), nullable=False),
        sa.Column("position", sa.String(255), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("release_id", "agency_id"),
    )
    op.create_table(
        "improvement_line",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release_id", sa.Integer, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agency.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("item", sa.String(64)),
        sa.UniqueConstraint("release_id", "agency_id", "number"),
        sa.CheckConstraint("state IN ('planned', 'under_way', 'done')", name="state"),
    )


def _themes() -> None:
    op.create_table(
        "comment_theme",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wave_id", sa.Integer, sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("label", sa.JSON, nullable=False),
        sa.UniqueConstraint("wave_id", "code"),
    )
    op.create_table(
        "comment_coding",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("theme_id", sa.Integer, sa.ForeignKey("comment_theme.id"), nullable=False),
        sa.Column("response_id", sa.String(36)),
        sa.Column("comment_id", NUMBER, sa.ForeignKey("comment.id")),
        sa.Column("item", sa.String(64), nullable=False),
        sa.UniqueConstraint("theme_id", "response_id", "item"),
        sa.UniqueConstraint("theme_id", "comment_id"),
        sa.CheckConstraint("(response_id IS NULL) <> (comment_id IS NULL)", name="one_source"),
    )


def _add_refusal() -> None:
    """Nobody changes or removes a line of the audit, whoever tries: program, console or hand."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(f"""
                CREATE TRIGGER audit_entry_{event.lower()} BEFORE {event} ON audit_entry
                BEGIN
                    SELECT RAISE(ABORT, '{SENTENCE}');
                END
            """)
        return
    op.execute(f"""
        CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{SENTENCE}';
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit()
    """)
    op.execute("""
        CREATE TRIGGER audit_entry_whole BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()
    """)


def _drop_refusal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_entry_{event}")
        return
    op.execute("DROP TRIGGER audit_entry_kept ON audit_entry")
    op.execute("DROP TRIGGER audit_entry_whole ON audit_entry")
    op.execute("DROP FUNCTION refuse_change_of_audit()")
