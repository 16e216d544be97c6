"""Totals: all that an estimate needs of the rows, made by an engine in one or two passes over them.

First order: weighted sums per *cell*, a domain crossed with a PSU (with a stratum, where rows are their own
PSUs). Second order: accumulated products per domain, where units vary below the cell or a design effect is
asked. Both use the columns of `scoring.plan.Plan`: validity v of every item and composite, then score s of every
pair and composite (0 where not valid).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.domains import Partition
from scoring.plan import Plan


@dataclass(frozen=True, eq=False)
class Totals:
    """Totals of one partition into D domains; C cells sorted by domain, then PSU; K = V + S columns.

    Attributes
    ----------
    partition : Partition
    rows : int array, shape (D,)
        Rows of each domain.
    counts : tuple of int arrays, one per item, shape (D, m)
        Unweighted count of each answer state.
    weights : tuple of float arrays, one per item, shape (D, m)
        Weighted count of each answer state.
    node_n : int array, shape (D, nodes)
        Rows with a valid answer below the node (respondent_mean: with a defined score).
    cell_domain, cell_unit : int arrays, shape (C,)
        `cell_unit` is the PSU, or the stratum where rows are their own PSUs.
    cell_rows : int array, shape (C,)
    cell_weight : float array, shape (C,)
        Sum of w.
    valid : float array, shape (C, V)
        Sum of w v.
    score : float array, shape (C, S)
        Sum of w s.
    products : float array, shape (D, K, K), or None
        Sum of w a a' with a = (v, s - p v), p the figure of the domain: centred, so that nothing cancels.
    inner : float array, shape (D, K, K), or None
        Sum of lambda t t' over the units whose variation PSU totals do not show, with t the sum of w a over the
        unit: rows, where rows are their own PSUs, with lambda = (1 - f) n / (n - 1) of the row's stratum; units of
        later stages that have population counts, with lambda = `SurveyDesign.unit_factors`.
    cross_domains : int array, shape (P, 2), or None
        Pairs of domains, the lower first, that share a later-stage unit of several rows.
    cross : float array, shape (P, K, K), or None
        Their sum of lambda t t', t of the lower domain first, each centred on its own figures.
    """

    partition: Partition
    rows: NDArray[np.intp]
    counts: tuple[NDArray[np.intp], ...]
    weights: tuple[NDArray[np.float64], ...]
    node_n: NDArray[np.intp]
    cell_domain: NDArray[np.intp]
    cell_unit: NDArray[np.intp]
    cell_rows: NDArray[np.intp]
    cell_weight: NDArray[np.float64]
    valid: NDArray[np.float64]
    score: NDArray[np.float64]
    products: NDArray[np.float64] | None = None
    inner: NDArray[np.float64] | None = None
    cross_domains: NDArray[np.intp] | None = None
    cross: NDArray[np.float64] | None = None

    @property
    def n_domains(self) -> int:
        return len(self.rows)

    def by_domain(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of a per-cell array, shape (C, ...) to (D, ...)."""
        out = np.zeros((self.n_domains, *cells.shape[1:]))
        if len(self.starts):
            out[self.cell_domain[self.starts]] = np.add.reduceat(cells, self.starts, axis=0)
        return out

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """First cell of each domain that has cells: they are sorted by domain, so those of one are one run."""
        return np.flatnonzero(np.diff(self.cell_domain, prepend=-1))

    @cached_property
    def domain_valid(self) -> NDArray[np.float64]:
        """Sums of w v of each domain, shape (D, V)."""
        return self.by_domain(self.valid)

    @cached_property
    def domain_score(self) -> NDArray[np.float64]:
        """Sums of w s of each domain, shape (D, S)."""
        return self.by_domain(self.score)

    def ratios(self, plan: Plan) -> NDArray[np.float64]:
        """The figure p = sum(w s) / sum(w v) of every score column, shape (D, S); NaN without a valid answer."""
        score, valid = self.domain_score, self.domain_valid[:, plan.valid_of_score]
        return np.divide(score, valid, out=np.full_like(score, np.nan), where=valid > 0)

    def centred(self, plan: Plan, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cell sums of w a with a = (v, s - p v), shape (C, K)."""
        p = np.nan_to_num(ratios)[self.cell_domain]
        return np.hstack([self.valid, self.score - p * self.valid[:, plan.valid_of_score]])
