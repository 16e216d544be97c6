"""An instrument version with a response cannot change, whoever tries: program, console or hand.

A trigger on each database. On SQLite a batch change of `instrument_version` makes the table anew and loses
it, so such a migration has to make it again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SENTENCE = "This instrument version has responses and cannot change; register a new version."


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"""
            CREATE TRIGGER instrument_version_frozen BEFORE UPDATE ON instrument_version
            WHEN EXISTS (SELECT 1 FROM response WHERE instrument_version_id = OLD.id)
            BEGIN
                SELECT RAISE(ABORT, '{SENTENCE}');
            END
        """)
        return
    op.execute(f"""
        CREATE FUNCTION refuse_change_of_answered_instrument() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM response WHERE instrument_version_id = OLD.id) THEN
                RAISE EXCEPTION '{SENTENCE}';
            END IF;
            RETURN NEW;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER instrument_version_frozen BEFORE UPDATE ON instrument_version
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_answered_instrument()
    """)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER instrument_version_frozen")
        return
    op.execute("DROP TRIGGER instrument_version_frozen ON instrument_version")
    op.execute("DROP FUNCTION refuse_change_of_answered_instrument()")
