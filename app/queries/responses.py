"""Responses: how many there are, and the rows a snapshot is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.extensions import db
from app.models import Agency, Collector, InstrumentVersion, Response, SamplePoint, Wave

# Rows fetched at a time: large enough that the trips do not count, small enough to stay out of the way.
BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class CollectedResponse:
    """One response with its place in the design.

    `collector` is the collector's number. `stratum` and `base_weight` are None, `clusters` and `fpc` empty,
    where the collector has no sample point.
    """

    response_id: str
    instrument_version_id: int
    agency: str
    collector: int
    stratum: str | None
    clusters: tuple[str, ...]
    fpc: tuple[int, ...]
    base_weight: float | None
    mode: str
    language: str
    received_on: date
    flags: tuple[str, ...]
    answers: dict[str, str | tuple[str, ...]]


def count_responses(wave: Wave, state: str | None = None, within: frozenset[str] | None = None) -> int:
    """How many responses a wave has, or how many of them are `counted` or `late`; all, or those of these agencies."""
    query = select(func.count()).select_from(Response).where(Response.wave_id == wave.id)
    if within is not None:
        links = select(Collector.id).join(Agency).where(Agency.code.in_(within))
        query = query.where(Response.collector_id.in_(links))
    if state is not None:
        query = query.where(Response.state == state)
    return db.session.scalar(query) or 0


def count_responses_by_agency(wave: Wave, state: str = "counted") -> dict[str, int]:
    """How many responses each agency has itself, by code; an agency without any is left out."""
    rows = db.session.execute(
        select(Agency.code, func.count())
        .select_from(Response)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Agency, Agency.id == Collector.agency_id)
        .where(Response.wave_id == wave.id, Response.state == state)
        .group_by(Agency.code)
        .order_by(Agency.code)
    )
    return dict(rows.all())


def list_answered_versions(wave: Wave, state: str = "counted") -> list[InstrumentVersion]:
    """The instrument versions that the wave's responses were given to, the newest first."""
    answered = select(Response.instrument_version_id).where(
        Response.wave_id == wave.id, Response.state == state
    )
    return list(
        db.session.scalars(
            select(InstrumentVersion)
            .where(InstrumentVersion.id.in_(answered))
            .order_by(InstrumentVersion.version.desc())
        )
    )


def find_response(response_id: str) -> Response | None:
    """The response with this id."""
    return db.session.scalar(select(Response).where(Response.response_id == response_id))


def list_responses(wave: Wave, state: str = "counted") -> Iterator[CollectedResponse]:
    """The responses of a wave in blocks, in no promised order; memory stays flat however many there are."""
    rows = db.session.execute(
        select(
            Response.response_id,
            Response.instrument_version_id,
            Agency.code,
            Collector.number,
            SamplePoint.stratum,
            SamplePoint.clusters,
            SamplePoint.fpc,
            SamplePoint.base_weight,
            Response.mode,
            Response.language,
            Response.received_on,
            Response.flags,
            Response.answers,
        )
        .join(Collector, Collector.id == Response.collector_id)
        .join(Agency, Agency.id == Collector.agency_id)
        .outerjoin(SamplePoint, SamplePoint.collector_id == Collector.id)
        .where(Response.wave_id == wave.id, Response.state == state)
        .execution_options(yield_per=BLOCK)
    )
    for head, (stratum, clusters, fpc, weight), tail, flags, answers in (
        (row[:4], row[4:8], row[8:11], row[11], row[12]) for row in rows
    ):
        given = {
            item: tuple(answer) if isinstance(answer, list) else answer for item, answer in answers.items()
        }
        yield CollectedResponse(
            *head, stratum, tuple(clusters or ()), tuple(fpc or ()), weight, *tail, tuple(flags), given
        )
