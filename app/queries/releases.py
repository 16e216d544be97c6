"""Releases: what was published of which wave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Release, Survey, Wave
from app.queries.errors import NotFound

LARGEST_NUMBER = 2**31 - 1  # the databases would not even be asked about a larger one


@dataclass(frozen=True, slots=True)
class ReleasedWave:
    """A wave with its newest release; titles by language."""

    survey_code: str
    wave_code: str
    survey_title: dict[str, str]
    wave_title: dict[str, str]
    release_number: int
    published_on: date


def list_released_waves() -> list[ReleasedWave]:
    """Every wave that has a release, the newest wave first."""
    newest = (
        select(Release.wave_id, func.max(Release.number).label("number")).group_by(Release.wave_id).subquery()
    )
    found = db.session.execute(
        select(Survey.code, Wave.code, Survey.title, Wave.title, Release.number, Release.published_on)
        .join(Wave, Wave.id == Release.wave_id)
        .join(Survey, Survey.id == Wave.survey_id)
        .join(newest, (newest.c.wave_id == Release.wave_id) & (newest.c.number == Release.number))
        .order_by(Wave.id.desc())
    )
    return [ReleasedWave(*row) for row in found]


def get_release(survey_code: str, wave_code: str) -> Release:
    """The newest release of a wave with its wave, survey and instrument version; NotFound where there is none."""
    found = db.session.scalar(
        select(Release)
        .join(Release.wave)
        .join(Wave.survey)
        .where(Survey.code == survey_code, Wave.code == wave_code)
        .options(
            joinedload(Release.wave).joinedload(Wave.survey),
            joinedload(Release.wave).joinedload(Wave.instrument_version),
        )
        .order_by(Release.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("release of wave", f"{survey_code}/{wave_code}")
    return found


def count_releases(wave: Wave) -> int:
    """How many releases a wave has."""
    return db.session.scalar(select(func.count()).select_from(Release).where(Release.wave_id == wave.id)) or 0


def list_wave_releases(wave: Wave) -> list[Release]:
    """The releases of a wave with their runs, the newest first."""
    return list(
        db.session.scalars(
            select(Release)
            .where(Release.wave_id == wave.id)
            .options(joinedload(Release.run))
            .order_by(Release.number.desc())
        )
    )


def get_numbered_release(survey_code: str, wave_code: str, number: int) -> Release:
    """One release of a wave with its wave, survey and run, or NotFound."""
    if number > LARGEST_NUMBER:
        raise NotFound("release", f"{survey_code}/{wave_code}/{number}")
    found = db.session.scalar(
        select(Release)
        .join(Release.wave)
        .join(Wave.survey)
        .where(Survey.code == survey_code, Wave.code == wave_code, Release.number == number)
        .options(joinedload(Release.wave).joinedload(Wave.survey), joinedload(Release.run))
    )
    if found is None:
        raise NotFound("release", f"{survey_code}/{wave_code}/{number}")
    return found
