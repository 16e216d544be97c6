"""The page of the audit log: for administrators, newest first, filtered, and honest about a log that is not whole."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import g
from sqlalchemy import text

from app.extensions import db, transaction
from app.queries.audit import PAGE
from app.services import audit
from tests.auth.person import EMAIL, Person, token
from tests.results.conftest import make_office

LOG = "/admin/audit/"


def numbers(page):
    """The line numbers that the table shows."""
    return [int(row.find("th").text.replace(".", "")) for row in page.all(".//tbody/tr")]


@pytest.fixture(scope="module")
def world(migrated_file, tmp_path_factory):
    """An office whose log has sixty lines of two people; Lan is its administrator."""
    office = make_office(tmp_path_factory.mktemp("log"), migrated_file)
    with office.app_context():
        for number in range(PAGE + 10):
            g.actor = "minh@office.vn" if number % 2 else "=hoa@office.vn"
            with transaction() as session:
                audit.record(session, "release.approved", f"citizens/{number}", reason="50% _ <b>")
    yield office
    with office.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def lan(world):
    """Her browser."""
    person = Person(world.test_client())
    assert person.sign_in().status == 303
    return person


@pytest.mark.parametrize("role", ["survey_office", "evaluator", "agency_reader", "counter"])
def test_it_is_not_there_for_anyone_but_administrators(signed_in, role):
    person = signed_in(role)
    assert person.get(LOG).status == 404
    assert person.get(f"{LOG}audit.csv").status == 404


def test_a_stranger_is_led_to_the_sign_in(client):
    assert client.get(LOG).status_code == 302


def test_the_newest_lines_come_first_and_older_ones_on_further_pages(lan):
    first = lan.get(LOG).page
    shown = numbers(first)
    assert len(shown) == PAGE
    assert shown == sorted(shown, reverse=True)
    (older,) = [a.get("href") for a in first.all(".//a") if a.get("rel") == "next"]
    rest = numbers(lan.get(older).page)
    assert rest[0] == shown[-1] - 1
    assert rest[-1] == 1


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("actor=MINH&subject=citizens/1", {"citizens/1", *(f"citizens/{n}" for n in range(11, 20, 2))}),
        ("action=approved&subject=citizens/59", {"citizens/59"}),
        ("subject=%25&action=release", set()),
        ("subject=citizens_1", set()),
        ("subject=%00", set()),
        ("action=release&until=2001-01-01", set()),
        ("action=release&since=2999-01-01", set()),
        ("subject=citizens/59&since=2001-01-01&until=2999-01-01", {"citizens/59"}),
    ],
)
def test_a_filter_shows_what_fits_and_nothing_else(lan, query, subjects):
    page = lan.get(f"{LOG}?{query}").page
    assert {row[3].text for row in ([*tr.findall("td")] for tr in page.all(".//tbody/tr"))} == subjects


def test_a_day_that_is_none_is_said_and_what_was_typed_is_kept(lan):
    answer = lan.get(f"{LOG}?lang=en&actor=minh&since=yesterday&until=2026-02-30")
    assert answer.status == 422
    assert answer.page.value("actor") == "minh"
    assert answer.page.value("since") == "yesterday"
    assert answer.page.text.count("Write the day as in 2027-03-31.") == 4


def test_a_place_to_go_on_from_that_is_none_shows_the_newest(lan):
    for before in ("x", "-1", "9" * 40, "١"):
        assert lan.get(f"{LOG}?before={before}").status == 200


def test_the_file_holds_every_line_that_fits_and_no_formula(lan):
    answer = lan.client.get(f"{LOG}audit.csv?action=release.approved")
    with answer:
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == PAGE + 10
    assert {row["actor"] for row in rows} == {"minh@office.vn", "'=hoa@office.vn"}
    assert json.loads(rows[0]["facts"]) == {"reason": "50% _ <b>"}


def test_the_button_says_whether_the_log_is_whole(app, signed_in):
    person = signed_in()

    def press():
        field = {"csrf_token": token(person.get(f"{LOG}?lang=en").page)}
        return person.post(f"{LOG}check", field).page.text

    assert "none of its" in press()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_update"))
        connection.execute(text("UPDATE audit_entry SET actor = 'x' WHERE number = 2"))
    said = press()
    assert "The log is not whole" in said
    assert "Line 2 is not as it was written." in said


def test_looking_at_the_log_leaves_a_line_too(signed_in):
    person = signed_in()
    person.get(LOG)
    page = person.get(f"{LOG}?action=audit.log").page
    assert numbers(page)
    assert EMAIL in page.text
