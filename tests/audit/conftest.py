"""People with an account, and browsers for them."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from app.services import accounts
from tests.auth.person import EMAIL, PASSWORD, Person


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """What is tested here is not how long a guess takes."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def signed_in(app):
    """A browser in which somebody with this role is signed in."""

    def sign_in(role="administrator", email=EMAIL):
        with app.app_context():
            accounts.create_user(email, "Lan", PASSWORD, role=role)
        person = Person(app.test_client())
        assert person.sign_in(email).status == 303
        return person

    return sign_in
