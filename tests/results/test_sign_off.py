"""Sign-off and improvement plan on pages: who answers for an agency writes and signs, others read or find nothing."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from app.config import office_day
from app.extensions import db
from app.models import ImprovementLine, SignOff
from tests.auth.person import PASSWORD, Person, token
from tests.results.conftest import READER

WAVE = "/results/citizens/2027/"
PAGE = f"{WAVE}agencies/north-1/sign-off/"
FIELDS = {"measure": "Mở thêm một quầy", "owner": "Chánh văn phòng", "due_on": "2027-09-30", "item": "polite"}


@pytest.fixture
def head(office):
    """Bình, who answers for the branch of `north`; what he writes is gone afterwards."""
    person = Person(office.test_client())
    person.sign_in(READER, PASSWORD)
    yield person
    with office.app_context():
        db.session.query(SignOff).delete()
        db.session.query(ImprovementLine).delete()
        db.session.commit()


def send(person, path, page=PAGE, **fields):
    """Send a form of the page as the page made it."""
    shown = person.get(page).page
    marks = {"csrf_token": token(shown), "release": "1"}
    for name in ("was", "plan"):
        if found := shown.named(name):
            marks[name] = found[0].get("value")
    return person.post(path, marks | fields)


def test_the_page_has_figures_scorecard_plan_and_sign_off(evaluator):
    page = evaluator.get(f"{PAGE}?lang=en").page

    assert "North One" in page.text
    assert "n = " in page.text
    assert "There is no plan yet." in page.text
    assert "/results/citizens/2027/agencies/north-1/scorecard.pdf?lang=vi" in page.html


def test_a_plan_is_written_and_signed_off(head):
    assert send(head, f"{WAVE}agencies/north-1/plan/", **FIELDS).location.endswith("/sign-off/")
    assert send(head, f"{WAVE}agencies/north-1/plan/1", do="state", state="under_way").status == 303
    assert send(head, PAGE, name="Trần Văn Bình", position="Chủ tịch", comment="Đã rõ.").status == 303

    page = head.get(f"{PAGE}?lang=vi").page
    assert "Mở thêm một quầy" in page.text
    assert "đang thực hiện" in page.text
    assert "Trần Văn Bình, Chủ tịch" in page.text
    assert not page.named("measure")
    assert page.named("state")


def test_what_was_typed_stays_where_it_was_refused(head):
    answer = send(head, f"{WAVE}agencies/north-1/plan/", **FIELDS | {"due_on": "2020-01-01"})

    assert answer.status == 422
    assert answer.page.value("measure") == "Mở thêm một quầy"
    assert answer.page.value("owner") == "Chánh văn phòng"
    (field,) = answer.page.named("due_on")
    assert field.get("aria-invalid") == "true"
    assert answer.page.title.startswith(("Error:", "Lỗi:"))


def test_a_line_that_somebody_changed_is_shown_as_it_is_now(head):
    send(head, f"{WAVE}agencies/north-1/plan/", **FIELDS)
    answer = send(head, f"{WAVE}agencies/north-1/plan/1", do="state", state="done", was="0" * 16)

    assert answer.status == 422
    assert any(
        sentence in answer.page.text
        for sentence in ("Somebody else changed", "Có người khác vừa sửa dòng này")
    )


def test_who_does_not_answer_for_the_agency_finds_nothing(head, office):
    for page in (f"{WAVE}agencies/south-1/sign-off/", f"{WAVE}agencies/nowhere/sign-off/"):
        assert head.get(page).status == 404
    shown = head.get(PAGE).page
    sent = {"csrf_token": token(shown), "release": "1", **FIELDS}
    assert head.post(f"{WAVE}agencies/south-1/plan/", sent).status == 404
    with office.app_context():
        assert db.session.query(ImprovementLine).count() == 0


@pytest.mark.parametrize("release", ["", "9", "x"])
def test_a_form_for_no_release_is_not_found(head, release):
    sent = {"csrf_token": token(head.get(PAGE).page), **FIELDS, "release": release}

    assert head.post(f"{WAVE}agencies/north-1/plan/", sent).status == 404


def test_the_list_says_who_has_signed_within_ones_branch(head):
    send(head, f"{WAVE}agencies/north-1/plan/", **FIELDS | {"measure": "=1+1"})
    send(head, PAGE, name="Bình", position="Chủ tịch")

    page = head.get(f"{WAVE}sign-offs/?lang=en").page
    assert "Signed off: 1 of 4 agencies." in page.text
    assert "South" not in page.text
    assert head.get(f"{WAVE}sign-offs/?page=2").status == 404

    answer = head.client.get(f"{WAVE}plans.csv")
    (line,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (line["agency"], line["measure"], line["owner"]) == ("north-1", "'=1+1", "Chánh văn phòng")
    assert (line["due_on"], line["signed_by"]) == ("2027-09-30", "Bình")
    assert line["overdue"] == str(int(date(2027, 9, 30) < office_day_now()))


def office_day_now():
    from datetime import UTC, datetime

    return office_day(datetime.now(UTC))
