"""Designs small enough to count by hand: scores are written down as a table, a row per item, a column per person."""

from __future__ import annotations

import numpy as np

from scoring import Node, Pair, Partition, Plan, SurveyDesign, Totals, engines, estimate

NO = np.nan  # no valid answer


def states(scores) -> tuple[np.ndarray, list[np.ndarray]]:
    """Answer states of a table of scores: every distinct value is a state, the last state is no valid answer."""
    answers, values = [], []
    for row in np.asarray(scores, dtype=float):
        distinct = np.unique(row[~np.isnan(row)])
        answers.append(np.where(np.isnan(row), len(distinct), np.searchsorted(distinct, row)))
        values.append(np.append(distinct, NO))
    return np.stack(answers).astype(np.intp), values


class Scored:
    """A table of scores with its plan and design, ready to be estimated."""

    def __init__(self, scores, *indices: Node, measure: str = "mean_100", **design):
        self.answers, values = states(scores)
        items = tuple(f"q{j + 1}" for j in range(len(values)))
        pairs = tuple(Pair(j, measure, value) for j, value in enumerate(values))
        self.plan = Plan(items, tuple(len(value) for value in values), pairs, indices)
        self.design = SurveyDesign(self.answers.shape[1], **design)

    def totals(self, by=None, **options) -> Totals:
        """Totals of the whole, or of the domains of a column of labels."""
        n = self.answers.shape[1]
        partition = Partition.whole(n) if by is None else Partition.of("by", by)
        return engines.load("arrays")(self.answers, self.plan, self.design, partition, **options)

    def estimate(self, by=None, **options):
        return estimate(self.totals(by), self.plan, self.design, **options)


def tree(aggregate: str, *children: tuple[tuple[int, ...], float], **rules) -> Node:
    """An index of factors, each given as (positions of its items, coefficient)."""
    factors = tuple(
        Node(f"i.f{k + 1}", "mean_100", aggregate, pairs, coefficient=c, **rules)
        for k, (pairs, c) in enumerate(children)
    )
    return Node("i", "mean_100", aggregate, children=factors, **rules)


def flat(aggregate: str, *pairs: int, **rules) -> Node:
    """An index straight over items."""
    return Node("i", "mean_100", aggregate, pairs, **rules)


def covariance(influence, stratum, psu, count=None) -> np.ndarray:
    """The variance formula as the page gives it, in plain loops: the second opinion on `scoring.variance`.

    `influence`, shape (n, E), is the weighted influence of each row on each figure; `count[stratum]` the population
    count of PSUs. The result has shape (E, E).
    """
    influence = np.asarray(influence, dtype=float)
    out = np.zeros((influence.shape[1], influence.shape[1]))
    for h in sorted(set(stratum)):
        names = sorted({p for p, s in zip(psu, stratum, strict=True) if s == h})
        total = np.array(
            [
                influence[[s == h and p == name for s, p in zip(stratum, psu, strict=True)]].sum(axis=0)
                for name in names
            ]
        )
        fraction = len(names) / count[h] if count else 0.0
        deviation = total - total.mean(axis=0)
        out += (1 - fraction) * len(names) / (len(names) - 1) * deviation.T @ deviation
    return out


def ratio_influence(scores, weight, inside=None) -> np.ndarray:
    """w d (s - p v) / sum(w d v) of every item, shape (n, items); `inside` marks the rows of the domain."""
    scores, weight = np.asarray(scores, dtype=float), np.asarray(weight, dtype=float)
    inside = np.ones(len(weight)) if inside is None else np.asarray(inside, dtype=float)
    columns = []
    for row in scores:
        v = ~np.isnan(row)
        s = np.where(v, row, 0.0)
        total = (weight * inside * v).sum()
        p = (weight * inside * s).sum() / total
        columns.append(weight * inside * (s - p * v) / total)
    return np.stack(columns, axis=1)
