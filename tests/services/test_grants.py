"""Roles on both databases: who holds what, and that somebody can always administer."""

from __future__ import annotations

import pytest

from app.queries.errors import NotFound
from app.queries.users import get_user, list_grants
from app.rights import Granted, may, tops
from app.services import accounts, grants
from tests.factories import make_agencies


@pytest.fixture
def lan(data):
    make_agencies()
    return accounts.create_user("lan@office.vn", "Lan", None, role="administrator").id


def test_roles_are_kept_with_their_branch(lan):
    grants.grant(lan, "counter", "north")
    made = grants.grant(lan, "counter", "south")
    assert list_grants(get_user(lan)) == (
        Granted("administrator"),
        Granted("counter", "north"),
        Granted("counter", "south"),
    )
    grants.revoke(lan, made.id)
    with pytest.raises(NotFound):
        grants.revoke(lan, made.id)


def test_a_role_is_held_once_over_a_branch_and_once_over_all(lan):
    grants.grant(lan, "counter")
    grants.grant(lan, "counter", "north")
    for agency in (None, "north"):
        with pytest.raises(accounts.GrantRefused, match="already"):
            grants.grant(lan, "counter", agency)


def test_nobody_administers_a_branch(lan):
    with pytest.raises(accounts.GrantRefused, match="over all agencies"):
        grants.grant(lan, "administrator", "north")
    with pytest.raises(accounts.GrantRefused, match="Choose a role"):
        grants.grant(lan, "emperor")
    with pytest.raises(NotFound):
        grants.grant(lan, "counter", "nowhere")


def test_the_last_administrator_cannot_go(lan):
    (held,) = get_user(lan).grants
    with pytest.raises(accounts.GrantRefused, match="last administrator"):
        grants.revoke(lan, held.id)
    with pytest.raises(accounts.GrantRefused, match="last administrator"):
        grants.close(lan)
    other = accounts.create_user("minh@office.vn", "Minh", None, role="administrator").id
    grants.close(lan)
    with pytest.raises(accounts.GrantRefused, match="last administrator"):
        grants.close(other)
    grants.reopen(lan)
    grants.close(other)


def test_what_is_undivided_is_not_held_over_a_branch():
    office = (Granted("survey_office", "north"),)
    assert not may(office, "run")
    assert tops(office, "run") == frozenset()
    assert may(office, "enter")
    assert tops(office, "enter") == {"north"}
    assert tops((*office, Granted("survey_office")), "enter") is None
