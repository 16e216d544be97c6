"""Who asks: a list with codes, and how many interviews each has done, never beside an answer."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Collector
from app.services import fieldwork, responding
from app.services.interviewers import find_active
from tests.auth.person import token
from tests.factories import make_collectors, make_wave, submission


@pytest.fixture
def place(app):
    """The address of the list of a wave with a link for interviewers."""
    with app.app_context():
        wave = make_wave()
        make_collectors(wave, mode="interviewer")
        fieldwork.open_wave(wave)
        return f"/office/{wave.survey.code}/{wave.code}/interviewers/"


def add(person, place, code, name):
    page = person.get(place).page
    return person.post(place, {"csrf_token": token(page), "code": code, "name": name})


def test_the_list_needs_an_account(stranger, place):
    assert stranger.get(place).status == 302


def test_interviews_are_counted_by_interviewer(app, office, place):
    assert add(office, place, " l07 ", "Trần Thị Ỷ").status == 303
    with app.app_context():
        collector = db.session.query(Collector).one()
        responding.submit(submission(collector, interviewer="L07"))
        responding.submit(submission(collector, interviewer="L07"))
        responding.submit(submission(collector, interviewer="NOBODY"))
    page = office.get(place).page
    (row,) = page.all(".//tbody/tr")
    assert ["".join(cell.itertext()).strip() for cell in row][:4] == ["L07", "Trần Thị Ỷ", "2", "2"]


@pytest.mark.parametrize(
    ("code", "name", "sentence"),
    [
        ("", "Lan", "A code has 1 to 16"),
        ("a_b", "Lan", "A code has 1 to 16"),
        ("X" * 17, "Lan", "A code has 1 to 16"),
        ("L1", "  ", "Write the interviewer's name"),
        ("TAKEN", "Lan", "The code TAKEN is taken"),
    ],
)
def test_a_refusal_is_one_sentence_and_keeps_what_was_written(office, place, code, name, sentence):
    office.get(f"{place}?lang=en")
    add(office, place, "taken", "Minh")
    answer = add(office, place, code, name)
    assert answer.status == 422
    assert sentence in answer.page.text
    assert answer.page.value("code") == code


def test_a_code_can_be_taken_off_and_put_back(app, office, place):
    add(office, place, "L07", "Lan")
    for active, found in (("0", False), ("1", True)):
        page = office.get(place).page
        assert office.post(f"{place}L07", {"csrf_token": token(page), "active": active}).status == 303
        with app.app_context():
            assert bool(find_active("l07")) is found
    office.get(f"{place}?lang=en")
    page = office.get(place).page
    assert office.post(f"{place}L99", {"csrf_token": token(page), "active": "1"}).status == 422
