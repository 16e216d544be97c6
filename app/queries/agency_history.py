"""Everything that is known of one agency: what it was called, where it stood, who went up in whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Agency, AgencyName, AgencyParent, Collector, RoleGrant, Survey, User, Wave
from app.queries.agencies import get_agency


@dataclass(frozen=True, slots=True)
class Spell:
    """A name or a place that held for a time. `what` is a name, or a code; `language` is empty for a code."""

    what: str
    language: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class AgencyHistory:
    """One agency through time. `below` are the codes of those that ever stood directly under it, with their spells.

    `links` are (survey, wave, title, state, number of links); `grants` are (name, e-mail, role).
    """

    agency: Agency
    names: tuple[Spell, ...]
    parents: tuple[Spell, ...]
    below: tuple[Spell, ...]
    heir: str | None
    merged_from: tuple[tuple[str, date], ...]
    links: tuple[tuple[str, str, dict[str, str], str, int], ...]
    grants: tuple[tuple[str, str, str], ...]


def get_history(code: str) -> AgencyHistory:
    """The history of an agency; NotFound where there never was one."""
    agency = get_agency(code)
    other = aliased(Agency)
    names = db.session.execute(
        select(AgencyName.name, AgencyName.language, AgencyName.valid_from, AgencyName.valid_to)
        .where(AgencyName.agency_id == agency.id)
        .order_by(AgencyName.language, AgencyName.valid_from)
    )
    parents = db.session.execute(
        select(other.code, AgencyParent.valid_from, AgencyParent.valid_to)
        .join(other, AgencyParent.parent_id == other.id)
        .where(AgencyParent.agency_id == agency.id)
        .order_by(AgencyParent.valid_from)
    )
    below = db.session.execute(
        select(other.code, AgencyParent.valid_from, AgencyParent.valid_to)
        .join(other, AgencyParent.agency_id == other.id)
        .where(AgencyParent.parent_id == agency.id)
        .order_by(other.code, AgencyParent.valid_from)
    )
    merged = db.session.execute(
        select(Agency.code, Agency.valid_to)
        .where(Agency.merged_into_id == agency.id)
        .order_by(Agency.valid_to, Agency.code)
    )
    links = db.session.execute(
        select(Survey.code, Wave.code, Wave.title, Wave.state, func.count())
        .join(Wave, Wave.survey_id == Survey.id)
        .join(Collector, Collector.wave_id == Wave.id)
        .where(Collector.agency_id == agency.id)
        .group_by(Survey.code, Wave.id)
        .order_by(Wave.id.desc())
    )
    grants = db.session.execute(
        select(User.name, User.email, RoleGrant.role)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.agency_id == agency.id)
        .order_by(User.name)
    )
    return AgencyHistory(
        agency=agency,
        names=tuple(Spell(*row) for row in names),
        parents=tuple(Spell(code, "", begin, end) for code, begin, end in parents),
        below=tuple(Spell(code, "", begin, end) for code, begin, end in below),
        heir=agency.merged_into.code if agency.merged_into else None,
        merged_from=tuple((code, on) for code, on in merged),
        links=tuple(map(tuple, links)),
        grants=tuple(map(tuple, grants)),
    )


def newest_names(codes: set[str]) -> dict[str, dict[str, str]]:
    """The last name of each agency by language, whenever it held."""
    found: dict[str, dict[str, str]] = {}
    listed = sorted(codes)
    for begin in range(0, len(listed), 500):
        rows = db.session.execute(
            select(Agency.code, AgencyName.language, AgencyName.name)
            .join(Agency, Agency.id == AgencyName.agency_id)
            .where(Agency.code.in_(listed[begin : begin + 500]))
            .order_by(AgencyName.valid_from)
        )
        for code, language, name in rows:
            found.setdefault(code, {})[language] = name
    return found
