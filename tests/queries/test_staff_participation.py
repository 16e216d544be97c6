"""Who answered is not to be seen in counts: small numbers are hidden, and so is what would give them away."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from app import clock
from app.config import office_day
from app.extensions import db
from app.queries.staff import Participation, hide, participation
from tests.services.staff.conftest import make_staff_wave


def shown(*groups, least=10):
    found = hide([Participation(f"u{k}", *one) for k, one in enumerate(groups)], least)
    return [one.used for one in found]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (((30, 15),), [15, 15]),
        (((30, 9),), [None, None]),
        (((30, 21),), [None, None]),
        (((30, 30),), [None, None]),
        (((30, 15), (40, 20)), [15, 20, 35]),
        # One hidden group could be had from the whole, so the next joins it.
        (((30, 3), (40, 20), (50, 25)), [None, None, 25, 48]),
        # Two hidden ones that are many together give nothing away.
        (((30, 5), (30, 6), (50, 25)), [None, None, 25, 36]),
    ],
)
def test_small_numbers_and_what_gives_them_away_are_hidden(groups, expected):
    assert shown(*groups) == expected


def test_no_sum_of_what_is_hidden_is_ever_small():
    draw = random.Random(7)
    for _ in range(500):
        groups = [(n := draw.randint(10, 60), draw.randint(0, n)) for _ in range(draw.randint(1, 6))]
        found = shown(*groups)
        if found[-1] is None:
            continue
        hidden = [one for one, seen in zip(groups, found, strict=False) if seen is None]
        invited, used = sum(n for n, _u in hidden), sum(u for _n, u in hidden)
        assert not hidden or (used >= 10 and invited - used >= 10)
        assert used == found[-1] - sum(one for one in found[:-1] if one is not None)


def test_what_is_used_today_is_not_counted_before_tomorrow(data):
    staff = make_staff_wave({"law": 30})
    for one in staff.made[:12]:
        staff.redeem(one)
    today = office_day(clock.now())
    assert [one.used for one in participation(staff.wave, today)] == [None, None]
    assert [one.used for one in participation(staff.wave, today + timedelta(days=1))] == [12, 12]
    assert [one.invited for one in participation(staff.wave, date(2026, 1, 1))] == [30, 30]
    db.session.remove()
