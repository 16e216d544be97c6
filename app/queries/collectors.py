"""Collectors: the links into a wave."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Collector, Wave
from app.queries.errors import NotFound


def find_collector(code: str) -> Collector | None:
    """The collector with this link, with agency, wave, survey and instrument version at hand."""
    return db.session.scalar(
        select(Collector)
        .where(Collector.code == code)
        .options(
            joinedload(Collector.agency),
            joinedload(Collector.wave).options(joinedload(Wave.survey), joinedload(Wave.instrument_version)),
        )
    )


def get_collector(code: str) -> Collector:
    """The collector with this link, or NotFound."""
    collector = find_collector(code)
    if collector is None:
        raise NotFound("collector", code)
    return collector


def list_collectors(wave: Wave) -> list[Collector]:
    """The collectors of a wave by number, with agency and sample point at hand."""
    return list(
        db.session.scalars(
            select(Collector)
            .where(Collector.wave_id == wave.id)
            .options(joinedload(Collector.agency), joinedload(Collector.sample_point))
            .order_by(Collector.number)
        )
    )
