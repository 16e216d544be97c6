"""The plan of a sample, as it is given before a wave opens, and what can be wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from app.models import SamplePoint
from app.services.faults import Fault

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where one collector stands in the design; shapes and meaning as in `app.models.SamplePoint`."""

    stratum: str | None = None
    clusters: tuple[str, ...] = ()
    fpc: tuple[int, ...] = ()
    base_weight: float = 1.0


def plan_faults(plans: Sequence[Plan | None], kept: Sequence[SamplePoint]) -> Iterator[Fault]:
    """Every fault of the plans, which are rows 1, 2, …; `kept` are the wave's sample points so far."""
    whole = [plan for plan in plans if plan is not None]
    depths = {len(plan.clusters) for plan in whole} | {len(point.clusters) for point in kept}
    if len(depths) > 1:
        yield Fault(
            "plan",
            _("The collectors have %(depths)s stages of clusters; all of a wave have the same number."),
            {"depths": " and ".join(map(str, sorted(depths)))},
        )
    for number, plan in enumerate(plans, start=1):
        if plan is not None:
            yield from _faults(number, plan)
    yield from _stratum_faults([*whole, *kept])


def _faults(row: int, plan: Plan) -> Iterator[Fault]:
    if not (isfinite(plan.base_weight) and plan.base_weight > 0):
        yield Fault(
            row,
            _("the base weight cannot be %(weight)s; write a number above 0."),
            {"weight": plan.base_weight},
        )
    if plan.stratum is not None and not plan.stratum.strip():
        yield Fault(row, _("the stratum is empty; name it or leave it out."))
    if not all(cluster.strip() for cluster in plan.clusters):
        yield Fault(row, _("a cluster has no name; name the unit of each stage."))
    stages = max(1, len(plan.clusters))
    if plan.fpc and len(plan.fpc) != stages:
        yield Fault(
            row,
            _("there are %(counts)s population counts for %(stages)s stages; give one per stage."),
            {"counts": len(plan.fpc), "stages": stages},
        )
    if any(count < 1 for count in plan.fpc):
        yield Fault(row, _("a population count is below 1; write how many units there are."))


def _stratum_faults(plans: Sequence[Plan | SamplePoint]) -> Iterator[Fault]:
    """The first stage's population count belongs to the stratum: it is one number, and no less than the sample."""
    counts: dict[str | None, set[int | None]] = defaultdict(set)
    units: dict[str | None, set[str]] = defaultdict(set)
    for plan in plans:
        counts[plan.stratum].add(plan.fpc[0] if plan.fpc else None)
        units[plan.stratum].update(plan.clusters[:1])
    for stratum, found in counts.items():
        name = "the whole sample" if stratum is None else f"stratum {stratum}"
        if len(found) > 1:
            yield Fault(
                "plan",
                _(
                    "The population count of the first stage is not the same throughout %(stratum)s; correct it."
                ),
                {"stratum": name},
            )
        elif (count := next(iter(found))) is not None and count < len(units[stratum]):
            yield Fault(
                "plan",
                _(
                    "The sample of %(stratum)s has %(units)s PSUs, but its population only %(count)s; correct it."
                ),
                {"stratum": name, "units": len(units[stratum]), "count": count},
            )
