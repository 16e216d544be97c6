"""Totals from arrays in memory, in blocks and in row order, so that the same rows give the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.composites import node_scores
from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.errors import ScoringError, some
from scoring.plan import Plan
from scoring.totals import Totals

# Rows per block: large enough for numpy, small enough that working memory stays in tens of megabytes.
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
    own PSUs, since the variance needs it.
    """
    if answers.shape != (len(plan.items), design.n_rows):
        raise ScoringError(
            f"`answers` must be items x rows, {len(plan.items)} x {design.n_rows}; given: {answers.shape}."
        )
    _check(answers, plan, design, partition)
    first = _first_order(answers, plan, design, partition)
    if not (products or design.rows_are_psus):
        return first
    return _second_order(answers, plan, design, first, products)


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
    n_domains, n_cells = len(partition.domains), len(cells)
    counts = [np.zeros((n_domains, m), dtype=np.intp) for m in plan.n_states]
    state_weight = [np.zeros((n_cells, m)) for m in plan.n_states]
    node_n = np.zeros((n_domains, len(plan.nodes)), dtype=np.intp)
    composite_valid = np.zeros((n_cells, len(plan.composites)))
    composite_score = np.zeros((n_cells, len(plan.composites)))
    for rows in _blocks(np.flatnonzero(partition.row_domain >= 0)):
        domain, cell, w = partition.row_domain[rows], row_cell[rows], design.w[rows]
        block = np.asarray(answers[:, rows], dtype=np.intp)
        for j, m in enumerate(plan.n_states):
            counts[j] += np.bincount(domain * m + block[j], minlength=n_domains * m).reshape(n_domains, m)
            state_weight[j] += np.bincount(cell * m + block[j], weights=w, minlength=n_cells * m).reshape(
                n_cells, m
            )
        defined, scores = node_scores(plan, block)
        for k in range(len(plan.nodes)):
            node_n[:, k] += np.bincount(domain[defined[k]], minlength=n_domains)
        for c, k in enumerate(plan.composites):
            is_defined = defined[k]
            composite_valid[:, c] += np.bincount(cell[is_defined], weights=w[is_defined], minlength=n_cells)
            composite_score[:, c] += np.bincount(
                cell[is_defined], weights=w[is_defined] * scores[c][is_defined], minlength=n_cells
            )
    item_valid = [weight @ valid for weight, valid in zip(state_weight, plan.valid_states, strict=True)]
    pair_score = [state_weight[pair.item] @ np.nan_to_num(pair.scores) for pair in plan.pairs]
    inside = row_cell[partition.row_domain >= 0]
    cell_domain = cells // n_units
    weights = [np.zeros((n_domains, m)) for m in plan.n_states]
    for out, weight in zip(weights, state_weight, strict=True):
        np.add.at(out, cell_domain, weight)
    return Totals(
        partition=partition,
        rows=np.bincount(partition.row_domain[partition.row_domain >= 0], minlength=n_domains),
        counts=tuple(counts),
        weights=tuple(weights),
        node_n=node_n,
        cell_domain=cell_domain,
        cell_unit=cells % n_units,
        cell_rows=np.bincount(inside, minlength=n_cells),
        cell_weight=np.bincount(inside, weights=design.w[partition.row_domain >= 0], minlength=n_cells),
        valid=np.column_stack([*item_valid, composite_valid]),
        score=np.column_stack([*pair_score, composite_score]),
    )


def _second_order(
    answers: NDArray, plan: Plan, design: SurveyDesign, first: Totals, products: bool
) -> Totals:
    """The second pass: products of the columns centred on the domain's own figures."""
    domain_of_row = first.partition.row_domain
    n_domains, k = first.n_domains, plan.n_columns
    weighted = np.zeros((n_domains, k, k)) if products else None
    inner = np.zeros((n_domains, k, k)) if design.rows_are_psus else None
    row_factor = design.factors()[design.row_stratum] if design.rows_are_psus else None
    ratios = np.nan_to_num(first.ratios(plan))
    order = np.argsort(domain_of_row, kind="stable")
    starts = np.searchsorted(domain_of_row[order], np.arange(n_domains + 1))
    for d in range(n_domains):
        for rows in _blocks(order[starts[d] : starts[d + 1]]):
            columns = _columns(np.asarray(answers[:, rows], dtype=np.intp), plan, ratios[d])
            w = design.w[rows]
            if weighted is not None:
                weighted[d] += (columns * w) @ columns.T
            if inner is not None:
                inner[d] += (columns * (w * w * row_factor[rows])) @ columns.T
    return replace(first, products=weighted, inner=inner)


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
    cells, of_inside = np.unique(domain[inside] * n_units + unit[inside], return_inverse=True)
    row_cell = np.full(len(domain), -1, dtype=np.intp)
    row_cell[inside] = of_inside.reshape(-1)
    return row_cell, cells


def _blocks(rows: NDArray) -> Iterator[NDArray]:
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]
