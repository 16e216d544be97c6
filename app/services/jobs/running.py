"""One attempt at a job: taken by a conditional update, done in a clean folder, and ended in one word."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import g
from sqlalchemy import select, update

from app.extensions import db, transaction
from app.models import Job, User
from app.services.errors import ServiceError
from app.services.jobs import folders
from app.services.jobs.kinds import get_kind
from app.services.jobs.progress import BrokenOff, Progress, Pulse
from app.services.spoken import SpokenError

log = logging.getLogger(__name__)

# How often a job is begun before it is given up.
MOST_ATTEMPTS = 3

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

DISK_FULL = _("The disk is full. Nothing was kept; make room on the server, then ask for it again.")
UNFORESEEN = _("Something went wrong on our side; the log of the server says what. Nothing was kept.")
GIVEN_UP = _(
    "It was begun three times, and each time the program was ended before it was done. Nothing was kept."
)


def run(key: str, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Do the job with this key if it waits and nobody else has it; whether it was taken.

    Never raises for what the work does: the row says how it ended.
    """
    with folders.locked(folders.home(key) / folders.LOCK) as alone:
        job = _take(key) if alone else None
        if job is None:
            return False
        _attempt(job, stopping)
    return True


def work_off() -> int:
    """Do everything that waits, one after the other, in this process; how many jobs were taken."""
    done = 0
    while keys := list(db.session.scalars(select(Job.key).where(Job.state == "waiting").order_by(Job.id))):
        taken = sum(run(key) for key in keys)
        if not taken:
            break
        done += taken
    return done


def _take(key: str) -> Job | None:
    """The job, which is now this worker's; None where it does not wait. One statement, so that one worker wins."""
    now = datetime.now(UTC)
    with transaction() as session:
        won = session.execute(
            update(Job)
            .where(Job.key == key, Job.state == "waiting")
            .values(
                state="running",
                attempts=Job.attempts + 1,
                done=0,
                total=None,
                result={},
                problem="",
                begun_at=now,
                beat_at=now,
            )
            .execution_options(synchronize_session=False)
        ).rowcount
        return session.scalar(select(Job).where(Job.key == key)) if won else None


def _attempt(job: Job, stopping: Callable[[], bool]) -> None:
    key, name, attempt = job.key, job.kind, job.attempts
    arguments, user_id, folder = dict(job.arguments), job.user_id, folders.folder_of(job)
    folders.clear(key)
    progress = Progress(folder, user_id, stopping)
    try:
        folder.mkdir(mode=0o700, parents=True)
        if (user := db.session.get(User, user_id) if user_id else None) is not None:
            g.actor = user.email
        db.session.rollback()
        with Pulse(db.engine, key, attempt, progress):
            result = get_kind(name).work(progress, **arguments)
        done = {"result": result, "done": progress.done, "total": progress.total}
        kept = _end(key, attempt, "done", **done)
    except BrokenOff:
        kept = False
        # The worker is told to stop: the next one begins again, and this attempt does not count against the job.
        _end(key, attempt, "waiting", attempts=attempt - 1, begun_at=None, ended_at=None)
    except Exception as error:
        kept = False
        sentence, facts = _sentence(error, key)
        _end(
            key,
            attempt,
            "failed",
            problem=sentence % facts if facts else sentence,
            result={"sentence": sentence, "facts": facts},
        )
    finally:
        db.session.rollback()
        g.pop("actor", None)
    if not kept:
        folders.clear(key)


def _end(key: str, attempt: int, state: str, **values: Any) -> bool:
    """Write how this attempt ended, unless it was cancelled or is another's by now; whether it was written."""
    db.session.rollback()
    with transaction() as session:
        return (
            session.execute(
                update(Job)
                .where(Job.key == key, Job.state == "running", Job.attempts == attempt)
                .values(**{"state": state, "ended_at": datetime.now(UTC)} | values)
                .execution_options(synchronize_session=False)
            ).rowcount
            == 1
        )


def _sentence(error: Exception, key: str) -> tuple[str, dict[str, Any]]:
    """What went wrong, as a sentence of the catalogue with its facts where it is one."""
    if is_disk_full(error):
        return DISK_FULL, {}
    if isinstance(error, SpokenError):
        return error.sentence, {name: str(fact) for name, fact in error.facts.items()}
    if isinstance(error, ServiceError):
        return str(error), {}
    log.error("job %s failed", key, exc_info=error)
    return UNFORESEEN, {}


def is_disk_full(error: BaseException | None) -> bool:
    """Whether there was no room, however deep in the chain of reasons and in whatever library's words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        said = str(error).lower()
        if "no space left" in said or "disk is full" in said or "disk quota exceeded" in said:
            return True
        error = error.__cause__ or error.__context__
    return False
