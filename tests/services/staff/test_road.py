"""The road of one answer: invited once, signed blindly, kept once, written among others."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Comment, HeadCount, Invitation, Response, Wave
from app.services import fieldwork, snapshots
from app.services.responding import AnswersRefused
from app.services.staff import blind, inviting, redeeming
from app.services.staff.answering import ForeignCredential, WrongForm, answer
from app.services.staff.grouping import TooFewHeads
from app.services.staff.inviting import NotAnonymous, UnknownUnits, pool_of
from app.services.staff.redeeming import InvitationUsed, NotOpen, UnknownInvitation
from tests import factories
from tests.services.staff import blinding
from tests.services.staff.conftest import collector_id, make_staff_wave


def freeze(wave):
    fieldwork.close_wave(wave, now=factories.CLOSED)
    return snapshots.freeze(wave, now=factories.CLOSED)


def test_every_head_gets_one_invitation_and_small_units_share_that_of_their_parent(staff):
    assert Counter(one.unit for one in staff.made) == {
        "law": 12,
        "trade": 6,
        "trade-home": 4,
        "trade-world": 20,
    }
    assert {one.collector_code for one in staff.of("trade-home")} == {
        one.collector_code for one in staff.of("trade")
    }
    groups = {head.agency.code: head.collector.agency.code for head in db.session.scalars(select(HeadCount))}
    assert groups == {"law": "law", "trade": "trade", "trade-home": "trade", "trade-world": "trade-world"}


def test_the_database_keeps_no_token(staff):
    kept = {one.token_hash for one in db.session.scalars(select(Invitation))}
    assert kept.isdisjoint(one.token for one in staff.made)
    assert len(kept) == 42


def test_an_answer_is_kept_once(staff):
    one = staff.of("law")[0]
    credential = staff.redeem(one)
    assert staff.answer(one, credential) == "stored"
    assert staff.answer(one, credential) == "already"
    assert staff.answer(one, credential, polite="1") == "conflict"
    assert pool_of(collector_id(one.collector_code)).count() == 1
    assert db.session.scalars(select(Response)).all() == []


def test_the_same_request_is_signed_again_and_another_is_not(staff):
    one = staff.of("law")[0]
    key = redeeming.modulus(collector_id(one.collector_code))
    _message, blinded, _factor = blinding.blind(key)
    first = redeeming.redeem(one.collector_code, one.token, blinded)
    assert redeeming.redeem(one.collector_code, one.token.upper(), blinded) == first
    with pytest.raises(InvitationUsed):
        redeeming.redeem(one.collector_code, one.token, blinding.blind(key)[1])


def test_an_invitation_remembers_the_day_and_the_hash_of_what_was_signed_alone(staff):
    one = staff.of("law")[0]
    staff.redeem(one)
    kept = db.session.scalars(select(Invitation).where(Invitation.state == "used")).one()
    assert kept.used_on is not None
    assert len(kept.blinded_hash) == 64


def test_an_unknown_or_foreign_token_is_refused(staff):
    law, world = staff.of("law")[0], staff.of("trade-world")[0]
    blinded = b"\x01" * blind.MODULUS_BYTES
    with pytest.raises(UnknownInvitation):
        redeeming.redeem(law.collector_code, "nonsense", blinded)
    with pytest.raises(UnknownInvitation):
        redeeming.redeem(law.collector_code, world.token, blinded)


def test_a_credential_of_another_unit_or_an_altered_one_is_refused(staff):
    law, world = staff.of("law")[0], staff.of("trade-world")[0]
    message, signature = staff.redeem(law)
    with pytest.raises(ForeignCredential):
        staff.answer(world, (message, signature))
    with pytest.raises(ForeignCredential):
        staff.answer(law, (message, signature[:-1] + bytes([signature[-1] ^ 1])))
    assert pool_of(collector_id(law.collector_code)).count() == 0


def test_answers_that_do_not_fit_are_refused_and_cost_nothing(staff):
    one = staff.of("law")[0]
    credential = staff.redeem(one)
    with pytest.raises(AnswersRefused):
        staff.answer(one, credential, polite="7")
    with pytest.raises(WrongForm):
        answer(one.collector_code, *credential, "tiny@1", {})
    assert staff.answer(one, credential) == "stored"


def test_a_closed_wave_signs_no_new_invitation_but_takes_what_was_begun(staff):
    begun, late = staff.of("law")[:2]
    credential = staff.redeem(begun)
    fieldwork.close_wave(staff.wave, now=factories.CLOSED)
    with pytest.raises(NotOpen):
        staff.redeem(late)
    assert staff.answer(begun, credential) == "stored"


def test_when_the_wave_is_frozen_every_answer_is_written_once(staff):
    for one in staff.made:
        assert staff.answer(one) == "stored"
    assert freeze(staff.wave).rows == 42
    rows = db.session.scalars(select(Response)).all()
    assert len(rows) == len({row.id for row in rows}) == 42
    assert {row.state for row in rows} == {"counted"}
    assert len({row.received_on for row in rows}) == 1
    assert all(row.started_at is row.submitted_at is row.device_token is None for row in rows)
    assert db.session.get(Wave, staff.wave.id).snapshot_rows == 42


def test_a_repeat_after_the_draining_is_still_known(staff):
    credentials = {one: staff.redeem(one) for one in staff.of("law")}
    for one, credential in credentials.items():
        staff.answer(one, credential)
    freeze(staff.wave)
    one, credential = next(iter(credentials.items()))
    assert staff.answer(one, credential, polite="1") == "already"


def test_a_group_with_few_answers_is_counted_in_the_one_above(staff):
    for one in [*staff.of("law")[:3], *staff.of("trade-world")]:
        staff.answer(one)
    freeze(staff.wave)
    found = Counter(row.collector_id for row in db.session.scalars(select(Response)))
    names = {one.id: one.agency.code for one in staff.wave.collectors}
    assert "law" not in {names[one] for one in found}
    assert sum(found.values()) == 23
    assert min(found.values()) >= 10


def test_too_few_answers_in_all_are_not_written(staff):
    for one in staff.of("law")[:9]:
        staff.answer(one)
    assert freeze(staff.wave).rows == 0
    assert db.session.scalars(select(Response)).all() == []


def test_rare_profiles_are_withheld_and_what_is_not_crossed_is_left_out(staff):
    for number, one in enumerate(staff.of("trade-world")):
        staff.answer(one, rank="head" if number == 0 else "clerk", age="old" if number % 2 else "young")
    freeze(staff.wave)
    rows = [row.answers for row in db.session.scalars(select(Response))]
    profiles = Counter((row.get("rank"), row.get("age")) for row in rows)
    assert min(profiles.values()) >= 5
    assert "head" not in {rank for rank, _age in profiles}
    assert not any("heard" in row for row in rows)


def test_comments_stand_apart_under_the_agency_above_and_name_nobody(staff):
    for one in staff.of("trade-world"):
        staff.answer(one, words="Anh Nguyễn Văn Hùng rất tốt")
    freeze(staff.wave)
    comments = db.session.scalars(select(Comment)).all()
    assert len(comments) == 20
    assert not any("Hùng" in one.text for one in comments)
    assert not any("words" in row.answers for row in db.session.scalars(select(Response)))
    from app.models import Agency

    assert {db.session.get(Agency, one.agency_id).code for one in comments} == {"trade"}


def test_freezing_that_broke_off_writes_no_answer_twice(staff, monkeypatch):
    for one in staff.made:
        staff.answer(one)
    fieldwork.close_wave(staff.wave, now=factories.CLOSED)
    monkeypatch.setattr(snapshots.draining, "forget", lambda wave: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        snapshots.freeze(staff.wave, now=factories.CLOSED)
    monkeypatch.undo()
    assert snapshots.freeze(staff.wave, now=factories.CLOSED).rows == 42
    assert all(pool_of(one.id).all()[0].payload == b"" for one in staff.wave.collectors)


def test_units_that_do_not_exist_and_waves_that_are_too_small_say_so(data):
    staff = make_staff_wave(opened=False)
    with pytest.raises(UnknownUnits, match="moon"):
        inviting.invite(staff.wave, {"moon": 12})
    with pytest.raises(TooFewHeads):
        inviting.invite(staff.wave, {"law": 3})


def test_only_an_anonymous_wave_invites(data):
    with pytest.raises(NotAnonymous):
        inviting.invite(factories.make_wave(), {"north": 12})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"wave_kind": "volunteer"}, "census"),
        ({"threshold": 4}, "5 or more"),
        ({"crossed": ["polite"]}, "role profile"),
        ({"anonymous": False}, "not anonymous"),
    ],
)
def test_an_anonymous_wave_is_set_up_strictly(data, settings, said):
    with pytest.raises(fieldwork.SettingsRefused, match=said):
        make_staff_wave(**settings)
