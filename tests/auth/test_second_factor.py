"""The second factor: set up with a picture, asked after the password, each code once, recovery codes for a loss."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from app.extensions import db, transaction
from app.models import AuditEntry, User
from app.queries.users import get_user
from app.services import accounts, second_factor, sessions
from tests.auth.person import PASSWORD, Person, token

IN_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until a test moves it."""

    class Clock:
        now = sessions.now()

        def forward(self, **span):
            self.now += timedelta(**span)

    made = Clock()
    monkeypatch.setattr(sessions, "now", lambda: made.now)
    return made


@pytest.fixture
def telephone(clock):
    """The app on the telephone, once it has seen the key."""

    class Telephone:
        key = ""

        def code(self, steps=0):
            return pyotp.TOTP(self.key).at(clock.now, counter_offset=steps)

    return Telephone()


def set_up(person, telephone):
    """Photograph the picture and send the code; the recovery codes."""
    page = person.get("/account/second-factor").page
    telephone.key = page.of_class("key")[0].text.replace(" ", "")
    fields = {"csrf_token": token(page), "sealed": page.value("sealed"), "code": telephone.code()}
    answer = person.post("/account/second-factor", fields)
    assert answer.status == 200, answer.html
    return [code.text for code in answer.page.all(".//ul[@class='codes']/li/code")]


@pytest.fixture
def codes(person, telephone, clock):
    """Lan has a second factor and is signed out; her recovery codes."""
    person.sign_in()
    found = set_up(person, telephone)
    person.sign_out()
    clock.forward(seconds=30)
    return found


def give(person, code, **options):
    page = person.get("/sign-in/code").page
    return person.post("/sign-in/code", {"csrf_token": token(page), "code": code}, **options)


def test_after_the_password_a_code_is_asked_for(person, codes, telephone):
    answer = person.sign_in(path="/sign-in?next=/office/")
    assert answer.location == "/sign-in/code?next=/office/"
    assert not person.is_signed_in()

    page = person.get(answer.location).page
    (field,) = page.named("code")
    assert field.get("autocomplete") == "one-time-code"
    assert field.get("type") == "text", "a code may be pasted and read"
    answer = person.post("/sign-in/code?next=/office/", {"csrf_token": token(page), "code": telephone.code()})

    assert (answer.status, answer.location) == (303, "/office/")
    assert person.is_signed_in()


def test_the_picture_is_the_key_and_stands_in_the_page_itself(person):
    person.sign_in()
    page = person.get("/account/second-factor").page

    (picture,) = page.all(".//img[@width='240']")
    assert picture.get("src").startswith("data:image/svg+xml")
    assert picture.get("alt")


def test_it_is_not_on_before_the_first_code_is_right(app, person, telephone, lan):
    person.sign_in()
    page = person.get("/account/second-factor").page
    fields = {"csrf_token": token(page), "sealed": page.value("sealed"), "code": "000000"}

    answer = person.post("/account/second-factor", fields, headers=IN_ENGLISH)

    assert answer.status == 422
    assert "The code is not right." in answer.page.text
    assert answer.page.of_class("key")[0].text == page.of_class("key")[0].text, (
        "the same key as was photographed"
    )
    with app.app_context():
        assert get_user(lan).totp_secret is None


@pytest.mark.parametrize("sealed", ["", "nonsense", "gAAAAABn" + "A" * 92])
def test_a_key_of_nobodys_making_is_not_taken(person, sealed):
    person.sign_in()
    page = person.get("/account/second-factor").page

    answer = person.post(
        "/account/second-factor", {"csrf_token": token(page), "sealed": sealed, "code": "123456"}
    )

    assert answer.status == 422


def test_the_key_of_another_account_is_not_taken(app, person, telephone, clock):
    with app.app_context():
        other = accounts.create_user("minh@office.vn", "Minh", PASSWORD)
        proposal = second_factor.propose(other)
    telephone.key = proposal.secret
    person.sign_in()
    page = person.get("/account/second-factor").page

    fields = {"csrf_token": token(page), "sealed": proposal.sealed, "code": telephone.code()}
    assert person.post("/account/second-factor", fields).status == 422


def test_a_code_is_good_once(person, codes, telephone):
    person.sign_in()
    code = telephone.code()
    assert give(person, code).status == 303
    person.sign_out()
    person.sign_in()

    assert give(person, code).status == 422


def test_the_code_of_the_set_up_does_not_sign_in(person, telephone, clock):
    person.sign_in()
    set_up(person, telephone)
    person.sign_out()
    person.sign_in()

    assert give(person, telephone.code()).status == 422


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_the_telephones_clock_may_differ_by_one_step(person, codes, telephone, clock, steps, status):
    clock.forward(minutes=5)
    person.sign_in()

    assert give(person, telephone.code(steps)).status == status


def test_a_recovery_code_stands_in_once_however_it_is_written(app, person, codes, lan):
    assert len(set(codes)) == 10
    person.sign_in()
    assert give(person, codes[3].upper().replace("-", " ")).status == 303
    person.sign_out()
    person.sign_in()

    assert give(person, codes[3]).status == 422
    with app.app_context():
        assert len(get_user(lan).recovery_codes) == 9


