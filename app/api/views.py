"""What can be read: surveys and waves, agencies, questionnaires, and who is asking."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from flask import g
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app import clock
from app.api import schemas
from app.api.operations import WHOLE, operation
from app.api.paging import Part, Parts, cut
from app.api.reading import wave_of
from app.bearer import Bearer
from app.config import office_day
from app.models import Wave
from app.queries import reach
from app.queries.agencies import AgencyTree, get_tree
from app.queries.errors import NotFound
from app.queries.releases import list_released_waves
from app.queries.waves import (
    get_instrument_version,
    get_survey,
    get_wave,
    list_instrument_versions,
    list_surveys,
    list_waves,
)

SURVEYS = "surveys and waves"


def _written(day: object) -> object:
    # A plain number would be taken for seconds since 1970.
    if isinstance(day, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII):
        raise PydanticCustomError("day", "write the day as 2026-03-31")
    return day


OnThisDay = Annotated[date | None, BeforeValidator(_written)]


class OnDay(Parts):
    """Of which day, and under whom."""

    on: OnThisDay = Field(None, description="The day of the tree, as in 2026-03-31; without it today.")
    under: str | None = Field(
        None, min_length=1, max_length=64, description="Code of an agency: it and all below it."
    )


@operation("GET", "/me", tag="identity", answer=schemas.Identity)
def get_identity() -> schemas.Identity:
    """Who the key asks for, and what it may do today."""
    bearer = caller()
    tops = bearer.tops("read")
    return schemas.Identity(
        name=bearer.name,
        email=bearer.email,
        key=bearer.token_name,
        last_day=bearer.last_day,
        rights=sorted(right for right in bearer.rights if bearer.may(right)),
        branches=None if tops is None else sorted(tops),
    )


@operation("GET", "/surveys", tag=SURVEYS, answer=Part[schemas.Survey], query=Parts)
def list_surveys_seen(query: Parts) -> Part[schemas.Survey]:
    """Every survey with a wave that the key may see, in order of code.

    Waves that have a release are seen by every key; others by keys that may export, where a link of the wave stands in
    their branches.
    """
    waves, newest = _waves()
    found = [survey for survey in list_surveys() if any(wave.survey_id == survey.id for wave in waves)]
    shown, following = cut(found, query, "surveys")
    return Part(
        items=[
            schemas.Survey(
                code=survey.code,
                title=survey.title,
                waves=[
                    schemas.WaveRef(
                        code=wave.code, title=wave.title, state=wave.state, newest_release=newest.get(wave.id)
                    )
                    for wave in waves
                    if wave.survey_id == survey.id
                ],
            )
            for survey in shown
        ],
        next=following,
    )


@operation("GET", "/surveys/<survey>/waves", tag=SURVEYS, answer=Part[schemas.Wave], query=Parts)
def list_waves_seen(survey: str, query: Parts) -> Part[schemas.Wave]:
    """The waves of a survey that the key may see, the newest first."""
    waves, newest = _waves()
    number = get_survey(survey).id
    found = [wave for wave in waves if wave.survey_id == number]
    if not found:
        raise NotFound("survey", survey)
    shown, following = cut(found, query, f"waves {survey}")
    return Part(items=[wave_of(wave, newest.get(wave.id)) for wave in shown], next=following)


@operation("GET", "/surveys/<survey>/waves/<wave>", tag=SURVEYS, answer=schemas.Wave)
def get_wave_seen(survey: str, wave: str) -> schemas.Wave:
    """One wave."""
    waves, newest = _waves()
    found = get_wave(survey, wave)
    if found.id not in {one.id for one in waves}:
        raise NotFound("wave", f"{survey}/{wave}")
    return wave_of(found, newest.get(found.id))


@operation("GET", "/agencies", tag="agencies", answer=Part[schemas.Agency], query=OnDay)
def list_agencies(query: OnDay) -> Part[schemas.Agency]:
    """The agencies of a day within the branches of the key, in order of code."""
    tree = _tree(query.on)
    codes = sorted(tree.branch(query.under)) if query.under else [one.code for one in tree.agencies]
    shown, following = cut(codes, query, f"agencies {tree.on} {query.under or ''}")
    return Part(items=[schemas.Agency(**_agency(tree, code)) for code in shown], next=following)


class Day(BaseModel):
    """Of which day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: OnThisDay = Field(None, description="The day of the tree, as in 2026-03-31; without it today.")


@operation("GET", "/agencies/<agency>", tag="agencies", answer=schemas.AgencyDetail, query=Day)
def get_agency(agency: str, query: Day) -> schemas.AgencyDetail:
    """One agency as it stood on a day, with what stands over and under it."""
    tree = _tree(query.on)
    return schemas.AgencyDetail(
        **_agency(tree, agency),
        on=tree.on,
        path=list(tree.path(agency)),
        children=list(tree.children(agency)),
    )


@operation("GET", "/instruments", tag="instruments", answer=Part[schemas.InstrumentRef], query=Parts)
def list_instruments(query: Parts) -> Part[schemas.InstrumentRef]:
    """Every registered version of every questionnaire, in order of code and version."""
    shown, following = cut(list_instrument_versions(), query, "instruments")
    return Part(
        items=[schemas.InstrumentRef(code=one.code, version=one.version, sha256=one.sha256) for one in shown],
        next=following,
    )


@operation("GET", f"/instruments/<code>/<{WHOLE}:version>", tag="instruments", answer=schemas.Instrument)
def get_instrument(code: str, version: int) -> schemas.Instrument:
    """One version of a questionnaire, with its scales, items, indices and texts."""
    found = get_instrument_version(code, version)
    return schemas.Instrument(
        code=found.code, version=found.version, sha256=found.sha256, document=found.document
    )


def caller() -> Bearer:
    """Who asks."""
    return g.bearer


def _waves() -> tuple[list[Wave], dict[int, int]]:
    """The waves that the caller may see, the newest first, and the number of the newest release by wave."""
    released = {(one.survey_code, one.wave_code): one.release_number for one in list_released_waves()}
    every = list_waves()
    newest = {
        wave.id: released[wave.survey.code, wave.code]
        for wave in every
        if (wave.survey.code, wave.code) in released
    }
    bearer = caller()
    reached = (
        {wave.id for wave in reach.list_waves_reached(bearer.tops("export"))}
        if bearer.may("export")
        else set()
    )
    return [wave for wave in every if wave.id in newest or wave.id in reached], newest


def _tree(on: date | None) -> AgencyTree:
    """The tree of a day, as far as the caller may see it."""
    tree = get_tree(on or office_day(clock.now()))
    covered = tree.covered(caller().tops("read"))
    if covered is None:
        return tree
    return AgencyTree(tree.on, tuple(one for one in tree.agencies if one.code in covered))


def _agency(tree: AgencyTree, code: str) -> dict[str, object]:
    found = tree.get(code)
    parent = found.parent if found.parent is not None and found.parent in tree else None
    return {"code": found.code, "kind": found.kind, "parent": parent, "names": found.names}
