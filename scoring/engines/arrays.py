"""Totals from arrays in memory, in blocks and in row order, so that the same rows give the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.engines.blocks import add_products, centred_columns
from scoring.engines.summing import SUMMED, FirstOrder
from scoring.errors import ScoringError, some
from scoring.plan import Plan
from scoring.respondent_scores import node_scores
from scoring.totals import Totals

# Rows whose columns are multiplied at a time.
BLOCK = 1 << 15


def totals(
    answers: NDArray[np.integer],
    plan: Plan,
    design: SurveyDesign,
    partition: Partition,
    *,
    products: bool = True,
) -> Totals:
    """Totals of `answers`, int array of shape (items, n), each the position of a row's answer state.

    `products` False leaves the design effects out; the second order is made all the same where rows are their
    own PSUs, and where later stages count, since the variance needs it.
    """
    if answers.shape != (len(plan.items), design.n_rows):
        raise ScoringError(
            f"`answers` must be items x rows, {len(plan.items)} x {design.n_rows}; given: {answers.shape}."
        )
    _check(answers, plan, design, partition)
    first = _first_order(answers, plan, design, partition)
    if not (products or design.rows_are_psus or design.inner):
        return first
    return add_clustered(answers, plan, design, _second_order(answers, plan, design, first, products))


def _check(answers: NDArray, plan: Plan, design: SurveyDesign, partition: Partition) -> None:
    """A position outside its range would be counted in a neighbour's cell, so it is refused."""
    if partition.row_domain.shape != (design.n_rows,):
        raise ScoringError(
            f"`partition` must place every row, {design.n_rows}; given: shape {partition.row_domain.shape}."
        )
    wrong = (partition.row_domain < -1) | (partition.row_domain >= len(partition.domains))
    if wrong.any():
        raise ScoringError(
            f"`partition` has {len(partition.domains)} domains; rows {some(np.flatnonzero(wrong) + 1)} stand in others."
        )
    for code, m, states in zip(plan.items, plan.n_states, answers, strict=True):
        if states.size and (states.min() < 0 or states.max() >= m):
            rows = np.flatnonzero((states < 0) | (states >= m))
            raise ScoringError(
                f"`answers` of item {code} must be positions 0 to {m - 1}; rows {some(rows + 1)} hold others."
            )


def _first_order(answers: NDArray, plan: Plan, design: SurveyDesign, partition: Partition) -> Totals:
    unit = design.row_stratum if design.rows_are_psus else design.psu
    n_units = design.n_strata if design.rows_are_psus else len(design.psu_stratum)
    row_cell, cells = _cells(partition.row_domain, unit, n_units)
    sums = FirstOrder(plan, len(partition.domains), cells, n_units)
    for rows in _slices(partition.row_domain):
        sums.add(answers[:, rows], partition.row_domain[rows], row_cell[rows], design.w[rows])
    return sums.totals(partition)


def _second_order(
    answers: NDArray, plan: Plan, design: SurveyDesign, first: Totals, products: bool
) -> Totals:
    """The second pass: products of the columns centred on the domain's own figures."""
    domain_of_row = first.partition.row_domain
    n_domains, k = first.n_domains, plan.n_columns
    weighted = np.zeros((n_domains, k, k)) if products else None
    factor = row_factor(design)
    if weighted is None and factor is None:
        return replace(first, inner=np.zeros((n_domains, k, k)))
    inner = None if factor is None and not design.inner else np.zeros((n_domains, k, k))
    ratios = np.nan_to_num(first.ratios(plan))
    order = np.argsort(domain_of_row, kind="stable")
    for rows in _blocks(order[np.searchsorted(domain_of_row[order], 0) :]):
        domain, w = domain_of_row[rows], design.w[rows]
        columns = centred_columns(plan, answers[:, rows], domain, ratios)
        if weighted is not None:
            add_products(weighted, columns, w, domain)
        if factor is not None:
            add_products(inner, columns, w * w * factor[rows], domain)
    return replace(first, products=weighted, inner=inner)


def row_factor(design: SurveyDesign) -> NDArray[np.float64] | None:
    """lambda of each row where rows are units of some stage, shape (n,): the variance is linear in their products."""
    if design.rows_are_psus:
        return design.factors()[design.row_stratum]
    factors = [
        lam for stage, lam in zip(design.inner, design.unit_factors(), strict=True) if stage.rows_are_units
    ]
    return np.sum(factors, axis=0) if factors else None


