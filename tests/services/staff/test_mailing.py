"""E-mail by a real mail server: all are invited once, only the unused reminded, and no number picks anybody out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Invitation
from app.services import fieldwork
from app.services.mail import MailRefused, MailServer, mail_server
from app.services.staff import inviting, mailing, promising, redeeming, settings
from app.services.staff.handing import make_invitations
from app.services.staff.lists import read_staff_list
from tests import factories
from tests.services.staff import blinding
from tests.services.staff.conftest import collector_id
from tests.services.staff.post import running_post
from tests.services.staff.test_lists import wave  # noqa: F401 (a fixture)
from tests.services.staff.test_settings import UNTIL

ADDRESS = "https://khaosat.example.vn"
LINK = re.compile(rf"{ADDRESS}/s/([a-z0-9]+)#([a-z0-9]+)")


@pytest.fixture
def post():
    with running_post() as server:
        yield server


class Office:
    """The survey office with its mail server, its wave open for thirty people with addresses."""

    def __init__(self, wave, post):  # noqa: F811
        self.wave, self.post = wave, post
        self.server = MailServer("127.0.0.1", post.port, "none", "Khảo sát <office@moit.gov.vn>")

    def send(self, kind="invitations", **how):
        return mailing.send(self.wave, kind, self.server, ADDRESS, **how)

    def answer(self, end, begin=0):
        """Those who got these e-mails use their invitations."""
        for message in self.post.messages[begin:end]:
            code, token = LINK.search(message.get_content()).groups()
            key = redeeming.modulus(collector_id(code))
            redeeming.redeem(code, token, blinding.blind(key)[1])


@pytest.fixture
def office(wave, post):  # noqa: F811
    settings.change(wave, retain_until=UNTIL)
    promising.choose(wave, "staff-1", "Vụ Tổ chức, 024 2220")
    rows = "".join(f"law,p{k:02}@a.vn,{'en' if k == 0 else ''}\n" for k in range(30))
    make_invitations(wave, read_staff_list(wave, f"unit,email,language\n{rows}".encode()), by_mail=True)
    fieldwork.open_wave(wave, now=factories.OPENED)
    return Office(wave, post)


def tomorrow(monkeypatch, days=1):
    moment = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_everyone_gets_one_invitation_that_opens(office):
    sent = office.send()
    assert (sent.count, sent.refused, sent.waiting) == (30, (), False)
    assert office.post.to() == [f"p{k:02}@a.vn" for k in range(30)]
    assert office.send().count == 0
    assert len(office.post.messages) == 30
    office.answer(3)


def test_an_e_mail_says_in_its_language_where_to_go_and_whom_to_ask(office):
    office.send()
    by_address = {one["To"]: one for one in office.post.messages}
    english, other = by_address["p00@a.vn"], by_address["p01@a.vn"]
    assert english["Subject"] == "Đợt 2026"
    assert english["Content-Language"] == "en"
    assert "You are invited to answer a survey of the staff: Đợt 2026." in english.get_content()
    assert "Whom to ask: Vụ Tổ chức, 024 2220" in english.get_content()
    assert "You are invited" not in other.get_content()
    assert other["Auto-Submitted"] == "auto-generated"
    tokens = {LINK.search(one.get_content())[2] for one in office.post.messages}
    assert len(tokens) == 30
    kept = set(db.session.scalars(select(Invitation.token_hash)))
    assert {inviting.token_hash(one) for one in tokens} == kept


def test_the_order_of_sending_is_not_that_of_the_list(office):
    office.send()
    assert [one["To"] for one in office.post.messages] != office.post.to()


def test_large_waves_are_sent_in_batches_and_pieces(office, monkeypatch):
    monkeypatch.setattr(mailing, "BATCH", 8)
    first = office.send(most=20)
    assert (first.count, first.waiting, office.post.connections) == (20, True, 3)
    assert office.send(most=20).count == 10
    assert office.post.to() == [f"p{k:02}@a.vn" for k in range(30)]


def test_only_the_unused_are_reminded_and_once_a_day(office, monkeypatch):
    office.send()
    office.answer(12)
    used = {one["To"] for one in office.post.messages[:12]}
    assert office.send("reminders").count is None
    assert len(office.post.messages) == 30
    tomorrow(monkeypatch)
    assert office.send("reminders").count == 18
    reminded = {one["To"] for one in office.post.messages[30:]}
    assert len(reminded) == 18
    assert reminded.isdisjoint(used)
    assert office.send("reminders").count is None
    assert len(office.post.messages) == 48


@pytest.mark.parametrize("answering", [0, 5, 25, 30])
def test_the_office_is_told_no_number_that_picks_somebody_out(office, monkeypatch, answering):
    office.send()
    office.answer(answering)
    tomorrow(monkeypatch)
    sent = office.send("reminders")
    assert (sent.count, sent.refused) == (None, ())
    assert len(office.post.messages) == 60 - answering


def test_sending_is_logged_by_day_and_never_by_person(office, monkeypatch):
    office.send(most=20)
    office.send()
    office.answer(12)
    tomorrow(monkeypatch)
    office.send("reminders")
    office.answer(25, 12)
    tomorrow(monkeypatch)
    office.send("reminders")
    found = mailing.list_mailings(office.wave)
    assert [(one.kind, one.count) for one in found] == [
        ("invitations", 30),
        ("reminders", 18),
        ("reminders", None),
    ]
    assert [one.day - found[0].day for one in found] == [timedelta(days=days) for days in (0, 1, 2)]
    log = mailing._log_path(office.wave).read_text()
    assert "@" not in log


def test_addresses_that_the_mail_server_does_not_take_are_named_to_be_corrected(wave, post):  # noqa: F811
    rows = "".join(f"law,p{k:02}@a.vn\n" for k in range(11))
    content = f"unit,email\n{rows}law,bounce@a.vn\n".encode()
    make_invitations(wave, read_staff_list(wave, content), by_mail=True)
    fieldwork.open_wave(wave, now=factories.OPENED)
    sent = Office(wave, post).send()
    assert (sent.count, sent.refused) == (11, ("bounce@a.vn",))


def test_a_mail_server_that_breaks_off_costs_nobody_a_second_e_mail(office):
    office.post.breaks_after = 7
    with pytest.raises(MailRefused, match="broke off"):
        office.send()
    office.post.breaks_after = None
    assert office.send().count == 23
    assert office.post.to() == [f"p{k:02}@a.vn" for k in range(30)]


def test_a_mail_server_without_protection_is_not_used_where_protection_is_wanted(office):
    office.server = MailServer("127.0.0.1", office.post.port, "starttls", "office@moit.gov.vn")
    with pytest.raises(MailRefused, match="broke off"):
        office.send()
    assert office.post.messages == []


def test_nothing_is_sent_before_the_opening_or_after_the_close(wave, post):  # noqa: F811
    rows = "".join(f"law,p{k:02}@a.vn\n" for k in range(12))
    make_invitations(wave, read_staff_list(wave, f"unit,email\n{rows}".encode()), by_mail=True)
    office = Office(wave, post)
    with pytest.raises(MailRefused, match="not open"):
        office.send()
    fieldwork.open_wave(wave, now=factories.OPENED)
    fieldwork.close_wave(wave, now=factories.CLOSED)
    with pytest.raises(MailRefused, match="not open"):
        office.send("reminders")


def test_a_wave_without_addresses_says_so(wave, post):  # noqa: F811
    make_invitations(wave, read_staff_list(wave, b"unit,heads\nlaw,12\n"))
    fieldwork.open_wave(wave, now=factories.OPENED)
    with pytest.raises(MailRefused, match="No address is kept"):
        Office(wave, post).send()


GOOD = {"HAILONG_SMTP_HOST": "mail", "HAILONG_MAIL_FROM": "a@b.vn"}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "HAILONG_SMTP_HOST and HAILONG_MAIL_FROM"),
        (GOOD | {"HAILONG_SMTP_SECURITY": "some"}, "“some”; write starttls, tls or none"),
        (GOOD | {"HAILONG_SMTP_PORT": "x"}, "“x”; write a number"),
        (GOOD | {"HAILONG_SMTP_PORT": "70000"}, "“70000”; write a number"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(environment, sentence):
    with pytest.raises(MailRefused, match=sentence):
        mail_server(environment)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_kind_of_protection_has_its_port(security, port):
    assert mail_server(GOOD | {"HAILONG_SMTP_SECURITY": security}).port == port
