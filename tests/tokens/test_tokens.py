"""A key is made within bounds, kept as a hash, and ends for good."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from app.extensions import db
from app.queries.audit import iter_entries
from app.queries.errors import NotFound
from app.queries.tokens import list_tokens
from app.services import accounts, tokens
from tests.auth.person import PASSWORD


def make_lan():
    return accounts.create_user("lan@office.vn", "Lan", PASSWORD, role="evaluator").id


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """What is tested here is not how long a guess takes."""
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def office(app):
    """The application on SQLite, its context pushed."""
    with app.app_context():
        yield app


@pytest.fixture
def lan(office):
    """An evaluator's account."""
    return make_lan()


def issue(user, name="Kho dữ liệu", rights=("read",), days=30):
    return tokens.issue(user, name, rights, tokens.days()[0] + timedelta(days=days))


def test_a_key_is_shown_once_and_kept_as_a_hash(lan):
    made, text = issue(lan)
    assert text.startswith("hl_")
    assert len(text) == 46
    assert made.token_hash == tokens.hash_of(text)
    assert text not in str(db.session.connection().exec_driver_sql("SELECT * FROM api_token").all())
    assert tokens.find(text).id == made.id
    assert issue(lan)[1] != text


def test_a_key_works_to_the_end_of_its_last_day_in_the_office(lan):
    made, text = issue(lan, days=0)
    assert tokens.find(text) is not None
    assert timedelta(0) < made.expires_at - tokens.now() <= timedelta(days=1)


def test_who_made_and_who_ended_a_key_is_in_the_audit_log(lan):
    made, _text = issue(lan, rights=("read", "export"))
    tokens.revoke(lan, made.id)
    tokens.revoke(lan, made.id)
    found = [line for line in iter_entries() if line.action.startswith("token.")]
    assert [line.action for line in found] == ["token.made", "token.revoked"]
    assert json.loads(found[0].facts)["rights"] == ["export", "read"]
    assert not any(tokens.PREFIX in line.facts for line in found)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"rights": ()}, "rights"),
        ({"rights": ("administer",)}, "rights"),
        ({"rights": ("read", "fly")}, "rights"),
        ({"days": -1}, "expires_on"),
        ({"days": 366}, "expires_on"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_kept(lan, given, field):
    with pytest.raises(tokens.TokenRefused) as refused:
        issue(lan, **given)
    assert list(refused.value.faults) == [field]
    assert str(refused.value).endswith(".")
    assert list_tokens(lan) == []


def test_nobody_gives_a_key_more_than_they_have(office):
    reader = accounts.create_user("doc@office.vn", "Đọc", PASSWORD, role="agency_reader").id
    with pytest.raises(tokens.TokenRefused, match="export"):
        issue(reader, rights=("read", "export"))
    assert issue(reader)[0].rights == ["read"]


def test_all_that_is_wrong_is_said_at_once(lan):
    with pytest.raises(tokens.TokenRefused) as refused:
        tokens.issue(lan, "", [], None)
    assert set(refused.value.faults) == {"name", "rights", "expires_on"}


def test_a_key_of_somebody_else_cannot_be_ended(lan):
    made, text = issue(lan)
    other = accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="administrator").id
    for owner, number in ((other, made.id), (lan, made.id + 1)):
        with pytest.raises(NotFound):
            tokens.revoke(owner, number)
    assert tokens.find(text) is not None


def test_a_text_that_is_no_key_is_nobodys(data):
    make_lan()
    for text in ("", "hl_", "x", "hl_\0", "hl_ế", "HL_" + "A" * 43):
        assert tokens.find(text) is None


def test_nobody_has_more_keys_than_can_be_watched_whoever_comes_at_once(data, monkeypatch):
    lan = make_lan()
    monkeypatch.setattr(tokens, "MOST", 3)
    refused = []

    def make():
        with data.app_context():
            try:
                issue(lan)
            except tokens.TokenRefused:
                refused.append(1)

    threads = [threading.Thread(target=make) for _one in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    db.session.rollback()
    tokens.revoke(lan, list_tokens(lan)[0].id)
    issue(lan)


def test_a_key_that_ended_makes_room(lan, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 1)
    made, _text = issue(lan)
    with pytest.raises(tokens.TokenRefused, match="revoke one first"):
        issue(lan)
    tokens.revoke(lan, made.id)
    issue(lan)
