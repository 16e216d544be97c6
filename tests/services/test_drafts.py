"""Answers put aside: only the code opens them, and they are gone after a week, or when they are sent."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.extensions import db, transaction
from app.models import Draft
from app.services import drafts, fieldwork
from tests.factories import make_open_wave

CONTENT = {"id": "x", "raw": {"words": ["Chờ lâu quá, phường Ỷ La"]}}


@pytest.fixture
def link(data):
    """The row number of an open link's collector."""
    return make_open_wave()[1][0].id


def kept():
    return list(db.session.scalars(select(Draft)))


def later(data, **time):
    moment = clock.now() + timedelta(**time)
    data.config["CLOCK"] = lambda: moment


def test_what_was_put_aside_comes_back_under_its_code_however_it_is_typed(link):
    saved = drafts.save(link, str(uuid.uuid4()), CONTENT)
    assert len(saved.code) == 14
    for typed in (saved.code, saved.code.lower(), saved.code.replace("-", " "), f" {saved.code} "):
        assert drafts.find(link, typed) == CONTENT


def test_a_wrong_code_or_another_link_opens_nothing(link):
    saved = drafts.save(link, str(uuid.uuid4()), CONTENT)
    other = make_open_wave("south-1", code="2027")[1][0].id
    wrong = ("2" if saved.code[0] != "2" else "3") + saved.code[1:]
    assert drafts.find(link, wrong) is None
    assert drafts.find(link, "") is None
    assert drafts.find(link, saved.code[:-1]) is None
    assert drafts.find(other, saved.code) is None


def test_the_row_shows_nothing_of_answers_code_or_response(link):
    response_id = str(uuid.uuid4())
    saved = drafts.save(link, response_id, CONTENT)
    (row,) = kept()
    everything = row.sealed + row.lookup.encode()
    for secret in ("Chờ lâu", "words", response_id, drafts.normalise(saved.code)):
        assert secret.encode() not in everything


def test_a_row_that_was_moved_or_changed_opens_nothing(link):
    saved = drafts.save(link, str(uuid.uuid4()), CONTENT)
    with transaction():
        (row,) = kept()
        row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    assert drafts.find(link, saved.code) is None


def test_another_secret_opens_nothing(data, link):
    saved = drafts.save(link, str(uuid.uuid4()), CONTENT)
    data.config["SECRET_KEY"] = "another key"
    assert drafts.find(link, saved.code) is None


def test_saving_again_keeps_the_code_and_replaces_what_was_kept(link):
    response_id = str(uuid.uuid4())
    first = drafts.save(link, response_id, CONTENT)
    second = drafts.save(link, response_id, {"id": "y"})
    assert first.code == second.code
    assert drafts.find(link, first.code) == {"id": "y"}
    assert len(kept()) == 1


def test_what_is_sent_is_deleted_and_nothing_else(link):
    mine, other = str(uuid.uuid4()), str(uuid.uuid4())
    drafts.save(link, mine, CONTENT)
    saved = drafts.save(link, other, CONTENT)
    drafts.forget(mine)
    drafts.forget(str(uuid.uuid4()))
    assert len(kept()) == 1
    assert drafts.find(link, saved.code) == CONTENT


def test_a_draft_ends_after_a_week_and_goes_when_it_is_asked_for(data, link):
    saved = drafts.save(link, str(uuid.uuid4()), CONTENT)
    later(data, days=6, hours=23)
    assert drafts.find(link, saved.code) == CONTENT
    later(data, hours=2)
    assert drafts.find(link, saved.code) is None
    assert kept() == []


def test_tidy_deletes_what_is_too_old(data, link):
    drafts.save(link, str(uuid.uuid4()), CONTENT)
    later(data, days=3)
    saved = drafts.save(link, str(uuid.uuid4()), CONTENT)
    later(data, days=5)
    assert drafts.tidy() == 1
    assert drafts.find(link, saved.code) == CONTENT
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 1


def test_a_draft_ends_with_its_wave(data):
    closes = clock.now() + timedelta(days=2)
    wave, (collector,) = make_open_wave(closes_at=closes)
    saved = drafts.save(collector.id, str(uuid.uuid4()), CONTENT)
    assert saved.until == closes
    fieldwork.close_wave(wave)
    with pytest.raises(drafts.DraftsClosed):
        drafts.save(collector.id, str(uuid.uuid4()), CONTENT)


def test_tidy_deletes_what_a_closed_wave_left(data):
    wave, (collector,) = make_open_wave()
    drafts.save(collector.id, str(uuid.uuid4()), CONTENT)
    assert drafts.tidy() == 0
    fieldwork.close_wave(wave)
    assert drafts.tidy() == 1
    assert kept() == []
