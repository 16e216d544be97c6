"""Runs of estimation: what was estimated of a wave, and what became of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import EstimationRun, Release, Survey, User, Wave
from app.queries.errors import NotFound
from app.queries.users import find_user

LARGEST_NUMBER = 2**31 - 1  # the databases would not even be asked about a larger one


def list_runs(wave: Wave) -> list[EstimationRun]:
    """The runs of a wave, the newest first, with the people they name."""
    return list(
        db.session.scalars(
            select(EstimationRun)
            .where(EstimationRun.wave_id == wave.id)
            .options(joinedload(EstimationRun.made_by), joinedload(EstimationRun.decided_by))
            .order_by(EstimationRun.number.desc())
        )
    )


def get_run(survey_code: str, wave_code: str, number: int) -> EstimationRun:
    """One run of a wave, or NotFound."""
    if number > LARGEST_NUMBER:
        raise NotFound("run", f"{survey_code}/{wave_code}/{number}")
    found = db.session.scalar(
        select(EstimationRun)
        .join(EstimationRun.wave)
        .join(Wave.survey)
        .where(Survey.code == survey_code, Wave.code == wave_code, EstimationRun.number == number)
        .options(joinedload(EstimationRun.wave).joinedload(Wave.survey))
    )
    if found is None:
        raise NotFound("run", f"{survey_code}/{wave_code}/{number}")
    return found


def find_release_of_run(run: EstimationRun) -> Release | None:
    """The release that a run became."""
    return db.session.scalar(select(Release).where(Release.run_id == run.id))


def get_user(email: str) -> User:
    """The account with this address, or NotFound."""
    found = find_user(email)
    if found is None or not found.active:
        raise NotFound("account", email)
    return found


def snapshots_of_runs(wave: Wave) -> set[str]:
    """File names of every snapshot that a run of the wave was made from."""
    return set(
        db.session.scalars(select(EstimationRun.snapshot_path).where(EstimationRun.wave_id == wave.id))
    )
