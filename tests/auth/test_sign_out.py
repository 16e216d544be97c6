"""Signing out: by one's own press of the button only, and for good."""

from __future__ import annotations

from tests.auth.person import token


def test_the_button_ends_the_session(person):
    person.sign_in()

    answer = person.sign_out()

    assert (answer.status, answer.location) == (303, "/sign-in")
    assert not person.is_signed_in()


def test_nothing_of_the_account_stays_in_the_session(person):
    person.sign_in()
    person.sign_out()

    with person.client.session_transaction() as session:
        assert not session


def test_a_link_does_not_sign_anyone_out(person):
    person.sign_in()

    assert person.get("/sign-out").status == 405
    assert person.is_signed_in()


def test_another_site_does_not_sign_anyone_out(person):
    person.sign_in()

    assert person.post("/sign-out").status == 400
    assert person.is_signed_in()


def test_the_button_of_an_old_page_is_no_error(person):
    person.sign_in()
    old = token(person.get("/results/").page)
    person.sign_out()

    assert person.post("/sign-out", {"csrf_token": old}).location == "/sign-in"
