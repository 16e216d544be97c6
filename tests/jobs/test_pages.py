"""The pages of long work: one's own, how far it is, what it made, and nothing of others."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.extensions import db, transaction
from app.models import Job, RoleGrant
from app.queries.agencies import find_agency
from app.queries.jobs import get_job
from app.queries.users import find_user
from app.services import accounts, jobs
from app.services.jobs import folders
from tests.auth.person import EMAIL, PASSWORD, Person, token
from tests.results.conftest import make_office
from tests.services.jobs import kinds

assert kinds  # registers the kinds

LAN, OTHER, IDLE = "hong@office.vn", "minh@office.vn", "an@office.vn"


@pytest.fixture(scope="module")
def app(tmp_path_factory, migrated_file):
    """An application with an evaluator of the whole, an administrator, and one who has asked for nothing."""
    folder = tmp_path_factory.mktemp("jobs")
    made = make_office(folder, migrated_file)
    with made.app_context():
        for email, role in ((LAN, "evaluator"), (OTHER, "evaluator"), (IDLE, "agency_reader")):
            accounts.create_user(email, email.partition("@")[0], PASSWORD, role=role)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def sign_in(app):
    """A person's browser by address; each signs in once."""
    kept = {}

    def signed_in(email):
        if email not in kept:
            kept[email] = Person(app.test_client())
            assert kept[email].sign_in(email=email).status == 303
            kept[email].get("/jobs/?lang=en")
        return kept[email]

    return signed_in


@pytest.fixture
def lan(sign_in):
    """The evaluator, who reads English."""
    sign_in(LAN).get("/jobs/?lang=en")
    return sign_in(LAN)


def ask(app, kind="test-write", email=LAN, work=False, **arguments):
    """The key of a job that this account asked for."""
    with app.app_context():
        user = find_user(email)
        job = jobs.enqueue(kind, arguments, user.id if user else None)
        if work:
            jobs.work_off()
        return job.key


def test_the_list_holds_what_one_asked_for(app, lan, sign_in):
    assert "Nothing was asked for yet" in sign_in(IDLE).get("/jobs/").page.text
    key = ask(app, about="citizens/2026")
    (link,) = [a for a in lan.get("/jobs/").page.all(".//main//ul//a") if key in a.get("href")]
    assert link.text == "Write: citizens/2026"


def test_a_waiting_job_shows_a_bar_a_link_to_look_again_and_a_button(app, lan):
    key = ask(app)
    page = lan.get(f"/jobs/{key}").page
    (bar,) = page.all(".//main//progress")
    assert "value" not in bar.attrib
    assert "Waiting for its turn" in page.text
    assert "Nobody is at work" in page.text
    (again,) = page.of_class("look")
    assert lan.get(again.get("href")).status == 200


def test_it_does_not_say_that_nobody_works_while_somebody_does(app, lan):
    key = ask(app)
    with app.app_context(), folders.locked(folders.worker_lock(), shared=True):
        assert "Nobody is at work" not in lan.get(f"/jobs/{key}").page.text


def test_a_running_job_says_how_far_it_is_also_to_the_script(app, lan):
    key = ask(app)
    with app.app_context(), transaction() as session:
        session.execute(
            update(Job).where(Job.key == key).values(state="running", done=250, total=1000, attempts=1)
        )
    page = lan.get(f"/jobs/{key}").page
    assert page.by_id("job-bar").get("value") == "0.25"
    assert "250 of 1,000 (25%)" in page.text
    said = lan.client.get(f"/jobs/{key}/state.json")
    assert said.headers["Cache-Control"] == "no-store"
    assert said.json == {
        "state": "running",
        "said": "Under way",
        "steps": "250 of 1,000 (25%)",
        "share": 0.25,
        "ended": False,
    }


def test_a_finished_job_offers_its_files_and_counts_its_rows(app, lan):
    key = ask(app, work=True, lines=1200)
    page = lan.get(f"/jobs/{key}").page
    assert "Rows: 1,200, counted and complete." in page.text
    assert not page.all(".//main//progress")
    (link,) = page.of_class("download")
    with lan.client.get(link.get("href")) as response:
        assert response.data.count(b"\n") == 1200
        assert response.headers["Content-Disposition"] == "attachment; filename=lines.txt"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["lock", "../lock", "%2e%2e%2flock", "other.txt", "lines.txt%00", "..%5clock"]
)
def test_no_other_file_is_served(app, lan, name):
    key = ask(app, work=True)
    assert lan.client.get(f"/jobs/{key}/files/{name}").status_code == 404


def test_a_failed_job_says_why_in_the_readers_language(app, lan):
    key = ask(app, "test-full", work=True)
    assert "The disk is full." in lan.get(f"/jobs/{key}").page.text
    assert "Ổ đĩa đã đầy." in lan.get(f"/jobs/{key}?lang=vi").page.text


def test_the_button_calls_it_off(app, lan):
    key = ask(app)
    page = lan.get(f"/jobs/{key}").page
    answer = lan.post(f"/jobs/{key}/cancel", {"csrf_token": token(page)})
    assert (answer.status, answer.location) == (303, f"/jobs/{key}")
    assert "Called off" in lan.get(f"/jobs/{key}").page.text


def test_without_its_token_the_button_does_nothing(app, lan):
    key = ask(app)
    assert lan.post(f"/jobs/{key}/cancel").status == 400
    with app.app_context():
        assert get_job(key).state == "waiting"


PATHS = ("", "/state.json", "/files/lines.txt")


@pytest.mark.parametrize("path", PATHS)
def test_others_jobs_are_not_found(app, lan, path):
    key = ask(app, email=OTHER, work=True)
    assert lan.get(f"/jobs/{key}{path}").status == 404
    assert lan.get(f"/jobs/{'0' * 32}{path}").status == 404
    assert key not in lan.get("/jobs/").html


def test_an_administrator_sees_everybodys(app, sign_in):
    key = ask(app, email=OTHER, work=True)
    boss = sign_in(EMAIL)
    assert "minh" in boss.get("/jobs/").page.text
    assert [boss.get(f"/jobs/{key}{path}").status for path in PATHS] == [200, 200, 200]


def test_who_has_no_account_is_led_to_the_sign_in(app):
    key, client = ask(app), app.test_client()
    assert client.get(f"/jobs/{key}").status_code == 302
    assert client.get("/jobs/").status_code == 302


def test_files_are_for_whoever_still_has_the_right_over_the_branch(app, lan):
    """The evaluator of the whole may have a branch's; one who has lost the right has nothing."""
    key = ask(app, "test-export", work=True, tops=["north"])
    path = f"/jobs/{key}/files/Phi%E1%BA%BFu%201.csv"
    assert lan.get(path).status == 200
    _grant(app, "evaluator", "south")
    assert lan.get(path).status == 404
    assert "may no longer have these files" in lan.get(f"/jobs/{key}").page.text
    _grant(app, "evaluator", "north")
    assert lan.get(path).status == 200
    _grant(app, "agency_reader", "north")
    assert lan.get(path).status == 404


def _grant(app, role, place):
    """The account has this role over this branch and no other."""
    with app.app_context(), transaction() as session:
        user = find_user(LAN)
        user.grants.clear()
        session.flush()
        user.grants.append(RoleGrant(role=role, agency_id=find_agency(place).id))
