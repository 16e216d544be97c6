"""What is stored beside the answers: quality flags, used slips, interviews, each in the answer's own transaction."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.models import Device, Interview, Interviewer, Slip
from app.queries.responses import count_responses, find_response
from app.queries.waves import get_wave
from app.services import fieldwork, slips, snapshots
from app.services.responding import MalformedSubmission, submit, submit_many
from surveys.quality import BURST_ANSWERS, RUN_ANSWERS
from tests.factories import CLOSED, OPENED, make_collectors, make_open_wave, make_wave, submission

MINUTE = timedelta(minutes=1)


def slow(collector, **changes):
    """A form that was filled with care, so that only what a test is about is flagged."""
    given = submission(collector)
    at = changes.pop("at", OPENED)
    return replace(given, started_at=at - MINUTE, submitted_at=at, **changes)


def flags(given):
    return find_response(given.response_id).flags


def make_device(collector, token="t" * 64, **changes):
    with transaction() as session:
        device = Device(
            collector=collector, name="Tablet", language="vi", exit_code_hash="x", token_hash=token, **changes
        )
        session.add(device)
        return device


def make_slips(*places):
    """An open wave whose first link asks for slips; its link and one sheet of codes."""
    _, collectors = make_open_wave(*places)
    (sheet,) = slips.make_sheets(collectors[0])
    return *collectors, sheet.codes


def test_an_answer_without_anything_odd_has_no_flag(data):
    _, (collector,) = make_open_wave()
    given = slow(collector)
    submit(given)

    assert flags(given) == []


def test_a_hasty_answer_is_flagged_and_counts_all_the_same(data):
    _, (collector,) = make_open_wave()
    given = replace(slow(collector), started_at=OPENED - timedelta(seconds=2))

    assert submit(given).counted
    assert flags(given) == ["fast"]


def test_the_hours_of_the_wave_are_those_of_the_office(data):
    wave, (collector,) = make_open_wave()
    with transaction():
        wave.hours = {"mon": [["07:30", "11:30"]]}
    inside, outside = slow(collector), slow(collector, at=OPENED + timedelta(hours=4))
    submit(inside)
    submit(outside)

    assert (flags(inside), flags(outside)) == ([], ["after_hours"])


def test_the_last_of_many_within_five_minutes_is_a_burst_in_whatever_order_they_arrive(data):
    _, (collector,) = make_open_wave()
    given = [slow(collector, at=OPENED + number * timedelta(seconds=10)) for number in range(BURST_ANSWERS)]
    late = slow(collector, at=OPENED + timedelta(minutes=20))
    submit_many([late, *given])

    assert [flags(one) for one in given] == [[]] * (BURST_ANSWERS - 1) + [["burst"]]
    assert flags(late) == []


def test_a_burst_behind_one_link_is_none_behind_another(data):
    _, (here, there) = make_open_wave("north-1", "north-2")
    submit_many(slow(here) for _ in range(BURST_ANSWERS - 1))
    given = slow(there)
    submit(given)

    assert flags(given) == []


def test_the_same_answers_in_a_row_on_one_device_are_a_run(data):
    _, (collector,) = make_open_wave()
    make_device(collector)
    row = [
        slow(collector, device_token="t" * 64, at=OPENED + number * MINUTE)
        for number in range(RUN_ANSWERS + 1)
    ]
    other = replace(slow(collector, device_token="t" * 64, at=OPENED + 7 * MINUTE), answers={"polite": "1"})
    after = slow(collector, device_token="t" * 64, at=OPENED + 8 * MINUTE)
    submit_many([*row, other, after])

    assert [flags(one) for one in row] == [[]] * (RUN_ANSWERS - 1) + [["device_run"]] * 2
    assert (flags(other), flags(after)) == ([], [])


@pytest.mark.parametrize("fault", ["absent", "revoked", "elsewhere"])
def test_a_device_that_does_not_stand_here_is_flagged_and_its_answers_are_kept(data, fault):
    _, (here, there) = make_open_wave("north-1", "north-2")
    if fault != "absent":
        make_device(
            there if fault == "elsewhere" else here, revoked_at=OPENED if fault == "revoked" else None
        )
    given = slow(here, device_token="t" * 64)

    assert submit(given).counted
    assert flags(given) == ["unknown_device"]


def test_a_slip_is_used_up_by_the_answer_it_came_with(data):
    collector, codes = make_slips()
    given = slow(collector, slip=codes[0].lower())

    assert submit(given).status == "stored"
    used = db.session.scalars(select(Slip).where(Slip.response_id.is_not(None))).all()
    assert [(one.response_id, one.used_on.isoformat()) for one in used] == [(given.response_id, "2026-03-02")]
    assert flags(given) == []


def test_a_second_answer_with_a_used_slip_is_kept_apart_as_a_repeat(data):
    collector, codes = make_slips()
    submit(slow(collector, slip=codes[0]))
    second = slow(collector, slip=codes[0])

    outcome = submit(second)

    assert (outcome.status, outcome.counted) == ("repeat", False)
    stored = find_response(second.response_id)
    assert (stored.state, stored.flags, stored.receipt) == ("repeat", [], outcome.receipt)
    assert submit(second) == outcome


def test_the_same_answer_sent_again_with_its_slip_is_no_repeat(data):
    collector, codes = make_slips()
    given = slow(collector, slip=codes[0])
    submit(given)

    assert submit(given).status == "already"
    assert submit(replace(given, answers={})).status == "conflict"


def test_an_answer_that_is_here_already_uses_up_no_other_slip(data):
    collector, codes = make_slips()
    given = slow(collector, slip=codes[0])
    submit(given)

    assert submit(replace(given, slip=codes[1])).status == "already"
    assert submit(slow(collector, slip=codes[1])).status == "stored"


@pytest.mark.parametrize("code", [None, "", "ZZZZ-ZZZZ"])
def test_without_a_slip_where_one_is_asked_for_the_answer_is_kept_and_says_so(data, code):
    collector, _codes = make_slips()
    given = slow(collector, slip=code)

    assert submit(given).status == "repeat"
    assert flags(given) == ["no_slip"]


def test_a_slip_of_another_desk_is_none_here_and_stays_unused(data):
    here, there, codes = make_slips("north-1", "north-2")
    slips.make_sheets(there)

    assert submit(slow(there, slip=codes[0])).status == "repeat"
    assert submit(slow(here, slip=codes[0])).status == "stored"


def test_what_is_typed_from_paper_needs_no_slip(data):
    collector, _codes = make_slips()

    assert submit(slow(collector, mode="paper")).counted


def test_repeats_are_in_no_snapshot(data):
    collector, codes = make_slips()
    submit(slow(collector, slip=codes[0]))
    submit(slow(collector, slip=codes[0]))
    wave = get_wave("citizens", "2026")
    fieldwork.close_wave(wave, now=CLOSED)

    assert snapshots.freeze(wave).rows == 1


def test_ten_answers_with_one_slip_at_once_count_once(data):
    collector, codes = make_slips()
    given = [slow(collector, slip=codes[0]) for _ in range(10)]
    start, outcomes = threading.Barrier(10), []

    def send(one):
        with data.app_context():
            start.wait()
            outcomes.append(submit(one).status)

    threads = [threading.Thread(target=send, args=(one,)) for one in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["repeat"] * 9 + ["stored"]
    db.session.rollback()
    assert count_responses(get_wave("citizens", "2026"), "counted") == 1


def test_who_asked_is_recorded_apart_from_the_answers(data):
    (collector,) = make_collectors(make_wave(), mode="interviewer")
    with transaction() as session:
        session.add(Interviewer(code="lan7", name="Lan"))
    given, other = slow(collector, interviewer="lan7"), slow(collector, interviewer="nobody")
    for one in (given, given, other):
        submit(one)

    assert [(one.response_id) for one in db.session.scalars(select(Interview))] == [given.response_id]
    assert flags(given) == []
    assert flags(other) == ["unknown_interviewer"]


@pytest.mark.parametrize("changes", [{"slip": "x" * 65}, {"interviewer": "a\0b"}])
def test_a_code_that_nobody_can_have_typed_is_refused(data, changes):
    wave, (collector,) = make_open_wave()

    with pytest.raises(MalformedSubmission):
        submit(slow(collector, **changes))
    assert count_responses(wave) == 0
