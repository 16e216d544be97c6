"""Comparisons and ranks of a run, from the joint covariance of its domains (CONTRACTS 6).

Only of a probability wave, and only between domains whose figure is shown: a difference with a hidden figure would
give it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from scoring import Partition, Plan, SurveyDesign, Totals
from scoring.contrasts import MOST_PAIRED, adjusted, difference, pairs
from scoring.covariance import Joint, figures_of, joint_covariance
from scoring.nesting import Family
from scoring.ranking import rank_sets

from .calibrated import CalibratedRows
from .measures import Measured, recorded
from .options import ScoringOptions
from .records import Record
from .rounding import published

ADJUSTMENTS = {"holm": "holm", "bh": "benjamini_hochberg"}
RANK_METHOD = "max-t simultaneous"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One difference a - b of two domains of the same `by`; `b` None is the whole."""

    by: str
    node: str
    measure: str
    a: str
    b: str | None
    difference: float | None
    std_error: float | None
    low: float | None
    high: float | None
    df: int
    p: float | None
    p_adjusted: float | None
    method: str

    def document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rank:
    """The rank of a domain among those of its `by`, 1 = best; None for a domain that takes no part.

    `tie_groups` are the groups of domains not told apart that it stands in, numbered from the best, 1 first.
    """

    by: str
    node: str
    measure: str
    domain: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    tie_groups: tuple[int, ...]
    method: str

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"tie_groups": list(self.tie_groups)}


