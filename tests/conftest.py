"""What tests of the application start from.

`app` and `client` are the application on a fresh SQLite database. `data` is the same on each database in
turn, with its context pushed: every test of the data layer takes it, and so runs on both.
"""

from __future__ import annotations

import shutil

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, text
from werkzeug.routing import Rule

from app import create_app
from app.extensions import db
from tests.databases import postgresql


def _application(url, folder):
    made = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": url,
        }
    )
    if url.startswith("sqlite"):
        with made.app_context():
            event.listen(db.engine, "connect", _wait_for_no_disk)
    return made


def _wait_for_no_disk(connection, _record):
    """Nothing here outlives the tests, so nothing needs to survive a power cut; a killed process loses nothing."""
    connection.execute("PRAGMA synchronous=OFF").close()


def _close(app):
    with app.app_context():
        db.engine.dispose()


def _empty(app):
    """Many times quicker than a new database, and it counts from 1 again all the same.

    Most tests fill few tables, and TRUNCATE makes the files of every table anew: only what was filled is emptied, with
    triggers and foreign keys at rest.
    """
    names = [table.name for table in db.metadata.sorted_tables]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    counted = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for (name,) in connection.execute(text(filled)).all():
            connection.execute(text(f'DELETE FROM "{name}"'))
        for (name,) in connection.execute(text(counted)).all():
            connection.execute(text(f'ALTER SEQUENCE "{name}" RESTART'))


def _when_first_built(self, append_unknown=True):
    """The part of a route that makes its address, compiled when an address is first asked for.

    It takes a millisecond a route and twice for each, and most applications made here build few addresses.
    """
    made = None

    def build(*arguments, **values):
        nonlocal made
        if made is None:
            made = _compile_builder(self, append_unknown)
        return made(*arguments, **values)

    return build


_compile_builder = Rule._compile_builder
Rule._compile_builder = _when_first_built


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """An SQLite database after all migrations, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    app = _application(f"sqlite:///{folder / 'empty.sqlite'}", folder)
    with app.app_context():
        upgrade()
    _close(app)
    return folder / "empty.sqlite"


@pytest.fixture(scope="session")
def estimated(tmp_path_factory, migrated_file):
    """A folder with a frozen wave, two people and a run that waits for approval; to be copied."""
    from tests.services.closed import make_estimated

    return make_estimated(tmp_path_factory.mktemp("estimated"), migrated_file)


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server for the whole run."""
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def migrated_url(server, tmp_path_factory):
    """The address of a PostgreSQL database after all migrations, to be emptied before each use."""
    url = server.create("migrated")
    app = _application(url, tmp_path_factory.mktemp("migrated"))
    with app.app_context():
        upgrade()
    _close(app)
    return url


@pytest.fixture
def app(migrated_file, tmp_path):
    """The application on a fresh SQLite database, without a context."""
    made = _application(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'test.sqlite')}", tmp_path)
    yield made
    _close(made)


@pytest.fixture
def client(app):
    """A browser without cookies for `app`."""
    return app.test_client()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def data(request, tmp_path):
    """The application on a fresh database of each kind, its context pushed."""
    if request.param == "sqlite":
        made = request.getfixturevalue("app")
    else:
        made = _application(request.getfixturevalue("migrated_url"), tmp_path)
        _empty(made)
    with made.app_context():
        yield made
    _close(made)
