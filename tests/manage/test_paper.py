"""Typing paper in: a line per question, the same sentences as on the form, disagreements decided on the paper."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.models import Response
from app.services import accounts
from tests.auth.person import PASSWORD, Person, token
from tests.factories import make_open_wave


@pytest.fixture
def place(app):
    """The address of the screen for link 1."""
    return made(app)


@pytest.fixture
def twice(app):
    """The same in a wave with double entry."""
    return made(app, double_entry=True)


@pytest.fixture
def minh(app, lan):
    """Another clerk, signed in."""
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="administrator")
    person = Person(app.test_client())
    person.sign_in(email="minh@office.vn")
    return person


def made(app, double_entry=False):
    with app.app_context():
        wave, _collectors = make_open_wave()
        if double_entry:
            with transaction():
                wave.double_entry = True
        return f"/office/{wave.survey.code}/{wave.code}/paper/"


def type_in(person, place, number, **typed):
    page = person.get(f"{place}1/").page
    fields = {"csrf_token": token(page), "_language": "vi", "_number": number} | typed
    return person.post(f"{place}1/", fields)


def answers(app):
    with app.app_context():
        return [one.answers for one in db.session.scalars(select(Response))]


def test_paper_needs_an_account(stranger, place):
    assert stranger.get(place).status == 302
    assert stranger.get(f"{place}1/").status == 302


def test_the_screen_has_a_line_per_question_and_says_every_key(office, place):
    page = office.get(f"{place}1/").page
    assert [page.named(code)[0].tag for code in ("visited", "polite", "heard", "words")] == [
        "input",
        "input",
        "input",
        "textarea",
    ]
    assert "1 Có" in page.text
    assert "na Không áp dụng" in page.text


def test_keys_are_stored_as_codes_and_the_next_form_opens(app, office, place):
    answer = type_in(office, place, "0012", visited="1", seats="3", heard="1 2", words="Chờ lâu")
    assert answer.status == 303
    assert "Đã lưu phiếu 12." in office.get(answer.location).page.text
    assert answers(app) == [{"visited": "yes", "seats": "3", "heard": ["tv", "net"], "words": "Chờ lâu"}]


def test_what_cannot_be_so_is_said_at_its_line_with_what_was_typed(app, office, place):
    office.get(f"{place}1/?lang=en")
    answer = type_in(office, place, "12", polite="8", heard="1")
    assert answer.status == 422
    assert answer.page.value("polite") == "8"
    assert answer.page.value("_number") == "12"
    assert "Choose one of the answers shown." in "".join(answer.page.by_id("said-polite").itertext())
    assert answers(app) == []


def test_the_same_number_again_is_one_sentence(app, office, place):
    type_in(office, place, "12", polite="1")
    answer = type_in(office, place, "12", polite="2")
    assert answer.status == 422
    assert "Phiếu 12 đã được lưu" in answer.page.text
    assert answers(app) == [{"polite": "1"}]


def test_two_people_disagree_and_one_decides(app, office, minh, twice):
    assert (
        "người khác sẽ nhập lần thứ hai" in office.get(type_in(office, twice, "5", polite="1").location).html
    )
    again = type_in(office, twice, "5", polite="1")
    assert again.status == 422
    assert "phải do người khác nhập" in again.page.text
    assert type_in(minh, twice, "5", polite="3", words="Tốt").status == 303
    assert answers(app) == []

    page = office.get(twice).page
    assert "Phiếu 5" in page.text
    address = f"{twice}1/5/decide"
    page = office.get(address).page
    assert "Rất không hài lòng" in page.text
    assert "không trả lời" in page.text
    undecided = office.post(address, {"csrf_token": token(page), "polite": "second"})
    assert undecided.status == 422
    assert undecided.page.checked("polite") == ["second"]
    decided = office.post(address, {"csrf_token": token(page), "polite": "second", "words": "first"})
    assert decided.status == 303
    assert answers(app) == [{"polite": "3"}]
    assert office.get(address).status == 404


@pytest.mark.parametrize("path", ["9/", "1/77/decide", "x/"])
def test_what_is_not_there_is_not_found(office, place, path):
    assert office.get(place + path).status == 404
