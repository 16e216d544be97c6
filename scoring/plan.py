"""What is estimated: scored items and index trees, flattened into columns that an engine can add up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.errors import PlanError, some

Aggregate = Literal["pooled_answers", "mean_of_items", "mean_of_children", "respondent_mean"]


@dataclass(frozen=True, eq=False)
class Pair:
    """One item under one measure.

    `scores`, float array of shape (m,), is the score of each answer state of the item, NaN for the states that
    do not score. All pairs of an item have the same valid states. `proportion` says that the scores are 0 and
    100 only, so that the figure is a proportion.
    """

    item: int
    measure: str
    scores: NDArray[np.float64]

    @cached_property
    def proportion(self) -> bool:
        valid = self.scores[~np.isnan(self.scores)]
        return self.measure == "top_box" and bool(np.isin(valid, (0.0, 100.0)).all())

    @cached_property
    def filled(self) -> NDArray[np.float64]:
        """Scores with 0 for the states that do not score."""
        return np.where(np.isnan(self.scores), 0.0, self.scores)

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the scale: 0 and 100, or for another measure the least (at most 0) and the greatest score."""
        if self.measure in ("top_box", "mean_100"):
            return 0.0, 100.0
        valid = self.scores[~np.isnan(self.scores)]
        return float(np.min(valid, initial=0.0)), float(np.max(valid, initial=0.0))


@dataclass(frozen=True, eq=False)
class Node:
    """A node of an index tree with its rule resolved (CONTRACTS 3): `pairs` or `children`, never both.

    `coefficient` is its share among its siblings; `min_answered` the share of a person's items that must be
    valid, `min_children` the number of his children that must be defined (all where None); `renormalise`
    leaves undefined parts out of a mean instead of making it undefined.
    """

    path: str
    measure: str
    aggregate: Aggregate
    pairs: tuple[int, ...] = ()
    children: tuple[Node, ...] = ()
    coefficient: float = 1.0
    min_answered: float = 0.5
    min_children: int | None = None
    renormalise: bool = False

    def __post_init__(self) -> None:
        if bool(self.pairs) == bool(self.children):
            raise PlanError(f"Node {self.path} must have items or children, one of the two.")
        if self.aggregate == "respondent_mean" and any(c.aggregate != self.aggregate for c in self.children):
            raise PlanError(f"Node {self.path} is a respondent_mean, so every node below it must be one too.")
        if not (math.isfinite(self.coefficient) and self.coefficient > 0):
            raise PlanError(
                f"Node {self.path} must have a positive coefficient; given: {self.coefficient:g}."
            )
        if not 0 <= self.min_answered <= 1:
            raise PlanError(
                f"Node {self.path}: `min_answered` is a share, 0 to 1; given: {self.min_answered:g}."
            )
        if self.min_children is not None and not 1 <= self.min_children <= len(self.children):
            raise PlanError(
                f"Node {self.path} has {len(self.children)} children, so `min_children` can't be {self.min_children}."
            )

    def walk(self) -> Iterator[Node]:
        """This node and all below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> tuple[int, ...]:
        """All pairs below, in order."""
        return self.pairs + tuple(pair for child in self.children for pair in child.leaves())


@dataclass(frozen=True, eq=False)
class Plan:
    """Items, pairs and index trees of one instrument.

    `n_states[j]` is the number of answer states of item j; the answers an engine takes are an int array of
    shape (items, n) of positions among them.

    Raises `PlanError` where nothing is scored, where scores and answer states do not fit, and where an item stands
    twice in one index.
    """

    items: tuple[str, ...]
    n_states: tuple[int, ...]
    pairs: tuple[Pair, ...]
    indices: tuple[Node, ...] = ()
    nodes: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(node for index in self.indices for node in index.walk()))
        if not self.pairs:
            raise PlanError("There is nothing to estimate: no item has a score.")
        for pair in self.pairs:
            self._check_pair(pair)
        for index in self.indices:
            self._check_index(index)

    def _check_pair(self, pair: Pair) -> None:
        code = self.items[pair.item]
        if pair.scores.shape != (self.n_states[pair.item],):
            raise PlanError(
                f"Item {code} has {self.n_states[pair.item]} states; given: {len(pair.scores)} scores."
            )
        if np.isinf(pair.scores).any():
            raise PlanError(f"Item {code} has an infinite score under {pair.measure}.")
        if not np.array_equal(~np.isnan(pair.scores), self.valid_states[pair.item]):
            raise PlanError(f"Item {code} must have the same valid answers under every measure.")

    def _check_index(self, index: Node) -> None:
        items = [self.items[self.pairs[k].item] for k in index.leaves()]
        twice = sorted({code for code in items if items.count(code) > 1})
        if twice:
            raise PlanError(f"Index {index.path} holds an item more than once: {some(twice)}.")

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Ends of the scale of every estimate: pairs, then nodes; each shape (E,).

        A node is a mean of its items by whatever rule, so it lies between the outermost of their ends.
        """
        ends = [pair.bounds for pair in self.pairs]
        for node in self.nodes:
            below = [self.pairs[k].bounds for k in node.leaves()]
            ends.append((min(low for low, _ in below), max(high for _, high in below)))
        lowest, highest = np.array(ends).T
        return lowest, highest

    @cached_property
    def composites(self) -> tuple[int, ...]:
        """Positions in `nodes` of the respondent_mean nodes: each is scored person by person."""
        return tuple(k for k, node in enumerate(self.nodes) if node.aggregate == "respondent_mean")

    @cached_property
    def valid_states(self) -> tuple[NDArray[np.bool_], ...]:
        """Per item, which states are valid answers; none for an item without a pair."""
        valid = [np.zeros(m, dtype=bool) for m in self.n_states]
        for pair in self.pairs:
            valid[pair.item] = ~np.isnan(pair.scores)
        return tuple(valid)

    # Columns of the totals: validity of each item, validity of each composite, then score of each pair,
    # score of each composite.

    @property
    def n_valid(self) -> int:
        return len(self.items) + len(self.composites)

    @property
    def n_scores(self) -> int:
        return len(self.pairs) + len(self.composites)

    @property
    def n_columns(self) -> int:
        return self.n_valid + self.n_scores

    @cached_property
    def valid_of_score(self) -> NDArray[np.intp]:
        """For each score column, its validity column; shape (n_scores,)."""
        composites = range(len(self.items), self.n_valid)
        return np.array([*(pair.item for pair in self.pairs), *composites], dtype=np.intp)
