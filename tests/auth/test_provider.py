"""Signing in by the house's provider, with a real one: Debian's Glewlwyd, started for this module."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from app.config import SettingError
from app.extensions import db, transaction
from app.models import AuditEntry, User
from app.queries.users import get_user
from app.services import accounts, linking
from tests.auth.glewlwyd import CLIENT, SECRET, running_provider
from tests.auth.person import EMAIL, PASSWORD, Person, token

HOUSE = "http://hailong.test"
IN_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    with running_provider(tmp_path_factory.mktemp("provider"), f"{HOUSE}/sign-in/provider/back") as running:
        running.add("lan", EMAIL)
        running.add("minh", "minh@office.vn", verified=False)
        running.add("nobody", "nobody@office.vn")
        yield running


@pytest.fixture
def person(app, lan, provider):
    """Lan's browser at an office that knows the provider."""
    app.config |= {
        "ADDRESS": HOUSE,
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_NAME": "Office ID",
    }
    return Person(app.test_client())


def go(person, provider, name, path="/sign-in/provider"):
    """There, signed in as this person, and back."""
    asked = person.get(path)
    assert asked.status == 302, asked.html
    return person.get(provider.answer(asked.location, name).removeprefix(HOUSE), headers=IN_ENGLISH)


def actions(app):
    with app.app_context():
        lines = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.number)).all()
        return [(one.action, one.facts) for one in lines if one.subject == f"user {EMAIL}"]


def test_who_was_invited_signs_in_without_a_password_here(app, person, provider, lan):
    button = [link for link in person.get("/sign-in?lang=en&next=/office/").page.all(".//a") if link.text]
    (way,) = [link.get("href") for link in button if link.text == "Sign in with Office ID"]

    answer = go(person, provider, "lan", way)

    assert (answer.status, answer.location) == (303, "/office/")
    assert person.is_signed_in()
    with app.app_context():
        user = get_user(lan)
        assert user.oidc_issuer == provider.issuer
        assert user.oidc_subject
    assert [one for one, _facts in actions(app)][1:] == ["account.linked", "account.signed_in"]
    assert '"by":"provider"' in actions(app)[-1][1]


def test_the_road_is_that_of_a_code_with_proof_state_and_nonce(person, provider):
    asked = parse_qs(urlsplit(person.get("/sign-in/provider").location).query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{HOUSE}/sign-in/provider/back"]
    assert len(asked["state"][0]) >= 20
    assert len(asked["nonce"][0]) >= 20
    assert asked["state"] != parse_qs(urlsplit(person.get("/sign-in/provider").location).query)["state"]


def test_the_account_stays_linked_when_the_address_here_changes(app, person, provider, lan):
    go(person, provider, "lan")
    person.sign_out()
    with app.app_context(), transaction() as session:
        session.get(User, lan).email = "lan.nguyen@office.vn"

    assert go(person, provider, "lan").status == 303
    assert person.is_signed_in()


@pytest.mark.parametrize("name", ["nobody", "minh"])
def test_no_account_is_made_or_given_to_an_address_that_is_not_verified(app, person, provider, name):
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", None, role="administrator")

    answer = go(person, provider, name)

    assert answer.status == 422
    assert "No account here belongs to this sign-in." in answer.page.text
    assert not person.is_signed_in()
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(User)) == 2
        assert db.session.scalars(db.select(User.oidc_subject)).all() == [None, None]


def test_an_account_that_belongs_to_somebody_there_is_not_given_to_another(app, person, provider, lan):
    with app.app_context(), transaction() as session:
        user = session.get(User, lan)
        user.oidc_issuer, user.oidc_subject = provider.issuer, "somebody else"

    assert go(person, provider, "lan").status == 422


def test_a_closed_account_stays_closed(app, person, provider, lan):
    go(person, provider, "lan")
    person.sign_out()
    with app.app_context(), transaction() as session:
        session.get(User, lan).active = False

    assert go(person, provider, "lan").status == 422
    assert not person.is_signed_in()


