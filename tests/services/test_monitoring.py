"""Monitoring: what came, what is missing, where it is quiet, how exact it will be; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.config import OFFICE_TIME
from app.extensions import db
from app.models import Device, Response, Wave
from app.queries.errors import NotFound
from app.services import fieldwork, monitoring, responding
from app.services.fieldwork import CollectorRow
from app.services.monitoring import monitor
from app.services.sampling import Plan
from app.services.served import import_served
from app.services.targets import TargetRefused, set_targets
from tests.factories import make_collectors, make_wave, submission

# A Tuesday; the wave opens on the Monday before, when the desks do.
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=OFFICE_TIME)
NOW = datetime(2026, 3, 3, 10, 30, tzinfo=OFFICE_TIME)
CLOSE = datetime(2026, 3, 6, 17, 0, tzinfo=OFFICE_TIME)


def opened(*places, mode="kiosk", **settings):
    """An open wave with one desk at each place."""
    wave = make_wave(**settings)
    desks = make_collectors(wave, *places, mode=mode)
    fieldwork.open_wave(wave, now=MONDAY)
    return wave, desks


def answer(desk, at, **changes):
    given = {"started_at": at - timedelta(minutes=3), "submitted_at": at, "received_at": at} | changes
    return responding.submit(submission(desk, **given))


def test_answers_are_counted_by_state_and_by_the_hour_of_the_office(data):
    wave, (first, second) = opened("north-1", "south-1")
    for minutes in (10, 20, 100):
        answer(first, NOW - timedelta(minutes=minutes))
    answer(second, NOW - timedelta(days=1))
    db.session.execute(
        update(Response).where(Response.collector_id == second.id).values(state="late", flags=["fast"])
    )
    db.session.commit()
    seen = monitor(wave, NOW)
    assert (seen.totals.counted, seen.totals.late, seen.totals.repeat) == (3, 1, 0)
    assert dict(seen.all_by_hour) == {10: 2, 8: 1}
    assert dict(seen.by_hour[first.id]) == {10: 2, 8: 1}
    assert not seen.by_hour[second.id]
    assert seen.hours == tuple(range(7, 17))
    assert [line.counts.late for line in seen.places] == [0, 1]
    assert seen.flags == {}, "a late answer counts nowhere, so its flags are not shown as if it did"


def test_a_branch_shows_its_own_places_and_sums(data):
    wave, (first, _second, third) = opened("north-1", "north-2", "south-1")
    answer(first, NOW)
    answer(third, NOW)
    seen = monitor(wave, NOW, branch="north")
    assert (seen.n_places, seen.totals.counted, sum(seen.all_by_hour.values())) == (2, 1, 1)
    assert seen.branches == ("north", "south")
    with pytest.raises(NotFound):
        monitor(wave, NOW, branch="east")


def test_places_come_in_pages(data, monkeypatch):
    monkeypatch.setattr(monitoring, "PLACES_PER_PAGE", 2)
    wave, _desks = opened("north-1", "north-2", "south-1")
    assert [line.link.number for line in monitor(wave, NOW, page=2).places] == [3]
    assert monitor(wave, NOW).pages == 2
    for page in (0, 3):
        with pytest.raises(NotFound):
            monitor(wave, NOW, page=page)


def test_what_the_target_still_wants_is_listed_the_largest_first(data):
    wave, (first, _second, _third) = opened("north-1", "north-2", "south-1")
    for _ in range(2):
        answer(first, NOW)
    assert monitor(wave, NOW).gaps == ()
    assert set_targets(wave, 2, "north") == 2
    assert set_targets(wave, 5, "south") == 1
    seen = monitor(wave, NOW)
    assert [(line.link.number, line.missing) for line in seen.gaps] == [(3, 5), (2, 2)]
    assert (seen.target, seen.missing) == (9, 7)
    with pytest.raises(TargetRefused):
        set_targets(wave, -1)


@pytest.mark.parametrize(
    ("last", "quiet"),
    [
        (NOW - timedelta(hours=1, minutes=59), False),
        (NOW - timedelta(hours=2), True),
        # Of Monday 16:30 only half an hour was still open, and three hours of today are.
        (datetime(2026, 3, 2, 16, 30, tzinfo=OFFICE_TIME), True),
        (None, True),
    ],
)
def test_a_desk_is_quiet_after_two_opening_hours(data, last, quiet):
    wave, (desk,) = opened("north-1")
    if last:
        answer(desk, last)
    found = monitor(wave, NOW).quiet
    assert bool(found) is quiet
    if last is None:
        assert found[0].quiet_for == timedelta(hours=12, minutes=30)


def test_nobody_is_quiet_while_the_office_is_closed(data):
    wave, _desks = opened("north-1")
    evening = NOW.replace(hour=18)
    assert not monitor(wave, evening).quiet
    assert not monitor(wave, MONDAY + timedelta(hours=1, minutes=59)).quiet
    assert monitor(wave, MONDAY + timedelta(hours=2)).quiet


def test_the_hours_of_the_wave_decide_when_they_are_known(data):
    wave, _desks = opened("north-1")
    db.session.get(Wave, wave.id).hours = {"tue": [["09:00", "12:00"]]}
    db.session.commit()
    assert not monitor(wave, NOW).quiet, "it has been open for an hour and a half"
    assert monitor(wave, NOW.replace(hour=11)).quiet


def test_a_sampled_day_is_expected_to_speak_on_its_day_only(data):
    wave = make_wave()
    rows = [CollectorRow("north-1", "Quầy", "kiosk", day=day) for day in (MONDAY.date(), NOW.date())]
    fieldwork.add_collectors(wave, rows)
    fieldwork.open_wave(wave, now=MONDAY)
    assert [line.link.number for line in monitor(wave, NOW).quiet] == [2]


def test_paper_and_revoked_links_are_never_quiet(data):
    wave, (desk,) = opened("north-1", mode="paper")
    assert not monitor(wave, NOW).quiet
    (tablet,) = make_collectors(wave, "north-1", mode="kiosk")
    assert monitor(wave, NOW).quiet
    fieldwork.revoke_collector(tablet)
    assert not monitor(wave, NOW).quiet
    assert desk.state == "open"


def test_a_clock_that_runs_ahead_counts_as_now(data):
    wave, (desk,) = opened("north-1")
    answer(desk, NOW, submitted_at=NOW + timedelta(days=3))
    (line,) = monitor(wave, NOW).places
    assert line.last == NOW


def test_the_response_rate_takes_the_days_that_have_figures(data):
    wave, (first, second) = opened("north-1", "south-1")
    for _ in range(3):
        answer(first, NOW)
    answer(first, NOW - timedelta(days=1))
    answer(second, NOW)
    assert monitor(wave, NOW).response_rate is None
    import_served(b"agency,day,transactions,source\nnorth-1,2026-03-03,12,desk book\n")
    seen = monitor(wave, NOW)
    assert (seen.served, seen.answered, seen.response_rate) == (12, 3, 25.0)
    assert [line.response_rate for line in seen.places] == [25.0, None]


def test_the_pace_of_the_opening_hours_leads_to_the_close(data):
    plans = [Plan(None, (f"day-{k}",), (40,), 1.0) for k in range(2)]
    wave = make_wave(wave_kind="probability")
    desks = fieldwork.add_collectors(
        wave, [CollectorRow("north-1", "Quầy", "kiosk", plan=plan) for plan in plans]
    )
    wave.closes_at = CLOSE
    db.session.commit()
    fieldwork.open_wave(wave, now=MONDAY)
    assert monitor(wave, MONDAY).prospect.n_at_close is None, "nothing is behind us yet"
    for desk in desks:
        for _ in range(5):
            answer(desk, NOW)
    told = monitor(wave, NOW).prospect
    # 12.5 of 47.5 opening hours are behind; 5 people per cluster, then 19.
    assert told.n_at_close == 38
    assert told.deff == pytest.approx(1 + 4 * 0.05)
    assert told.deff_at_close == pytest.approx(1 + 18 * 0.05)
    assert told.now == pytest.approx(100 * 1.959964 * (1.2 * 0.25 / 10) ** 0.5, rel=1e-6)
    assert told.at_close == pytest.approx(100 * 1.959964 * (1.9 * 0.25 / 38) ** 0.5, rel=1e-6)


def test_volunteers_have_no_margin(data):
    wave, (desk,) = opened("north-1")
    answer(desk, NOW)
    told = monitor(wave, NOW).prospect
    assert (told.n, told.now, told.at_close) == (1, None, None)


def test_tablets_that_need_a_hand_come_first(data):
    wave, (desk,) = opened("north-1")
    common = {"collector_id": desk.id, "language": "vi", "exit_code_hash": "x", "paired_at": MONDAY}
    db.session.add_all(
        [
            Device(name="well", seen_at=NOW, **common),
            Device(
                name="waits",
                seen_at=NOW,
                queue_length=4,
                queue_oldest_at=NOW - timedelta(hours=3),
                **common,
            ),
            Device(name="lost", seen_at=NOW - timedelta(days=1, seconds=1), **common),
            Device(name="gone", seen_at=NOW, revoked_at=NOW, **common),
        ]
    )
    db.session.commit()
    seen = monitor(wave, NOW)
    assert [(one.device.name, one.unseen) for one in seen.devices] == [
        ("lost", True),
        ("waits", False),
        ("well", False),
    ]
    assert seen.devices[1].waiting_for == timedelta(hours=3)
    assert (seen.n_devices, seen.waiting) == (3, 4)


def test_flags_are_counted_by_place(data):
    wave, (desk,) = opened("north-1")
    answer(desk, NOW, started_at=NOW)
    answer(desk, NOW)
    seen = monitor(wave, NOW)
    assert dict(seen.flags[desk.id]) == {"fast": 1, "any": 1}
    assert seen.shown_flags == ("fast",)


def test_nobody_follows_the_answers_of_an_anonymous_wave(data):
    wave = make_wave()
    wave.anonymous = True
    with pytest.raises(NotFound):
        monitor(wave, NOW)
