"""What to hide of items, nodes and counts together: a figure must not follow from the others of its domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.deduction import deduced
from scoring.disclosure import suppressed
from scoring.nesting import Family
from scoring.plan import Node, Plan

__all__ = ["Withheld", "withheld"]

PARTNERS = 2  # items that are hidden with an item that an index would give away


@dataclass(frozen=True, eq=False)
class Withheld:
    """`domains`, shape (D,): even the number of rows is hidden. `estimates`, shape (D, E). `answers`, shape (D, V)."""

    domains: NDArray[np.bool_]
    estimates: NDArray[np.bool_]
    answers: NDArray[np.bool_]


def withheld(
    rows: NDArray[np.intp],
    n: NDArray[np.intp],
    answers: NDArray[np.intp],
    item_of_answers: Sequence[int | None],
    families: Sequence[Family],
    threshold: int,
    plan: Plan,
) -> Withheld:
    """Primary and complementary suppression of all that is shown of D domains.

    Parameters
    ----------
    rows : int array, shape (D,)
        Rows of each domain.
    n : int array, shape (D, E)
        Rows behind each estimate of the plan: its pairs, then its nodes.
    answers : int array, shape (D, V)
        Valid answers to each counted column.
    item_of_answers : V positions among the plan's items, or None
        Which item each counted column is about.
    families : sequence of Family
        How the domains add up.
    threshold : int
        Smallest number that may be shown; 0 shows all.
    plan : Plan

    Returns
    -------
    Withheld

    Notes
    -----
    1. Each column by itself over the domains (`scoring.disclosure.suppressed`).
    2. What is one thing is hidden as one: a domain whose number of rows is hidden shows nothing; an item is hidden
       under all its measures, with its distribution and its missing answers, where any of these is.
    3. In a domain, the lowest shown node above a hidden item is a sum over items. Where it and its other items are
       shown, the item is what is left. So two more items of that node are hidden, those with the fewest answers in
       the whole (the same ones in every domain), and the nodes between. Two, for with one alone a node in each of
       two domains and the sum over both domains would be as many equations as unknowns. Where a node has no two
       other items, the node is hidden and the one above it looked at.
    4. `scoring.deduction.deduced` then solves what is left, over all items, nodes and domains at once, as a reader who
       even knows how many answered what is hidden. What it still finds is protected by hiding the nodes above it, in
       that domain first, then in every domain in which the item is hidden.

    Wrong to rely on against: what the ends of a scale give away (a node at 100 says that all its items are); a
    respondent_mean with missing answers, which is treated as if all had answered, and is then no exact sum.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.3 (linked tables).
    """
    columns = np.column_stack([rows, n, answers])
    cells = suppressed(columns, rows, families, threshold)
    end = 1 + n.shape[1]
    hidden = cells[:, 1:end] | cells[:, :1]
    counted = cells[:, end:] | cells[:, :1]
    tree = _Tree(plan, n, threshold)
    _tie(plan, item_of_answers, hidden, counted)
    if threshold > 0:
        before = -1
        while before < (before := int(hidden.sum())):
            for d in np.flatnonzero(~cells[:, 0] & hidden.any(axis=1)):
                tree.partner(n[d], hidden[d])
            _tie(plan, item_of_answers, hidden, counted)
        tried: set[tuple[int, int]] = set()
        while found := deduced(plan, n, hidden, families, threshold):
            for d, e in found:
                above = tree.above(e)
                if (d, e) in tried:
                    hidden[np.ix_(hidden[:, above.below].any(axis=1), above.nodes)] = True
                else:
                    hidden[d, above.nodes] = True
                tried.add((d, e))
    return Withheld(cells[:, 0], hidden, counted)


def _tie(
    plan: Plan, item_of_answers: Sequence[int | None], hidden: NDArray[np.bool_], counted: NDArray[np.bool_]
) -> None:
    """An item is hidden under every measure and in its counts, where it is in any of them."""
    for item in range(len(plan.items)):
        pairs = [e for e, pair in enumerate(plan.pairs) if pair.item == item]
        columns = [v for v, one in enumerate(item_of_answers) if one == item]
        either = hidden[:, pairs].any(axis=1) | counted[:, columns].any(axis=1)
        hidden[:, pairs] |= either[:, None]
        counted[:, columns] |= either[:, None]


@dataclass(frozen=True, slots=True)
class _Above:
    """Estimates of the nodes above an estimate, the lowest first, and of the pairs at or below it."""

    nodes: list[int]
    below: list[int]


class _Tree:
    """The index trees of a plan, by position among the estimates."""

    def __init__(self, plan: Plan, n: NDArray[np.intp], threshold: int):
        self.plan, self.whole, self.threshold = plan, n[0], threshold
        self.place = {id(node): len(plan.pairs) + k for k, node in enumerate(plan.nodes)}
        self.parent: dict[int, Node] = {}
        self.node = {len(plan.pairs) + k: node for k, node in enumerate(plan.nodes)}
        self.paths: list[tuple[int, list[Node]]] = []
        for index in plan.indices:
            self._descend(index, [])

    def _descend(self, node: Node, path: list[Node]) -> None:
        path = [node, *path]
        self.paths += [(pair, path) for pair in node.pairs]
        for child in node.children:
            self._descend(child, path)

    def above(self, e: int) -> _Above:
        """What stands above a pair or a node, the node itself included."""
        below = [e] if e < len(self.plan.pairs) else list(self.node[e].leaves())
        nodes: dict[int, None] = {}
        for pair, path in self.paths:
            if pair in below:
                nodes |= {
                    self.place[id(node)]: None
                    for node in path
                    if set(below) <= set(node.leaves()) or pair == e
                }
        return _Above(list(nodes), below)

    def partner(self, n: NDArray[np.intp], hidden: NDArray[np.bool_]) -> None:
        """Hide partners of the hidden items of one domain in place; `n` and `hidden` have shape (E,)."""
        for pair, path in self.paths:
            if hidden[pair] and n[pair] > 0:
                self._partner(pair, path, n, hidden)

    def _partner(self, pair: int, path: list[Node], n: NDArray[np.intp], hidden: NDArray[np.bool_]) -> None:
        block = {pair}
        for node in path:
            at = self.place[id(node)]
            if not hidden[at]:
                others = [e for e in node.leaves() if e not in block and n[e] > 0]
                if sum(hidden[e] for e in others) >= PARTNERS:
                    return
                if len(others) >= PARTNERS:
                    self._hide_between(node, self._choose(node, others), hidden)
                    return
                hidden[at] = True
            if n[at] < self.threshold:
                block = set(node.leaves())

    def _choose(self, node: Node, others: list[int]) -> list[int]:
        """Partners among others below a node: the least answered, and both from one part of it if that has enough."""
        order = sorted(others, key=lambda e: (self.whole[e], e))
        for part in node.children:
            inside = [e for e in order if e in part.leaves()]
            if order[0] in inside and len(inside) >= PARTNERS:
                return inside[:PARTNERS]
        return order[:PARTNERS]

    def _hide_between(self, node: Node, chosen: list[int], hidden: NDArray[np.bool_]) -> None:
        hidden[chosen] = True
        for lower in _strictly_below(node):
            if set(chosen) & set(lower.leaves()):
                hidden[self.place[id(lower)]] = True


def _strictly_below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield from child.walk()
