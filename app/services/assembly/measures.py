"""From an instrument to what is scored: the scores of every option, and the index trees over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring import Node, Pair, Plan
from surveys.instrument import Index, Instrument, Item
from surveys.instrument import Node as InstrumentNode

from .states import Variable


@dataclass(frozen=True, slots=True)
class Measured:
    """What one estimate of a plan is: `node` is its address in the results (CONTRACTS 6)."""

    node: str
    kind: str  # item | node | index
    measure: str
    item: Item | None = None
    tree: InstrumentNode | None = None
    satisfied: tuple[str, ...] = ()  # codes that the index counts instead of the scale's


@dataclass(frozen=True, slots=True)
class MeasuredPlan:
    """A plan for `scoring` and, in the order of its estimates, what each is."""

    plan: Plan
    measured: tuple[Measured, ...]


def measured_plan(instrument: Instrument, variables: tuple[Variable, ...]) -> MeasuredPlan:
    """The plan over the variables; an item that has none (its column is not in the file) is left out."""
    return _Builder(instrument, variables).build()


def scored_variables(instrument: Instrument, variables: tuple[Variable, ...]) -> list[int]:
    """Positions of the variables that some estimate needs; the others are only counted."""
    return sorted({pair.item for pair in measured_plan(instrument, variables).plan.pairs})


# How a node scores an item: the measure, the node's points, the codes it counts instead of the scale's.
_Score = tuple[str, float | None, tuple[str, ...]]


def _score_of(node: InstrumentNode) -> _Score:
    points = node.points if node.score == "points" else None
    return node.score, points, node.satisfied if node.score == "top_box" else ()


class _Builder:
    def __init__(self, instrument: Instrument, variables: tuple[Variable, ...]):
        self.instrument = instrument
        self.variables = variables
        self.position = {v.item.code: k for k, v in enumerate(variables) if v.option is None}
        self.resolved = {path: node for _, path, node in instrument.walk()}
        self.pairs: list[Pair] = []
        self.measured: list[Measured] = []
        self.pair_of: dict[tuple[str, _Score], int] = {}

    def build(self) -> MeasuredPlan:
        wanted = self._wanted()
        for item in self.instrument.items:
            if item.code in self.position:
                for score in wanted[item.code]:
                    self._add(item, score)
        indices = tuple(self._node(index, index.code) for index in self.instrument.indices)
        plan = Plan(
            items=tuple(variable.name for variable in self.variables),
            n_states=tuple(variable.n_states for variable in self.variables),
            pairs=tuple(self.pairs),
            indices=indices,
        )
        for path, node in self.resolved.items():
            kind = "index" if isinstance(node, Index) else "node"
            self.measured.append(Measured(path, kind, node_measure(node), tree=node))
        return MeasuredPlan(plan, tuple(self.measured))

    def _wanted(self) -> dict[str, dict[_Score, None]]:
        """Per item how it is scored, in the order of the indices; as the scale says where no index uses it."""
        wanted: dict[str, dict[_Score, None]] = {i.code: {} for i in self.instrument.items}
        for node in self.resolved.values():
            for code in node.items:
                wanted[code][_score_of(node)] = None
        for item in self.instrument.items:
            if item.role == "score" and item.type == "choice" and not wanted[item.code]:
                if self.instrument.satisfied(item):
                    wanted[item.code]["top_box", None, ()] = None
                values = {option.value for option in self.instrument.options(item)} - {None}
                if len(values) > 1:
                    wanted[item.code]["mean_100", None, ()] = None
        return wanted

    def _add(self, item: Item, score: _Score) -> None:
        measure, points, satisfied = score
        variable = self.variables[self.position[item.code]]
        scores = option_scores(self.instrument, item, measure, points, satisfied)
        padded = np.full(variable.n_states, np.nan)
        padded[: len(scores)] = scores
        self.pair_of[item.code, score] = len(self.pairs)
        self.pairs.append(Pair(self.position[item.code], measure, padded))
        self.measured.append(Measured(item.code, "item", measure, item=item, satisfied=satisfied))

    def _node(self, node: InstrumentNode, path: str) -> Node:
        resolved = self.resolved[path]
        return Node(
            path=path,
            measure=node_measure(resolved),
            aggregate=resolved.aggregate,
            pairs=tuple(self.pair_of[code, _score_of(resolved)] for code in node.items),
            children=tuple(self._node(child, f"{path}.{child.code}") for child in node.children),
            coefficient=node.coefficient,
            min_answered=0.5 if resolved.min_answered is None else resolved.min_answered,
            min_children=node.min_children,
            renormalise=resolved.undefined == "renormalise",
        )


def node_measure(node: InstrumentNode) -> str:
    """The measure under which a node with inherited rules stands in the results."""
    return "respondent_mean" if node.aggregate == "respondent_mean" else node.score


def recorded(measured: Iterable[Measured]) -> tuple[tuple[int, Measured], ...]:
    """What stands in the results, with its position in `measured`: one record per node and measure.

    An item that two indices score under different points, or of which they count different answers as satisfied,
    has its record under the first of them.
    """
    found: dict[tuple[str, str], tuple[int, Measured]] = {}
    for position, one in enumerate(measured):
        found.setdefault((one.node, one.measure), (position, one))
    return tuple(found.values())


def option_scores(
    instrument: Instrument,
    item: Item,
    measure: str,
    points: float | None = None,
    satisfied: tuple[str, ...] = (),
) -> NDArray[np.float64]:
    """Score of each option of an item in order, NaN for those without a value (CONTRACTS 3).

    top_box: 100 where satisfied, by the codes in `satisfied` or else those of the scale. mean_100: the value
    stretched from the scale's ends to 0 and 100. points: the value as a share of the item's maximum, times the
    node's points. A reversed item scores min + max - value, and the satisfied are mirrored.
    """
    options = instrument.options(item)
    values = np.array([np.nan if option.value is None else option.value for option in options])
    low, high = np.nanmin(values), np.nanmax(values)
    scored = low + high - values if item.reverse else values
    if measure == "top_box":
        codes = satisfied or instrument.satisfied(item)
        hit = np.isin(scored, [option.value for option in options if option.code in codes])
        return np.where(np.isnan(values), np.nan, 100.0 * hit)
    if measure == "mean_100":
        return 100 * (scored - low) / (high - low)
    return scored * (100 if points is None else points) / (high if item.max is None else item.max)
