"""Surveys, their waves and the instrument versions they ask."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from app.extensions import db
from app.models import InstrumentVersion, Survey, Wave
from app.queries.errors import NotFound
from app.queries.links import LinkedWave
from surveys.instrument import Instrument
from surveys.loading import from_document

# A registered version never changes, so what was parsed once stays right for the life of the process.
_parsed: dict[str, Instrument] = {}


def find_survey(code: str) -> Survey | None:
    """The survey with this code."""
    return db.session.scalar(select(Survey).where(Survey.code == code))


def get_survey(code: str) -> Survey:
    """The survey with this code, or NotFound."""
    survey = find_survey(code)
    if survey is None:
        raise NotFound("survey", code)
    return survey


def list_surveys() -> list[Survey]:
    """All surveys in order of code."""
    return list(db.session.scalars(select(Survey).order_by(Survey.code)))


def find_wave(survey_code: str, wave_code: str) -> Wave | None:
    """The wave of this survey with this code, with survey and instrument version at hand."""
    return db.session.scalar(
        select(Wave)
        .join(Wave.survey)
        .where(Survey.code == survey_code, Wave.code == wave_code)
        .options(joinedload(Wave.survey), joinedload(Wave.instrument_version))
    )


def get_wave(survey_code: str, wave_code: str) -> Wave:
    """The wave of this survey with this code, or NotFound."""
    wave = find_wave(survey_code, wave_code)
    if wave is None:
        raise NotFound("wave", f"{survey_code}/{wave_code}")
    return wave


def list_waves(state: str | None = None) -> list[Wave]:
    """All waves, or those in one state, the newest first, with survey and instrument version at hand."""
    query = select(Wave).options(joinedload(Wave.survey), joinedload(Wave.instrument_version))
    if state is not None:
        query = query.where(Wave.state == state)
    return list(db.session.scalars(query.order_by(Wave.id.desc())))


def is_open(wave: Wave | LinkedWave, now: datetime) -> bool:
    """Whether a form may be opened at this moment; whether an answer counts is another question."""
    return wave.state == "open" and (wave.closes_at is None or now < wave.closes_at)


def find_instrument_version(code: str, version: int) -> InstrumentVersion | None:
    """The registered version with this identity."""
    return db.session.scalar(
        select(InstrumentVersion).where(InstrumentVersion.code == code, InstrumentVersion.version == version)
    )


def get_instrument_version(code: str, version: int) -> InstrumentVersion:
    """The registered version with this identity, or NotFound."""
    found = find_instrument_version(code, version)
    if found is None:
        raise NotFound("instrument", f"{code}@{version}")
    return found


def list_instrument_versions() -> list[InstrumentVersion]:
    """All registered versions in order of code and version."""
    return list(
        db.session.scalars(
            select(InstrumentVersion).order_by(InstrumentVersion.code, InstrumentVersion.version)
        )
    )


def get_instrument(instrument_version_id: int, sha256: str) -> Instrument:
    """The instrument that was registered under this row number and hash, parsed once per process."""
    instrument = _parsed.get(sha256)
    if instrument is None:
        version = db.session.get(
            InstrumentVersion, instrument_version_id, options=[undefer(InstrumentVersion.document)]
        )
        if version is None or version.sha256 != sha256:
            raise NotFound("instrument version", instrument_version_id)
        instrument = _parsed.setdefault(sha256, from_document(version.document))
    return instrument


def instrument_of(wave: Wave) -> Instrument:
    """The instrument that a wave asks today."""
    return get_instrument(wave.instrument_version_id, wave.instrument_version.sha256)
