"""The page of keys: a new one is seen once, wrong input is kept, and one ends only one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.queries.tokens import list_tokens
from app.services import tokens
from tests.audit.conftest import cheap_hashes, signed_in  # noqa: F401 (fixtures)
from tests.auth.person import token

KEYS = "/account/tokens/"


@pytest.fixture
def person(signed_in):  # noqa: F811
    return signed_in("evaluator")


def fields(person, **given):
    filled = {"name": "Kho dữ liệu", "rights": ["read"], "expires_on": tokens.days()[1].isoformat()}
    return {"csrf_token": token(person.get(KEYS).page), **filled, **given}


def keys(app):
    with app.app_context():
        return list_tokens(1)


def test_a_new_key_is_shown_this_once(app, person):
    answer = person.post(KEYS, fields(person))
    assert answer.status == 201
    (shown,) = answer.page.of_class("key")
    with app.app_context():
        assert tokens.find(shown.text).name == "Kho dữ liệu"
    again = person.get(KEYS)
    assert shown.text not in again.html
    assert "Kho dữ liệu" in again.page.text
    assert again.headers["Cache-Control"] == "no-store"


def test_wrong_input_is_named_and_what_was_typed_is_kept(app, person):
    late = (tokens.days()[1] + timedelta(days=1)).isoformat()
    answer = person.post(f"{KEYS}?lang=en", fields(person, name=" ", rights=["export"], expires_on=late))
    assert answer.status == 422
    assert answer.page.title.startswith("Error:")
    assert answer.page.text.count("Choose a last day from") == 2
    assert answer.page.checked("rights") == ["export"]
    assert answer.page.value("expires_on") == late
    assert keys(app) == []


@pytest.mark.parametrize(
    "wrong", [{"rights": ["run"]}, {"rights": []}, {"expires_on": "soon"}, {"expires_on": ""}]
)
def test_what_no_form_of_ours_would_send_is_refused(app, person, wrong):
    assert person.post(KEYS, fields(person, **wrong)).status == 422
    assert keys(app) == []


def test_without_the_token_of_the_form_nothing_is_made(app, person):
    assert person.post(KEYS, fields(person, csrf_token="none")).status == 400
    assert keys(app) == []


def test_a_key_is_revoked_from_the_list(app, person):
    person.post(KEYS, fields(person))
    page = person.get(f"{KEYS}?lang=en").page
    (form,) = [one for one in page.all(".//form") if one.get("action").endswith("/revoke")]
    assert person.post(form.get("action"), {"csrf_token": token(page)}).status == 303
    assert "revoked" in person.get(KEYS).page.text
    assert keys(app)[0].revoked_at is not None


def test_the_key_of_somebody_else_is_not_there(app, person, signed_in):  # noqa: F811
    other = signed_in("administrator", "minh@office.vn")
    person.post(KEYS, fields(person))
    for number in (1, 99, 2**31 - 1, 2**40):
        assert other.post(f"{KEYS}{number}/revoke", fields(other)).status == 404
    assert keys(app)[0].revoked_at is None


def test_who_may_read_nothing_is_told_so(signed_in):  # noqa: F811
    page = signed_in("counter").get(f"{KEYS}?lang=en").page
    assert "Your account has no right that a key could use." in page.text
    assert not page.named("name")


def test_a_stranger_is_led_to_the_sign_in(client):
    assert client.get(KEYS).status_code == 302
