"""Whoever has an account leaves a line with every page; whoever answers a survey leaves none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.extensions import db
from app.queries.audit import iter_entries
from app.route_rights import RIGHT_OF
from app.services import accounts, audit
from app.services.audit_checking import check
from tests.auth.person import EMAIL, Person
from tests.factories import make_open_wave
from tests.respond.conftest import filled, responses


def lines(app, about=""):
    """The lines of what was seen: those that name an address of the application."""
    with app.app_context():
        return [line for line in iter_entries() if line.action in RIGHT_OF and line.action.startswith(about)]


def facts(line):
    return json.loads(line.facts)


@pytest.fixture
def wave(app):
    with app.app_context():
        make_open_wave("north-1")
        return "/office/citizens/2026"


def test_a_page_leaves_a_line_with_who_and_what(app, signed_in, wave):
    signed_in().get(f"{wave}/devices")
    (line,) = lines(app, "manage.devices")
    assert (line.actor, line.action, line.subject) == (EMAIL, "manage.devices", "citizens/2026")
    assert facts(line) == {"method": "GET", "status": 200}


def test_a_query_is_named_and_its_value_kept_only_where_it_is_harmless(app, signed_in):
    signed_in().get("/results/?lang=en&search=nguyen@office.vn")
    assert facts(lines(app, "results.waves")[-1])["query"] == {"lang": "en", "search": "…"}


def test_no_address_of_a_machine_is_kept(app, signed_in):
    signed_in().get("/results/", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    with app.app_context():
        assert not any("203.0.113" in str(line) for line in iter_entries())


def test_who_lacks_the_right_is_recorded_with_the_refusal(app, signed_in):
    assert signed_in("counter").get("/results/").status == 404
    assert facts(lines(app, "results.waves")[-1])["status"] == 404


def test_what_is_not_there_is_recorded(app, signed_in):
    signed_in().get("/results/citizens/none/")
    (line,) = lines(app, "results.wave")
    assert (line.subject, facts(line)["status"]) == ("citizens/none", 404)


def test_who_has_no_account_leaves_nothing(app):
    assert Person(app.test_client()).get("/results/").status == 302
    assert lines(app) == []


def test_what_is_sent_is_recorded_as_what_is_seen(app, signed_in, wave):
    person = signed_in()
    assert person.post(f"{wave}/devices", {"csrf_token": "not ours"}).status == 400
    (line,) = lines(app, "manage.add_device")
    assert facts(line) == {"method": "POST", "status": 400}


def test_a_page_that_renews_itself_leaves_one_line_in_a_quarter_of_an_hour(app, signed_in, wave):
    person = signed_in()
    for _time in range(3):
        assert person.get(f"{wave}/monitoring").status == 200
    assert len(lines(app, "manage.monitoring")) == 1


def test_respondents_leave_no_line_whoever_sends(app, signed_in):
    with app.app_context():
        _wave, (link,) = make_open_wave("north-1")
        code = link.code
    person = signed_in()
    with app.app_context():
        before = len(list(iter_entries()))
    assert person.get(f"/r/{code}").status == 200
    assert person.post(f"/r/{code}", filled(visited="yes", polite="3")).status == 201
    assert person.get("/health").status == 200
    assert len(responses(app)) == 1
    with app.app_context():
        assert len(list(iter_entries())) == before


def test_nothing_that_takes_an_answer_or_redeems_an_invitation_writes_a_line(app):
    open_rooms = {"respond", "kiosk", "staff"}
    assert open_rooms <= set(app.blueprints)
    assert not open_rooms & {endpoint.split(".")[0] for endpoint in RIGHT_OF}
    services = Path(accounts.__file__).parent
    takers = [
        services / f"{name}.py" for name in ("responding", "submissions", "drafts", "group_commit", "storing")
    ]
    takers += [
        services / "staff" / f"{name}.py" for name in ("redeeming", "answering", "draining", "pool", "blind")
    ]
    takers += (Path(accounts.__file__).parents[1] / "respond").rglob("*.py")
    assert not [path.name for path in takers if "audit" in path.read_text(encoding="utf-8")]


def test_the_lines_make_a_whole_chain(app, signed_in):
    person = signed_in()
    for _time in range(3):
        person.get("/results/")
    with app.app_context():
        found = check(iter_entries())
    assert found.whole
    assert found.lines >= 3


def test_an_answer_is_not_given_where_its_line_cannot_be_kept(app, signed_in, monkeypatch):
    person = signed_in()
    monkeypatch.setattr(audit, "hash_of", lambda entry: None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = person.get("/results/")
    assert answer.status >= 500
    assert "/results/" not in answer.html


def test_a_person_holds_no_connection_back(app, signed_in):
    person = signed_in()
    for _time in range(20):
        assert person.get("/results/").status == 200
    with app.app_context():
        assert db.engine.pool.checkedout() == 0
