"""Asking for long work, and calling it off."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update

from app.extensions import transaction
from app.models import Job
from app.services import audit
from app.services.jobs import folders, queue
from app.services.jobs.kinds import get_kind


def enqueue(kind: str, arguments: dict[str, Any], user_id: int | None = None) -> Job:
    """Ask for work of this kind; it begins when a worker is free. `arguments` are plain JSON.

    A use case of its own: not to be called inside another's transaction. Raises UnknownKind.
    """
    get_kind(kind)
    with transaction() as session:
        job = Job(
            key=secrets.token_hex(16),
            kind=kind,
            arguments=arguments,
            user_id=user_id,
            made_at=datetime.now(UTC),
        )
        session.add(job)
        audit.record(session, "job.asked", kind, key=job.key)
    queue.put(job.key)
    return job


def cancel(job: Job) -> bool:
    """Call a job off; False where it has ended already. Its worker notices within seconds and clears up."""
    with transaction() as session:
        touched = session.execute(
            update(Job)
            .where(Job.id == job.id, Job.state.in_(("waiting", "running")))
            .values(state="cancelled", ended_at=datetime.now(UTC))
            .execution_options(synchronize_session=False)
        ).rowcount
        if touched:
            audit.record(session, "job.cancelled", job.kind, key=job.key)
    with folders.locked(folders.home(job.key) / folders.LOCK) as alone:
        # One that has ended keeps what it made.
        if alone and touched:
            folders.clear(job.key)
    return touched == 1
