"""Solving for hidden figures: which of them follow exactly from everything shown, over items, nodes and domains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoring.nesting import Family
from scoring.plan import Node, Plan

__all__ = ["deduced"]

# Arithmetic modulo a prime is exact and of fixed size. A figure that follows over the rationals follows modulo the
# prime too, unless the prime divides one of the denominators, which are products of counts.
PRIME = 2_147_483_629
LARGEST = (
    3_000_000  # entries of one component's matrix, above which nothing is solved and all is said to follow
)

Key = tuple[int, int]  # (domain, pair); or (-1 - family, pair) for what the children of a family leave over
Row = dict[Key, Fraction]


def deduced(
    plan: Plan,
    n: NDArray[np.intp],
    hidden: NDArray[np.bool_],
    families: Sequence[Family],
    threshold: int,
) -> list[tuple[int, int]]:
    """Hidden figures on few answers that the shown ones determine, by exact elimination.

    Parameters
    ----------
    plan : Plan
    n : int array, shape (D, E)
        Answers behind each estimate: pairs, then nodes.
    hidden : bool array, shape (D, E)
    families : sequence of Family
        How the domains add up.
    threshold : int
        Figures on fewer answers than this are looked for.

    Returns
    -------
    list of (domain, estimate), sorted. For what the children of a family leave over, the family's parent.

    Notes
    -----
    Unknown are the sums of scores S of every hidden item in every domain, and of what children leave over. A family
    says S(parent) = sum of S(children) + rest, item by item. A shown node is a known combination of the items below:
    pooled_answers with coefficient 1; mean_of_items 1/n; mean_of_children c/n with c down the tree; respondent_mean
    like mean_of_children with the items' n, which is exact where all answered. The reader is granted every n, even
    the hidden ones, and equal weights: who knows less can solve less. A figure follows if it lies in the row space of
    these equations. Elimination is modulo a prime, so there is no rounding.

    Components without a node are left out: there each column stands alone, and `suppressed` has decided it.
    """
    width = len(plan.pairs)
    domains = _shown_nodes(plan, n, hidden)
    if not domains:
        return []
    rows = [*domains, *_family_rows(n, hidden, families, width)]
    targets = list(_targets(plan, n, hidden, families, threshold))
    found: set[tuple[int, int]] = set()
    for block in _components(rows, len(domains)):
        keys = sorted({key for row in block for key in row})
        place = {key: k for k, key in enumerate(keys)}
        wanted = [(name, row) for name, row in targets if row.keys() <= place.keys()]
        if len(block) * len(keys) > LARGEST:
            found |= {name for name, _ in wanted}
        elif wanted:
            basis = _Basis(block, place)
            found |= {name for name, row in wanted if basis.spans(row)}
    return sorted(found)


def _shown_nodes(plan: Plan, n: NDArray[np.intp], hidden: NDArray[np.bool_]) -> list[Row]:
    """What each shown node says of the hidden items below it."""
    width = len(plan.pairs)
    found = []
    for k, node in enumerate(plan.nodes):
        leaves = list(node.leaves())
        for d in np.flatnonzero(~hidden[:, width + k] & hidden[:, leaves].any(axis=1)).tolist():
            found.append(_hidden_part(node, d, n, hidden))
    return [row for row in found if row]


def _hidden_part(node: Node, d: int, n: NDArray[np.intp], hidden: NDArray[np.bool_]) -> Row:
    return {(d, e): share for e, share in _shares(node, n[d]).items() if hidden[d, e]}


def _shares(node: Node, n: NDArray[np.intp]) -> dict[int, Fraction]:
    """The node's figure in one domain as a combination of its items' sums; n has shape (E,)."""
    if node.aggregate in ("pooled_answers", "mean_of_items") or node.pairs:
        answered = {e: int(n[e]) for e in node.leaves() if n[e] > 0}
        if node.aggregate == "pooled_answers":
            total = sum(answered.values())
            return {e: Fraction(1, total) for e in answered}
        return {e: Fraction(1, count * len(answered)) for e, count in answered.items()}
    parts = [(Fraction(child.coefficient), _shares(child, n)) for child in node.children]
    total = sum(coefficient for coefficient, part in parts if part)
    return {e: coefficient / total * share for coefficient, part in parts for e, share in part.items()}


def _family_rows(
    n: NDArray[np.intp], hidden: NDArray[np.bool_], families: Sequence[Family], width: int
) -> Iterator[Row]:
    for f, family in enumerate(families):
        cells = [family.parent, *family.children]
        rest = _rest(n, family)
        for e in np.flatnonzero(hidden[cells, :width].any(axis=0)).tolist():
            row = {
                (cell, e): Fraction(-1 if k else 1)
                for k, cell in enumerate(cells)
                if hidden[cell, e] and n[cell, e]
            }
            if rest[e] > 0:
                row[-1 - f, e] = Fraction(-1)
            if row:
                yield row


def _rest(n: NDArray[np.intp], family: Family) -> NDArray[np.intp]:
    return n[family.parent] - n[list(family.children)].sum(axis=0)


def _targets(
    plan: Plan, n: NDArray[np.intp], hidden: NDArray[np.bool_], families: Sequence[Family], threshold: int
) -> Iterator[tuple[tuple[int, int], Row]]:
    """Figures on few answers, each with what it is a combination of."""
    width = len(plan.pairs)
    few = hidden & (n > 0) & (n < threshold)
    for d, e in np.argwhere(few).tolist():
        row = {(d, e): Fraction(1)} if e < width else _hidden_part(plan.nodes[e - width], d, n, hidden)
        if row:
            yield (d, e), row
    for f, family in enumerate(families):
        rest = _rest(n, family)
        for e in np.flatnonzero((rest[:width] > 0) & (rest[:width] < threshold)).tolist():
            yield (family.parent, e), {(-1 - f, e): Fraction(1)}


def _components(rows: Sequence[Row], n_nodes: int) -> Iterator[list[Row]]:
    """Rows that hang together by shared unknowns, wherever one of the first `n_nodes` is among them."""
    home: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while home.setdefault(key, key) != key:
            home[key] = key = home[home[key]]
        return key

    for row in rows:
        first, *others = row
        for other in others:
            home[root(other)] = root(first)
    blocks: dict[Key, list[Row]] = {root(next(iter(row))): [] for row in rows[:n_nodes]}
    for row in rows:
        block = blocks.get(root(next(iter(row))))
        if block is not None:
            block.append(row)
    yield from blocks.values()


class _Basis:
    """Equations in reduced echelon form, modulo a prime."""

    def __init__(self, rows: Sequence[Row], place: dict[Key, int]):
        self.place = place
        matrix = np.array([self._vector(row) for row in rows])
        self.pivots: list[int] = []
        for column in range(matrix.shape[1]):
            k = len(self.pivots)
            candidates = np.flatnonzero(matrix[k:, column])
            if not len(candidates):
                continue
            pivot = k + int(candidates[0])
            matrix[[k, pivot]] = matrix[[pivot, k]]
            matrix[k] = matrix[k] * pow(int(matrix[k, column]), -1, PRIME) % PRIME
            others = np.flatnonzero(matrix[:, column])
            others = others[others != k]
            matrix[others] = (matrix[others] - matrix[others, column, None] * matrix[k]) % PRIME
            self.pivots.append(column)
        self.matrix = matrix[: len(self.pivots)]

    def _vector(self, row: Row) -> NDArray[np.int64]:
        vector = np.zeros(len(self.place), dtype=np.int64)
        for key, share in row.items():
            vector[self.place[key]] = share.numerator * pow(share.denominator, -1, PRIME) % PRIME
        return vector

    def spans(self, row: Row) -> bool:
        """Whether the combination follows from the equations."""
        vector = self._vector(row)
        for k, column in enumerate(self.pivots):
            if vector[column]:
                vector = (vector - vector[column] * self.matrix[k]) % PRIME
        return not vector.any()