def test_an_answer_is_good_in_the_browser_that_asked_and_once(app, person, provider):
    way = provider.answer(person.get("/sign-in/provider").location, "lan").removeprefix(HOUSE)

    assert Person(app.test_client()).get(way).status == 422
    assert person.get(way).status == 303
    person.sign_out()
    assert person.get(way).status == 422
    assert not person.is_signed_in()


@pytest.mark.parametrize(
    "changes",
    [{"code": "another"}, {"state": "another"}, {"state": None}, {"error": "access_denied"}, {"code": None}],
    ids=str,
)
def test_an_answer_that_was_changed_lets_nobody_in(person, provider, changes):
    way = urlsplit(provider.answer(person.get("/sign-in/provider").location, "lan"))
    given = {name: values[0] for name, values in parse_qs(way.query).items()} | changes
    query = urlencode({name: value for name, value in given.items() if value is not None})

    answer = person.get(f"{way.path}?{query}", headers=IN_ENGLISH)

    assert answer.status == 422
    assert "The sign-in service did not let you in." in answer.page.text
    assert not person.is_signed_in()


def test_a_wrong_secret_of_the_house_is_one_sentence(app, person, provider):
    app.config["OIDC_CLIENT_SECRET"] = "another secret"

    assert go(person, provider, "lan").status == 422


def test_a_provider_that_is_down_is_said_and_the_password_goes_on(app, person):
    app.config["OIDC_ISSUER"] = "http://127.0.0.1:9/oidc"

    answer = person.get("/sign-in/provider", headers=IN_ENGLISH)

    assert answer.status == 503
    assert "The sign-in service does not answer." in answer.page.text
    assert person.sign_in().status == 303


def test_who_calls_itself_otherwise_than_the_settings_is_not_believed(app, person, provider):
    app.config["OIDC_ISSUER"] = provider.issuer.replace("127.0.0.1", "localhost")

    assert person.get("/sign-in/provider").status == 503


def test_the_second_factor_of_this_house_is_asked_for_all_the_same(app, person, provider, lan):
    with app.app_context(), transaction() as session:
        session.get(User, lan).totp_secret = b"sealed"

    answer = go(person, provider, "lan", "/sign-in/provider?next=/office/")

    assert answer.location == "/sign-in/code?next=/office/"
    assert not person.is_signed_in()


def test_no_answer_leads_to_another_site(person, provider):
    answer = go(person, provider, "lan", "/sign-in/provider?next=https://elsewhere.example/")

    assert answer.location == "/results/"


def test_without_settings_there_is_neither_button_nor_road(app, lan):
    person = Person(app.test_client())

    assert "/sign-in/provider" not in person.get("/sign-in").html
    assert person.get("/sign-in/provider").status == 404
    assert person.get("/sign-in/provider/back").status == 404


def test_without_authlib_the_setting_is_refused_in_one_sentence(app, person, monkeypatch):
    import sys

    from app.auth import providing

    monkeypatch.setitem(sys.modules, "authlib.integrations.flask_client", None)
    with app.app_context(), pytest.raises(SettingError, match=r"hailong\[oidc\]"):
        providing.client()


@pytest.mark.parametrize(("issuer", "subject"), [("", "x"), ("x", ""), ("x" * 256, "x"), ("x", "x" * 256)])
def test_a_strange_identity_is_nobodys(app, lan, issuer, subject):
    with app.app_context(), pytest.raises(linking.NotLinked):
        linking.find_or_link(issuer, subject, EMAIL, verified=True)


def test_a_password_is_never_right_for_who_has_none(app, person, provider):
    with app.app_context():
        accounts.create_user("hoa@office.vn", "Hoa", None)

    assert person.sign_in("hoa@office.vn", PASSWORD).status == 422
    assert token(person.get("/sign-in").page)
