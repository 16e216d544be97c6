"""What an engine does with a block of rows in memory: sums by cell and answer state, and products by domain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.composites import node_scores
from scoring.plan import Plan


def answered(plan: Plan, states: NDArray[np.integer]) -> list[NDArray[np.bool_]]:
    """Which rows of a block hold a valid answer to each item.

    Parameters
    ----------
    plan : Plan
    states : int array, shape (items, rows); any integer type, bytes are fastest.

    Returns
    -------
    list of bool arrays, one per item, shape (rows,)
    """
    return [valid.take(row) for valid, row in zip(plan.valid_states, states, strict=True)]


def state_sums(
    states: NDArray[np.integer],
    n_states: int,
    cell: NDArray[np.intp],
    weight: NDArray[np.float64],
    n_cells: int,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows and weight of each cell and answer state of one item.

    Parameters
    ----------
    states : int array, shape (rows,), 0..n_states-1
    cell : int array, shape (rows,), 0..n_cells-1
    weight : float array, shape (rows,)

    Returns
    -------
    rows, weight : int and float arrays, shape (n_cells, n_states)

    Notes
    -----
    One key serves both counts; sums run in the order of the rows.
    """
    key = cell * n_states + states
    size, shape = n_cells * n_states, (n_cells, n_states)
    return (
        np.bincount(key, minlength=size).reshape(shape),
        np.bincount(key, weights=weight, minlength=size).reshape(shape),
    )


def centred_columns(
    plan: Plan, states: NDArray[np.integer], domain: NDArray[np.intp], ratios: NDArray[np.float64]
) -> NDArray[np.float64]:
    """a = (v, s - p v) of every row of a block, p the figures of the row's domain.

    Parameters
    ----------
    states : int array, shape (items, rows)
    domain : int array, shape (rows,)
    ratios : float array, shape (D, S), finite; `Totals.ratios` with 0 for NaN.

    Returns
    -------
    float array, shape (K, rows)
    """
    columns = np.empty((plan.n_columns, states.shape[1]))
    for j, valid in enumerate(answered(plan, states)):
        columns[j] = valid
    offset = {m: domain * m for m in set(plan.n_states)}
    for s, pair in enumerate(plan.pairs):
        # The score less the figure, domain by domain and state by state: a table of D x m entries.
        table = np.nan_to_num(pair.scores - ratios[:, s, None])
        at = offset[table.shape[1]] + states[pair.item]
        np.take(table, at, out=columns[plan.n_valid + s], mode="clip")
    if plan.composites:
        defined, scores = node_scores(plan, states)
        for c, k in enumerate(plan.composites):
            s = len(plan.pairs) + c
            columns[len(plan.items) + c] = defined[k]
            columns[plan.n_valid + s] = np.where(defined[k], scores[c] - ratios[domain, s], 0.0)
    return columns


def add_products(
    out: NDArray[np.float64],
    columns: NDArray[np.float64],
    factor: NDArray[np.float64],
    domain: NDArray[np.intp],
) -> None:
    """Add sum factor a a' of the rows of each domain to `out`.

    Parameters
    ----------
    out : float array, shape (D, K, K)
    columns : float array, shape (K, rows)
    factor : float array, shape (rows,)
        w for the products of a design effect, lambda w^2 where rows are units.
    domain : int array, shape (rows,), in ascending order.
    """
    starts = np.flatnonzero(np.diff(domain, prepend=-1))
    ends = np.append(starts, len(domain))[1:]
    if factor.size and factor.min() < 0:
        scaled = columns * factor
    else:
        # The product of an array with itself is symmetric, and half the work.
        scaled = columns = columns * np.sqrt(factor)
    for start, end in zip(starts, ends, strict=True):
        out[domain[start]] += scaled[:, start:end] @ columns[:, start:end].T
