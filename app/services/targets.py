"""How many answers each link of a wave is to bring."""

from __future__ import annotations

from sqlalchemy import select, update

from app.extensions import transaction
from app.models import Agency, Collector, Wave
from app.queries.agencies import get_tree
from app.services import audit
from app.services.spoken import SpokenError

MOST = 1_000_000

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


NO_TARGET = _("Write a whole number of answers from 0 to %(most)s.")


class TargetRefused(SpokenError):
    """No target was changed."""


def set_targets(wave: Wave, target: int | None, branch: str | None = None) -> int:
    """Give every link of the wave, or of one branch of its tree, this target (None: none); how many links.

    A target changes no figure, so it may be set at any time. Raises TargetRefused, NotFound for the branch.
    """
    if target is not None and not 0 <= target <= MOST:
        raise TargetRefused(NO_TARGET, most=MOST)
    inside = get_tree(wave.tree_date).branch(branch) if branch is not None else None
    with transaction() as session:
        links = session.execute(
            select(Collector.id, Agency.code).join(Agency).where(Collector.wave_id == wave.id)
        ).all()
        chosen = [number for number, code in links if inside is None or code in inside]
        for begin in range(0, len(chosen), 500):
            some = chosen[begin : begin + 500]
            session.execute(update(Collector).where(Collector.id.in_(some)).values(target=target))
        subject = f"{wave.survey.code}/{wave.code}"
        audit.record(session, "links.targeted", subject, count=len(chosen), target=target, branch=branch)
        return len(chosen)
