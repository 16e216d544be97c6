"""How the application speaks to each database."""

from __future__ import annotations

import threading

from sqlalchemy import text

from app import create_app
from app.extensions import db, transaction
from app.models import Survey


def pragma(name):
    return db.session.execute(text(f"PRAGMA {name}")).scalar()


def test_sqlite_keeps_what_it_acknowledged_and_holds_foreign_keys(tmp_path):
    # As it is in use: the fixtures of these tests do not wait for the disk.
    used = create_app({"INSTANCE_PATH": tmp_path})
    with used.app_context():
        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("foreign_keys") == 1
        assert pragma("busy_timeout") == 15_000
        db.engine.dispose()


def test_a_use_case_that_reads_before_it_writes_is_not_lost_to_another_writer(data):
    """Each adds one to a number it has read: if any read an old one, the sum falls short."""
    with transaction() as session:
        session.add(Survey(code="sum", title={"n": "0"}))

    def add():
        with data.app_context():
            for _ in range(5):
                with transaction() as session:
                    survey = session.query(Survey).with_for_update().one()
                    survey.title = {"n": str(int(survey.title["n"]) + 1)}

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    db.session.rollback()
    assert db.session.query(Survey).one().title == {"n": "20"}
