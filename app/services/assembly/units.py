"""Results for every unit of a staff wave: figures, shares of agreement, differences, and the citizens' view.

Everything is made of what the release shows of the unit and of those it is set beside, so it gives away nothing more.
Differences are taken of unrounded figures and tested by the rules of the People Survey (`scoring.group_tests`): a
group above the unit is a benchmark, the last wave another group.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring import Estimates
from scoring.group_tests import (
    LEAST_FOR_QUESTION,
    LEAST_FOR_THEME,
    Difference,
    compare_means,
    compare_shares,
)
from scoring.tableset import Cell
from surveys.instrument import Instrument, Item, Node

from .measures import Measured, option_scores
from .records import published
from .staff import WHOLE, Citizens
from .staff_estimates import staff_estimated
from .tableset import ReleaseTables, address

if TYPE_CHECKING:
    from .requested import Run

SCHEMA = 1
UNITS = "units.json"
EXTREMES = 3  # items that are named as best and as worst

Lines = dict[str, Any]


@dataclass(frozen=True, eq=False)
class UnitResults:
    """The results of every unit, ready for JSON; what is hidden is null."""

    document: Mapping[str, Any]

    @cached_property
    def text(self) -> str:
        return json.dumps(self.document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def unit_results(run: Run) -> UnitResults:
    """The results of a run with a table set."""
    return UnitResults(_Maker(run).document())


def shares_of(
    instrument: Instrument, item: Item
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which options of an item are positive, neutral and negative; an option without a value is none of them."""
    scores = option_scores(instrument, item, "top_box")
    turned = option_scores(instrument, item.model_copy(update={"reverse": not item.reverse}), "top_box")
    positive = scores == 100
    negative = (turned == 100) & ~positive
    return positive, ~np.isnan(scores) & ~positive & ~negative, negative


