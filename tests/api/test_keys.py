"""Keys: who has none, one that has ended or one of somebody who lost a right learns nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.extensions import transaction
from app.models import ApiToken, RoleGrant, User
from app.queries.audit import iter_entries
from app.queries.tokens import list_tokens
from app.services import accounts, grants, tokens
from app.tries import Tries
from tests.api.program import Program, make_key
from tests.auth.person import PASSWORD, Person
from tests.factories import make_agencies

KEY = "hl_" + "A" * 43


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """What is tested here is not how long a guess takes."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def user(app):
    """Lan's account: she may read what the north has."""
    with app.app_context():
        make_agencies()
        return accounts.create_user("lan@office.vn", "Lan", PASSWORD, role="evaluator", agency="north").id


@pytest.fixture
def program(app, user):
    return Program(app, make_key(app, user))


def change(app, **values):
    """Lan's key, changed behind everybody's back."""
    with app.app_context(), transaction() as session:
        token = session.scalars(select(ApiToken)).one()
        for name, value in values.items():
            setattr(token, name, value)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": "Bearer hl_"},
        {"Authorization": "Bearer hl_\udcff"},
        {"Authorization": f"Bearer {'x' * 8000}"},
    ],
)
def test_without_a_good_key_there_is_nothing(app, user, sent):
    answer = Program(app).get("/agencies", headers=sent)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.detail.startswith("Send a key that is good")


def test_a_session_opens_nothing_here(app, user):
    person = Person(app.test_client())
    assert person.sign_in().status == 303
    with person.client.get("/api/v1/agencies") as response:
        assert response.status_code == 401


def test_a_key_opens_no_page(app, program):
    with program.client.get("/results/", headers={"Authorization": f"Bearer {program.key}"}) as response:
        assert response.status_code == 302


def test_a_revoked_key_is_dead(app, user, program):
    assert program.get("/me").status == 200
    with app.app_context():
        tokens.revoke(user, 1)
    assert program.get("/me").status == 401


def test_a_key_that_ran_out_is_dead(app, program):
    change(app, expires_at=tokens.now() - timedelta(seconds=1))
    assert program.get("/me").status == 401


def test_a_closed_account_ends_its_keys_at_once(app, user, program):
    with app.app_context(), transaction() as session:
        session.get(User, user).active = False
    assert program.get("/me").status == 401


def test_closing_an_account_revokes_its_keys_for_good(app, user, program):
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="administrator")
        grants.close(user)
        grants.reopen(user)
    assert program.get("/me").status == 401


def test_who_loses_a_role_loses_it_in_every_key(app, user, program):
    assert program.get("/agencies").status == 200
    with app.app_context(), transaction() as session:
        session.delete(session.scalars(select(RoleGrant)).one())
    assert program.get("/agencies").status == 404
    assert program.get("/me").json["rights"] == []


def test_a_key_never_does_more_than_it_was_made_for(app, user):
    with app.app_context():
        accounts_key = tokens.issue(user, "Kho", ["export"], tokens.days()[0])[1]
    program = Program(app, accounts_key)
    assert program.get("/me").json["rights"] == ["export"]
    assert program.get("/agencies").status == 404


def test_who_asks_too_often_waits(app, program):
    app.extensions["api_tries"] = Tries(3, 60.0)
    assert [program.get("/me").status for _time in range(4)] == [200, 200, 200, 429]
    refused = program.get("/me")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.detail.startswith("This key has asked too often")


def test_the_day_of_the_last_use_is_kept_and_no_more(app, program):
    program.get("/me")
    program.get("/me")
    with app.app_context():
        (token,) = list_tokens(1)
        assert token.used_on == tokens.days()[0]


def test_what_a_program_asks_is_recorded_under_its_owner_and_key(app, program):
    program.get("/agencies?under=north-1&limit=5")
    program.get("/agencies/south")
    Program(app).get("/agencies")
    with app.app_context():
        found = [line for line in iter_entries() if line.action.startswith("api.")]
    assert [(line.actor, line.action, line.subject) for line in found] == [
        ("lan@office.vn", "api.list_agencies", ""),
        ("lan@office.vn", "api.get_agency", "south"),
    ]
    first, second = (json.loads(line.facts) for line in found)
    assert first == {
        "method": "GET",
        "query": {"limit": "5", "under": "north-1"},
        "status": 200,
        "token": "Cổng dữ liệu",
    }
    assert second["status"] == 404