def add_clustered(answers: NDArray, plan: Plan, design: SurveyDesign, second: Totals) -> Totals:
    """Adds the products of totals of later-stage units that hold several rows, within and between domains.

    Blocks end where a unit of the second stage does, so that no unit is cut.
    """
    stages = [
        (stage.unit, lam)
        for stage, lam in zip(design.inner, design.unit_factors(), strict=True)
        if not stage.rows_are_units
    ]
    if not stages:
        return second
    row_domain, ratios = second.partition.row_domain, np.nan_to_num(second.ratios(plan))
    inner, crosses = second.inner.copy(), {}
    inside = np.flatnonzero(row_domain >= 0)
    order = inside[np.argsort(stages[0][0][inside], kind="stable")]
    for rows in _whole_units(order, stages[0][0]):
        columns = np.empty((len(rows), plan.n_columns))
        for d in np.unique(row_domain[rows]):
            of_d = np.flatnonzero(row_domain[rows] == d)
            block = np.asarray(answers[:, rows[of_d]], dtype=np.intp)
            columns[of_d] = (_columns(block, plan, ratios[d]) * design.w[rows[of_d]]).T
        for unit, lam in stages:
            _add_products(inner, crosses, row_domain[rows], unit[rows], lam, columns)
    pairs = sorted(crosses)
    return replace(
        second,
        inner=inner,
        cross_domains=np.array(pairs, dtype=np.intp).reshape(-1, 2),
        cross=np.array([crosses[pair] for pair in pairs]).reshape(-1, plan.n_columns, plan.n_columns),
    )


def _add_products(
    inner: NDArray,
    crosses: dict[tuple[int, int], NDArray],
    domain: NDArray,
    unit: NDArray,
    lam: NDArray,
    columns: NDArray,
) -> None:
    """sum lambda t t' over the units of a block: to `inner` within a domain, to `crosses` between two."""
    width = int(unit.max()) + 1
    keys = domain * width + unit
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    cells, sums = keys[order[starts]], np.add.reduceat(columns[order], starts, axis=0)
    cell_domain, cell_unit = cells // width, cells % width
    for d in np.unique(cell_domain):
        t = sums[cell_domain == d]
        inner[d] += (t * lam[cell_unit[cell_domain == d]][:, None]).T @ t
    by_unit = np.lexsort((cell_domain, cell_unit))
    # Cells of one unit stand side by side, so the k-th next of a cell is another domain's share of its unit.
    for k in range(1, len(cells)):
        one, other = by_unit[:-k], by_unit[k:]
        same = cell_unit[one] == cell_unit[other]
        if not same.any():
            return
        one, other = one[same], other[same]
        pairs = np.stack([cell_domain[one], cell_domain[other]], axis=1)
        for pair in np.unique(pairs, axis=0):
            of = (pairs == pair).all(axis=1)
            product = (sums[one[of]] * lam[cell_unit[one[of]]][:, None]).T @ sums[other[of]]
            key = (int(pair[0]), int(pair[1]))
            crosses[key] = crosses[key] + product if key in crosses else product


def _whole_units(order: NDArray, unit: NDArray) -> Iterator[NDArray]:
    """Blocks of rows sorted by unit, each of about BLOCK rows and ending with a unit."""
    ends = np.append(np.flatnonzero(np.diff(unit[order])) + 1, len(order)) if len(order) else []
    start = 0
    while start < len(order):
        end = int(ends[min(np.searchsorted(ends, start + BLOCK), len(ends) - 1)])
        yield order[start:end]
        start = end


def _columns(block: NDArray, plan: Plan, ratios: NDArray) -> NDArray:
    """a = (v, s - p v) of each row of a block, shape (K, rows)."""
    defined, scores = node_scores(plan, block)
    columns = np.zeros((plan.n_columns, block.shape[1]))
    for j, valid in enumerate(plan.valid_states):
        columns[j] = valid[block[j]]
    for c, k in enumerate(plan.composites):
        columns[len(plan.items) + c] = defined[k]
    for s, pair in enumerate(plan.pairs):
        columns[plan.n_valid + s] = np.nan_to_num(pair.scores - ratios[s])[block[pair.item]]
    for c, k in enumerate(plan.composites):
        s = len(plan.pairs) + c
        columns[plan.n_valid + s] = np.where(defined[k], scores[c] - ratios[s], 0.0)
    return columns


def _cells(domain: NDArray, unit: NDArray, n_units: int) -> tuple[NDArray, NDArray]:
    """Number the (domain, unit) pairs that occur: (cell of each row, sorted keys domain * n_units + unit)."""
    inside = domain >= 0
    everyone = slice(None) if inside.all() else inside
    keys = domain[everyone] * n_units + unit[everyone]
    possible = int(domain.max(initial=-1) + 1) * n_units
    if possible <= 4 * len(keys):
        # A table of all pairs is quicker than sorting, as long as it is no longer than the rows.
        occurs = np.zeros(possible, dtype=bool)
        occurs[keys] = True
        cells = np.flatnonzero(occurs)
        of_inside = (np.cumsum(occurs) - 1)[keys]
    else:
        cells, of_inside = np.unique(keys, return_inverse=True)
    if isinstance(everyone, slice):
        return of_inside.reshape(-1), cells
    row_cell = np.full(len(domain), -1, dtype=np.intp)
    row_cell[inside] = of_inside.reshape(-1)
    return row_cell, cells


def _slices(row_domain: NDArray) -> Iterator[NDArray | slice]:
    """Rows inside the domains, block by block: as slices, which copy nothing, where no row is outside."""
    for start in range(0, len(row_domain), SUMMED):
        inside = row_domain[start : start + SUMMED] >= 0
        yield slice(start, start + len(inside)) if inside.all() else start + np.flatnonzero(inside)


def _blocks(rows: NDArray) -> Iterator[NDArray]:
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]