class _Maker:
    def __init__(self, run: Run):
        assert run.tables is not None
        self.run, self.instrument = run, run.instrument
        self.tables: ReleaseTables = run.tables
        self.staff = self.tables.staff
        self.plain = [staff_estimated(one, run.plan, run.inputs.design) for one in run.totals]
        self.place = {code: d for d, code in enumerate(self.tables.branches)}
        self.nodes = [
            (e, one) for e, one in enumerate(run.measured) if one.kind != "item" and one.node.count(".") <= 1
        ]
        self.items = [
            (v, variable.item)
            for v, variable in enumerate(run.inputs.variables)
            if variable.item.role == "score" and variable.options and self.instrument.satisfied(variable.item)
        ]

    def document(self) -> dict[str, Any]:
        last = self.staff.last_wave
        units = {code: self._unit(code, d) for code, d in self.place.items()}
        for code, unit in units.items():
            unit["beside"] = {
                name: self._beside(unit, other, two) for name, other, two in self._others(code, units)
            }
        return {
            "schema": SCHEMA,
            "wave": self.staff.wave,
            "instrument": self.instrument.identity,
            "tables_sha256": self.tables.sha256,
            "level": self.run.options.level,
            "threshold": self.run.options.threshold,
            "variables": list(self.staff.crossed),
            "last_wave": None if last is None else {"wave": last.wave, "title": dict(last.title)},
            "citizens": {one.wave: dict(one.title) for one in self.staff.citizens},
            "units": units,
        }

    def _unit(self, code: str, d: int) -> Lines:
        heads = self.tables.asked[d]
        figures = {address(one): self._figure(d, e) for e, one in self.nodes}
        items = {item.code: self._shares(d, v, item) for v, item in self.items}
        themes = {
            address(one): self._theme(one, items, figures[address(one)])
            for _, one in self.nodes
            if one.kind == "node"
        }
        hidden = Cell(code) in self.tables.suppression.reasons
        return {
            "parent": self._parent(code),
            "heads": None if math.isnan(heads) else int(heads),
            "answered": None if hidden else int(self.tables.suppression.tables.counts[Cell(code)]),
            "figures": figures,
            "themes": themes,
            "items": items,
            **_extremes(items),
            "gaps": list(self._gaps(code, items)),
            "tables": {variable: self._table(code, variable) for variable in self.staff.crossed},
        }

    def _parent(self, code: str) -> str | None:
        """The branch above; none where that holds the same people."""
        counts = self.tables.suppression.tables.counts
        above = self.tables.suppression.tables.parents[code]
        while above is not None and counts[Cell(above)] == counts[Cell(code)]:
            above = self.tables.suppression.tables.parents[above]
        return above

    def _position(self, d: int) -> tuple[int, int]:
        for p, partition in enumerate(self.run.inputs.partitions):
            if d < len(partition.domains):
                return p, d
            d -= len(partition.domains)
        raise IndexError(d)

    def _figure(self, d: int, e: int) -> Lines | None:
        p, row = self._position(d)
        estimate, plain = self.run.estimates[p], self.plain[p]
        value = estimate.value[row, e]
        if self.tables.hidden.estimates[d, e] or math.isnan(value):
            return None
        n = int(estimate.n[row, e])
        interval = estimate.confidence_interval(self.run.options.level)
        return {
            "value": published(value),
            "low": published(interval.low[row, e]),
            "high": published(interval.high[row, e]),
            "n": n,
            "std_error": _of_a_sample(plain, row, e, n),
        }

    def _shares(self, d: int, v: int, item: Item) -> Lines | None:
        if self.tables.hidden.variables[d, v]:
            return None
        p, row = self._position(d)
        counts = self.run.counted[p].counts[v][row, : len(self.instrument.options(item))]
        kinds = [int(counts[of].sum()) for of in shares_of(self.instrument, item)]
        n = sum(kinds)
        if n == 0:
            return None
        names = ("positive", "neutral", "negative")
        return {name: published(100 * count / n) for name, count in zip(names, kinds, strict=True)} | {"n": n}

    def _theme(self, one: Measured, items: Mapping[str, Lines | None], figure: Lines | None) -> Lines | None:
        """% positive of a dimension: the plain mean over its items, where all of them are shown."""
        found = [items.get(code) for code in items_below(one.tree)]
        if figure is None or not found or any(each is None for each in found):
            return None
        positive = math.fsum(each["positive"] for each in found if each) / len(found)
        return {"positive": published(positive), "n": figure["n"]}

    def _table(self, code: str, variable: str) -> list[Lines]:
        cells = self.tables.suppression.table(code, variable)
        place = {cell: c for c, cell in enumerate(self.tables.cells)}
        estimates = [(one, row) for one in self.tables.estimates for row in range(one.value.shape[0])]
        found = []
        for cell, n in cells.items():
            figures: dict[str, Lines | None] = {}
            if cell in place:
                one, row = estimates[place[cell]]
                for e, measured in self.nodes:
                    value = one.value[row, e]
                    gone = self.tables.hidden_cells[place[cell], e] or math.isnan(value)
                    figures[address(measured)] = (
                        None if gone else {"value": published(value), "n": int(one.n[row, e])}
                    )
            found.append({"category": cell.category, "n": n, "figures": figures})
        return found

    def _others(self, code: str, units: Mapping[str, Lines]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
        parent, last = units[code]["parent"], self.staff.last_wave
        if parent is not None:
            yield "parent", units[parent], False
        counts = self.tables.suppression.tables.counts
        if parent is not None and counts[Cell(parent)] < counts[Cell(WHOLE)]:
            yield "whole", units[WHOLE], False
        if last is not None and code in last.units:
            yield "last_wave", last.units[code], True

    def _beside(self, unit: Lines, other: Mapping[str, Any], two: bool) -> Lines:
        """Differences of everything that both show."""
        level = self.run.options.level
        found: Lines = {"figures": {}, "themes": {}, "items": {}}
        for name, one, its in _both(unit["figures"], other["figures"]):
            groups = (its["std_error"], its["n"]) if two else (None, None)
            if one["std_error"] is not None and (not two or its["std_error"] is not None):
                found["figures"][name] = _told(
                    compare_means(
                        one["value"], one["std_error"], one["n"], its["value"], *groups, level=level
                    )
                )
            else:
                found["figures"][name] = _told(Difference(one["value"] - its["value"]))
        for kind, least in (("themes", LEAST_FOR_THEME), ("items", LEAST_FOR_QUESTION)):
            for name, one, its in _both(unit[kind], other[kind]):
                size = its["n"] if two else None
                found[kind][name] = _told(
                    compare_shares(one["positive"], one["n"], its["positive"], size, least=least, level=level)
                )
        return found

    def _gaps(self, code: str, items: Mapping[str, Lines | None]) -> Iterator[Lines]:
        """Citizens' view less staff's view of the same thing, where both are shown for the same agency."""
        targets: dict[str, list[str]] = {}
        for _, item in self.items:
            if item.maps_to:
                targets.setdefault(item.maps_to, []).append(item.code)
        for target, codes in targets.items():
            instrument, _, node = target.partition("/")
            own = [items[one] for one in codes]
            theirs = _seen_by(self.staff.citizens, instrument, code, node)
            if theirs is None or any(one is None for one in own):
                continue
            staff = math.fsum(one["positive"] for one in own if one) / len(own)
            value, n = theirs
            yield {
                "of": target,
                "items": codes,
                "staff": published(staff),
                "n_staff": min(one["n"] for one in own if one),
                "citizens": value,
                "n_citizens": n,
                "gap": published(value - staff),
            }


def _seen_by(
    citizens: Sequence[Citizens], instrument: str, agency: str, node: str
) -> tuple[float, int] | None:
    for one in citizens:
        if one.instrument == instrument and (agency, node) in one.figures:
            return one.figures[agency, node]
    return None


def _of_a_sample(plain: Estimates, row: int, e: int, n: int) -> float | None:
    """s / sqrt(n) with n - 1 below s; None for one person."""
    error = plain.std_error[row, e]
    return None if n < 2 or math.isnan(error) else published(error * math.sqrt(n / (n - 1)))


def items_below(node: Node | None) -> list[str]:
    """Codes of all items at a node and below it, in order."""
    if node is None:
        return []
    return [*node.items, *(code for child in node.children for code in items_below(child))]


def _both(
    own: Mapping[str, Any], other: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for name, one in own.items():
        its = other.get(name)
        if one is not None and its is not None:
            yield name, one, its


def _told(found: Difference) -> Lines:
    return {
        "difference": published(found.difference),
        "p": None if found.p is None else published(found.p),
        "significant": found.significant,
    }


def _extremes(items: Mapping[str, Lines | None]) -> Lines:
    """The items with the highest and the lowest % positive; `tied` share the last place and are not named."""
    shown = {code: one["positive"] for code, one in items.items() if one is not None}
    size = min(EXTREMES, len(shown) // 2)
    found: Lines = {}
    for name, sign in (("best", -1), ("worst", 1)):
        order = sorted(shown, key=lambda code: sign * shown[code])
        chosen = order[:size]
        tied = sum(shown[code] == shown[chosen[-1]] for code in order[size:]) if chosen else 0
        found[name] = {"items": chosen, "tied": tied}
    return found
