"""Collectors: the links into a wave. They are added, relabelled and revoked, and never taken away."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.extensions import db, transaction
from app.models import MODES, Agency, Collector, SamplePoint, Wave
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.services import audit, uploads
from app.services.faults import Fault
from app.services.fieldwork.refusals import CollectorsRefused, WrongState
from app.services.fieldwork.waves import subject_of
from app.services.sampling import Plan, plan_faults
from app.services.targets import MOST as MOST_TARGET

# A link's code: no sign that is mistaken for another, 50 bits of chance, short enough to type from a poster.
LINK_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LINK_LENGTH = 10

LONGEST_LABEL = 255

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


@dataclass(frozen=True, slots=True)
class CollectorRow:
    """One collector to be added: the agency it stands for, the words on it, how answers come in by it.

    `day` is the one day a sampled counter-day stands for, None: any day. `plan` None: outside any sample. `target` is
    how many answers are wanted, None: no number was set.
    """

    agency: str
    label: str
    mode: str = "qr"
    day: date | None = None
    plan: Plan | None = None
    target: int | None = None


def add_collectors(
    wave: Wave,
    rows: Sequence[CollectorRow],
    *,
    draw: random.Random | None = None,
    facts: Mapping[str, object] | None = None,
    upload: uploads.Kept | None = None,
    check: Callable[[], None] | None = None,
) -> list[Collector]:
    """Give the wave links, one per row, numbered on from those it has.

    A probability wave takes them only while it is planned, because its design is fixed before it opens; any
    other wave also while it is open. `draw` makes the codes: None takes them from the system's own source,
    a simulation gives a seeded one. `facts` go into the audit beside their number; an `upload` is spent. `check`
    raises what else forbids it, once nobody else can add links to this wave.
    Raises WrongState, UploadGone, or CollectorsRefused with every fault.
    """
    with transaction() as session:
        # One after the other on PostgreSQL; answers, which only need the wave to be there, do not wait.
        session.execute(select(Wave.id).where(Wave.id == wave.id).with_for_update(key_share=True))
        session.refresh(wave)
        if check is not None:
            check()
        if wave.state == "closed" or (wave.state == "open" and wave.wave_kind == "probability"):
            raise WrongState(wave, "given collectors", "planned")
        agencies = _agencies_on(wave.tree_date)
        kept = [one.sample_point for one in list_collectors(wave) if one.sample_point]
        faults = [*_row_faults(rows, agencies, wave), *plan_faults([row.plan for row in rows], kept)]
        if faults:
            raise CollectorsRefused(faults)
        if upload is not None:
            uploads.spend(session, upload)
        draw = draw or random.SystemRandom()
        first = 1 + (
            session.scalar(select(func.max(Collector.number)).where(Collector.wave_id == wave.id)) or 0
        )
        added = [
            Collector(
                wave=wave,
                number=number,
                code=_link_code(draw),
                agency=agencies[row.agency],
                label=row.label.strip(),
                mode=row.mode,
                state="open",
                day=row.day,
                target=row.target,
                sample_point=_sample_point(row.plan),
            )
            for number, row in enumerate(rows, start=first)
        ]
        session.add_all(added)
        audit.record(session, "links.added", subject_of(wave), count=len(added), first=first, **facts or {})
        return added


def change_collector(collector: Collector, *, label: str, target: int | None) -> None:
    """Other words on a link, another target; what it stands for stays. Raises CollectorsRefused."""
    with transaction() as session:
        faults = [*_label_faults("label", label), *_target_faults("target", target)]
        if faults:
            raise CollectorsRefused(faults)
        collector.label, collector.target = label.strip(), target
        subject = f"{subject_of(collector.wave)}/{collector.number}"
        audit.record(session, "link.changed", subject, label=collector.label, target=target)


def revoke_collector(collector: Collector) -> None:
    """The link no longer opens; answers that were begun behind it are still stored."""
    with transaction() as session:
        if collector.state != "revoked":
            collector.state = "revoked"
            audit.record(session, "link.revoked", f"{subject_of(collector.wave)}/{collector.number}")


def _row_faults(rows: Sequence[CollectorRow], agencies: Mapping[str, Agency], wave: Wave) -> Iterator[Fault]:
    for number, row in enumerate(rows, start=1):
        if row.agency not in agencies:
            yield Fault(
                number,
                _("no agency %(agency)s exists on the wave's tree date; correct the code."),
                {"agency": f"{row.agency:.64}"},
            )
        if row.mode not in MODES:
            yield Fault(
                number,
                _("answers cannot come by %(mode)s; write one of %(modes)s."),
                {"mode": repr(row.mode), "modes": ", ".join(MODES)},
            )
        yield from _label_faults(number, row.label)
        yield from _target_faults(number, row.target)


def _label_faults(place: str | int, label: str) -> Iterator[Fault]:
    if not 1 <= len(label.strip()) <= LONGEST_LABEL:
        yield Fault(
            place,
            _("a label has 1 to %(most)s signs; write what stands at the place."),
            {"most": LONGEST_LABEL},
        )


def _target_faults(place: str | int, target: int | None) -> Iterator[Fault]:
    if target is not None and not 0 <= target <= MOST_TARGET:
        yield Fault(
            place, _("a target is a whole number of answers from 0 to %(most)s."), {"most": MOST_TARGET}
        )


def _agencies_on(day: date) -> dict[str, Agency]:
    tree = get_tree(day)
    return {one.code: one for one in db.session.scalars(select(Agency)) if one.code in tree}


def _sample_point(plan: Plan | None) -> SamplePoint | None:
    if plan is None:
        return None
    return SamplePoint(
        stratum=plan.stratum, clusters=list(plan.clusters), fpc=list(plan.fpc), base_weight=plan.base_weight
    )


def _link_code(draw: random.Random) -> str:
    return "".join(draw.choice(LINK_ALPHABET) for _ in range(LINK_LENGTH))
