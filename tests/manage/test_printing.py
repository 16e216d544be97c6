"""What the office prints: PDFs that nobody keeps a copy of, and one sentence where there is none."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Collector, Slip
from app.printing import typesetting
from tests.auth.person import token
from tests.factories import make_open_wave

ADDRESS = "https://khaosat.example.vn"


@pytest.fixture
def place(app):
    """The address of a wave's print page."""
    with app.app_context():
        wave, _collectors = make_open_wave("north-1", "south-1")
        return f"/office/{wave.survey.code}/{wave.code}/print/"


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def test_printing_needs_an_account(stranger, place):
    assert stranger.get(place).status == 302
    assert stranger.get(f"{place}posters.pdf").status == 302


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_offers_posters_slips_and_forms(office, place, language):
    page = office.get(f"{place}?lang={language}").page
    assert len(page.all(".//section")) == 3
    assert page.by_id("poster-address").get("value") == "http://localhost"


def test_posters_come_as_a_pdf_that_nobody_keeps(office, place):
    answer = office.get(f"{place}posters.pdf?language=all&address={ADDRESS}&minutes=2&contact=0225")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_form_comes_for_one_place_with_numbers(office, place):
    answer = office.get(f"{place}form.pdf?language=vi&link=2&copies=3&first=10")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("posters.pdf?language=all&address=server", "is not the address of a server"),
        ("posters.pdf?language=de&address=https://a.vn", "does not speak “de”"),
        ("posters.pdf?language=vi&address=https://a.vn&link=9", "Choose a link of this wave"),
        ("form.pdf?language=all", "in one language"),
        ("form.pdf?language=vi&copies=201&first=1", "at most 200 copies"),
        ("form.pdf?language=vi&copies=2&first=999999", "Form numbers run from 1 to 999999"),
        ("form.pdf?language=vi&copies=2&first=0", "Form numbers run from 1 to 999999"),
    ],
)
def test_what_cannot_be_printed_is_said_in_one_sentence(office, place, query, sentence):
    office.get(f"{place}?lang=en")
    answer = office.get(place + query)
    assert answer.status == 422
    assert sentence in answer.page.text


def test_slips_are_made_once_and_the_link_asks_for_them(app, office, place):
    page = office.get(f"{place}?lang=en").page
    sent = {"csrf_token": token(page), "link": "1", "language": "vi", "address": ADDRESS, "sheets": "2"}
    answer = office.post(f"{place}slips.pdf", sent)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert count(app, Slip) == 48
    page = office.get(place).page
    assert "only with a slip" in page.text
    answer = office.post(f"{place}door", {"csrf_token": token(page), "link": "1", "slips": "0"})
    assert answer.status == 303
    with app.app_context():
        assert not db.session.scalar(select(Collector.slips).where(Collector.number == 1))


def test_refused_slips_leave_no_code_behind(app, office, place):
    page = office.get(f"{place}?lang=en").page
    for wrong in ({"sheets": "0"}, {"link": "7"}, {"address": "nowhere"}, {"language": "xx"}):
        sent = {"csrf_token": token(page), "link": "1", "language": "vi", "address": ADDRESS, "sheets": "1"}
        assert office.post(f"{place}slips.pdf", sent | wrong).status == 422
    assert count(app, Slip) == 0


def test_without_typst_nothing_is_made_and_one_sentence_says_why(app, office, place, monkeypatch):
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    page = office.get(f"{place}?lang=en").page
    answer = office.post(
        f"{place}slips.pdf",
        {"csrf_token": token(page), "link": "1", "language": "vi", "address": ADDRESS, "sheets": "1"},
    )
    assert answer.status == 503
    assert "typst is missing" in answer.page.text
    assert count(app, Slip) == 0
