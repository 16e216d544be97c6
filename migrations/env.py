"""How Alembic reaches the application's database: `flask --app wsgi db upgrade` runs this file."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.extensions import Base

migrate = current_app.extensions["migrate"]


def migrate_database(connection: Connection) -> None:
    """Run what is asked for in one transaction: a migration that fails leaves the database as it was."""
    context.configure(
        connection=connection, target_metadata=Base.metadata, transactional_ddl=True, **migrate.configure_args
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise ValueError(f"The migration would leave rows that point nowhere: {broken[:5]}.")


def run() -> None:
    """Connect and migrate. SQLite changes a table by making it anew, which foreign keys must not notice."""
    with migrate.db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _keep_foreign_keys(connection, "OFF")
        try:
            migrate_database(connection)
        finally:
            if connection.dialect.name == "sqlite":
                _keep_foreign_keys(connection, "ON")


def _keep_foreign_keys(connection: Connection, state: str) -> None:
    # Past SQLAlchemy, because the pragma does nothing inside a transaction and SQLAlchemy would begin one.
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}").close()


run()
