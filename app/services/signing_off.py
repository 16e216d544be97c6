"""The head of an agency signs a release off: took note of the figures, and stands for the improvement plan."""

from __future__ import annotations

from dataclasses import dataclass

from app import clock
from app.extensions import transaction
from app.models import Release, SignOff
from app.queries.improvement import find_sign_off, list_lines
from app.services import audit
from app.services.improvement import PlanRefused, lock_plan, plan_seen, plan_subject, tidy

LONGEST_NAME = 255
LONGEST_COMMENT = 4000

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_NAME = _("Write your name, with at most %(most)s letters.")
NO_POSITION = _("Write your position, with at most %(most)s letters.")
LONG_COMMENT = _("Write at most %(most)s letters.")
ALREADY = _("This release was signed off already, by %(name)s.")
PLAN_CHANGED = _("The improvement plan was changed while you read it; look at it again before you sign off.")


class SignOffRefused(PlanRefused):
    """Nothing was signed."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What the head of the agency writes. `plan` is the mark of the plan that they saw."""

    name: str
    position: str
    comment: str
    plan: str


def sign_off(release: Release, agency: str, user_id: int, given: Signing) -> SignOff:
    """Sign a release off for an agency, once. Raises PlanRefused, NotFound."""
    name, position, comment = (tidy(one) for one in (given.name, given.position, given.comment))
    if not 1 <= len(name) <= LONGEST_NAME or "\n" in name:
        raise SignOffRefused(NO_NAME, "name", most=LONGEST_NAME)
    if not 1 <= len(position) <= LONGEST_NAME or "\n" in position:
        raise SignOffRefused(NO_POSITION, "position", most=LONGEST_NAME)
    if len(comment) > LONGEST_COMMENT:
        raise SignOffRefused(LONG_COMMENT, "comment", most=LONGEST_COMMENT)
    with transaction() as session:
        owner = lock_plan(session, release, agency)
        signed = find_sign_off(release, agency)
        if signed is not None:
            raise SignOffRefused(ALREADY, name=signed.signed_name)
        if plan_seen(list_lines(release, agency)) != given.plan:
            raise SignOffRefused(PLAN_CHANGED)
        made = SignOff(
            release_id=release.id,
            agency_id=owner.id,
            user_id=user_id,
            signed_name=name,
            position=position,
            comment=comment,
            signed_at=clock.now(),
        )
        session.add(made)
        audit.record(
            session, "release.signed_off", plan_subject(release, agency), name=name, position=position
        )
        return made
