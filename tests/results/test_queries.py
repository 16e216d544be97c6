"""How often the database is asked for a page: not once more for more agencies."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.extensions import db
from app.services.agencies import AgencyRow, import_agencies
from tests import factories
from tests.auth.person import Person
from tests.results.conftest import make_office, release_wave


@pytest.fixture
def small(tmp_path, migrated_file):
    """An office of its own, because the test adds agencies."""
    app = make_office(tmp_path, migrated_file)
    with app.app_context():
        release_wave(answered={"north-1": (2, 5)})
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def counted(app):
    """The statements sent meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_more_agencies_take_no_more_queries(small):
    person = Person(small.test_client())
    person.sign_in()
    address = "/results/citizens/2026/?branch=north"
    person.get(address)
    with counted(small) as before:
        few = person.get(address).page

    with small.app_context():
        import_agencies(
            [
                AgencyRow(
                    f"north-{k}",
                    "commune",
                    {"vi": f"Xã {k}", "en": f"Commune {k}"},
                    factories.BEGIN,
                    parent="north",
                )
                for k in range(4, 60)
            ]
        )
    with counted(small) as after:
        many = person.get(address).page

    assert len(few.all(".//table/tbody/tr")) == 3
    assert len(many.all(".//table/tbody/tr")) == 40
    assert "59" in many.by_id("found").text
    assert 0 < len(after) == len(before)


def test_more_waves_take_no_more_queries(small):
    person = Person(small.test_client())
    person.sign_in()
    with counted(small) as before:
        person.get("/results/")

    with small.app_context():
        release_wave("2027", {"north-1": (2, 5)})
        release_wave("2028", {"south-1": (2, 5)})
    with counted(small) as after:
        page = person.get("/results/").page

    assert len(page.all(".//main//li")) == 3
    assert 0 < len(after) == len(before)
