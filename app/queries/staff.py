"""Staff surveys: whether anyone has answered, and how many invitations were used where that may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, exists, func, or_, select

from app.extensions import db
from app.models import Agency, Collector, Contact, Invitation, Response, Wave


def is_answered(wave: Wave) -> bool:
    """Whether the one-way switch has turned: an invitation was used, or an answer stored."""
    used = exists().where(Invitation.wave_id == wave.id, Invitation.state == "used")
    stored = exists().where(Response.wave_id == wave.id)
    return bool(db.session.scalar(select(or_(used, stored))))


@dataclass(frozen=True, slots=True)
class Participation:
    """How many invitations a group has, and how many were used; `used` is None where it may not be seen.

    `agency` is a code, None for the whole wave.
    """

    agency: str | None
    invited: int
    used: int | None


def participation(wave: Wave, today: date) -> list[Participation]:
    """The invitations of every group, the whole wave last, as they stood when `today` began; none where none were made.

    What happens today is not counted: who asks a person to answer and looks again learns nothing. A number is seen
    only where at least the threshold of invitations are used and as many are not; and where what is hidden could
    be had by taking the rest from the whole, more is hidden, the whole in the end.
    """
    used = func.sum(case(((Invitation.state == "used") & (Invitation.used_on < today), 1), else_=0))
    rows = db.session.execute(
        select(Agency.code, func.count(), used)
        .select_from(Invitation)
        .join(Collector, Collector.id == Invitation.collector_id)
        .join(Agency, Agency.id == Collector.agency_id)
        .where(Invitation.wave_id == wave.id, Invitation.state != "revoked")
        .group_by(Agency.code)
        .order_by(Agency.code)
    ).all()
    if not rows:
        return []
    return hide([Participation(code, count, int(answered)) for code, count, answered in rows], wave.threshold)


def hide(groups: Sequence[Participation], least: int) -> list[Participation]:
    """The groups and their whole, with every number that may not be seen as None."""
    whole = _together(groups)
    hidden = {one.agency for one in groups if not _seen(one, least)}
    # The smallest of what is shown joins the hidden until their sum may be known.
    for one in sorted(groups, key=lambda one: (one.invited, one.agency or "")):
        if not hidden or _seen(_together([other for other in groups if other.agency in hidden]), least):
            break
        hidden.add(one.agency)
    if not _seen(whole, least):
        hidden.add(None)
    return [
        Participation(one.agency, one.invited, None if one.agency in hidden else one.used)
        for one in (*groups, whole)
    ]


def count_contacts(wave: Wave) -> int:
    """How many addresses are kept for sending."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Contact)
            .join(Invitation, Invitation.id == Contact.invitation_id)
            .where(Invitation.wave_id == wave.id)
        )
        or 0
    )


def count_unsent(wave: Wave) -> int:
    """How many addresses wait for their first e-mail."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Contact)
            .join(Invitation, Invitation.id == Contact.invitation_id)
            .where(Invitation.wave_id == wave.id, Invitation.sent_on.is_(None))
        )
        or 0
    )


def _together(groups: Sequence[Participation]) -> Participation:
    return Participation(None, sum(one.invited for one in groups), sum(one.used or 0 for one in groups))


def _seen(one: Participation, least: int) -> bool:
    return one.used is not None and one.used >= least and one.invited - one.used >= least
