"""The released wave of the results' tests, with people of every reach."""

from __future__ import annotations

import pytest

from app.extensions import db, transaction
from app.models import RoleGrant
from app.queries.agencies import find_agency
from app.queries.users import find_user
from app.services import accounts
from tests.auth.person import PASSWORD, Person
from tests.factories import make_wave
from tests.results.conftest import make_office, release_wave

# Address: role, and the agency over whose branch it holds.
PEOPLE = {
    "whole@office.vn": ("evaluator", None),
    "north@office.vn": ("evaluator", "north"),
    "reader@office.vn": ("agency_reader", "north-1"),
    "counter@office.vn": ("counter", None),
}


@pytest.fixture(scope="session")
def office(migrated_file, tmp_path_factory):
    """The application with a released wave and a planned one."""
    app = make_office(tmp_path_factory.mktemp("exports"), migrated_file)
    with app.app_context():
        release_wave()
        make_wave("planned")
        for email, (role, place) in PEOPLE.items():
            accounts.create_user(email, email.partition("@")[0], PASSWORD, role=role)
            if place:
                with transaction() as session:
                    user = find_user(email)
                    user.grants.clear()
                    session.flush()
                    user.grants.append(RoleGrant(role=role, agency_id=find_agency(place).id))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def sign_in(office):
    """A person's browser, by the part of the address before the `@`; each signs in once."""
    kept = {}

    def signed_in(name):
        if name not in kept:
            kept[name] = Person(office.test_client())
            assert kept[name].sign_in(email=f"{name}@office.vn").status == 303
        kept[name].get("/jobs/?lang=en")
        return kept[name]

    return signed_in
