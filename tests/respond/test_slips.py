"""A link with slips: its form opens with a good code alone, and one slip gives one answer."""

from __future__ import annotations

import pytest

from app.queries.collectors import get_collector
from app.services import slips
from tests.respond.conftest import filled, open_link, responses


@pytest.fixture
def desk(app):
    """(link, codes) of a desk that hands out slips."""
    return made_at(app, open_link(app))


def made_at(app, link):
    with app.app_context():
        (sheet,) = slips.make_sheets(get_collector(link))
    return link, sheet.codes


def test_without_a_code_the_page_asks_for_one(visitor, desk):
    answer = visitor.get(f"/r/{desk[0]}")
    assert answer.status == 200
    assert answer.page.named("slip")
    assert not answer.page.all(".//fieldset")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f" {code[:4]} - {code[4:]} "])
def test_a_good_code_opens_the_form_and_stands_in_no_cached_page(visitor, desk, spell):
    answer = visitor.get(f"/r/{desk[0]}", query_string={"slip": spell(desk[1][0])})
    assert answer.page.value("_slip") == desk[1][0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_an_unknown_code_is_said_beside_the_field_with_what_was_typed(visitor, desk):
    answer = visitor.get(f"/r/{desk[0]}?slip=ABCD-EFGH&lang=en")
    assert answer.status == 422
    assert "We do not know this code." in answer.page.text
    assert answer.page.value("slip") == "ABCD-EFGH"


def test_one_slip_gives_one_answer(app, visitor, desk):
    link, codes = desk
    page = visitor.get(f"/r/{link}?slip={codes[0]}").page
    fields = filled(polite="2") | {"_slip": page.value("_slip")}
    assert visitor.post(f"/r/{link}", fields).status == 201
    assert visitor.post(f"/r/{link}", fields).status == 200
    again = visitor.get(f"/r/{link}?slip={codes[0]}&lang=en")
    assert again.status == 422
    assert "This slip has been used" in again.page.text
    assert [one.state for one in responses(app)] == ["counted"]


def test_without_script_the_slip_travels_in_address_and_form(app, visitor, desk):
    link, codes = desk
    page = visitor.get(f"/r/{link}?slip={codes[1]}&lang=en").page
    begun = visitor.get(page.html.split("url=")[1].split('"')[0].replace("&amp;", "&"))
    assert begun.status == 302
    plain = visitor.get(begun.headers["Location"])
    assert plain.page.value("_slip") == codes[1]
    path = begun.headers["Location"].split("?")[0]
    fields = {"_instrument": "tiny@1", "_language": "en", "polite": "2", "_slip": codes[1]}
    assert visitor.post(path, fields).status == 201
    assert responses(app)[0].state == "counted"


def test_a_plain_address_without_a_slip_asks_for_one(visitor, desk):
    link, _codes = desk
    location = visitor.get(f"/r/{link}/new").headers["Location"]
    assert visitor.get(location).page.named("slip")


def test_a_slip_goes_along_when_the_page_is_shown_again(visitor, desk):
    link, codes = desk
    shown = visitor.post(f"/r/{link}", filled() | {"_slip": codes[0], "_switch": "en", "_id": ""})
    assert shown.page.value("_slip") == codes[0]


def test_too_many_wrong_codes_have_to_wait_and_one_link_does_not_shut_another(app, visitor, desk):
    other, codes = made_at(app, open_link(app, code="2027"))
    for _ in range(20):
        assert visitor.get(f"/r/{desk[0]}?slip=WRONG").status == 422
    waiting = visitor.get(f"/r/{desk[0]}?slip={desk[1][0]}&lang=en")
    assert waiting.status == 429
    assert "Wait 15 minutes" in waiting.page.text
    assert int(waiting.headers["Retry-After"]) > 0
    assert visitor.get(f"/r/{other}?slip={codes[0]}").status == 200
