"""A forgotten password and an invitation, by letters of a real mail server on this machine."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.extensions import db
from app.models import AccountToken
from app.services import accounts, recovering, sessions
from app.services.mail import MailRefused, MailServer
from app.services.post_room import wait_until_sent
from tests.auth.person import EMAIL, PASSWORD, Person, token
from tests.services.staff.post import running_post

HOUSE = "https://khaosat.example.vn"
NEW = "trăng thanh gió mát"
LINK = re.compile(rf"{HOUSE}(/sign-in/new-password/[\w-]+)")


@pytest.fixture
def post(app, monkeypatch):
    with running_post() as server:
        for name, value in {
            "HAILONG_SMTP_HOST": "127.0.0.1",
            "HAILONG_SMTP_PORT": str(server.port),
            "HAILONG_SMTP_SECURITY": "none",
            "HAILONG_MAIL_FROM": "Hailong <no-reply@office.vn>",
        }.items():
            monkeypatch.setenv(name, value)
        app.config["ADDRESS"] = HOUSE
        yield server


def ask(app, person, email=EMAIL, **options):
    page = person.get("/sign-in/forgotten", **options).page
    answer = person.post("/sign-in/forgotten", {"csrf_token": token(page), "email": email}, **options)
    wait_until_sent(app)
    return answer


def link(post, number=-1):
    return LINK.search(post.messages[number].get_content())[1]


def choose(person, way, password=NEW, again=None):
    page = person.get(way).page
    fields = {"csrf_token": token(page), "password": password, "again": password if again is None else again}
    return person.post(way, fields)


def test_a_letter_leads_to_a_new_password_and_in(app, person, post):
    there = Person(app.test_client())
    there.sign_in()
    answer = ask(app, person, headers={"Accept-Language": "en"})
    assert answer.status == 200
    (letter,) = post.messages
    assert (letter["To"], letter["Auto-Submitted"], letter["Content-Language"]) == (
        EMAIL,
        "auto-generated",
        "en",
    )
    assert PASSWORD not in letter.get_content()

    answer = choose(person, link(post))

    assert (answer.status, answer.location) == (303, "/results/")
    assert person.is_signed_in()
    assert not there.is_signed_in()
    assert there.sign_in().status == 422
    assert there.sign_in(password=NEW).status == 303


def test_a_stranger_does_not_learn_who_has_an_account(app, person, post):
    known, unknown = ask(app, person), ask(app, person, "nobody@office.vn")

    assert known.status == unknown.status == 200
    assert re.sub(r'value="[^"]*"', "", known.html) == re.sub(r'value="[^"]*"', "", unknown.html)
    assert post.to() == [EMAIL]


def test_a_link_is_good_once_and_looking_uses_nothing_up(app, person, post):
    ask(app, person)
    for _each in range(3):
        assert person.get(link(post)).status == 200
    assert choose(person, link(post)).status == 303

    answer = person.get(link(post), headers={"Accept-Language": "en"})
    assert answer.status == 410
    assert "This link has been used or has run out." in answer.page.text


def test_a_new_password_uses_up_every_other_link(app, person, post):
    ask(app, person)
    ask(app, person)
    choose(person, link(post, 0))

    assert person.get(link(post, 1)).status == 410


def test_a_link_runs_out(app, person, post, monkeypatch):
    ask(app, person)
    later = sessions.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(sessions, "now", lambda: later)

    assert person.get(link(post)).status == 410


@pytest.mark.parametrize("made_up", ["x", "x" * 43, "%00", "a/b", "ế"])
def test_a_link_that_was_made_up_opens_nothing(person, made_up):
    assert person.get(f"/sign-in/new-password/{made_up}").status in (404, 410)


def test_a_closed_account_gets_no_letter_and_its_links_end(app, person, post, lan):
    from app.services import grants

    ask(app, person)
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="administrator")
        grants.close(lan)

    assert person.get(link(post)).status == 410
    ask(app, person)
    assert len(post.messages) == 1


@pytest.mark.parametrize(("password", "again"), [("short", None), (NEW, "another"), ("", ""), (EMAIL, None)])
def test_a_password_that_cannot_be_leaves_the_link_good(app, person, post, password, again):
    ask(app, person)

    answer = choose(person, link(post), password, again)

    assert answer.status == 422
    assert answer.page.title.startswith("Lỗi:")
    assert choose(person, link(post)).status == 303


def test_the_second_factor_is_asked_for_all_the_same(app, person, post, lan):
    from app.extensions import transaction
    from app.models import User

    with app.app_context(), transaction() as session:
        session.get(User, lan).totp_secret = b"sealed"
    ask(app, person)

    assert choose(person, link(post)).location == "/sign-in/code"
    assert not person.is_signed_in()


def test_nobodys_letter_box_is_filled(app, person, post):
    for _each in range(5):
        ask(app, person)

    assert len(post.messages) == recovering.MOST_WAITING


def test_who_asks_on_and_on_waits(app, person, post):
    for _each in range(10):
        ask(app, person, "nobody@office.vn")

    assert ask(app, person, "nobody@office.vn").status == 429


def test_an_address_that_the_browser_names_stands_in_no_letter(app, person, post):
    ask(app, person, base_url="http://elsewhere.example")

    assert "elsewhere.example" not in post.messages[0].as_string()


def test_without_a_mail_server_or_address_the_page_says_so(app, person, post, monkeypatch):
    app.config["ADDRESS"] = ""
    answer = person.get("/sign-in/forgotten", headers={"Accept-Language": "en"})
    assert "This server sends no letters. Ask your administrator for a link." in answer.page.text

    csrf = token(person.get("/sign-in").page)
    answer = person.post(
        "/sign-in/forgotten", {"csrf_token": csrf, "email": EMAIL}, headers={"Accept-Language": "en"}
    )
    assert "No letter was sent" in answer.page.text
    assert post.messages == []


def test_a_mail_server_that_is_down_tells_a_stranger_nothing(app, person, post, monkeypatch, caplog):
    monkeypatch.setenv("HAILONG_SMTP_PORT", "9")

    assert ask(app, person).status == 200
    assert "A letter was not sent" in caplog.text


def test_the_database_holds_no_token(app, person, post):
    ask(app, person)
    given = link(post).rpartition("/")[2]
    with app.app_context():
        (row,) = db.session.scalars(db.select(AccountToken)).all()
        assert given != row.token_hash
        assert len(row.token_hash) == 64


def test_who_is_invited_chooses_the_password(app, post):
    with app.app_context():
        server = MailServer("127.0.0.1", post.port, "none", "no-reply@office.vn")
        user = recovering.invite(
            "hoa@office.vn", "Hoa", role="evaluator", agency=None, language="vi", server=server, address=HOUSE
        )
        assert user.password_hash is None
    hoa = Person(app.test_client())
    assert hoa.sign_in("hoa@office.vn", "").status == 422

    assert choose(hoa, link(post)).status == 303
    assert hoa.is_signed_in()


def test_an_invitation_that_cannot_be_sent_leaves_an_account_to_be_sent_to_again(app):
    server = MailServer("127.0.0.1", 9, "none", "no-reply@office.vn")
    how = {"role": None, "agency": None, "language": "vi", "server": server, "address": HOUSE}
    with app.app_context():
        with pytest.raises(MailRefused, match="ConnectionRefusedError"):
            recovering.invite("hoa@office.vn", "Hoa", **how)
        assert accounts.find_user("hoa@office.vn").password_hash is None


def test_two_who_send_one_link_at_once_set_one_password(app, lan):
    with app.app_context():
        given = recovering.make_link(lan, "reset")
        recovering.set_password(given, NEW)
        with pytest.raises(recovering.LinkRefused):
            recovering.set_password(given, "another few words")
        assert accounts.authenticate(EMAIL, NEW)
