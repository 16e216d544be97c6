"""Storing a response: exactly once, always, and counted by the rule of the wave."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from app.extensions import db
from app.models import Response
from app.queries.responses import count_responses, find_response
from app.services import fieldwork, snapshots
from app.services.responding import (
    RECEIPT_ALPHABET,
    AnswersRefused,
    MalformedSubmission,
    Outcome,
    SubmissionsRefused,
    UnknownCollector,
    WrongInstrument,
    receipt,
    submit,
    submit_many,
)
from tests.factories import CLOSED, OPENED, instrument, make_collectors, make_open_wave, make_wave, submission

DAY = timedelta(days=1)


def test_a_response_is_stored_whole(data):
    wave, (collector,) = make_open_wave()
    given = submission(collector, device_token="tablet-7")

    assert submit(given) == Outcome("stored", receipt(given.response_id), counted=True)

    stored = find_response(given.response_id)
    assert stored.wave_id == wave.id
    assert stored.collector_id == collector.id
    assert stored.instrument_version_id == wave.instrument_version_id
    assert stored.answers == {"visited": "yes", "seats": "3", "polite": "2", "result": "na", "heard": ["tv"]}
    assert (stored.language, stored.mode, stored.state) == ("vi", "qr", "counted")
    assert (stored.started_at, stored.submitted_at) == (OPENED, OPENED)
    assert stored.received_on == date(2026, 3, 2)
    assert stored.device_token == "tablet-7"


def test_the_same_response_sent_again_is_stored_once(data):
    wave, (collector,) = make_open_wave()
    given = submission(collector)
    first = submit(given)

    assert submit(given) == Outcome("already", first.receipt, counted=True)
    assert count_responses(wave) == 1


def test_the_order_of_answers_and_the_case_of_the_id_make_no_other_response(data):
    _, (collector,) = make_open_wave()
    given = submission(collector)
    submit(given)
    turned = dict(reversed(given.answers.items()))

    assert submit(replace(given, answers=turned, response_id=given.response_id.upper())).status == "already"


def test_the_same_id_with_other_answers_is_a_conflict_and_changes_nothing(data):
    _, (collector,) = make_open_wave()
    given = submission(collector)
    first = submit(given)

    assert submit(replace(given, answers={"polite": "1"})) == Outcome("conflict", first.receipt, counted=True)
    assert find_response(given.response_id).answers["polite"] == "2"


def test_the_same_id_through_another_collector_is_a_conflict(data):
    _, (here, there) = make_open_wave("north-1", "north-2")
    given = submission(here)
    submit(given)

    assert submit(replace(given, collector_code=there.code)).status == "conflict"
    assert find_response(given.response_id).collector_id == here.id


def test_ten_sends_at_once_store_one_response(data):
    wave, (collector,) = make_open_wave()
    given = submission(collector)
    start = threading.Barrier(10)
    outcomes = []

    def send():
        with data.app_context():
            start.wait()
            outcomes.append(submit(given).status)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["already"] * 9 + ["stored"]
    db.session.rollback()  # To see what the threads have stored since.
    assert count_responses(wave) == 1


def test_an_answer_within_the_late_limit_counts(data):
    wave, (collector,) = make_open_wave()
    fieldwork.close_wave(wave, now=CLOSED)

    assert submit(submission(collector, received_at=CLOSED + 7 * DAY)).counted


def test_an_answer_after_the_late_limit_is_kept_as_late(data):
    wave, (collector,) = make_open_wave()
    fieldwork.close_wave(wave, now=CLOSED)
    given = submission(collector, received_at=CLOSED + 7 * DAY + timedelta(seconds=1))

    assert submit(given) == Outcome("stored", receipt(given.response_id), counted=False)
    assert find_response(given.response_id).state == "late"


def test_an_answer_after_the_freezing_is_kept_as_late(data):
    wave, (collector,) = make_open_wave()
    fieldwork.close_wave(wave, now=CLOSED)
    snapshots.freeze(wave, now=CLOSED)

    assert not submit(submission(collector, received_at=CLOSED + DAY)).counted
    assert (count_responses(wave, "counted"), count_responses(wave, "late")) == (0, 1)


def test_an_answer_before_the_opening_is_kept_but_not_counted(data):
    (collector,) = make_collectors(make_wave())

    assert not submit(submission(collector)).counted


def test_a_wave_past_its_planned_close_and_late_limit_counts_no_more(data):
    _, (collector,) = make_open_wave(closes_at=CLOSED)

    assert submit(submission(collector, received_at=CLOSED + 7 * DAY)).counted
    assert not submit(submission(collector, received_at=CLOSED + 8 * DAY)).counted


def test_a_repeat_after_the_late_limit_hears_that_the_first_one_counts(data):
    wave, (collector,) = make_open_wave()
    given = submission(collector)
    submit(given)
    fieldwork.close_wave(wave, now=CLOSED)

    assert submit(replace(given, received_at=CLOSED + 30 * DAY)) == Outcome(
        "already", receipt(given.response_id), counted=True
    )


def test_a_revoked_collector_still_takes_answers(data):
    _, (collector,) = make_open_wave()
    fieldwork.revoke_collector(collector)

    assert submit(submission(collector)).counted


def test_an_unknown_collector_takes_none(data):
    _, (collector,) = make_open_wave()

    with pytest.raises(UnknownCollector, match="No collector has the code nowhere"):
        submit(replace(submission(collector), collector_code="nowhere"))


def test_an_older_version_is_taken_after_the_wave_has_moved_on(data):
    wave, (collector,) = make_open_wave()
    older = wave.instrument_version
    fieldwork.switch_instrument(wave, fieldwork.register_instrument(instrument(version=2)))
    given = submission(collector)

    assert submit(given).counted
    assert find_response(given.response_id).instrument_version_id == older.id


@pytest.mark.parametrize("changes", [{"instrument_version": 2}, {"instrument_code": "other"}])
def test_a_form_that_the_wave_never_asked_is_refused(data, changes):
    wave, (collector,) = make_open_wave()
    fieldwork.register_instrument(instrument(version=2))
    fieldwork.register_instrument(instrument(code="other"))

    with pytest.raises(WrongInstrument, match="does not ask"):
        submit(submission(collector, **changes))
    assert count_responses(wave) == 0


def test_answers_are_checked_again_and_nothing_is_stored_by_half(data):
    wave, (collector,) = make_open_wave()

    with pytest.raises(AnswersRefused) as refused:
        submit(submission(collector, answers={"polite": "9", "result": "1", "heard": ("radio",), "age": "7"}))

    assert [(problem.item, problem.code) for problem in refused.value.problems] == [
        ("polite", "not_an_option"),
        ("heard", "not_an_option"),
    ]
    assert refused.value.unknown == ("age",)
    assert count_responses(wave) == 0


def test_an_answer_that_the_routing_hides_is_dropped(data):
    _, (collector,) = make_open_wave()
    given = submission(collector, answers={"visited": "no", "seats": "3", "polite": "1"})
    submit(given)

    assert find_response(given.response_id).answers == {"visited": "no", "polite": "1"}


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"response_id": "17"}, "response id"),
        ({"language": "fr"}, "language"),
        ({"mode": "telegraph"}, "mode"),
        ({"device_token": "x" * 65}, "device token"),
        ({"started_at": OPENED.replace(tzinfo=None)}, "start time"),
    ],
)
def test_what_stands_around_the_answers_is_checked_too(data, changes, part):
    wave, (collector,) = make_open_wave()

    with pytest.raises(MalformedSubmission) as refused:
        submit(submission(collector, **changes))
    assert refused.value.part == part
    assert count_responses(wave) == 0


def test_a_clock_that_is_far_out_loses_no_answer(data):
    _, (collector,) = make_open_wave()
    given = submission(
        collector, started_at=OPENED.replace(year=9999), submitted_at=OPENED.replace(year=1601)
    )

    assert submit(given).counted
    assert find_response(given.response_id).started_at is None
    assert find_response(given.response_id).submitted_at is None


def test_many_are_stored_in_one_transaction_by_the_same_rules(data):
    wave, (collector,) = make_open_wave()
    one, two = submission(collector), submission(collector)

    outcomes = submit_many([one, two, one, replace(two, answers={})])

    assert [outcome.status for outcome in outcomes] == ["stored", "stored", "already", "conflict"]
    assert count_responses(wave) == 2


def test_one_wrong_submission_among_many_stores_none_and_all_wrong_ones_are_named(data):
    wave, (collector,) = make_open_wave()
    right = submission(collector)

    with pytest.raises(SubmissionsRefused) as refused:
        submit_many([right, replace(right, language="fr"), replace(right, answers={"polite": "x"})])

    assert [type(reason) for reason in refused.value.refused.values()] == [
        MalformedSubmission,
        AnswersRefused,
    ]
    assert list(refused.value.refused) == [1, 2]
    assert str(refused.value).splitlines()[0].startswith("Submission 2: ")
    assert count_responses(wave) == 0


def test_a_receipt_is_short_and_has_no_sign_that_is_mistaken_for_another():
    code = receipt(str(uuid4()))

    assert len(code) == 9
    assert code[4] == "-"
    assert set(code.replace("-", "")) <= set(RECEIPT_ALPHABET)
    assert not set("01IOLU") & set(RECEIPT_ALPHABET)


def test_a_receipt_is_the_same_on_every_server_and_tells_responses_apart():
    assert receipt("11111111-1111-4111-8111-111111111111") == "7DPG-7XMW"
    assert len({receipt(str(uuid4())) for _ in range(500)}) == 500


def test_an_answered_instrument_cannot_be_changed_in_the_database(data):
    _, (collector,) = make_open_wave()
    submit(submission(collector))

    with pytest.raises(Exception, match="has responses and cannot change"), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE instrument_version SET sha256 = 'x'")


def test_an_unanswered_instrument_is_not_frozen(data):
    make_open_wave()
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("UPDATE instrument_version SET sha256 = 'x'").rowcount == 1


def test_the_database_refuses_a_second_row_of_one_response(data):
    _, (collector,) = make_open_wave()
    given = submission(collector)
    submit(given)
    row = find_response(given.response_id)
    copy = {column.name: getattr(row, column.name) for column in Response.__table__.c if column.name != "id"}

    with pytest.raises(Exception, match=r"(?i)unique"), db.engine.begin() as connection:
        connection.execute(Response.__table__.insert(), copy)
