"""The migrations: a chain of numbered files that ends in exactly the tables of the models."""

from __future__ import annotations

import re
import shutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from app import create_app
from app.config import MIGRATIONS
from app.extensions import Base, db
from tests.factories import make_open_wave

FILES = sorted((MIGRATIONS / "versions").glob("*.py"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def bare(request, tmp_path):
    """The application on a database without any table, its context pushed."""
    url = f"sqlite:///{tmp_path / 'bare.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("server").create(f"bare_{tmp_path.name.lower()}"[:60])
    app = create_app({"SECRET_KEY": "x", "INSTANCE_PATH": tmp_path, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def described():
    """Everything that the database says of its tables, in an order of our own."""

    def by_name(rows):
        return sorted((dict(row) for row in rows), key=lambda row: row["name"])

    with db.engine.connect() as connection:
        found = inspect(connection)
        return {
            table: {
                "columns": [
                    (one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)
                ],
                "primary key": found.get_pk_constraint(table),
                "checks": [
                    (one["name"], one["sqltext"]) for one in by_name(found.get_check_constraints(table))
                ],
                "unique": by_name(found.get_unique_constraints(table)),
                "foreign keys": by_name(found.get_foreign_keys(table)),
                "indexes": by_name(found.get_indexes(table)),
            }
            for table in found.get_table_names()
            if table != "alembic_version"
        }


@pytest.fixture
def further(tmp_path):
    """Write one migration more, after the last, into a copy of the folder; the folder."""

    def write(statements):
        folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
        (folder / "versions" / "9999_further.py").write_text(
            f"from alembic import op\nrevision = '9999'\ndown_revision = {FILES[-1].name[:4]!r}\n"
            f"def upgrade():\n    {statements}\n"
        )
        return str(folder)

    return write


def test_files_are_numbered_without_a_gap_and_named_for_what_they_do():
    assert [path.name[:4] for path in FILES] == [f"{number:04}" for number in range(1, len(FILES) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", path.name) for path in FILES)


def test_there_is_one_chain_with_one_head():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [FILES[-1].name[:4]]
    assert [revision.revision for revision in script.walk_revisions()] == [
        path.name[:4] for path in FILES[::-1]
    ]


def test_migrations_import_no_model():
    for path in FILES:
        assert not re.search(r"^\s*(from|import) app\b", path.read_text(), re.MULTILINE), (
            f"{path.name} must mean the same when the models have moved on: name the types themselves."
        )


def test_the_migrated_database_is_the_one_the_models_describe(data):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_names_checks_and_indexes_are_the_same_too(bare):
    upgrade()
    migrated = described()
    downgrade(revision="base")
    Base.metadata.create_all(db.engine)

    assert described() == migrated


def test_migrations_go_down_to_nothing_and_up_again(bare):
    upgrade()
    downgrade(revision="base")
    assert described() == {}

    upgrade()
    make_open_wave()


def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(bare, further):
    upgrade()
    before = described()

    with pytest.raises(ZeroDivisionError):
        upgrade(directory=further("op.execute('CREATE TABLE half (id INTEGER)'); 1 / 0"))

    assert described() == before
    assert revision() == FILES[-1].name[:4]


def test_a_migration_that_leaves_rows_pointing_nowhere_is_refused(bare, further):
    upgrade()
    make_open_wave()
    db.session.remove()

    with pytest.raises(Exception, match=r"(?i)point nowhere|foreign key"):
        upgrade(directory=further("op.execute('DELETE FROM survey')"))

    assert revision() == FILES[-1].name[:4]
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM survey")).scalar() == 1


def test_foreign_keys_hold_again_after_a_migration(bare):
    upgrade()

    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO agency_parent (agency_id, parent_id, valid_from) VALUES (1, 2, '2026-01-01')")
        )


def revision():
    with db.engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
