"""Answers that the routing hides are left out, and only after the person was told."""

from __future__ import annotations

from tests.pages import text_of
from tests.respond.conftest import filled, responses


def test_the_person_is_told_before_an_answer_is_left_out(visitor, app, link):
    sent = filled(language="en", visited="no", seats="3", polite="2")

    told = visitor.post(f"/r/{link}", sent)

    assert told.status == 422
    (notice,) = told.page.of_class("notice")
    assert [text_of(line) for line in notice.iter("li")] == ["Seats"]
    assert "autofocus" in notice.attrib
    assert told.page.checked("seats") == ["3"]
    assert responses(app) == []


def test_sending_again_agrees(visitor, app, link):
    sent = filled(visited="no", seats="3", polite="2")
    told = visitor.post(f"/r/{link}", sent).page

    agreed = visitor.post(f"/r/{link}", sent | {"_confirmed": told.value("_confirmed")})

    assert agreed.status == 201
    assert responses(app)[0].answers == {"visited": "no", "polite": "2"}


def test_changing_the_answers_instead_keeps_them(visitor, app, link):
    sent = filled(visited="no", seats="3")
    told = visitor.post(f"/r/{link}", sent).page

    visitor.post(f"/r/{link}", sent | {"_confirmed": told.value("_confirmed"), "visited": "yes"})

    assert responses(app)[0].answers == {"visited": "yes", "seats": "3"}


def test_agreeing_to_one_item_is_not_agreeing_to_another(visitor, app, link):
    sent = filled(visited="no", seats="3") | {"_confirmed": "polite"}

    assert visitor.post(f"/r/{link}", sent).status == 422
    assert responses(app) == []
