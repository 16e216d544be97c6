"""First-order totals from blocks of rows, wherever an engine finds them: the same blocks give the same bits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.domains import Partition
from scoring.engines.blocks import joined, joint_states, margins, over_states, state_sums
from scoring.plan import Plan
from scoring.respondent_scores import node_scores
from scoring.totals import Totals

# Rows per block: large enough for numpy, small enough that working memory stays in tens of megabytes.
SUMMED = 1 << 16


@dataclass(eq=False)
class FirstOrder:
    """Sums that grow block by block; `cells` are the sorted keys domain * n_units + unit that occur, shape (C,)."""

    plan: Plan
    n_domains: int
    cells: NDArray[np.intp]
    n_units: int
    shapes: list[tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        plan, n_cells = self.plan, len(self.cells)
        self.groups = joined(plan.n_states, n_cells)
        self.shapes = [tuple(plan.n_states[j] for j in group) for group in self.groups]
        self.counts = [np.zeros((self.n_domains, math.prod(shape)), dtype=np.intp) for shape in self.shapes]
        self.weights = [np.zeros((n_cells, math.prod(shape))) for shape in self.shapes]
        self.unsaid = np.zeros((self.n_domains, len(plan.nodes)), dtype=np.intp)
        self.composite_valid = np.zeros((n_cells, len(plan.composites)))
        self.composite_score = np.zeros((n_cells, len(plan.composites)))
        self.cell_rows, self.cell_weight = np.zeros(n_cells, dtype=np.intp), np.zeros(n_cells)

    def add(
        self,
        answers: NDArray[np.integer],
        domain: NDArray[np.intp],
        cell: NDArray[np.intp],
        w: NDArray[np.float64],
    ) -> None:
        """Add rows that are all in a domain: answers of shape (items, rows), the others of shape (rows,)."""
        n_cells = len(self.cells)
        for k, (group, shape) in enumerate(zip(self.groups, self.shapes, strict=True)):
            code, n_codes = joint_states(answers[group.start : group.stop], shape), math.prod(shape)
            self.counts[k] += state_sums(code, n_codes, domain, self.n_domains)
            self.weights[k] += state_sums(code, n_codes, cell, n_cells, w)
        defined, scores = node_scores(self.plan, answers)
        for k in range(len(self.plan.nodes)):
            # Few rows say nothing below a node, and those few are quickly counted.
            self.unsaid[:, k] += np.bincount(domain[~defined[k]], minlength=self.n_domains)
        for c, k in enumerate(self.plan.composites):
            of, weight = cell[defined[k]], w[defined[k]]
            self.composite_valid[:, c] += np.bincount(of, weights=weight, minlength=n_cells)
            self.composite_score[:, c] += np.bincount(
                of, weights=weight * scores[c][defined[k]], minlength=n_cells
            )
        self.cell_rows += np.bincount(cell, minlength=n_cells)
        self.cell_weight += np.bincount(cell, weights=w, minlength=n_cells)

    def totals(self, partition: Partition) -> Totals:
        """What the rows added so far come to."""
        cell_domain = self.cells // self.n_units
        rows = self._by_domain(self.cell_rows[:, None], cell_domain)[:, 0]
        valid, score = self._items()
        return Totals(
            partition=partition,
            rows=rows,
            counts=self._margins(self.counts),
            weights=self._margins([self._by_domain(table, cell_domain) for table in self.weights]),
            node_n=rows[:, None] - self.unsaid,
            cell_domain=cell_domain,
            cell_unit=self.cells % self.n_units,
            cell_rows=self.cell_rows,
            cell_weight=self.cell_weight,
            valid=np.hstack([valid, self.composite_valid]),
            score=np.hstack([score, self.composite_score]),
        )

    def _items(self) -> tuple[NDArray, NDArray]:
        """Sums of w v of every item and w s of every pair, by cell: sums over few states, not over rows again."""
        plan, n_cells = self.plan, len(self.cells)
        valid, score = np.empty((n_cells, len(plan.items))), np.empty((n_cells, len(plan.pairs)))
        for group, shape, weight in zip(self.groups, self.shapes, self.weights, strict=True):
            pairs = [s for s, pair in enumerate(plan.pairs) if pair.item in group]
            columns = [(j, plan.valid_states[j]) for j in group]
            columns += [(plan.pairs[s].item, plan.pairs[s].filled) for s in pairs]
            values = [over_states(shape, j - group.start, column) for j, column in columns]
            found = weight @ np.stack(values, axis=1)
            valid[:, group.start : group.stop], score[:, pairs] = np.split(found, [len(group)], axis=1)
        return valid, score

    def _by_domain(self, table: NDArray, cell_domain: NDArray) -> NDArray:
        """Sums of a table of cells, shape (C, m), over those of each domain, which lie side by side: shape (D, m)."""
        starts = np.flatnonzero(np.diff(cell_domain, prepend=-1))
        out = np.zeros((self.n_domains, table.shape[1]), dtype=table.dtype)
        if len(starts):
            out[cell_domain[starts]] = np.add.reduceat(table, starts, axis=0)
        return out

    def _margins(self, tables: list[NDArray]) -> tuple[NDArray, ...]:
        """Sums by the states of each item, shapes (D, m), of tables of joint states."""
        return tuple(
            margin
            for table, shape in zip(tables, self.shapes, strict=True)
            for margin in margins(table.reshape(-1, *shape))
        )
