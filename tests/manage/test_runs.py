"""The pages on which a wave is estimated, looked at, and released by another."""

from __future__ import annotations

from datetime import date

import pytest

from app.extensions import db
from app.models import Job
from app.queries.releases import get_release
from app.queries.waves import get_wave
from app.services import accounts, releasing, responding
from app.services.jobs import work_off
from tests.auth.person import PASSWORD, Person, token
from tests.factories import CLOSED, submission
from tests.services.closed import make_closed_wave

RUNS = "/office/citizens/2026/runs/"
FILLED = {
    "published_on": "2026-04-15",
    "languages": "vi",
    "organisation": "Văn phòng <Tỉnh>",
    "lonely_psu": "fail",
}


@pytest.fixture
def closed(app):
    with app.app_context():
        make_closed_wave(places=("north-1",))


@pytest.fixture
def minh(app):
    """Who approves."""
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="evaluator")
    person = Person(app.test_client())
    person.sign_in("minh@office.vn")
    return person


def send(person, path, fields, page=RUNS):
    return person.post(path, fields | {"csrf_token": token(person.get(page).page)})


def worked_off(app):
    with app.app_context():
        assert work_off() >= 1
        found = db.session.query(Job).order_by(Job.id.desc()).first()
        return found.state, found.result


def test_the_whole_road(app, closed, office, minh):
    asked = send(office, RUNS, FILLED)
    assert (asked.status, asked.location[:6]) == (303, "/jobs/")
    assert worked_off(app) == ("done", {"files": [], "next": f"{RUNS}1"})

    page = office.get(f"{RUNS}1?lang=en")
    assert "You had this run estimated: another person approves it." in page.html
    assert "Approve: release" not in page.html
    refused = send(office, f"{RUNS}1", {"decision": "approve"}, f"{RUNS}1")
    assert refused.status == 422
    assert "another person must" in refused.html

    seen = minh.get(f"{RUNS}1?lang=en")
    assert "Approve: release 1" in seen.html
    with minh.client.get(f"{RUNS}1/workbooks/whole.xlsx") as book:
        assert book.data[:2] == b"PK"
    assert send(minh, f"{RUNS}1", {"decision": "approve"}, f"{RUNS}1").status == 303
    assert "released as release 1" in minh.get(f"{RUNS}1").html
    again = send(minh, f"{RUNS}1", {"decision": "approve"}, RUNS)
    assert (again.status, "a release never changes" in again.html) == (422, True)

    assert send(office, "/office/citizens/2026/releases/1/public", {}).status == 422
    assert send(office, "/office/citizens/2026/releases/1/public", {"sure": "yes"}).status == 303
    with app.app_context():
        release = get_release("citizens", "2026")
        assert (release.public, release.run.made_by.name, release.run.decided_by.name) == (
            True,
            "Lan",
            "Minh",
        )
        assert releasing.folder_of(release).is_dir()


def test_a_run_is_rejected_with_a_reason(app, closed, office, minh):
    send(office, RUNS, FILLED)
    worked_off(app)
    without = send(minh, f"{RUNS}1", {"decision": "reject", "remark": " "}, f"{RUNS}1")
    assert without.status == 422
    assert (
        send(minh, f"{RUNS}1", {"decision": "reject", "remark": "Sai <trọng số>"}, f"{RUNS}1").status == 303
    )
    page = minh.get(f"{RUNS}1?lang=en")
    assert "Sai &lt;trọng số&gt;" in page.html
    assert minh.client.get(f"{RUNS}1/workbooks/whole.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"published_on": "soon"}, "Write the publication date"),
        ({"languages": ""}, "at least one"),
        ({"languages": "vi vi"}, "once"),
        ({"languages": "tlh"}, "There are no workbooks in tlh"),
        ({"changes": "All."}, "corrects nothing"),
        ({"organisation": "x" * 5000}, "more than 4000 letters"),
    ],
)
def test_wrong_input_keeps_what_was_typed(app, closed, office, change, said):
    office.get(f"{RUNS}?lang=en")
    answer = send(office, RUNS, FILLED | change)
    assert answer.status == 422
    assert said in answer.html
    assert "Văn phòng &lt;Tỉnh&gt;" in answer.html or "organisation" in change
    with app.app_context():
        assert db.session.query(Job).count() == 0


def test_a_correction_is_asked_what_and_why_and_shows_what_changes(app, closed, office, minh):
    with app.app_context():
        wave = released_at_once().wave
        responding.submit_many(
            submission(wave.collectors[0], received_at=CLOSED.replace(year=2027)) for _ in range(2)
        )
    page = office.get(f"{RUNS}?lang=en")
    assert "Release 1 corrects" not in page.html
    assert "2 answers came after the freeze" in page.html
    refused = send(office, RUNS, FILLED)
    assert (refused.status, "Release 2 corrects an earlier one" in refused.html) == (422, True)

    assert send(office, f"{RUNS}late", {}).status == 303
    assert worked_off(app)[1]["rows"] == 17
    assert send(office, RUNS, FILLED | {"changes": "Two more.", "reason": "Late post."}).status == 303
    assert worked_off(app)[0] == "done"
    page = minh.get(f"{RUNS}2?lang=en")
    assert "Beside release 1" in page.html
    assert "figures are other than before" in page.html
    assert "The largest change: " in page.html


def released_at_once():
    return releasing.release(get_wave("citizens", "2026"), published_on=date(2026, 4, 1), language="vi")


@pytest.mark.parametrize("path", [RUNS, f"{RUNS}1", f"{RUNS}1/workbooks/whole.xlsx"])
def test_who_may_not_approve_for_all_finds_nothing(app, closed, path):
    with app.app_context():
        released_at_once()
        for role in ("agency_reader", "counter"):
            accounts.create_user(f"{role}@office.vn", "Hoa", PASSWORD, role=role)
    for role in ("agency_reader", "counter"):
        person = Person(app.test_client())
        person.sign_in(f"{role}@office.vn")
        assert person.get(path).status == 404


def test_a_file_that_is_none_of_the_run_is_not_given_out(app, closed, office):
    with app.app_context():
        released_at_once()
    for path in ("../../secret_key", "manifest.json", "workbooks/none.xlsx", "%2e%2e/%2e%2e/secret_key"):
        with office.client.get(f"{RUNS}1/{path}") as answer:
            assert answer.status_code == 404
    with office.client.get(f"{RUNS}1/results.json") as file:
        assert file.status_code == 200
    for number in ("2", "0", "99999999999999999999"):
        assert office.client.get(f"{RUNS}{number}").status_code == 404
