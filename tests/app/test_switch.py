"""The one-way switch in the database itself: after the first answer a promise can only be tightened."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.extensions import db
from app.models import Response
from tests import factories


@pytest.fixture
def wave(data):
    """A staff wave that is open, with ten crossed by two profile items."""
    wave, (collector, *_others) = factories.make_open_wave("north-1", wave_kind="census")
    change('anonymous = true, threshold = 10, crossed = \'["age", "rank"]\'')
    return wave, collector


def change(what):
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE wave SET {what}"))


@pytest.fixture
def answered(wave):
    """As the draining of the pools leaves it: a row that came by no link."""
    found, collector = wave
    db.session.add(
        Response(
            response_id="2b0e0a1e-8f3c-4f6d-9d3a-0a6a3b9f6c11",
            wave_id=found.id,
            collector_id=collector.id,
            instrument_version_id=found.instrument_version_id,
            language="vi",
            mode="invitation",
            state="counted",
            answers={},
            answers_sha256="",
            receipt="",
            received_on=factories.TREE_DATE,
        )
    )
    db.session.commit()
    db.session.remove()


LOOSER = (
    "anonymous = false",
    "threshold = 9",
    'crossed = \'["age", "rank", "sex"]\'',
    "crossed = '[\"sex\"]'",
)
TIGHTER = ("threshold = 11", "crossed = '[\"age\"]'", "crossed = '[]'", "layout = 'sections'")


@pytest.mark.parametrize("looser", LOOSER)
def test_nothing_can_be_loosened_after_the_first_answer(answered, looser):
    with pytest.raises(DBAPIError, match="can only be tightened"):
        change(looser)


@pytest.mark.parametrize("tighter", TIGHTER)
def test_all_can_be_tightened_after_the_first_answer(answered, tighter):
    change(tighter)


@pytest.mark.parametrize("either", LOOSER + TIGHTER)
def test_before_the_first_answer_the_office_decides(wave, either):
    change(either)


def test_a_used_invitation_turns_the_switch_too(wave):
    found, collector = wave
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO invitation (wave_id, collector_id, number, token_hash, state, blinded_hash)"
                f" VALUES ({found.id}, {collector.id}, 1, 'a', 'used', 'b')"
            )
        )
    with pytest.raises(DBAPIError, match="can only be tightened"):
        change("threshold = 9")


def test_an_anonymous_wave_never_goes_below_five(wave):
    with pytest.raises(IntegrityError):
        change("threshold = 4")
