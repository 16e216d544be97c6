"""Copies of answers that wait to be fetched go with the answers themselves."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Job, Wave
from app.services.exporting.work import ANSWERS
from app.services.jobs import cancel, folders


def forget_exports(wave: Wave) -> int:
    """Remove every file with single answers of this wave, and call off what would make one; how many jobs had some."""
    found = [
        job
        for job in db.session.scalars(select(Job).where(Job.kind == ANSWERS))
        if (job.arguments.get("survey"), job.arguments.get("wave")) == (wave.survey.code, wave.code)
    ]
    held = 0
    for job in found:
        if job.state in {"waiting", "running"}:
            cancel(job)
        held += folders.home(job.key).is_dir()
        folders.remove(job.key)
    return held
