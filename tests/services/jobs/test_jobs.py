"""Long work: asked for, done once, broken off, taken up again, given up, called off, removed."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.extensions import db, transaction
from app.models import Job
from app.queries.jobs import get_job
from app.services import jobs
from app.services.jobs import consumer, folders, progress, queue, running, sweeping
from tests.services.jobs import kinds

assert kinds  # registers the kinds


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def now_of(job):
    return get_job(job.key)


def leave_half_done(job, attempts=1, beat_at=None, locked=True):
    """As a worker that was killed leaves it."""
    with transaction() as session:
        session.execute(
            update(Job)
            .where(Job.key == job.key)
            .values(state="running", attempts=attempts, beat_at=beat_at or datetime.now(UTC))
        )
    folder = folders.home(job.key) / str(attempts)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "half.txt").write_text("half")
    if locked:
        (folders.home(job.key) / folders.LOCK).touch()
    else:
        (folders.home(job.key) / folders.LOCK).unlink(missing_ok=True)


def test_a_job_waits_is_done_and_keeps_its_files(data):
    job = jobs.enqueue("test-write", {"lines": 4})
    assert now_of(job).state == "waiting"
    assert queue.queued() == {job.key}

    assert jobs.work_off() == 1

    done = now_of(job)
    assert (done.state, done.attempts, done.done, done.total) == ("done", 1, 4, 4)
    assert done.result == {"files": ["lines.txt"], "rows": 4}
    assert (jobs.folder_of(done) / "lines.txt").read_text() == "0\n1\n2\n3\n"


def test_of_two_workers_one_gets_the_job(data):
    job = jobs.enqueue("test-write", {})
    assert running._take(job.key) is not None
    assert running._take(job.key) is None
    assert now_of(job).attempts == 1


def test_a_finished_job_is_not_done_again(data):
    job = jobs.enqueue("test-write", {})
    jobs.work_off()
    assert not running.run(job.key)
    assert sweeping.sweep() == 0
    assert now_of(job).attempts == 1


def test_a_job_that_another_process_holds_is_left_alone(context):
    job = jobs.enqueue("test-write", {})
    with folders.locked(folders.home(job.key) / folders.LOCK) as held:
        assert held
        assert not running.run(job.key)
    assert running.run(job.key)


def test_an_unknown_kind_is_refused_and_nothing_is_stored(context):
    with pytest.raises(jobs.UnknownKind, match="nonsense"):
        jobs.enqueue("nonsense", {})
    assert db.session.query(Job).count() == 0


def test_asking_leaves_a_line_in_the_audit_log(context):
    from app.models import AuditEntry

    job = jobs.enqueue("test-write", {})
    (line,) = db.session.query(AuditEntry)
    assert (line.action, line.subject) == ("job.asked", "test-write")
    assert job.key in line.facts


# What the work may end with


def test_a_refusal_is_kept_as_a_sentence_that_can_be_translated(context):
    job = jobs.enqueue("test-refused", {"place": "100 %"})
    jobs.work_off()
    failed = now_of(job)
    assert (failed.state, failed.problem) == ("failed", "Press the button: 100 %.")
    assert failed.result == {"sentence": "Press the button: %(button)s.", "facts": {"button": "100 %"}}


def test_a_full_disk_fails_with_one_sentence_and_leaves_no_half_file(context):
    job = jobs.enqueue("test-full", {})
    jobs.work_off()
    assert now_of(job).problem == running.DISK_FULL
    assert not list(folders.home(job.key).glob("*/*"))


@pytest.mark.parametrize(
    "said", ["IO Error: No space left on device", "database or disk is full", "Disk quota exceeded"]
)
def test_a_full_disk_is_recognised_in_the_words_of_any_library(said):
    error = RuntimeError("writing failed")
    error.__cause__ = ValueError(said)
    assert running.is_disk_full(error)
    assert not running.is_disk_full(RuntimeError("no such column"))


def test_what_nobody_foresaw_is_logged_and_told_without_a_trace(context, caplog):
    job = jobs.enqueue("test-broken", {})
    jobs.work_off()
    assert now_of(job).problem == running.UNFORESEEN
    assert "ZeroDivisionError" in caplog.text


# Broken off


def test_a_worker_that_is_to_stop_puts_its_job_back_without_counting_the_attempt(context):
    job = jobs.enqueue("test-write", {})
    running.run(job.key, stopping=lambda: True)
    again = now_of(job)
    assert (again.state, again.attempts) == ("waiting", 0)
    assert not list(folders.home(job.key).glob("*/*"))
    jobs.work_off()
    assert now_of(job).state == "done"


def test_a_job_of_a_dead_worker_begins_again_in_a_clean_folder(data):
    job = jobs.enqueue("test-write", {})
    leave_half_done(job)
    assert sweeping.sweep() == 1
    jobs.work_off()
    done = now_of(job)
    assert (done.state, done.attempts) == ("done", 2)
    assert [path.name for path in folders.home(job.key).glob("*/*")] == ["lines.txt"]


def test_a_job_on_another_machine_is_left_alone_until_it_is_silent(context):
    job = jobs.enqueue("test-write", {})
    leave_half_done(job, locked=False)
    assert sweeping.sweep() == 0
    assert sweeping.sweep(datetime.now(UTC) + sweeping.SILENT + timedelta(seconds=1)) == 1
    assert now_of(job).state == "waiting"


def test_after_three_attempts_it_is_given_up_with_a_sentence(data):
    job = jobs.enqueue("test-write", {})
    leave_half_done(job, attempts=running.MOST_ATTEMPTS)
    sweeping.sweep()
    given_up = now_of(job)
    assert (given_up.state, given_up.problem) == ("failed", running.GIVEN_UP)
    assert not list(folders.home(job.key).glob("*/*"))


def test_a_waiting_job_that_the_queue_lost_is_put_back(context):
    job = jobs.enqueue("test-write", {})
    queue.queue_of(context).flush()
    assert queue.queued() == set()
    sweeping.sweep()
    sweeping.sweep()
    assert queue.queued() == {job.key}


def test_a_queue_that_takes_nothing_loses_no_job(context, monkeypatch):
    monkeypatch.setattr(queue.SqliteHuey, "enqueue", _no_room)
    job = jobs.enqueue("test-write", {})
    jobs.work_off()
    assert now_of(job).state == "done"


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), OSError(28, "No space left")])
def test_a_worker_outlives_a_queue_that_cannot_be_read(context, monkeypatch, caplog, error):
    def broken():
        raise error

    monkeypatch.setattr(queue, "queued", broken)
    jobs.enqueue("test-write", {})
    consumer.Worker(context, 1)._sweep()
    assert str(error) in caplog.text


def _no_room(*_):
    raise OSError(28, "No space left on device")


# Called off


def test_a_waiting_job_that_is_called_off_is_never_begun(data):
    job = jobs.enqueue("test-write", {})
    assert jobs.cancel(now_of(job))
    assert jobs.work_off() == 0
    assert (now_of(job).state, now_of(job).attempts) == ("cancelled", 0)
    assert not jobs.cancel(now_of(job))


def test_a_finished_job_that_is_called_off_keeps_its_files(context):
    job = jobs.enqueue("test-write", {})
    jobs.work_off()
    kept = sorted(jobs.folder_of(now_of(job)).iterdir())
    assert kept
    assert not jobs.cancel(now_of(job))
    assert sorted(jobs.folder_of(now_of(job)).iterdir()) == kept


def test_a_running_job_that_is_called_off_stops_and_clears_up(context, monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "TELL", 0.05)
    job = jobs.enqueue("test-slow", {"mark": str(tmp_path / "mark")})
    told = progress.Progress.__call__

    def call_off_at_the_third_step(self, done, total=None):
        if done == 3:
            with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
                connection.execute(update(Job).values(state="cancelled"))
        told(self, done, total)

    monkeypatch.setattr(progress.Progress, "__call__", call_off_at_the_third_step)
    running.run(job.key)
    assert now_of(job).state == "cancelled"
    assert not list(folders.home(job.key).glob("*/*"))


def test_an_attempt_that_another_has_taken_over_changes_nothing(context):
    job = jobs.enqueue("test-write", {})
    running._take(job.key)
    leave_half_done(job, attempts=2)
    assert not running._end(job.key, 1, "done", result={"rows": 1})
    assert now_of(job).state == "running"


def test_progress_is_told_while_the_work_goes_on(context, monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "TELL", 0.05)
    seen = []
    told = progress.Pulse._tell
    monkeypatch.setattr(progress.Pulse, "_tell", lambda self, *now: (seen.append(now), told(self, *now)))
    (tmp_path / "mark").write_text("begun\n")
    jobs.enqueue("test-slow", {"mark": str(tmp_path / "mark")})
    jobs.work_off()
    assert (2, 600) in seen or (1, 600) in seen


# Removed


def test_files_go_after_seven_days_and_rows_after_ninety(context):
    job = jobs.enqueue("test-write", {})
    jobs.work_off()
    asked = jobs.enqueue("test-write", {})
    now = datetime.now(UTC)
    assert sweeping.tidy(now + timedelta(days=6)) == 0
    assert sweeping.tidy(now + timedelta(days=8)) == 1
    assert not folders.home(job.key).exists()
    assert now_of(job).state == "done"
    sweeping.tidy(now + timedelta(days=91))
    assert [one.key for one in db.session.query(Job)] == [asked.key]
