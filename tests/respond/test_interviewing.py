"""Interviewer mode: the code is asked for once, goes beside the answers, and never into them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Interview, Interviewer
from app.services import fieldwork, interviewers
from tests.factories import make_collectors, make_wave
from tests.respond.conftest import filled, responses


@pytest.fixture
def link(app):
    """A link for interviewers, and L07 on the list."""
    with app.app_context():
        interviewers.add("L07", "Lan")
        wave = make_wave()
        code = make_collectors(wave, mode="interviewer")[0].code
        fieldwork.open_wave(wave)
        return code


def interviews(app):
    with app.app_context():
        return list(
            db.session.execute(
                select(Interview.response_id, Interviewer.code).join(
                    Interviewer, Interviewer.id == Interview.interviewer_id
                )
            )
        )


def test_the_empty_form_is_the_same_for_every_interviewer(visitor, link):
    first = visitor.get(f"/r/{link}?lang=en")
    second = visitor.get(f"/r/{link}?lang=en&interviewer=L07")
    assert first.body == second.body
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.page.value("_interviewer") == ""
    assert not first.page.named("_save")


def test_a_known_code_leads_to_the_form_and_an_unknown_one_is_said(visitor, link):
    right = visitor.post(f"/r/{link}/interviewer", {"_code": " l07 ", "_language": "en"})
    assert right.status == 303
    assert right.headers["Location"].endswith(f"/r/{link}?lang=en&interviewer=L07")
    wrong = visitor.post(f"/r/{link}/interviewer", {"_code": "L99", "_language": "en"})
    assert wrong.status == 422
    assert "No interviewer has this code." in wrong.page.text


def test_who_asked_is_kept_apart_from_the_answers(app, visitor, link):
    answer = visitor.post(f"/r/{link}", filled(polite="2", language="en") | {"_interviewer": "L07"})
    assert answer.status == 201
    assert f"/r/{link}?lang=en&amp;interviewer=L07" in answer.page.html
    (response,) = responses(app)
    assert interviews(app) == [(response.response_id, "L07")]
    assert response.mode == "interviewer"
    assert "L07" not in str([getattr(response, column.name) for column in response.__table__.columns])


def test_without_script_the_code_travels_in_the_address_and_a_hidden_field(app, visitor, link):
    asked = visitor.get(f"/r/{link}/new?lang=en")
    assert asked.status == 302
    page = visitor.get(asked.headers["Location"]).page
    assert page.value("_plain") == "1"
    begun = visitor.post(f"/r/{link}/interviewer", {"_code": "L07", "_language": "en", "_plain": "1"})
    form = visitor.get(visitor.get(begun.headers["Location"]).headers["Location"])
    assert form.page.value("_interviewer") == "L07"
    path = visitor.get(begun.headers["Location"]).headers["Location"].split("?")[0]
    fields = {"_instrument": "tiny@1", "_language": "en", "polite": "2", "_interviewer": "L07"}
    assert visitor.post(path, fields).status == 201
    assert [code for _response, code in interviews(app)] == ["L07"]


def test_another_kind_of_link_asks_nobody_who_asks(app, visitor, link):
    with app.app_context():
        wave = make_wave(code="2027")
        code = make_collectors(wave)[0].code
        fieldwork.open_wave(wave)
    assert not visitor.get(f"/r/{code}").page.named("_interviewer")
