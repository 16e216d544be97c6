"""The one-way switch in sentences, and the promise that is worded once and then stands."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Promise
from app.services import fieldwork
from app.services.staff import promising, settings
from app.services.staff.promising import PromiseRefused
from app.services.staff.settings import SettingRefused
from tests import factories
from tests.services.staff.conftest import make_staff_wave

UNTIL = date(2027, 3, 31)
CONTACT = "Vụ Tổ chức cán bộ, 024 2220 2222 {threshold}"


@pytest.fixture
def asked(data):
    """An open wave whose settings stand, before anyone has answered."""
    staff = make_staff_wave()
    settings.change(staff.wave, threshold=11, crossed=["rank"], retain_until=UNTIL)
    promising.choose(staff.wave, "staff-1", CONTACT)
    yield staff
    db.session.remove()


@pytest.fixture
def answered(asked):
    asked.redeem(asked.of("law")[0])
    return asked


def test_before_the_first_answer_the_office_decides(asked):
    settings.change(asked.wave, threshold=8, crossed=["age", "rank"], retain_until=date(2028, 1, 1))
    assert (asked.wave.threshold, asked.wave.crossed) == (8, ["age", "rank"])


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"threshold": 10}, "threshold", "under a threshold of 11: it can be raised, not lowered"),
        ({"crossed": ["rank", "age"]}, "crossed", "not crossed with age: items can be taken out, not added"),
        ({"crossed": ["age"]}, "crossed", "not crossed with age"),
        (
            {"retain_until": date(2027, 4, 1)},
            "retain_until",
            "destroyed after 2027-03-31: earlier is possible",
        ),
    ],
)
def test_after_the_first_answer_nothing_is_loosened(answered, change, field, sentence):
    with pytest.raises(SettingRefused, match=sentence) as refused:
        settings.change(answered.wave, **change)
    assert refused.value.field == field


def test_a_refusal_changes_nothing_at_all(answered):
    with pytest.raises(SettingRefused):
        settings.change(answered.wave, threshold=20, crossed=["age"])
    db.session.expire_all()
    assert answered.wave.threshold == 11


@pytest.mark.parametrize("change", [{"threshold": 10}, {"crossed": ["age"]}])
def test_an_answer_that_comes_between_look_and_change_is_seen_by_the_database(answered, monkeypatch, change):
    monkeypatch.setattr(settings, "is_answered", lambda _wave: False)
    with pytest.raises(SettingRefused, match="Somebody has just answered"):
        settings.change(answered.wave, **change)
    assert (answered.wave.threshold, answered.wave.crossed) == (11, ["rank"])


def test_after_the_first_answer_all_can_be_tightened(answered):
    before = answered.wave.promise_id
    settings.change(answered.wave, threshold=15, crossed=[], retain_until=date(2026, 12, 31))
    assert (answered.wave.threshold, answered.wave.crossed) == (15, [])
    assert answered.wave.promise_id == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"threshold": 4}, "from 5 to 1000"),
        ({"threshold": 1001}, "from 5 to 1000"),
        ({"crossed": ["polite"]}, "cannot be crossed with polite"),
    ],
)
def test_what_no_wave_can_have_is_refused(asked, change, sentence):
    with pytest.raises(SettingRefused, match=sentence):
        settings.change(asked.wave, **change)


def test_raw_answers_are_not_destroyed_before_the_close(asked):
    fieldwork.close_wave(asked.wave, now=factories.CLOSED)
    with pytest.raises(SettingRefused, match="before the wave has closed on 2026-03-20"):
        settings.change(asked.wave, retain_until=factories.CLOSED.date())


def test_a_wave_that_is_not_anonymous_has_no_switch(data):
    with pytest.raises(SettingRefused, match="not anonymous"):
        settings.change(factories.make_wave(), threshold=12)


def test_the_promise_names_threshold_day_and_whom_to_ask(asked):
    text = promising.promise_of(asked.wave).text
    assert set(text) == {"vi", "en"}
    for words in text.values():
        assert "11 " in words
        assert CONTACT in words
        assert "91/2025/QH15" in words
        assert "356/2025" in words
        assert len(words.split("\n\n")) == 5
    assert "31 tháng 3, 2027" in text["vi"]
    assert "March 31, 2027" in text["en"]


def test_other_facts_are_another_row_and_the_old_text_never_changes(asked):
    first = promising.promise_of(asked.wave)
    words = dict(first.text)
    settings.change(asked.wave, threshold=12)
    second = promising.promise_of(asked.wave)
    assert (second.code, second.version) == ("staff-1", 2)
    assert "12 " in second.text["vi"]
    assert promising.contact_in(second) == CONTACT
    assert db.session.get(Promise, first.id).text == words
    settings.change(asked.wave, threshold=11)
    assert asked.wave.promise_id == first.id
    assert len(db.session.scalars(select(Promise)).all()) == 2


def test_the_promise_stands_from_the_first_invitation_used(answered):
    with pytest.raises(PromiseRefused, match="cannot be changed any more"):
        promising.choose(answered.wave, "staff-1", "somebody else")


@pytest.mark.parametrize(
    ("name", "contact", "sentence"),
    [
        ("staff-9", "Lan", "no promise “staff-9”; choose one of staff-1"),
        ("staff-1", " ", "Write whom to ask"),
        ("staff-1", "x" * 201, "Write whom to ask"),
    ],
)
def test_a_promise_that_cannot_be_given_is_refused(asked, name, contact, sentence):
    with pytest.raises(PromiseRefused, match=sentence):
        promising.choose(asked.wave, name, contact)


def test_a_promise_needs_the_day_of_destruction(data):
    staff = make_staff_wave()
    with pytest.raises(PromiseRefused, match="Set first until when"):
        promising.choose(staff.wave, "staff-1", "Lan")


def test_every_wording_speaks_both_languages():
    for one in promising.wordings().values():
        assert set(one.text) >= {"vi", "en"}
