"""Signing in: who gets in, what the others are told, and what a guesser learns."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete

from app.extensions import db, transaction
from app.models import User, UserSession
from app.services import accounts
from tests.auth.person import EMAIL, PASSWORD, Person, token

NOT_RIGHT = "The e-mail address or the password is not right."
IN_ENGLISH = {"Accept-Language": "en"}


def without_token(html):
    """A page but for what differs between any two drawings of it."""
    return re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", html)


def close_account(app, number):
    with app.app_context(), transaction() as session:
        session.get(User, number).active = False


def test_the_right_password_leads_to_the_results(person):
    answer = person.sign_in()

    assert (answer.status, answer.location) == (303, "/results/")
    assert person.is_signed_in()


def test_the_page_asked_for_comes_after_the_sign_in(person):
    led = person.get("/results/?index=a b")
    assert led.status == 302

    answer = person.sign_in(path=led.location)

    assert answer.location == "/results/?index=a%20b"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "/%09/elsewhere.example/"]
)
def test_no_address_leads_to_another_site(person, target):
    assert person.sign_in(path=f"/sign-in?next={target}").location == "/results/"


def test_a_wrong_password_is_told_once(person):
    answer = person.sign_in(password="something else", path="/sign-in?lang=en")

    assert answer.status == 422
    assert answer.page.title.startswith("Error:")
    assert answer.html.count(NOT_RIGHT) == 1
    assert NOT_RIGHT not in person.get("/sign-in").html
    assert not person.is_signed_in()


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(app, person, lan):
    wrong = person.sign_in(password="something else")
    unknown = person.sign_in(email="nobody@office.vn", password="something else")
    close_account(app, lan)
    closed = person.sign_in()

    assert wrong.status == unknown.status == closed.status == 422
    assert without_token(wrong.html) == without_token(closed.html)
    assert without_token(wrong.html) == without_token(unknown.html).replace("nobody@office.vn", EMAIL)


def test_the_password_never_comes_back_in_a_page(person):
    answer = person.sign_in(password="a secret that is wrong")

    assert "a secret that is wrong" not in answer.html
    assert answer.page.value("email") == EMAIL


def test_empty_fields_are_named_beside_links_to_them(person):
    answer = person.sign_in(email="", password="", path="/sign-in?lang=en")

    assert answer.status == 422
    links = {link.get("href"): "".join(link.itertext()) for link in answer.page.all(".//li/a")}
    assert links == {"#email": "Enter your e-mail address.", "#password": "Enter your password."}
    assert [control.get("name") for control in answer.page.tree.iter() if control.get("aria-invalid")] == [
        "email",
        "password",
    ]


@pytest.mark.parametrize("email", ["\x00", "lan\x00@office.vn", "<script>", "l" * 5000])
def test_a_strange_address_is_a_wrong_one(person, email):
    answer = person.sign_in(email=email)

    assert answer.status == 422
    assert "<script>" not in answer.html


def test_who_is_signed_in_goes_on_at_once(person):
    person.sign_in()

    assert person.get("/sign-in?next=/results/x/").location == "/results/x/"


def test_a_post_without_a_token_signs_nobody_in(person):
    answer = person.post("/sign-in", {"email": EMAIL, "password": PASSWORD}, headers=IN_ENGLISH)

    assert answer.status == 400
    assert "open for too long" in answer.page.text
    assert answer.page.value("email") == ""
    assert not person.is_signed_in()


def test_a_token_of_another_session_signs_nobody_in(app, person):
    foreign = token(Person(app.test_client()).get("/sign-in").page)
    person.get("/sign-in")

    answer = person.post("/sign-in", {"email": EMAIL, "password": PASSWORD, "csrf_token": foreign})

    assert answer.status == 400
    assert not person.is_signed_in()


def test_the_session_before_is_not_the_session_after(person):
    person.get("/sign-in")
    with person.client.session_transaction() as before:
        before["planted"] = "by someone else"

    person.sign_in()

    with person.client.session_transaction() as after:
        assert "planted" not in after


def test_the_cookie_is_kept_from_scripts_and_other_sites(person):
    answer = person.sign_in()

    (cookie,) = answer.headers.get_all("Set-Cookie")
    assert cookie.startswith("hailong=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_nobody_keeps_a_copy_of_the_page(person):
    assert person.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_after_five_wrong_passwords_even_the_right_one_waits(person):
    for _ in range(5):
        assert person.sign_in(password="something else").status == 422

    answer = person.sign_in(path="/sign-in?lang=en")

    assert answer.status == 429
    assert "too many tries with this e-mail address. Wait 15 min, then try again." in answer.page.text
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert not person.is_signed_in()


def test_writing_the_address_otherwise_gives_no_further_tries(person):
    for _ in range(5):
        person.sign_in(password="something else")

    assert person.sign_in(email=f"  {EMAIL.upper()}", password="something else").status == 429


def test_the_wait_is_for_one_account_from_one_address(person):
    for _ in range(5):
        person.sign_in(password="something else")

    assert person.sign_in(email="nobody@office.vn").status == 422
    assert person.sign_in(environ_overrides={"REMOTE_ADDR": "10.9.8.7"}).status == 303


def test_a_right_password_forgives_the_wrong_ones(person):
    for _ in range(2):
        for _ in range(4):
            person.sign_in(password="something else")
        assert person.sign_in().status == 303
        person.sign_out()


def test_every_application_counts_for_itself(app, person):
    for _ in range(5):
        person.sign_in(password="something else")

    assert app.extensions["sign_in_tries"].begin((EMAIL, "127.0.0.1")) > 0


def test_a_new_password_ends_the_sessions_of_the_old_one(app, person, lan):
    person.sign_in()
    with app.app_context():
        accounts.change_password(lan, PASSWORD, "trăng thanh gió mát")

    assert not person.is_signed_in()
    assert person.sign_in().status == 422
    assert person.sign_in(password="trăng thanh gió mát").status == 303


def test_closing_an_account_ends_its_sessions(app, person, lan):
    person.sign_in()
    close_account(app, lan)

    assert not person.is_signed_in()


def test_an_account_that_is_gone_has_no_session(app, person, lan):
    person.sign_in()
    with app.app_context():
        db.session.execute(delete(UserSession))
        db.session.delete(db.session.get(User, lan))
        db.session.commit()

    assert not person.is_signed_in()


@pytest.mark.parametrize("kept", ["", "1", "1.", "x.y", ".", "99999999999999999999.abc", "²."])
def test_a_session_that_names_no_account_is_nobodys(person, kept):
    with person.client.session_transaction() as session:
        session["_user_id"] = kept

    assert not person.is_signed_in()
