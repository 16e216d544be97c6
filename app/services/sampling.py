"""The plan of a sample, as it is given before a wave opens, and what can be wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from app.models import SamplePoint


@dataclass(frozen=True, slots=True)
class Plan:
    """Where one collector stands in the design; shapes and meaning as in `app.models.SamplePoint`."""

    stratum: str | None = None
    clusters: tuple[str, ...] = ()
    fpc: tuple[int, ...] = ()
    base_weight: float = 1.0


def plan_problems(plans: Sequence[Plan | None], kept: Sequence[SamplePoint]) -> Iterator[str]:
    """One sentence per fault of the plans, which are rows 1, 2, …; `kept` are the wave's sample points so far."""
    whole = [plan for plan in plans if plan is not None]
    depths = {len(plan.clusters) for plan in whole} | {len(point.clusters) for point in kept}
    if len(depths) > 1:
        yield f"The collectors have {_listed(depths)} stages of clusters; all of a wave have the same number."
    for number, plan in enumerate(plans, start=1):
        if plan is not None:
            for fault in _faults(plan):
                yield f"Row {number}: {fault}"
    yield from _stratum_faults([*whole, *kept])


def _faults(plan: Plan) -> Iterator[str]:
    if not (isfinite(plan.base_weight) and plan.base_weight > 0):
        yield f"the base weight cannot be {plan.base_weight}; write a number above 0."
    if plan.stratum is not None and not plan.stratum.strip():
        yield "the stratum is empty; name it or leave it out."
    if not all(cluster.strip() for cluster in plan.clusters):
        yield "a cluster has no name; name the unit of each stage."
    stages = max(1, len(plan.clusters))
    if plan.fpc and len(plan.fpc) != stages:
        yield f"there are {len(plan.fpc)} population counts for {stages} stages; give one per stage."
    if any(count < 1 for count in plan.fpc):
        yield "a population count is below 1; write how many units there are."


def _stratum_faults(plans: Sequence[Plan | SamplePoint]) -> Iterator[str]:
    """The first stage's population count belongs to the stratum: it is one number, and no less than the sample."""
    counts: dict[str | None, set[int | None]] = defaultdict(set)
    units: dict[str | None, set[str]] = defaultdict(set)
    for plan in plans:
        counts[plan.stratum].add(plan.fpc[0] if plan.fpc else None)
        units[plan.stratum].update(plan.clusters[:1])
    for stratum, found in counts.items():
        name = "the whole sample" if stratum is None else f"stratum {stratum}"
        if len(found) > 1:
            yield f"The population count of the first stage is not the same throughout {name}; correct it."
        elif (count := next(iter(found))) is not None and count < len(units[stratum]):
            yield f"The sample of {name} has {len(units[stratum])} PSUs, but its population only {count}; correct it."


def _listed(numbers: set[int]) -> str:
    return " and ".join(str(number) for number in sorted(numbers))
