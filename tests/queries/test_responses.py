"""Responses as they are counted and read for a snapshot."""

from __future__ import annotations

from datetime import date, timedelta

from app.queries import responses
from app.queries.responses import (
    CollectedResponse,
    count_responses,
    count_responses_by_agency,
    list_responses,
)
from app.services import fieldwork
from app.services.responding import submit, submit_many
from app.services.sampling import Plan
from tests.factories import CLOSED, OPENED, make_collectors, make_open_wave, make_wave, submission

LATE = CLOSED + timedelta(days=60)


def test_a_response_is_read_with_its_place_in_the_design(data):
    wave = make_wave()
    (collector,) = make_collectors(wave, plan=Plan("01", ("a", "b"), (5, 9), 2.5))
    fieldwork.open_wave(wave, now=OPENED)
    given = submission(collector, answers={"polite": "1", "heard": ("tv", "net")})
    submit(given)

    assert list(list_responses(wave)) == [
        CollectedResponse(
            response_id=given.response_id,
            instrument_version_id=wave.instrument_version_id,
            agency="north-1",
            collector=1,
            stratum="01",
            clusters=("a", "b"),
            fpc=(5, 9),
            base_weight=2.5,
            mode="qr",
            language="vi",
            received_on=date(2026, 3, 2),
            flags=("fast",),
            answers={"polite": "1", "heard": ("tv", "net")},
        )
    ]


def test_a_collector_outside_any_sample_has_no_design(data):
    wave, (collector,) = make_open_wave()
    submit(submission(collector))
    (found,) = list_responses(wave)

    assert (found.stratum, found.clusters, found.fpc, found.base_weight) == (None, (), (), None)


def test_responses_are_counted_by_state_and_by_agency(data):
    wave, (one, two) = make_open_wave("north-1", "north-2")
    fieldwork.close_wave(wave, now=CLOSED)
    submit_many([submission(one), submission(one), submission(two), submission(two, received_at=LATE)])

    assert (count_responses(wave), count_responses(wave, "counted"), count_responses(wave, "late")) == (
        4,
        3,
        1,
    )
    assert count_responses_by_agency(wave) == {"north-1": 2, "north-2": 1}
    assert count_responses_by_agency(wave, "late") == {"north-2": 1}
    assert len(list(list_responses(wave, "late"))) == 1


def test_responses_of_another_wave_are_left_out(data):
    (first, (here,)), (second, (there,)) = make_open_wave(code="1"), make_open_wave(code="2")
    submit_many([submission(here), submission(there), submission(there)])

    assert (count_responses(first), count_responses(second)) == (1, 2)
    assert len(list(list_responses(first))) == 1


def test_more_responses_than_one_block_are_all_read(data, monkeypatch):
    monkeypatch.setattr(responses, "BLOCK", 7)
    wave, (collector,) = make_open_wave()
    given = [submission(collector) for _ in range(30)]
    submit_many(given)

    assert {one.response_id for one in list_responses(wave)} == {one.response_id for one in given}
