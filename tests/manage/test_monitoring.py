"""The page of the fieldwork, and the page where transactions served are taken in."""

from __future__ import annotations

import io

import pytest

from app import clock
from app.services import fieldwork, responding
from tests.auth.person import token
from tests.factories import make_collectors, make_wave, submission

PAGE = "/office/citizens/2026/monitoring"
SERVED = "/office/served"


@pytest.fixture
def links(app):
    """Two tablets in the field, the first with an answer; their links."""
    with app.app_context():
        wave = make_wave()
        first, second = make_collectors(wave, "north-1", "south-1", mode="kiosk")
        now = clock.now()
        fieldwork.open_wave(wave, now=now)
        responding.submit(submission(first, started_at=None, submitted_at=now, received_at=now))
        return first.code, second.code


def send(office, content, name="served.csv"):
    fields = {"csrf_token": token(office.get(SERVED).page), "file": (io.BytesIO(content), name)}
    return office.post(f"{SERVED}?lang=en", fields, content_type="multipart/form-data")


def test_the_pages_need_an_account(stranger, links):
    assert stranger.get(PAGE).status == 302
    assert stranger.get(SERVED).status == 302
    assert stranger.post(PAGE, {"target": "5"}).status in (302, 303, 400)


def test_the_office_leads_to_both_pages(office, links):
    assert f'href="{PAGE}"' in office.get("/office/citizens/2026/").html
    assert f'href="{SERVED}"' in office.get("/office/").html


def test_the_page_says_how_it_goes_in_both_languages(office, links):
    page = office.get(f"{PAGE}?lang=en").page
    assert [tile.text for tile in page.all(".//dl[@class='tiles']/div/dd")][:2] == ["1", "1"]
    assert "No margin: people choose themselves" in page.text
    assert "07:30 to 17:00 from Monday to Friday is supposed" in page.text
    assert "docs/quality-flags.md" in page.text
    assert "Tạm dừng" in office.get(f"{PAGE}?lang=vi").html


def test_a_target_is_set_for_a_branch_and_what_is_missing_is_said(office, links):
    fields = {"csrf_token": token(office.get(PAGE).page), "target": "12"}
    done = office.post(f"{PAGE}?branch=north", fields)
    assert (done.status, done.location) == (303, f"{PAGE}?branch=north")
    page = office.get(f"{PAGE}?lang=en").page
    assert "You need 11 more at North One, Quầy north-1." in page.text
    assert "South One" in page.text
    assert "more at South One" not in page.text


@pytest.mark.parametrize("typed", ["-1", "many", "1.5", "99999999", "9" * 40])
def test_a_wrong_target_is_refused_in_one_sentence(office, links, typed):
    fields = {"csrf_token": token(office.get(PAGE).page), "target": typed}
    answer = office.post(f"{PAGE}?lang=en", fields)
    assert answer.status == 422
    assert "Write a whole number of answers from 0 to 1000000." in answer.page.text
    assert "more at" not in office.get(PAGE).html


@pytest.mark.parametrize("query", ["branch=nowhere", "page=0", "page=2", "page=x", "page=" + "9" * 30])
def test_what_is_not_there_is_not_found(office, links, query):
    assert office.get(f"{PAGE}?{query}").status == 404


def test_an_anonymous_wave_has_no_such_page(app, office):
    with app.app_context():
        make_wave(anonymous=True, wave_kind="census")
    assert office.get(PAGE).status == 404
    assert PAGE not in office.get("/office/citizens/2026/").html


def test_figures_are_taken_in_and_shown(office, links):
    answer = send(office, b"agency,day,transactions,source\nnorth-1,2026-03-02,4,book\n")
    assert answer.status == 200
    assert "New figures: 1. Replaced: 0." in answer.page.text
    assert "2 March 2026" in answer.page.text


def test_every_problem_stands_with_its_row(office, links):
    answer = send(office, b"agency,day,transactions,source\nnowhere,2026-03-02,4,book\nnorth-1,x,4,book\n")
    assert answer.status == 422
    assert "Nothing was stored." in answer.page.text
    rows = [[cell.text for cell in row] for row in answer.page.all(".//tbody/tr")]
    assert rows == [
        ["2", "No agency has the code nowhere."],
        ["3", "x is no day; write it as 2026-03-31."],
    ]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [(b"", "", "Choose a CSV file."), (b"\xff", "a.csv", "no CSV in UTF-8")],
)
def test_no_file_and_no_list_are_refused(office, links, content, name, said):
    answer = send(office, content, name)
    assert answer.status == 422
    assert said in answer.page.text
