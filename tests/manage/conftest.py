"""Lan of the survey office, signed in, and a stranger."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from app.services import accounts
from tests.auth.person import EMAIL, PASSWORD, Person


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """What is tested here is the office's work, not how long a guess takes."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def lan(app):
    """Her account's row number."""
    with app.app_context():
        return accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator").id


@pytest.fixture
def office(app, lan):
    person = Person(app.test_client())
    person.sign_in()
    return person


@pytest.fixture
def stranger(app):
    return Person(app.test_client())
