"""The daily tidying mixes what waits, loses nothing, and leaves frozen waves alone."""

from __future__ import annotations

from app.services import fieldwork, snapshots
from app.services.staff import tidying
from app.services.staff.inviting import pool_of
from tests import factories
from tests.services.staff.conftest import collector_id


def test_answers_that_wait_get_new_places_and_are_all_drained(staff):
    for one in staff.made:
        staff.answer(one)
    pool = pool_of(collector_id(staff.of("trade-world")[0].collector_code))
    before, content = pool.all(), pool.path.read_bytes()
    assert tidying.tidy() == 3
    assert pool.path.read_bytes() != content
    assert set(pool.all()) == set(before)
    fieldwork.close_wave(staff.wave, now=factories.CLOSED)
    assert snapshots.freeze(staff.wave, now=factories.CLOSED).rows == 42


def test_a_frozen_wave_is_left_alone_and_its_key_is_gone(staff):
    for one in staff.made:
        staff.answer(one)
    pool = pool_of(collector_id(staff.made[0].collector_code))
    assert pool.key.exists()
    fieldwork.close_wave(staff.wave, now=factories.CLOSED)
    snapshots.freeze(staff.wave, now=factories.CLOSED)
    assert not pool.key.exists()
    assert tidying.tidy() == 0


def test_the_key_lies_outside_the_folder_that_is_backed_up(staff, data):
    key = pool_of(collector_id(staff.made[0].collector_code)).key
    assert key.exists()
    assert not key.is_relative_to(data.instance_path)
