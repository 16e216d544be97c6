"""The administrator's pages: inviting, giving and taking roles, closing, and helping who cannot get in."""

from __future__ import annotations

import re

import pytest

from app.extensions import db, transaction
from app.models import AuditEntry, User
from app.queries.users import find_user, get_user
from app.services import accounts, grants
from tests.auth.conftest import cheap_hashes, lan  # noqa: F401 (fixtures)
from tests.auth.person import EMAIL, PASSWORD, Person, token
from tests.auth.test_forgotten import HOUSE, LINK, choose, post  # noqa: F401 (a fixture)
from tests.factories import make_agencies

PEOPLE = "/admin/accounts/"
IN_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def office(app, lan):  # noqa: F811
    with app.app_context():
        make_agencies()
    person = Person(app.test_client())
    person.sign_in(path="/sign-in?lang=en")
    return person


@pytest.fixture
def minh(app, office):
    """The row number of an evaluator's account."""
    with app.app_context():
        return accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="evaluator", agency="north").id


def send(person, page, way, **fields):
    csrf = token(person.get(page).page)
    return person.post(way, {"csrf_token": csrf, **fields})


def test_everybody_is_listed_with_roles_and_state(office, minh):
    text = office.get(PEOPLE).page.text

    assert "Minh minh@office.vn evaluator, North Province (north) open" in text
    assert f"Lan {EMAIL} administrator open" in text


@pytest.mark.parametrize(
    ("search", "found"), [("MINH", 1), ("north", 1), ("administrator", 1), ("office.vn", 2)]
)
def test_the_list_is_searched_by_name_role_and_agency(office, minh, search, found):
    page = office.get(f"{PEOPLE}?search={search}").page

    assert len(page.all(".//tbody/tr")) == found


def test_a_search_without_a_find_says_so(office):
    assert "No account has this in it." in office.get(f"{PEOPLE}?search=%00<b>").page.text


def test_an_invitation_makes_an_account_and_a_letter(app, office, post):  # noqa: F811
    fields = {
        "name": "Hoa",
        "email": "hoa@office.vn",
        "role": "counter",
        "agency": "north-1",
        "language": "vi",
    }
    answer = send(office, f"{PEOPLE}new", f"{PEOPLE}new", **fields)

    assert answer.status == 303
    assert "The invitation is on its way." in office.get(answer.location).page.text
    (letter,) = post.messages
    assert letter["To"] == "hoa@office.vn"
    assert letter["Content-Language"] == "vi"
    hoa = Person(app.test_client())
    assert choose(hoa, LINK.search(letter.get_content())[1]).status == 303
    assert hoa.get("/office/").status == 200
    assert hoa.get("/results/").status == 404


def test_without_a_mail_server_the_link_is_shown_once(app, office):
    answer = send(office, f"{PEOPLE}new", f"{PEOPLE}new", name="Hoa", email="hoa@office.vn")

    shown = answer.page.of_class("secret-link")[0].find("code").text
    way = re.search(r"/sign-in/new-password/[\w-]+", shown)[0]
    assert way not in office.get(f"{PEOPLE}2/").html
    assert choose(Person(app.test_client()), way).status == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": EMAIL.upper()}, "email"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"role": "emperor"}, "role"),
        ({"agency": "nowhere"}, "agency"),
        ({"role": "administrator", "agency": "north"}, "agency"),
    ],
)
def test_a_wrong_invitation_is_told_beside_its_field_and_stores_nothing(app, office, changes, field):
    fields = {"name": "Hoa", "email": "hoa@office.vn", "role": "counter", "agency": "north"} | changes
    answer = send(office, f"{PEOPLE}new", f"{PEOPLE}new", **fields)

    assert answer.status == 422
    assert [one.get("name") for one in answer.page.tree.iter() if one.get("aria-invalid")] == [field]
    if field != "name":
        assert answer.page.value("name") == "Hoa"
    with app.app_context():
        assert find_user("hoa@office.vn") is None


def test_roles_are_given_and_taken(app, office, minh):
    answer = send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/roles", role="counter", agency="south")
    assert answer.location == f"{PEOPLE}{minh}/?done=granted"
    page = office.get(answer.location).page
    assert "counter – South Province (south)" in page.text
    with app.app_context():
        number = get_user(minh).grants[0].id

    assert send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/roles/{number}/revoke").status == 303

    with app.app_context():
        assert [(one.role, one.agency.code) for one in get_user(minh).grants] == [("counter", "south")]
        lines = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.number)).all()
        told = [(one.actor, one.action, one.facts) for one in lines if one.subject == "user minh@office.vn"]
    assert told[1:] == [
        (EMAIL, "account.granted", '{"agency":"south","role":"counter"}'),
        (EMAIL, "account.revoked", '{"agency":"north","role":"evaluator"}'),
    ]


@pytest.mark.parametrize("fields", [{"role": "evaluator", "agency": "north"}, {"role": ""}, {"agency": "x"}])
def test_a_role_that_is_held_or_none_is_refused(app, office, minh, fields):
    answer = send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/roles", **{"role": "counter"} | fields)

    assert answer.status == 422
    with app.app_context():
        assert len(get_user(minh).grants) == 1


def test_the_last_administrator_stays(app, office, minh, lan):  # noqa: F811
    with app.app_context():
        own = get_user(lan).grants[0].id
    for way in (f"roles/{own}/revoke", "close"):
        answer = send(office, f"{PEOPLE}{lan}/", f"{PEOPLE}{lan}/{way}")
        assert answer.status == 409
        assert "This is the last administrator" in answer.page.text
    assert office.is_signed_in()
    send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/roles", role="administrator")

    assert send(office, f"{PEOPLE}{lan}/", f"{PEOPLE}{lan}/roles/{own}/revoke").status == 303
    assert not office.is_signed_in()


def test_a_closed_administrator_does_not_count(app, office, minh, lan):  # noqa: F811
    with app.app_context():
        grants.grant(minh, "administrator")
        grants.close(minh)

    assert send(office, f"{PEOPLE}{lan}/", f"{PEOPLE}{lan}/close").status == 409


def test_closing_ends_everything_and_opening_gives_it_back(app, office, minh):
    person = Person(app.test_client())
    person.sign_in("minh@office.vn")
    send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/close")
    assert not person.is_signed_in()
    assert person.sign_in("minh@office.vn").status == 422
    assert send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/link").status == 409

    send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/reopen")
    assert person.sign_in("minh@office.vn").status == 303


def test_an_administrator_signs_somebody_out_and_takes_the_second_factor_off(app, office, minh):
    with app.app_context(), transaction() as session:
        session.get(User, minh).totp_secret = b"sealed"
    assert "open, with a second factor" in office.get(PEOPLE).page.text
    assert send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/second-factor/off").status == 303
    person = Person(app.test_client())
    assert person.sign_in("minh@office.vn").location == "/results/"
    send(office, f"{PEOPLE}{minh}/", f"{PEOPLE}{minh}/sessions/end")

    assert not person.is_signed_in()
    assert office.is_signed_in()


@pytest.mark.parametrize("way", ["", "roles", "roles/1/revoke", "close", "reopen", "sessions/end", "link"])
def test_an_account_that_is_not_there_is_not_found(office, way):
    answer = office.get(f"{PEOPLE}99/") if not way else send(office, PEOPLE, f"{PEOPLE}99/{way}")

    assert answer.status == 404


def test_only_administrators_find_these_pages(app, office, minh):
    person = Person(app.test_client())
    person.sign_in("minh@office.vn")

    assert person.get(PEOPLE).status == 404
    assert person.get(f"{PEOPLE}{minh}/").status == 404
