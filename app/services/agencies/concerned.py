"""Whom a change to the agencies concerns: waves that report on a tree it reaches, and roles over branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Agency, Collector, RoleGrant, Survey, User, Wave
from app.services.agencies.refusals import ChangeRefused
from app.services.agencies.register import Register

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


@dataclass(frozen=True, slots=True)
class ConcernedWave:
    """A wave whose tree date is the day of the change or later, and how many of its links stand at agencies that
    change. `agencies` are the codes of those."""

    survey: str
    code: str
    title: Mapping[str, str]
    state: str
    tree_date: date
    links: int
    agencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConcernedGrant:
    """A role whose branch becomes larger or smaller, or whose agency ends and leaves it nothing."""

    name: str
    email: str
    role: str
    agency: str
    effect: Literal["gains", "loses", "ends"]


def waves_of(session: Session, register: Register) -> tuple[ConcernedWave, ...]:
    """The waves that the changes reach, in order of survey and wave."""
    reached: dict[str, date] = {}
    for change, codes in zip(register.changes, register.concerned, strict=True):
        for code in codes:
            reached[code] = min(change.on, reached.get(code, change.on))
    if not reached:
        return ()
    found: dict[tuple[str, str], list[tuple[Wave, str, int]]] = {}
    for wave, survey, code, links in session.execute(
        select(Wave, Survey.code, Agency.code, func.count())
        .join(Survey, Survey.id == Wave.survey_id)
        .join(Collector, Collector.wave_id == Wave.id)
        .join(Agency, Agency.id == Collector.agency_id)
        .where(Wave.tree_date >= min(reached.values()))
        .group_by(Wave.id, Survey.code, Agency.code)
        .order_by(Survey.code, Wave.code, Agency.code)
    ):
        if code in reached and reached[code] <= wave.tree_date:
            found.setdefault((survey, wave.code), []).append((wave, code, links))
    return tuple(_wave(survey, lines) for (survey, _code), lines in found.items())


def check_reported(register: Register, waves: Sequence[ConcernedWave]) -> None:
    """Refuse to change the shape of a tree on which a wave that was opened reports. Raises ChangeRefused."""
    begun = [wave for wave in waves if wave.state != "planned"]
    for change, codes in zip(register.changes, register.concerned, strict=True):
        if change.what in ("began", "renamed"):
            continue
        for wave in begun:
            if change.on <= wave.tree_date and codes & wave.agencies:
                raise ChangeRefused(
                    change.agency,
                    _("wave %(wave)s has begun and reports on the tree of %(day)s; choose a later day."),
                    wave=f"{wave.survey}/{wave.code}",
                    day=wave.tree_date,
                )


def grants_of(session: Session, register: Register) -> tuple[ConcernedGrant, ...]:
    """The roles that the changes touch, in order of names."""
    effects: dict[str, Literal["gains", "loses", "ends"]] = {}
    for change in register.changes:
        if change.what == "moved":
            lost, gained = (_above(register, code, change.on) for code in (change.before, change.after))
            effects |= dict.fromkeys(lost - gained, "loses") | dict.fromkeys(gained - lost, "gains")
    for change in register.changes:
        if change.what in ("merged", "ended"):
            effects[change.agency] = "ends"
    if not effects:
        return ()
    rows = session.execute(
        select(User.name, User.email, RoleGrant.role, Agency.code)
        .join(User, User.id == RoleGrant.user_id)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .where(User.active.is_(True))
        .order_by(User.name, RoleGrant.id)
    )
    return tuple(
        ConcernedGrant(name, email, role, code, effects[code])
        for name, email, role, code in rows
        if code in effects
    )


def _above(register: Register, code: str, on: date) -> set[str]:
    """An agency and those above it on the day of a change."""
    found: set[str] = set()
    agency = register.agencies.get(code)
    while agency is not None and agency.code not in found:
        found.add(agency.code)
        agency = register.parent_on(agency, on)
    return found


def _wave(survey: str, lines: Sequence[tuple[Wave, str, int]]) -> ConcernedWave:
    wave = lines[0][0]
    return ConcernedWave(
        survey=survey,
        code=wave.code,
        title=wave.title,
        state=wave.state,
        tree_date=wave.tree_date,
        links=sum(links for _wave, _code, links in lines),
        agencies=frozenset(code for _wave, code, _links in lines),
    )