@dataclass(frozen=True, eq=False)
class Compared:
    """What a run knows of its domains side by side: the totals of its partitions, and the records made of them."""

    plan: Plan
    design: SurveyDesign
    measured: Sequence[Measured]
    partitions: Sequence[Partition]
    totals: Sequence[Totals]
    records: Sequence[Record]
    families: Sequence[Family]
    options: ScoringOptions
    rows: CalibratedRows | None = None

    def comparisons(self) -> list[Comparison]:
        """All pairs of domains of a partition; beyond 200, each against the whole and against its siblings.

        The family of an adjustment is all pairs of one node and measure, whatever their partition.
        """
        found: list[Comparison] = []
        for e, one in self._compared():
            pairs_of_node = [
                pair for place, _ in self._partitions() for pair in self._differences(e, one, place)
            ]
            found += _adjusted(pairs_of_node, self.options.adjust)
        return found

    def ranks(self) -> list[Rank]:
        """Simultaneous confidence sets for the ranks of the domains of each partition."""
        found: list[Rank] = []
        for e, one in self._compared():
            for place, partition in self._partitions():
                found += self._ranks(e, one, place, partition)
        return found

    def _compared(self) -> Iterator[tuple[int, Measured]]:
        """Indices and their first-level nodes; with `pairs` all, everything that has a record."""
        for e, one in recorded(self.measured):
            near = one.kind != "item" and one.node.count(".") <= 1
            if near or self.options.pairs == "all":
                yield e, one

    def _partitions(self) -> Iterator[tuple[int, Partition]]:
        return (
            (place, partition) for place, partition in enumerate(self.partitions) if partition.by is not None
        )

    @cached_property
    def _columns(self) -> dict[int, int]:
        """Of each recorded estimate, its place among the records of one domain."""
        return {position: column for column, (position, _) in enumerate(recorded(self.measured))}

    @cached_property
    def _starts(self) -> list[int]:
        """Of each partition, the position of its first domain among all domains of the run."""
        return [0, *accumulate(len(partition.domains) for partition in self.partitions)]

    def _record(self, place: int, domain: int, e: int) -> Record:
        return self.records[(self._starts[place] + domain) * len(self._columns) + self._columns[e]]

    def _joint(self, e: int, place: int, domains: Sequence[int], whole: bool = False) -> Joint:
        figures = figures_of(self.totals[place], self.plan, [e], domains)
        if whole:
            figures += figures_of(self.totals[0], self.plan, [e], [0])
        if self.rows is not None:
            return self.rows.joint(figures)
        return joint_covariance(figures, self.plan, self.design, finer=self.totals)

    def _differences(self, e: int, one: Measured, place: int) -> Iterator[Comparison]:
        """The differences within one partition, their p-values not yet adjusted."""
        domains = self.partitions[place].domains
        shown = [d for d in range(len(domains)) if self._record(place, d, e).flag in (None, "small")]
        if len(shown) < 2:
            return
        many = len(shown) > MOST_PAIRED
        joint = self._joint(e, place, shown, whole=many)
        a, b = pairs(range(len(shown)), len(shown) if many else None)
        if many:
            siblings = np.array(list(self._siblings(place, shown)), dtype=np.intp).reshape(-1, 2)
            a, b = np.concatenate([a, siblings[:, 0]]), np.concatenate([b, siblings[:, 1]])
        tested = difference(joint, a, b)
        low, high = tested.confidence_interval(self.options.level)
        p = tested.p
        names = [*(domains[d] for d in shown), None]
        for k in range(len(a)):
            yield Comparison(
                by=self.partitions[place].by,
                node=one.node,
                measure=one.measure,
                a=names[a[k]],
                b=names[b[k]],
                difference=published(tested.value[k]),
                std_error=published(tested.std_error[k]),
                low=published(low[k]),
                high=published(high[k]),
                df=int(tested.df),
                p=published(p[k]),
                p_adjusted=None,
                method=self.options.adjust,
            )

    def _siblings(self, place: int, shown: list[int]) -> Iterator[tuple[int, int]]:
        """Pairs below the same parent, as positions among the shown domains; not below the whole itself."""
        start = self._starts[place]
        at = {start + d: k for k, d in enumerate(shown)}
        for family in self.families:
            below = [at[child] for child in family.children if child in at]
            if family.parent:
                yield from ((x, y) for i, x in enumerate(below) for y in below[i + 1 :])

    def _ranks(self, e: int, one: Measured, place: int, partition: Partition) -> Iterator[Rank]:
        records = [self._record(place, d, e) for d in range(len(partition.domains))]
        ranked = [d for d, record in enumerate(records) if record.flag is None]
        places: dict[int, tuple[int, int, int]] = {}
        groups: dict[int, list[int]] = {d: [] for d in ranked}
        if len(ranked) > 1:
            joint = self._joint(e, place, ranked)
            sets = rank_sets(
                joint.value,
                joint.covariance,
                self._df(place, ranked, records, joint),
                level=self.options.level,
            )
            for k, d in enumerate(ranked):
                if sets.rank[k]:
                    places[d] = (int(sets.rank[k]), int(sets.low[k]), int(sets.high[k]))
            for number, group in enumerate(sets.tie_groups(), 1):
                for k in group:
                    groups[ranked[k]].append(number)
        for d, domain in enumerate(partition.domains):
            rank, low, high = places.get(d, (None, None, None))
            yield Rank(
                by=partition.by,
                node=one.node,
                measure=one.measure,
                domain=domain,
                rank=rank,
                rank_low=low,
                rank_high=high,
                tie_groups=tuple(groups.get(d, ())),
                method=RANK_METHOD,
            )

    def _df(
        self, place: int, ranked: list[int], records: Sequence[Record], joint: Joint
    ) -> float | np.ndarray:
        """Each domain's own degrees of freedom where none shares a PSU with another; else those of the design."""
        totals = self.totals[place]
        shares = not self.design.rows_are_psus and len(np.unique(totals.cell_unit)) < len(totals.cell_unit)
        return float(joint.df) if shares else np.array([records[d].df for d in ranked], dtype=float)


def _adjusted(family: Sequence[Comparison], adjust: str) -> list[Comparison]:
    """The family with its p-values adjusted for their number."""
    p = np.array([np.nan if one.p is None else one.p for one in family])
    found = adjusted(p, ADJUSTMENTS[adjust]) if adjust in ADJUSTMENTS else p
    return [replace(one, p_adjusted=published(value)) for one, value in zip(family, found, strict=True)]
