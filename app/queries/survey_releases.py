"""The releases of one survey over its waves, and which agencies went up in which."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import db
from app.models import Agency, Release, Survey, Wave
from app.queries.errors import NotFound
from app.queries.releases import ReleasedWave


def list_newest_releases(survey: Survey, *, public: bool = False) -> list[Release]:
    """The newest release of every wave of a survey, the earliest wave first; `public`: among the public ones."""
    chosen = select(Release.wave_id, func.max(Release.number).label("number")).group_by(Release.wave_id)
    if public:
        chosen = chosen.where(Release.public)
    newest = chosen.subquery()
    return list(
        db.session.scalars(
            select(Release)
            .join(newest, (newest.c.wave_id == Release.wave_id) & (newest.c.number == Release.number))
            .join(Release.wave)
            .where(Wave.survey_id == survey.id)
            .options(
                joinedload(Release.wave).joinedload(Wave.survey),
                joinedload(Release.wave).joinedload(Wave.instrument_version),
            )
            .order_by(Wave.tree_date, Wave.id)
        )
    )


def list_public_waves() -> list[ReleasedWave]:
    """Every wave that has a public release, with the newest of these, the newest wave first."""
    newest = (
        select(Release.wave_id, func.max(Release.number).label("number"))
        .where(Release.public)
        .group_by(Release.wave_id)
        .subquery()
    )
    found = db.session.execute(
        select(Survey.code, Wave.code, Survey.title, Wave.title, Release.number, Release.published_on)
        .join(Wave, Wave.id == Release.wave_id)
        .join(Survey, Survey.id == Wave.survey_id)
        .join(newest, (newest.c.wave_id == Release.wave_id) & (newest.c.number == Release.number))
        .order_by(Wave.id.desc())
    )
    return [ReleasedWave(*row) for row in found]


def list_public_releases(survey_code: str, wave_code: str) -> list[Release]:
    """The public releases of a wave with their runs, the newest first; NotFound where there is none."""
    found = list(
        db.session.scalars(
            select(Release)
            .join(Release.wave)
            .join(Wave.survey)
            .where(Survey.code == survey_code, Wave.code == wave_code, Release.public)
            .options(
                joinedload(Release.wave).joinedload(Wave.survey),
                joinedload(Release.wave).joinedload(Wave.instrument_version),
                joinedload(Release.run),
            )
            .order_by(Release.number.desc())
        )
    )
    if not found:
        raise NotFound("public release of wave", f"{survey_code}/{wave_code}")
    return found


def list_heirs() -> dict[str, str]:
    """Of every agency that went up in another, by code, the code of the other."""
    heir = aliased(Agency)
    return dict(
        db.session.execute(select(Agency.code, heir.code).join(heir, Agency.merged_into_id == heir.id)).all()
    )
