"""The database as the application sees it: one session, migrations, and how a transaction begins."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session

from app.config import MIGRATIONS

# How long a writer waits for another on SQLite before it gives up, in milliseconds.
BUSY_TIMEOUT = 15_000


class Base(DeclarativeBase):
    """Every table; each constraint gets a name, so that a migration can speak of it on both databases."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


db = SQLAlchemy(
    model_class=Base,
    engine_options={"json_serializer": partial(json.dumps, ensure_ascii=False, separators=(",", ":"))},
)
migrate = Migrate(directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
csrf = CSRFProtect()
login = LoginManager()
login.session_protection = None  # a phone changes its address on the way; the session stands on its signature


def init_app(app: Flask) -> None:
    """Bind the extensions to the application."""
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    # Not `login.init_app`: for its "remember me", which we do not offer, it looks into the session on every
    # request, and a page that depends on the session cannot be kept for everybody (CONTRACTS 8). The proxy
    # looks only when a template asks who is signed in.
    app.login_manager = login
    app.add_template_global(current_user, "current_user")


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case: all of it is stored, or nothing.

    What was read before is read anew inside, so a decision never rests on a row that has changed since.
    On SQLite the writing lock is taken at the start: a transaction that begins by reading and then writes
    would be refused at once when another has written in between, whatever the waiting time.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError(
            "A use case must begin with a clean session; something was changed outside a service."
        )
    session.rollback()
    session.connection(execution_options={"writes": True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: object, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # Python's own driver would open transactions by itself, and not before a change of the schema; with this
    # it leaves BEGIN to `_begin_sqlite`, so that a migration is all or nothing on SQLite too.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT}",
        "journal_mode=WAL",
        # An answer that was acknowledged survives a power cut; NORMAL would not promise that.
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
