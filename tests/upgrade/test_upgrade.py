"""A database of every earlier release is brought to the present one and keeps what it holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.extensions import db
from tests.upgrade.dump import head
from tests.upgrade.small import check

HERE = Path(__file__).parent


def load_sqlite(dump, tmp_path, _request):
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text())
    return f"sqlite:///{path}"


def load_postgresql(dump, _tmp_path, request):
    server = request.getfixturevalue("server")
    url = server.create(f"old_{dump.stem}")
    with psycopg.connect(server.conninfo(f"old_{dump.stem}")) as connection:
        connection.execute(dump.read_text())
    return url


CASES = [
    *(pytest.param(load_sqlite, dump, id=dump.stem) for dump in sorted(HERE.glob("*-sqlite.sql"))),
    *(
        pytest.param(load_postgresql, dump, id=dump.stem, marks=pytest.mark.postgresql)
        for dump in sorted(HERE.glob("*-postgresql.sql"))
    ),
]


@pytest.mark.parametrize(("load", "dump"), CASES)
def test_an_old_database_is_brought_up_to_date_and_keeps_its_rows(load, dump, tmp_path, request):
    url = load(dump, tmp_path, request)
    app = create_app({"SECRET_KEY": "x", "INSTANCE_PATH": tmp_path, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        with db.engine.connect() as connection:
            assert (
                connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == dump.name[:4]
            )
        upgrade()
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == head()
        check()
        db.session.remove()
        db.engine.dispose()


def test_each_dump_is_there_for_both_databases():
    kinds = {
        kind: {path.name[:4] for path in HERE.glob(f"*-{kind}.sql")} for kind in ("sqlite", "postgresql")
    }

    assert kinds["sqlite"] == kinds["postgresql"]
    assert kinds["sqlite"]
