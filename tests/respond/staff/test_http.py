"""A staff survey over HTTP: what is sent, what comes back, and that every mistake gets one sentence."""

from __future__ import annotations

import json

import pytest

from app.extensions import db
from app.models import Invitation, Response
from app.services.staff import blind
from app.services.staff.inviting import pool_of
from tests.services.staff import blinding
from tests.services.staff.conftest import collector_id, make_staff_wave

GIVEN = {"visited": "yes", "seats": "3", "polite": "2", "heard": ["tv"], "rank": "clerk"}


class Member:
    """Somebody of the staff, whose browser does what the page's script does."""

    def __init__(self, client, one, modulus):
        self.client, self.one, self.address = client, one, f"/s/{one.collector_code}"
        self.modulus = modulus
        self.message, self.blinded, self.factor = blinding.blind(modulus)
        self.signature = b""

    def redeem(self, **changes):
        body = {"token": self.one.token, "blinded": self.blinded.hex()} | changes
        reply = self.client.post(f"{self.address}/redeem?lang=en", json=body)
        if reply.status_code == 200:
            self.signature = blinding.unblind(
                self.modulus, bytes.fromhex(reply.json["signature"]), self.factor
            )
        return reply

    def answer(self, answers=None, **changes):
        body = {
            "message": self.message.hex(),
            "signature": self.signature.hex(),
            "instrument": "culture@1",
            "answers": GIVEN if answers is None else answers,
        }
        return self.client.post(f"{self.address}/answers?lang=en", json=body | changes)


@pytest.fixture
def staff(app):
    with app.app_context():
        yield make_staff_wave({"law": 12})


@pytest.fixture
def member(app, staff):
    key = collector_id(staff.made[0].collector_code)
    from app.services.staff.redeeming import modulus

    return Member(app.test_client(), staff.made[0], modulus(key))


def test_the_page_is_the_same_for_everybody_and_sets_no_cookie(app, staff):
    client = app.test_client()
    pages = [client.get(f"/s/{staff.made[0].collector_code}?lang=vi") for _ in range(2)]
    assert pages[0].data == pages[1].data
    assert pages[0].status_code == 200
    assert "Set-Cookie" not in pages[0].headers
    assert pages[0].cache_control.no_store


def test_an_invitation_is_redeemed_and_the_answers_are_kept_once(member):
    assert member.redeem().status_code == 200
    assert member.redeem().status_code == 200
    assert (member.answer().status_code, member.answer().status_code) == (201, 200)
    changed = member.answer({"polite": "1"})
    assert (changed.status_code, changed.json) == (409, {"status": "conflict"})
    assert pool_of(collector_id(member.one.collector_code)).count() == 1


def test_no_reply_sets_a_cookie_or_may_be_kept(member):
    for reply in (member.redeem(), member.answer()):
        assert "Set-Cookie" not in reply.headers
        assert reply.cache_control.no_store


def test_nothing_of_an_answer_is_in_the_database(member):
    member.redeem()
    member.answer()
    assert db.session.query(Response).count() == 0
    kept = {column.name for column in Invitation.__table__.columns}
    assert not kept & {"response_id", "message", "credential", "used_at"}


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"token": "wrongwrongwrong"}, 404, "do not know this code"),
        ({"token": ""}, 400, "Type the code"),
        ({"token": "x" * 100}, 400, "Type the code"),
        ({"blinded": "zz"}, 400, "cannot be read"),
        ({"blinded": "00" * blind.MODULUS_BYTES}, 400, "cannot be read"),
        ({"more": "1"}, 400, "cannot be read"),
    ],
)
def test_a_wrong_redeeming_gets_one_sentence(member, changes, status, said):
    reply = member.redeem(**changes)
    assert reply.status_code == status
    assert said in reply.json["problem"]


def test_another_browser_is_told_to_go_back(member):
    member.redeem()
    member.blinded = blinding.blind(member.modulus)[1]
    reply = member.redeem()
    assert reply.status_code == 409
    assert "another browser" in reply.json["problem"]


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"signature": "00" * blind.MODULUS_BYTES}, 403, "do not belong"),
        ({"message": "00" * 32}, 403, "do not belong"),
        ({"message": "zz"}, 400, "cannot be read"),
        ({"instrument": "tiny@1"}, 400, "another questionnaire"),
        ({"answers": []}, 400, "cannot be read"),
        ({"answers": {"polite": 3}}, 400, "cannot be read"),
        ({"invitation": "x"}, 400, "cannot be read"),
        ({"answers": {"polite": "9"}}, 422, "Correct those"),
        ({"answers": {"stranger": "1"}}, 422, "Correct those"),
    ],
)
def test_wrong_answers_get_one_sentence_and_are_not_kept(member, changes, status, said):
    member.redeem()
    reply = member.answer(**changes)
    assert (reply.status_code, said in reply.json["problem"]) == (status, True)
    assert pool_of(collector_id(member.one.collector_code)).count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", json.dumps({"token": 1}).encode()])
@pytest.mark.parametrize("end", ["redeem", "answers"])
def test_nonsense_gets_one_sentence(member, body, end):
    reply = member.client.post(f"{member.address}/{end}", data=body, content_type="application/json")
    assert reply.status_code == 400
    assert reply.json["problem"]


def test_another_site_is_refused(member):
    reply = member.client.post(
        f"{member.address}/redeem", json={}, headers={"Origin": "https://elsewhere.example"}
    )
    assert reply.status_code == 403


def test_the_link_of_a_staff_survey_is_none_of_the_citizens_and_the_other_way_round(app, staff):
    from tests.factories import make_open_wave

    client = app.test_client()
    _wave, (collector,) = make_open_wave("north-1")
    assert client.get(f"/s/{collector.code}").status_code == 404
    assert client.get(f"/r/{staff.made[0].collector_code}").status_code == 404
    code = staff.made[0].collector_code
    sent = client.post(
        f"/r/{code}/responses",
        json={
            "id": "2b0e0a1e-8f3c-4f6d-9d3a-0a6a3b9f6c11",
            "instrument": "culture@1",
            "language": "vi",
            "answers": {"polite": "1"},
        },
    )
    assert sent.status_code == 404
    assert db.session.query(Response).count() == 0
