"""Opening hours: the wave's own, or the usual ones, and how much of a time lies within them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from app.config import OFFICE_TIME
from app.services.opening import Opening

HOURS = {"mon": [["07:30", "11:30"], ["13:30", "17:00"]], "sat": [["08:00", "24:00"]]}


def at(day, clock):
    """A moment in March 2026, whose second day is a Monday."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=OFFICE_TIME)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        (at(2, "06:00"), at(2, "09:30"), 2),
        (at(2, "11:00"), at(2, "14:00"), 1),
        (at(2, "07:30"), at(2, "17:00"), 7.5),
        (at(2, "16:00"), at(7, "09:00"), 2),  # from Monday to Saturday, nothing between
        (at(7, "23:00"), at(8, "12:00"), 1),
        (at(2, "10:00"), at(2, "09:00"), 0),
    ],
)
def test_only_opening_time_is_counted(begin, end, hours):
    assert Opening.of(HOURS).between(begin, end) == timedelta(hours=hours)


def test_without_hours_the_usual_ones_are_supposed_and_said_so():
    usual = Opening.of(None)
    assert not usual.known
    assert Opening.of(HOURS).known
    assert usual.between(at(1, "00:00"), at(8, "23:59")) == timedelta(hours=5 * 9.5)
    assert usual.is_open(at(6, "07:30"))
    assert not usual.is_open(at(6, "17:00"))
    assert not usual.is_open(at(7, "10:00"))


def test_a_wave_without_any_opening_is_never_open():
    assert Opening.of({}).between(at(1, "00:00"), at(31, "00:00")) == timedelta(0)


def test_the_hours_of_a_day_are_those_of_the_clock():
    opening = Opening.of(HOURS)
    assert opening.hours_of(date(2026, 3, 2)) == range(7, 17)
    assert opening.hours_of(date(2026, 3, 3)) == range(0)
    assert opening.hours_of(date(2026, 3, 7)) == range(8, 24)
