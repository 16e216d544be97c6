"""Long work: who asked for what, and how far it is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Job
from app.queries.errors import NotFound

# More than a page can show; older ones are no longer of interest.
MOST_LISTED = 100


def get_job(key: str) -> Job:
    """The job with this key, as the table has it now; NotFound where there is none."""
    found = db.session.scalar(
        select(Job)
        .where(Job.key == key)
        .options(joinedload(Job.user))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("job", key)
    return found


def list_jobs(user_id: int | None = None) -> list[Job]:
    """The newest jobs first, of one account or (None) of all."""
    query = select(Job).options(joinedload(Job.user)).order_by(Job.id.desc()).limit(MOST_LISTED)
    return list(db.session.scalars(query if user_id is None else query.where(Job.user_id == user_id)))
