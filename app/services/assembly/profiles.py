"""The figures of a domain less those of what it lies in: each factor against the domain above and against the whole.

Only of a probability wave whose run compares domains, and only where both figures are shown. A part is in its whole,
and the covariance says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scoring.contrasts import difference
from scoring.covariance import Figure, Joint, joint_covariance
from scoring.errors import OverlapError
from scoring.index import Linearised, linearise

from .measures import recorded
from .requested import Run
from .rounding import published

# Figures taken together: their covariance is a square of this side, so it stays a matter of milliseconds.
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Against:
    """One figure of a domain less that of a larger one; domains by their place among all of the run.

    `difference`, `std_error`, `low`, `high` in the points of the figure; None where they cannot be estimated.
    """

    place: int
    other: int
    node: str
    measure: str
    difference: float | None
    std_error: float | None
    low: float | None
    high: float | None
    p: float | None
    df: int


def profiles(run: Run) -> tuple[Against, ...]:
    """Every index and node of every domain against the domains next above it and against the whole."""
    above: dict[int, set[int]] = {}
    for family in run.inputs.families:
        for child in family.children:
            above.setdefault(child, {0}).add(family.parent)
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, others in sorted(above.items()):
        groups.setdefault(tuple(sorted(others)), []).append(place)
    found = _Profiles(run)
    lines = [one for others, places in groups.items() for one in found.of(places, others)]
    return tuple(sorted(lines, key=lambda one: (one.place, one.other)))


class _Profiles:
    def __init__(self, run: Run):
        self.run = run
        self.nodes = [(e, one) for e, one in recorded(run.measured) if one.kind != "item"]
        self.columns = {e: column for column, (e, _) in enumerate(recorded(run.measured))}
        self.at = [
            (partition, domain)
            for partition, each in enumerate(run.inputs.partitions)
            for domain in range(len(each.domains))
        ]
        self.linearised: dict[int, list[Linearised]] = {}

    def of(self, places: Sequence[int], others: tuple[int, ...]) -> Iterator[Against]:
        """The domains of these places against each of the others."""
        step = max(1, TOGETHER // max(1, len(self.nodes)))
        for start in range(0, len(places), step):
            yield from self._chunk(places[start : start + step], others)

    def _chunk(self, places: Sequence[int], others: tuple[int, ...]) -> Iterator[Against]:
        wanted = [
            (place, other, e, one.node, one.measure)
            for place in places
            for other in others
            for e, one in self.nodes
            if self._shown(place, e) and self._shown(other, e)
        ]
        figures = list(dict.fromkeys((place, e) for a, b, e, *_ in wanted for place in (a, b)))
        if not figures:
            return
        try:
            joint = self._joint([self._figure(place, e) for place, e in figures])
        except OverlapError:
            return  # what two domains share of a unit is not known, so nothing is tested
        position = {figure: k for k, figure in enumerate(figures)}
        tested = difference(
            joint,
            [position[place, e] for place, _, e, *_ in wanted],
            [position[other, e] for _, other, e, *_ in wanted],
        )
        low, high = tested.confidence_interval(self.run.options.level)
        p = tested.p
        for k, (place, other, _, node, measure) in enumerate(wanted):
            numbers = (tested.value[k], tested.std_error[k], low[k], high[k], p[k])
            yield Against(place, other, node, measure, *map(published, numbers), df=int(tested.df))

    def _shown(self, place: int, e: int) -> bool:
        record = self.run.records[place * len(self.columns) + self.columns[e]]
        return record.flag in (None, "small")

    def _figure(self, place: int, e: int) -> Figure:
        partition, domain = self.at[place]
        totals = self.run.totals[partition]
        if partition not in self.linearised:
            self.linearised[partition] = linearise(totals, self.run.plan)
        return Figure(totals, self.linearised[partition][e], domain)

    def _joint(self, figures: list[Figure]) -> Joint:
        rows = self.run.compared.rows
        if rows is not None:
            return rows.joint(figures)
        return joint_covariance(figures, self.run.plan, self.run.inputs.design, finer=self.run.totals)
