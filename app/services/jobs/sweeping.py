"""Jobs whose worker died are taken up again, those that the queue forgot are put back, old ones are removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select, update

from app.extensions import db, transaction
from app.models import Job
from app.services.jobs import folders, queue
from app.services.jobs.running import GIVEN_UP, MOST_ATTEMPTS

# A job without a lock here that was not heard of for so long has lost its worker, whichever machine that was on.
SILENT = timedelta(seconds=60)
# How long files can be fetched, and how long the list remembers the job.
FILES_KEPT = timedelta(days=7)
ROWS_KEPT = timedelta(days=90)


def sweep(now: datetime | None = None) -> int:
    """Take up what a dead worker left, and wake a worker for whatever waits unheard; how many were taken up."""
    now = now or datetime.now(UTC)
    running = list(db.session.scalars(select(Job).where(Job.state == "running").order_by(Job.id)))
    taken = sum(_take_up(job.key, job.attempts, job.beat_at, now) for job in running)
    waiting = list(db.session.scalars(select(Job.key).where(Job.state == "waiting").order_by(Job.id)))
    if waiting:
        known = queue.queued()
        for key in waiting:
            if key not in known:
                queue.put(key)
    db.session.rollback()
    return taken


def tidy(now: datetime | None = None) -> int:
    """Remove the files of jobs that ended long ago, and the rows of those that ended very long ago; how many jobs lost
    their files."""
    now = now or datetime.now(UTC)
    ended = Job.state.in_(("done", "failed", "cancelled"))
    old = db.session.scalars(select(Job.key).where(ended, Job.ended_at <= now - FILES_KEPT))
    present = [key for key in old if folders.home(key).is_dir()]
    for key in present:
        folders.remove(key)
    with transaction() as session:
        session.execute(
            delete(Job)
            .where(ended, Job.ended_at <= now - ROWS_KEPT)
            .execution_options(synchronize_session=False)
        )
    return len(present)


def _take_up(key: str, attempts: int, beat_at: datetime | None, now: datetime) -> bool:
    """Let the job wait again if its worker is dead, or give it up; whether it was dead."""
    lock = folders.home(key) / folders.LOCK
    if lock.exists():
        with folders.locked(lock) as alone:
            return alone and _release(key, attempts, now)
    silent = beat_at is None or beat_at <= now - SILENT
    return silent and _release(key, attempts, now)


def _release(key: str, attempts: int, now: datetime) -> bool:
    values = (
        {"state": "waiting"}
        if attempts < MOST_ATTEMPTS
        else {
            "state": "failed",
            "problem": GIVEN_UP,
            "result": {"sentence": GIVEN_UP, "facts": {}},
            "ended_at": now,
        }
    )
    with transaction() as session:
        touched = session.execute(
            update(Job)
            .where(Job.key == key, Job.state == "running", Job.attempts == attempts)
            .values(**values)
            .execution_options(synchronize_session=False)
        ).rowcount
    if touched:
        folders.clear(key)
        current_app.logger.warning("job %s: its worker is gone; it is %s", key, values["state"])
    return touched == 1
