"""Sign-offs of releases and the improvement plans that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Agency, ImprovementLine, Release, SignOff


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many lines a plan has, how many of them are done, and how many are overdue."""

    lines: int = 0
    done: int = 0
    late: int = 0


def find_sign_off(release: Release, agency: str) -> SignOff | None:
    """The sign-off of an agency for exactly this release."""
    return db.session.scalar(
        select(SignOff)
        .join(SignOff.agency)
        .where(SignOff.release_id == release.id, Agency.code == agency)
        .options(joinedload(SignOff.agency))
    )


def find_earlier_sign_off(release: Release, agency: str) -> SignOff | None:
    """The newest sign-off of an agency for an earlier release of the same wave."""
    return db.session.scalar(
        select(SignOff)
        .join(SignOff.agency)
        .join(SignOff.release)
        .where(Release.wave_id == release.wave_id, Release.number < release.number, Agency.code == agency)
        .options(joinedload(SignOff.release))
        .order_by(Release.number.desc())
        .limit(1)
    )


def list_sign_offs(release: Release) -> dict[str, SignOff]:
    """Every sign-off of a release by the code of its agency."""
    found = db.session.scalars(
        select(SignOff).where(SignOff.release_id == release.id).options(joinedload(SignOff.agency))
    )
    return {one.agency.code: one for one in found}


def list_lines(release: Release, agency: str) -> list[ImprovementLine]:
    """The plan of an agency in the order of its numbers."""
    return list(
        db.session.scalars(
            select(ImprovementLine)
            .join(Agency, Agency.id == ImprovementLine.agency_id)
            .where(ImprovementLine.release_id == release.id, Agency.code == agency)
            .order_by(ImprovementLine.number)
        )
    )


def list_all_lines(release: Release) -> list[tuple[str, ImprovementLine]]:
    """(agency, line) of all plans of a release, in order of agency and number."""
    found = db.session.execute(
        select(Agency.code, ImprovementLine)
        .join(Agency, Agency.id == ImprovementLine.agency_id)
        .where(ImprovementLine.release_id == release.id)
        .order_by(Agency.code, ImprovementLine.number)
    )
    return [(code, line) for code, line in found]


def count_lines(release: Release, today: date) -> dict[str, PlanCounts]:
    """What the plans of a release come to on this day, by agency; agencies without a plan are left out."""
    done = ImprovementLine.state == "done"
    late = (ImprovementLine.due_on < today) & ~done
    found = db.session.execute(
        select(
            Agency.code,
            func.count(),
            func.sum(case((done, 1), else_=0)),
            func.sum(case((late, 1), else_=0)),
        )
        .select_from(ImprovementLine)
        .join(Agency, Agency.id == ImprovementLine.agency_id)
        .where(ImprovementLine.release_id == release.id)
        .group_by(Agency.code)
    )
    return {code: PlanCounts(int(n), int(finished), int(over)) for code, n, finished, over in found}


def find_earlier_plan(release: Release, agency: str) -> Release | None:
    """The newest earlier release of the same wave for which the agency has a plan."""
    return db.session.scalar(
        select(Release)
        .join(ImprovementLine, ImprovementLine.release_id == Release.id)
        .join(Agency, Agency.id == ImprovementLine.agency_id)
        .where(Release.wave_id == release.wave_id, Release.number < release.number, Agency.code == agency)
        .order_by(Release.number.desc())
        .limit(1)
    )
