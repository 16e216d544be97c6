"""Save and resume: a code opens what was answered, on any device, in any language, with script or without."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Draft
from app.queries.waves import find_wave
from app.services import fieldwork
from tests.factories import make_collectors, make_wave
from tests.respond.conftest import filled, open_link, responses
from tests.respond.instruments import three_sections


def count(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Draft))


def code_on(page):
    return page.all(".//p[@class='big-code']/strong")[0].text


def put_aside(visitor, link, **answers):
    """The code for these answers, as the scripted form sends them."""
    answer = visitor.post(f"/r/{link}", filled(**answers) | {"_save": "1"})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return code_on(answer.page)


def resume(visitor, link, code, scripted="1", language="vi"):
    return visitor.post(f"/r/{link}/resume", {"_code": code, "_language": language, "_scripted": scripted})


def test_the_form_offers_to_save_and_to_resume(visitor, link):
    page = visitor.get(f"/r/{link}").page
    assert page.named("_save")
    assert f"/r/{link}/resume?lang=vi" in page.html


def test_a_tablet_at_the_counter_keeps_nothing_for_the_next_person(app, visitor):
    with app.app_context():
        wave = make_wave()
        code = make_collectors(wave, mode="kiosk")[0].code
        fieldwork.open_wave(wave)
    page = visitor.get(f"/r/{code}").page
    assert not page.named("_save")
    assert "resume" not in page.html


def test_what_was_put_aside_is_not_a_response(app, visitor, link):
    put_aside(visitor, link, polite="2")
    assert responses(app) == []
    assert count(app) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_code_brings_the_answers_back_in_any_language_of_the_wave(app, visitor, link, language):
    response_id = str(uuid4())
    code = put_aside(visitor, link, response_id=response_id, polite="2", words="Chờ lâu", heard=["tv", "net"])
    answer = resume(visitor, link, code.lower(), language=language)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.page
    assert page.tree.get("lang") == language
    assert (page.checked("polite"), page.checked("heard")) == (["2"], ["tv", "net"])
    assert page.value("words") == "Chờ lâu"
    assert page.value("_id") == response_id


def test_sending_what_was_resumed_stores_one_response_and_deletes_the_draft(app, visitor, link):
    code = put_aside(visitor, link, polite="2")
    page = resume(visitor, link, code).page
    sent = filled(polite="3", response_id=page.value("_id"))
    assert visitor.post(f"/r/{link}", sent).status == 201
    assert [one.answers for one in responses(app)] == [{"polite": "3"}]
    assert count(app) == 0
    assert resume(visitor, link, code).status == 422


def test_going_on_at_the_first_device_deletes_the_draft_too(app, visitor, link):
    fields = filled(polite="2")
    visitor.post(f"/r/{link}", fields | {"_save": "1"})
    assert visitor.post(f"/r/{link}", fields).status == 201
    assert count(app) == 0


def test_saving_again_keeps_the_code(app, visitor, link):
    fields = filled(polite="2")
    first = code_on(visitor.post(f"/r/{link}", fields | {"_save": "1"}).page)
    second = code_on(visitor.post(f"/r/{link}", fields | {"_save": "1", "polite": "3"}).page)
    assert first == second
    assert resume(visitor, link, first).page.checked("polite") == ["3"]
    assert count(app) == 1


def test_without_script_it_works_the_same(app, visitor, link):
    path = visitor.get(f"/r/{link}/new").headers["Location"].split("?")[0]
    fields = {"_instrument": "tiny@1", "_language": "vi", "polite": "2", "_save": "1"}
    code = code_on(visitor.post(path, fields).page)
    page = resume(visitor, link, code, scripted="").page
    assert page.checked("polite") == ["2"]
    (form,) = [one for one in page.tree.iter("form") if one.get("id") == "answers"]
    assert form.get("action") == path
    assert visitor.post(path, {"_instrument": "tiny@1", "_language": "vi", "polite": "2"}).status == 201
    assert count(app) == 0


def test_without_script_a_form_in_sections_goes_on_where_it_was_left(app, visitor):
    link = open_link(app, asked=three_sections(), layout="sections")
    location = visitor.get(f"/r/{link}/new?lang=en").headers["Location"]
    path = location.split("?")[0]
    page = visitor.get(location).page
    ours = {name: page.value(name) for name in ("_instrument", "_language", "_section", "_carried")}
    page = visitor.post(path, ours | {"visited": "yes", "name_of_day": "Mon", "_go": "next"}).page
    assert page.value("_section") == "visit"
    ours = {name: page.value(name) for name in ("_instrument", "_language", "_section", "_carried")}
    code = code_on(visitor.post(path, ours | {"seats": "2", "_save": "1"}).page)
    page = resume(visitor, link, code, scripted="", language="en").page
    assert page.value("_section") == "visit"
    assert page.checked("seats") == ["2"]
    ours = {name: page.value(name) for name in ("_instrument", "_language", "_section", "_carried")}
    page = visitor.post(path, ours | {"seats": "2", "_go": "next"}).page
    ours = {name: page.value(name) for name in ("_instrument", "_language", "_section", "_carried")}
    assert visitor.post(path, ours | {"again": "no", "_go": "next"}).status == 201
    assert responses(app)[0].answers == {
        "visited": "yes",
        "name_of_day": "Mon",
        "seats": "2",
        "again": "no",
    }


def test_a_form_saved_without_script_opens_with_script_in_its_section(app, visitor):
    link = open_link(app, asked=three_sections(), layout="sections")
    path = visitor.get(f"/r/{link}/new?lang=en").headers["Location"].split("?")[0]
    fields = {
        "_instrument": "trial@1",
        "_language": "en",
        "_section": "start",
        "_save": "1",
        "visited": "yes",
    }
    code = code_on(visitor.post(path, fields).page)
    page = resume(visitor, link, code).page
    assert page.value("_at") == "start"
    assert page.checked("visited") == ["yes"]


def test_a_wrong_code_is_one_sentence_and_keeps_what_was_typed(visitor, link):
    answer = resume(visitor, link, "AAAA-BBBB-CCCC", language="en")
    assert answer.status == 422
    assert "We find nothing under this code." in answer.page.text
    assert answer.page.value("_code") == "AAAA-BBBB-CCCC"


def test_wrong_codes_are_limited(visitor, link):
    code = put_aside(visitor, link, polite="2")
    for _ in range(20):
        assert resume(visitor, link, "wrong").status == 422
    assert resume(visitor, link, code).status == 429


def test_a_post_from_another_site_opens_nothing(visitor, link):
    code = put_aside(visitor, link, polite="2")
    answer = visitor.post(
        f"/r/{link}/resume", {"_code": code}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status == 403


def test_after_the_close_nothing_is_put_aside_and_nothing_opens(app, visitor, link):
    code = put_aside(visitor, link, polite="2")
    with app.app_context():
        fieldwork.close_wave(find_wave("citizens", "2026"))
    assert visitor.post(f"/r/{link}", filled(polite="2") | {"_save": "1"}).status == 410
    assert resume(visitor, link, code).status == 410
    assert visitor.post(f"/r/{link}", filled(polite="2")).status == 201