def test_neither_key_nor_recovery_codes_lie_open_in_the_database(app, codes, telephone, lan):
    with app.app_context():
        user = get_user(lan)
        kept = repr((user.totp_secret, user.recovery_codes))
        key = app.config["KEY_FOLDER"] / second_factor.KEY_FILE
        assert telephone.key not in kept
        assert not any(code.replace("-", "") in kept for code in codes)
        assert not key.is_relative_to(app.instance_path)
        assert key.stat().st_mode & 0o077 == 0


def test_without_its_key_file_recovery_codes_still_open(app, person, codes, telephone):
    (app.config["KEY_FOLDER"] / second_factor.KEY_FILE).unlink()
    person.sign_in()

    assert give(person, telephone.code()).status == 422
    assert give(person, codes[0]).status == 303


@pytest.mark.parametrize("code", ["", "12345", "１２３４５６", "0" * 10_000, "\x00", "<b>", "²²²²²²"])
def test_what_is_no_code_is_a_wrong_one(person, codes, code):
    person.sign_in()

    answer = give(person, code, headers=IN_ENGLISH)

    assert answer.status == 422
    assert "<b>" not in answer.html


def test_after_five_wrong_codes_even_the_right_one_waits_from_wherever(app, person, codes, telephone):
    person.sign_in()
    for _each in range(5):
        assert give(person, "000000").status == 422
    other = Person(app.test_client())
    other.sign_in()

    answer = give(other, telephone.code(), environ_overrides={"REMOTE_ADDR": "10.9.8.7"}, headers=IN_ENGLISH)

    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_who_has_not_shown_the_password_sees_no_code_page(person, codes):
    assert person.get("/sign-in/code").location == "/sign-in"


def test_the_password_is_good_for_ten_minutes_of_looking_for_the_telephone(
    person, codes, telephone, monkeypatch
):
    import time

    person.sign_in()
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)

    assert person.get("/sign-in/code").location == "/sign-in"


def test_a_new_password_ends_the_waiting_for_a_code(app, person, codes, lan):
    person.sign_in()
    with app.app_context():
        accounts.change_password(lan, PASSWORD, "trăng thanh gió mát")

    assert person.get("/sign-in/code").location == "/sign-in"


def test_switching_it_on_signs_out_every_other_browser(app, person, telephone):
    other = Person(app.test_client())
    other.sign_in()
    person.sign_in()
    set_up(person, telephone)

    assert person.is_signed_in()
    assert not other.is_signed_in()


def test_with_a_code_it_is_switched_off(app, person, codes, telephone, clock, lan):
    person.sign_in()
    give(person, telephone.code())
    clock.forward(seconds=60)
    page = person.get("/account/").page
    wrong = person.post(
        "/account/second-factor/change", {"csrf_token": token(page), "code": "1", "do": "off"}
    )
    assert wrong.status == 422

    fields = {"csrf_token": token(page), "code": telephone.code(), "do": "off"}
    assert person.post("/account/second-factor/change", fields).location == "/account/?done=off"

    person.sign_out()
    assert person.sign_in().location == "/results/"
    with app.app_context():
        assert get_user(lan).recovery_codes == []


def test_new_recovery_codes_replace_the_old(person, codes, telephone, clock):
    person.sign_in()
    give(person, telephone.code())
    clock.forward(seconds=60)
    page = person.get("/account/").page
    fields = {"csrf_token": token(page), "code": telephone.code(), "do": "codes"}
    renewed = person.post("/account/second-factor/change", fields).page.all(".//ul[@class='codes']/li/code")
    person.sign_out()
    person.sign_in()

    assert give(person, codes[0]).status == 422
    assert give(person, renewed[0].text).status == 303


def test_the_house_can_ask_it_of_those_who_run_or_administer(app, person, telephone, lan):
    app.config["REQUIRE_SECOND_FACTOR"] = True
    with app.app_context():
        accounts.create_user("minh@office.vn", "Minh", PASSWORD, role="evaluator")
    minh = Person(app.test_client())
    minh.sign_in("minh@office.vn")
    assert minh.is_signed_in()

    person.sign_in()
    assert person.get("/results/").location == "/account/second-factor"
    assert person.get("/office/").location == "/account/second-factor"
    set_up(person, telephone)
    assert person.is_signed_in()


def test_each_step_is_in_the_log_and_no_code(app, person, codes, telephone):
    person.sign_in()
    give(person, "000000")
    give(person, codes[0])

    with app.app_context():
        lines = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.number)).all()
        found = [one.action for one in lines if one.subject.startswith("user ")]
        said = " ".join(one.facts + one.subject for one in lines)
    assert [one for one in found if "signed" not in one and one != "account.made"] == [
        "account.second_factor_on",
        "account.code_refused",
        "account.recovery_code_used",
    ]
    assert not re.search("|".join(code.replace("-", "") for code in codes), said)


def test_two_browsers_with_one_code_let_one_in(app, lan):
    with app.app_context():
        user = get_user(lan)
        proposal = second_factor.propose(user)
        secret = pyotp.TOTP(proposal.secret)
        second_factor.turn_on(lan, proposal.sealed, secret.at(sessions.now(), counter_offset=-1))
        with transaction() as session:
            session.get(User, lan).totp_step = None
        code = secret.at(sessions.now())
        assert [second_factor.accept(lan, code) for _each in range(2)] == [True, False]
