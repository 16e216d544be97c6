"""What was deleted still stands in the pages of a database; here they are written anew, so that it does not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.extensions import db


def overwrite_deleted(session: Session) -> None:
    """Have SQLite fill with zeros what this transaction deletes; PostgreSQL has `rewrite` alone."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))


def rewrite(tables: Sequence[str], *, whole: bool = False) -> None:
    """Write the tables anew after a deletion was committed; others wait meanwhile.

    `whole` writes an SQLite file anew from end to end, where otherwise only its journal is emptied. PostgreSQL's
    journal keeps what was deleted until it is recycled, which is up to the server (docs/staff-surveys.md).
    """
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        # Not through the engine, which begins a transaction first: SQLite writes a file anew only outside of one.
        connection = db.engine.raw_connection()
        try:
            for statement in (*(["VACUUM"] if whole else []), "PRAGMA wal_checkpoint(TRUNCATE)"):
                connection.cursor().execute(statement).close()
        finally:
            connection.close()
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f'VACUUM FULL "{table}"')
        # Until a checkpoint the old files of a table that was written anew are only cut off, not removed.
        connection.exec_driver_sql("CHECKPOINT")
