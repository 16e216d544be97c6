"""Sessions: how long they go on, how many at once, and how they are ended from elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import UserSession
from app.services import accounts, grants, sessions
from tests.auth.person import EMAIL, PASSWORD, Person, token


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = sessions.now()

        def forward(self, **span):
            self.now += timedelta(**span)

    made = Clock()
    monkeypatch.setattr(sessions, "now", lambda: made.now)
    return made


@pytest.fixture
def browsers(app, lan):
    """Any number of browsers in which Lan is signed in."""

    def make(count, name="Firefox"):
        made = [Person(app.test_client()) for _each in range(count)]
        for one in made:
            one.sign_in(headers={"User-Agent": name})
        return made

    return make


def test_an_hour_without_a_request_ends_it(person, clock):
    person.sign_in()
    clock.forward(minutes=59)
    assert person.is_signed_in()
    clock.forward(minutes=59)
    assert person.is_signed_in()
    clock.forward(minutes=60)
    assert not person.is_signed_in()


def test_twelve_hours_end_it_however_busy(person, clock):
    person.sign_in()
    for _each in range(14):
        clock.forward(minutes=50)
        assert person.is_signed_in()
    clock.forward(minutes=20)
    assert not person.is_signed_in()


def test_a_house_may_be_stricter(app, person, clock):
    app.config["SESSION_IDLE"] = timedelta(minutes=10)
    person.sign_in()
    clock.forward(minutes=11)
    assert not person.is_signed_in()


def test_being_alive_is_written_once_a_minute(app, person, clock):
    def seen():
        with app.app_context():
            return db.session.scalar(db.select(UserSession.seen_at))

    person.sign_in()
    begun = seen()
    clock.forward(seconds=59)
    person.is_signed_in()
    assert seen() == begun
    clock.forward(seconds=2)
    person.is_signed_in()
    assert seen() == clock.now


def test_the_oldest_ends_where_there_are_too_many(app, browsers, clock):
    app.config["SESSIONS_AT_ONCE"] = 2
    first, second = browsers(2)
    clock.forward(seconds=1)
    (third,) = browsers(1)

    assert [one.is_signed_in() for one in (first, second, third)] == [False, True, True]


def test_the_database_holds_no_token(app, person):
    person.sign_in()
    with person.client.session_transaction() as session:
        token_given = session["_user_id"]
    with app.app_context():
        (row,) = db.session.scalars(db.select(UserSession)).all()
        assert token_given not in (row.token_hash, row.browser)
        assert len(row.token_hash) == 64


def test_signing_out_ends_it_for_a_copied_cookie_too(app, person):
    person.sign_in()
    thief = Person(app.test_client())
    thief.client.set_cookie("hailong", person.client.get_cookie("hailong").value)
    assert thief.is_signed_in()

    person.sign_out()

    assert not thief.is_signed_in()


def test_ones_own_sessions_are_listed_and_ended_one_by_one(browsers):
    here, there = browsers(1)[0], browsers(1, "Chromium <b>")[0]
    page = here.get("/account/?lang=en").page
    listed = [" ".join("".join(one.itertext()).split()) for one in page.all(".//ul[@class='sessions']/li")]
    assert len(listed) == 2
    assert any("Firefox" in one and "this browser" in one for one in listed)
    (form,) = [
        one for one in page.all(".//form") if (one.get("action") or "").startswith("/account/sessions/2/")
    ]

    assert here.post(form.get("action"), {"csrf_token": token(page)}).location == "/account/?done=sessions"
    assert here.is_signed_in()
    assert not there.is_signed_in()


def test_all_others_are_ended_at_once(browsers):
    here, *others = browsers(3)
    page = here.get("/account/").page
    here.post("/account/sessions/end", {"csrf_token": token(page)})

    assert here.is_signed_in()
    assert not any(one.is_signed_in() for one in others)


def test_the_session_of_somebody_else_is_not_found(app, person):
    with app.app_context():
        minh = accounts.create_user("minh@office.vn", "Minh", PASSWORD)
        sessions.begin(minh, "", by="test")
    person.sign_in()
    csrf = {"csrf_token": token(person.get("/account/").page)}

    assert person.post("/account/sessions/1/end", csrf).status == 404
    assert person.post("/account/sessions/99/end", csrf).status == 404


def test_changing_the_password_signs_out_everywhere_else(browsers):
    here, there = browsers(2)
    page = here.get("/account/").page
    fields = {"csrf_token": token(page), "present": PASSWORD, "password": "trăng thanh gió mát"}

    answer = here.post("/account/password", fields | {"again": "trăng thanh gió mát"})

    assert answer.location == "/account/?done=password"
    assert here.is_signed_in()
    assert not there.is_signed_in()
    assert there.sign_in().status == 422
    assert there.sign_in(password="trăng thanh gió mát").status == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"present": "wrong"}, "present"),
        ({"password": "short", "again": "short"}, "password"),
        ({"again": "another one"}, "again"),
        ({"password": "lan@office.vn!!", "again": "lan@office.vn!!"}, "password"),
        ({"password": "", "again": ""}, "password"),
    ],
)
def test_a_password_that_cannot_be_changed_so_stays(person, changes, field):
    person.sign_in()
    page = person.get("/account/").page
    fields = {"csrf_token": token(page), "present": PASSWORD, "password": "trăng thanh gió mát"}

    answer = person.post("/account/password", fields | {"again": "trăng thanh gió mát"} | changes)

    assert answer.status == 422
    assert [one.get("name") for one in answer.page.tree.iter() if one.get("aria-invalid")] == [field]
    assert person.sign_out().status == 303
    assert person.sign_in().status == 303


def test_a_role_taken_away_ends_the_sessions(app, person, lan):
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="administrator")
        role = grants.grant(lan, "evaluator").id
    person.sign_in()
    with app.app_context():
        grants.revoke(lan, role)

    assert not person.is_signed_in()


def test_citizens_pages_never_look_at_the_session(app, person, monkeypatch):
    from tests.factories import make_open_wave

    with app.app_context():
        _wave, (collector,) = make_open_wave()
        address = f"/r/{collector.code}"
    person.sign_in()
    monkeypatch.setattr(sessions, "resume", lambda token: pytest.fail("the session was looked at"))

    answer = person.get(address)

    assert answer.status == 200
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_every_sign_in_and_out_is_in_the_log_and_a_failed_one_without_what_was_typed(app, person):
    from app.models import AuditEntry

    person.sign_in(password="wrong one")
    person.sign_in(email="my password by mistake", password="x")
    person.sign_in()
    person.sign_out()

    with app.app_context():
        lines = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.number)).all()
        told = [
            (one.action, one.subject)
            for one in lines
            if one.action.startswith("account.") and " " in one.subject
        ]
        everything = " ".join(f"{one.subject} {one.facts} {one.actor}" for one in lines)
    assert told[1:] == [
        ("account.refused", f"user {EMAIL}"),
        ("account.refused", "unknown address"),
        ("account.signed_in", f"user {EMAIL}"),
        ("account.signed_out", f"user {EMAIL}"),
    ]
    assert "wrong one" not in everything
    assert "by mistake" not in everything
