"""What the results of a staff wave take beside its snapshot: head counts, comments, and other releases."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Agency, Collector, Comment, HeadCount, InstrumentVersion, Release, Wave


@dataclass(frozen=True, slots=True)
class Written:
    """One open comment, and the agency under which it was put when it was cut off."""

    agency: str
    item: str
    text: str


def heads_by_agency(wave: Wave) -> dict[str, int]:
    """How many people are counted in each agency itself: its own, and those of small units that joined it."""
    found = db.session.execute(
        select(Agency.code, func.sum(HeadCount.heads))
        .join(Collector, Collector.agency_id == Agency.id)
        .join(HeadCount, HeadCount.collector_id == Collector.id)
        .where(HeadCount.wave_id == wave.id)
        .group_by(Agency.code)
        .order_by(Agency.code)
    )
    return {code: int(heads) for code, heads in found}


def units_invited(wave: Wave) -> frozenset[str]:
    """Codes of the units whose staff were asked."""
    return frozenset(
        db.session.scalars(
            select(Agency.code)
            .join(HeadCount, HeadCount.agency_id == Agency.id)
            .where(HeadCount.wave_id == wave.id, HeadCount.heads > 0)
        )
    )


def list_releases(wave: Wave) -> list[Release]:
    """The releases of a wave, the first one first."""
    return list(
        db.session.scalars(select(Release).where(Release.wave_id == wave.id).order_by(Release.number))
    )


def find_last_wave_release(wave: Wave) -> Release | None:
    """The newest release of the last anonymous wave before this one in its survey that was released."""
    return db.session.scalar(
        select(Release)
        .join(Release.wave)
        .join(Wave.instrument_version)
        .where(
            Wave.survey_id == wave.survey_id,
            Wave.id < wave.id,
            Wave.anonymous,
            InstrumentVersion.code == wave.instrument_version.code,
        )
        .options(joinedload(Release.wave))
        .order_by(Wave.id.desc(), Release.number.desc())
        .limit(1)
    )


def find_release_of_instrument(code: str) -> Release | None:
    """The newest release of the newest wave that asked this instrument openly."""
    return db.session.scalar(
        select(Release)
        .join(Release.wave)
        .join(Wave.instrument_version)
        .where(InstrumentVersion.code == code, Wave.anonymous.is_(False))
        .options(joinedload(Release.wave).joinedload(Wave.survey))
        .order_by(Wave.id.desc(), Release.number.desc())
        .limit(1)
    )


def list_comments(wave: Wave) -> list[Written]:
    """All comments of a wave in the order of their numbers, which were drawn."""
    found = db.session.execute(
        select(Agency.code, Comment.item, Comment.text)
        .join(Agency, Agency.id == Comment.agency_id)
        .where(Comment.wave_id == wave.id)
        .order_by(Comment.id)
    )
    return [Written(*row) for row in found]
