"""Nodes of an index as smooth functions of totals: the figure and its gradient, for all domains at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.plan import Node, Plan
from scoring.totals import Totals


@dataclass(frozen=True, eq=False)
class Linearised:
    """A figure of D domains with its gradient over the centred columns (v, s - p v).

    `value`, shape (D,): NaN where undefined. `gradient`, shape (D, K): the influence of one unit of weight.
    `missing`, int array (D,): position of the first item that leaves the figure undefined, -1 where none does.
    """

    value: NDArray[np.float64]
    gradient: NDArray[np.float64]
    missing: NDArray[np.intp]


def linearise(totals: Totals, plan: Plan) -> list[Linearised]:
    """Every pair, then every node of the plan, in their order."""
    ratios = totals.ratios(plan)
    tree = _Tree(plan, ratios, totals.domain_valid, totals.domain_score)
    return [tree.column(s) for s in range(len(plan.pairs))] + [tree.node(node) for node in plan.nodes]


class _Tree:
    """The rules of CONTRACTS 3 over one set of domain totals."""

    def __init__(self, plan: Plan, ratios: NDArray, valid: NDArray, score: NDArray):
        self.plan, self.ratios, self.valid, self.score = plan, ratios, valid, score
        self.composite = {id(plan.nodes[k]): len(plan.pairs) + c for c, k in enumerate(plan.composites)}

    def column(self, s: int) -> Linearised:
        """p = S / V: since p is the centre, the gradient is 1/V on s - p v and nothing on v."""
        v = self.valid[:, self.plan.valid_of_score[s]]
        gradient = np.zeros((len(v), self.plan.n_columns))
        np.divide(1.0, v, out=gradient[:, self.plan.n_valid + s], where=v > 0)
        item = self.plan.pairs[s].item if s < len(self.plan.pairs) else -1
        return Linearised(self.ratios[:, s], gradient, np.where(v > 0, -1, item))

    def node(self, node: Node) -> Linearised:
        if node.aggregate == "respondent_mean":
            return self.column(self.composite[id(node)])
        if node.aggregate == "pooled_answers":
            return self._pooled(node)
        if node.aggregate == "mean_of_items" or node.pairs:
            parts = [self.column(s) for s in node.leaves()]
            return self._mean(parts, np.ones(len(parts)), node.renormalise)
        parts = [self.node(child) for child in node.children]
        return self._mean(parts, np.array([child.coefficient for child in node.children]), node.renormalise)

    def _pooled(self, node: Node) -> Linearised:
        """P = sum S / sum V over all items below; s - P v = (s - p v) + (p - P) v. Items without an answer add 0."""
        pairs = np.array(node.leaves())
        columns = self.plan.valid_of_score[pairs]
        v = self.valid[:, columns]
        total_v, total_s = v.sum(axis=1), self.score[:, pairs].sum(axis=1)
        value = np.divide(total_s, total_v, out=np.full(len(v), np.nan), where=total_v > 0)
        gradient = np.zeros((len(v), self.plan.n_columns))
        per_v = np.divide(1.0, total_v, out=np.zeros(len(v)), where=total_v > 0)
        # An item stands once in an index, so no column is written twice.
        gradient[:, self.plan.n_valid + pairs] = per_v[:, None]
        gradient[:, columns] = np.nan_to_num(self.ratios[:, pairs] - value[:, None]) * per_v[:, None]
        first = self.plan.pairs[pairs[0]].item
        return Linearised(value, gradient, np.where(total_v > 0, -1, first))

    def _mean(self, parts: list[Linearised], shares: NDArray, renormalise: bool) -> Linearised:
        """sum c theta / sum c; undefined with the first undefined part, unless `renormalise` leaves it out."""
        values = np.stack([part.value for part in parts])
        defined = ~np.isnan(values)
        missing = np.full(values.shape[1], -1)
        for part in reversed(parts):
            missing = np.where(part.missing >= 0, part.missing, missing)
        known = defined.any(axis=0) if renormalise else defined.all(axis=0)
        share = np.where(defined, shares[:, None], 0.0)
        total = share.sum(axis=0)
        share = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        value = np.where(known, (share * np.where(defined, values, 0.0)).sum(axis=0), np.nan)
        gradient = sum(c[:, None] * part.gradient for c, part in zip(share, parts, strict=True))
        return Linearised(value, gradient * known[:, None], np.where(known, -1, missing))
