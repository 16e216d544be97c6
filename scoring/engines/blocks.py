"""What an engine does with a block of rows in memory: sums by cell and answer state, and products by domain."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.plan import Plan
from scoring.respondent_scores import node_scores

# Entries of a joint table of states: it stays in the processor's cache beside the rows.
JOINT = 1 << 15


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


def joined(n_states: Sequence[int], n_cells: int) -> list[range]:
    """Neighbouring items whose answers are counted together, so that their rows are read once.

    As many as have a joint table of at most `JOINT` entries over all cells, and 256 joint states: a byte holds them.
    """
    groups, start, size = [], 0, 1
    for j, m in enumerate(n_states):
        if j > start and (size * m > 256 or size * m * n_cells > JOINT):
            groups.append(range(start, j))
            start, size = j, 1
        size *= m
    return [*groups, range(start, len(n_states))]


def joint_states(states: NDArray[np.integer], n_states: Sequence[int]) -> NDArray[np.integer]:
    """Number of each row's combination of answer states of k items, the last item's running fastest.

    Parameters
    ----------
    states : int array, shape (k, rows), each row 0..n_states[k]-1
    n_states : sequence of k int

    Returns
    -------
    int array, shape (rows,), 0..prod(n_states)-1; bytes where there are several items
    """
    if len(states) == 1:
        return states[0]
    code = states[0].astype(np.uint8)
    for row, m in zip(states[1:], n_states[1:], strict=True):
        np.multiply(code, np.uint8(m), out=code)
        np.add(code, row, out=code, casting="unsafe")
    return code


def state_sums(
    code: NDArray[np.integer],
    n_codes: int,
    group: NDArray[np.intp],
    n_groups: int,
    weight: NDArray[np.float64] | None = None,
) -> NDArray:
    """Rows, or their weight, of each group and state; added in the order of the rows.

    Parameters
    ----------
    code : int array, shape (rows,), 0..n_codes-1
    group : int array, shape (rows,), 0..n_groups-1
    weight : float array, shape (rows,), optional

    Returns
    -------
    int array, or float array of weights, shape (n_groups, n_codes)
    """
    key = group * n_codes
    key += code
    return np.bincount(key, weights=weight, minlength=n_groups * n_codes).reshape(n_groups, n_codes)


def over_states(shape: Sequence[int], axis: int, column: NDArray) -> NDArray[np.float64]:
    """A number of each state of one item, shape (m,), for every combination of states of k items, in their order."""
    before, after = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    out = np.empty((before, len(column), after))
    out[:] = np.reshape(column, (1, -1, 1))
    return out.ravel()


def margins(table: NDArray) -> list[NDArray]:
    """Sums of a table of shape (n_cells, m1, ..., mk) by the states of each item, shapes (n_cells, m)."""
    axes = range(1, table.ndim)
    return [table.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]


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
