"""Estimates as records of the results document (CONTRACTS 6): suppressed, flagged, rounded to 12 digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import Estimates, Partition
from scoring.estimate import MIN_PSUS_OF_BAND

from .hiding import Hidden
from .measures import Measured, MeasuredPlan, recorded
from .options import ScoringOptions
from .rounding import published

SMALL = 30  # below this many answers a figure is shown, marked small, and takes no part in ranks


@dataclass(frozen=True, slots=True)
class Record:
    """One estimate, as published. `reason` names why a figure is flagged; sentences are made of it per language."""

    by: str | None
    domain: str | None
    label: str
    node: str
    kind: str
    measure: str
    value: float | None
    std_error: float | None
    low: float | None
    high: float | None
    interval_method: str
    df: int | None
    deff: float | None
    n: int | None
    n_psu: int | None
    n_eff: float | None
    flag: str | None
    reason: tuple[tuple[str, str], ...] = field(default=())

    def document(self, reason: str | None) -> dict[str, Any]:
        """The record as JSON, `reason` its sentence."""
        return {name: getattr(self, name) for name in PUBLISHED} | {"flag_reason": reason}

    @property
    def is_suppressed(self) -> bool:
        return "suppressed" in (self.flag or "").split()


# Every field of a record but its reasons, which are told in sentences.
PUBLISHED = tuple(each.name for each in fields(Record) if each.name != "reason")


def records(
    partitions: Sequence[Partition],
    prepared: MeasuredPlan,
    estimates: Sequence[Estimates],
    hidden: Hidden,
    options: ScoringOptions,
    label: Callable[[str | None, str | None], str],
) -> list[Record]:
    """Records of every partition in order, the whole first; `label` names a domain from its `by` and code."""
    found: list[Record] = []
    start = 0
    for partition, estimate in zip(partitions, estimates, strict=True):
        publisher = _Publisher(estimate, hidden.estimates[start:], options, prepared.plan.items)
        for d, domain in enumerate(partition.domains):
            name = label(partition.by, domain)
            found += [
                publisher.record(d, e, one, partition.by, domain, name)
                for e, one in recorded(prepared.measured)
            ]
        start += len(partition.domains)
    return found


class _Publisher:
    """What may be said of the figures of one partition."""

    def __init__(
        self, estimate: Estimates, hidden: NDArray[np.bool_], options: ScoringOptions, items: tuple[str, ...]
    ):
        self.estimate, self.hidden, self.options, self.items = estimate, hidden, options, items
        self.interval = estimate.confidence_interval(options.level)
        self.n_eff = estimate.n_eff

    def record(self, d: int, e: int, one: Measured, by: str | None, domain: str | None, label: str) -> Record:
        flags = self._flags(d, e)
        words = [flag for flag, _ in flags if flag]
        reasons = tuple(reason for _, reason in flags)
        estimate, hidden = self.estimate, self.hidden[d, e]
        undefined = "undefined" in words

        def number(value: float) -> float | None:
            return None if hidden else published(value)

        def count(value: int) -> int | None:
            return None if hidden else int(value)

        return Record(
            by=by,
            domain=domain,
            label=label,
            node=one.node,
            kind=one.kind,
            measure=one.measure,
            value=number(estimate.value[d, e]),
            std_error=number(estimate.std_error[d, e]),
            low=number(self.interval.low[d, e]),
            high=number(self.interval.high[d, e]),
            interval_method="none" if hidden else str(self.interval.method[d, e]),
            df=count(estimate.df[d]),
            deff=None if undefined else number(estimate.deff[d, e]),
            n=count(estimate.n[d, e]),
            n_psu=count(estimate.n_psu[d]),
            n_eff=None if undefined else number(self.n_eff[d, e]),
            flag=" ".join(words) or None,
            reason=reasons,
        )

    def _without_band(self, d: int) -> bool:
        """Whether volunteers give too few places and days to say how much these vary."""
        few = self.estimate.rows_are_psus or self.estimate.n_psu[d] < MIN_PSUS_OF_BAND
        return self.estimate.wave_kind == "volunteer" and bool(few)

    def _flags(self, d: int, e: int) -> list[tuple[str, tuple[str, str]]]:
        """(flag, (reason, what the reason is about)), in order; a remark has the empty flag."""
        estimate, n = self.estimate, self.estimate.n[d, e]
        if self.hidden[d, e]:
            # Which of the hidden figures is the small one, and which its neighbour, would be telling.
            return [("suppressed", ("hidden", str(self.options.threshold)))]
        if math.isnan(estimate.value[d, e]):
            missing = estimate.missing_item[d, e]
            return [("undefined", ("no_answer", self.items[missing] if missing >= 0 and n > 0 else ""))]
        flags = [("small", ("small", str(SMALL)))] if n < SMALL else []
        if estimate.wave_kind == "census":
            return flags + self._census_flags(d, e)
        if estimate.wave_kind == "volunteer":
            flags.append(("indicative", ("volunteer", "")))
            if self._without_band(d):
                return [*flags, ("", ("no_band", str(MIN_PSUS_OF_BAND)))]
        if estimate.df[d] == 0:
            return [*flags, ("not_estimable", ("one_psu", ""))]
        return flags + self._constant(d, e)

    def _census_flags(self, d: int, e: int) -> list[tuple[str, tuple[str, str]]]:
        if self.estimate.n[d, e] == self.estimate.head_count[d]:
            return [("", ("complete", ""))]
        if math.isnan(self.estimate.std_error[d, e]):
            return [("", ("no_head_count", ""))]
        return self._constant(d, e)

    def _constant(self, d: int, e: int) -> list[tuple[str, tuple[str, str]]]:
        constant = self.estimate.std_error[d, e] == 0 and math.isnan(self.interval.low[d, e])
        return [("no_variation", ("constant", ""))] if constant else []
