"""Late answers enter the next version of a release, and only on request; the earlier snapshot stays for its release."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import current_app

from app.extensions import transaction
from app.services import releasing, responding, snapshots
from app.services.snapshots import NoLateAnswers
from app.services.staff import retention
from tests.factories import CLOSED, make_wave, submission
from tests.services.closed import make_closed_wave

CORRECTED = {"changes": "Two late answers.", "reason": "The post was slow."}


def late_answers(wave, count=2):
    responding.submit_many(
        submission(wave.collectors[0], received_at=CLOSED + timedelta(days=30)) for _ in range(count)
    )


def released(wave, **said):
    return releasing.release(wave, published_on=date(2026, 4, 15), language="vi", **said)


def test_a_further_snapshot_has_the_late_answers_and_the_earlier_one_stays(app):
    with app.app_context():
        wave = make_closed_wave(places=("north-1",))
        first = released(wave)
        late_answers(wave)
        before = snapshots.path_of(wave)
        assert wave.snapshot_rows == 15
        taken = snapshots.take_late(wave)

        assert (taken.rows, wave.snapshot_rows, snapshots.path_of(wave)) == (17, 17, taken.path)
        assert snapshots.verify(before, first.snapshot_sha256)
        second = released(wave, **CORRECTED)
        assert second.snapshot_sha256 == taken.sha256
        late_answers(wave, 1)
        assert snapshots.take_late(wave).rows == 18


def test_a_further_snapshot_that_no_run_was_made_from_goes_with_the_next(app):
    with app.app_context():
        wave = make_closed_wave(places=("north-1",))
        released(wave)
        late_answers(wave)
        unused = snapshots.take_late(wave).path
        late_answers(wave)
        assert snapshots.take_late(wave).rows == 19
        assert not unused.exists()
        assert len(list(unused.parent.iterdir())) == 2


def test_there_must_be_a_release_and_something_late(app):
    with app.app_context():
        wave = make_closed_wave(places=("north-1",))
        with pytest.raises(NoLateAnswers, match="Nothing of this wave is released yet"):
            snapshots.take_late(wave)
        released(wave)
        with pytest.raises(NoLateAnswers, match="No answer of this wave came late"):
            snapshots.take_late(wave)
        staff = make_wave("staff", wave_kind="census", anonymous=True)
        with pytest.raises(NoLateAnswers, match="Of staff whom nobody can trace"):
            snapshots.take_late(staff)


def test_retention_destroys_every_snapshot_of_the_wave(app):
    with app.app_context():
        wave = make_closed_wave(places=("north-1",))
        made = released(wave)
        late_answers(wave)
        snapshots.take_late(wave)
        folder = Path(current_app.config["SNAPSHOT_FOLDER"])
        assert len(list(folder.iterdir())) == 2
        with transaction():
            wave.retain_until = date(2026, 12, 31)
        assert retention.left_of(wave)["snapshot files"] == 2
        retention.run(date(2027, 1, 1))

        assert list(folder.iterdir()) == []
        assert (releasing.folder_of(made) / "results.json").is_file()
        with pytest.raises(snapshots.Destroyed, match="recomputing is no longer possible"):
            snapshots.take_late(wave)
