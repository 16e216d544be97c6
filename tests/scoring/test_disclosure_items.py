"""Items, nodes and counts hidden together: a reader who solves the equations of a release learns nothing of a few."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scoring import Node, Pair, Partition, Plan
from scoring.deduction import deduced
from scoring.disclosure import suppressed
from scoring.nesting import Family, families
from scoring.withholding import withheld

THRESHOLD = 10
TOP = np.array([100.0, 0.0, np.nan])
RULES = ("pooled_answers", "mean_of_items", "mean_of_children")


def plan_of(shape, rule="pooled_answers"):
    """An index whose nodes have as many items as `shape` says; a number alone is an index of items."""
    sizes = (shape,) if isinstance(shape, int) else shape
    pairs = [Pair(k, "top_box", TOP) for k in range(sum(sizes))]
    starts = np.cumsum([0, *sizes]).tolist()
    parts = [tuple(range(a, b)) for a, b in itertools.pairwise(starts)]
    if isinstance(shape, int):
        index = Node("i", "top_box", rule, pairs=parts[0])
    else:
        children = [
            Node(f"i.{k}", "top_box", rule, pairs=part, coefficient=1 + k) for k, part in enumerate(parts)
        ]
        index = Node("i", "top_box", rule, children=tuple(children))
    items = tuple(f"q{k}" for k in range(len(pairs)))
    return Plan(items, (3,) * len(items), tuple(pairs), (index,))


def hide(plan, n, *house, rows=None):
    """Estimates hidden, shape (D, E); `n` holds the items, and a node counts as many as its best item."""
    n = np.array(n)
    nodes = [n[:, list(node.leaves())].max(axis=1) for node in plan.nodes]
    n = np.column_stack([n, *nodes])
    rows = n.max(axis=1) if rows is None else np.array(rows)
    items = range(len(plan.pairs))
    return withheld(rows, n, n[:, : len(items)], items, house, THRESHOLD, plan)


ONE = Family(0, (1, 2, 3))


def test_an_item_of_few_takes_two_items_of_its_node_along():
    found = hide(plan_of((4, 3)), [[90] * 7, [4, *[30] * 6], [20, *[30] * 6], [66, *[30] * 6]], ONE)
    # Items 0 to 3 make node 7, 4 to 6 node 8; 9 would be next. The index is shown.
    assert np.flatnonzero(found.estimates[1]).tolist() == [0, 1, 2]
    assert found.estimates[1].tolist() == found.estimates[2].tolist()
    assert not found.estimates[[0, 3]].any()


def test_the_partners_are_those_whom_the_fewest_answered():
    whole = [90, 90, 90, 60, 70]
    found = hide(plan_of(5), [whole, [4, 30, 30, 20, 25], [20, 30, 30, 20, 25], [66, 30, 30, 20, 20]], ONE)
    assert np.flatnonzero(found.estimates[1]).tolist() == [0, 3, 4]


def test_a_node_without_enough_items_is_hidden_with_its_item():
    plan = plan_of((1, 4))
    found = hide(plan, [[90] * 5, [4, *[30] * 4], [20, *[30] * 4], [66, *[30] * 4]], ONE)
    node = {one.path: len(plan.pairs) + k for k, one in enumerate(plan.nodes)}
    assert found.estimates[1, node["i.0"]]
    assert not found.estimates[1, node["i"]]
    # The partners stand in the other node, so that one would give their sum away.
    assert found.estimates[1, node["i.1"]]


def test_an_index_of_two_items_is_hidden_with_either():
    found = hide(plan_of(2), [[90, 90], [4, 30], [20, 30], [66, 30]], ONE)
    assert found.estimates[1].tolist() == [True, False, True]


def test_what_is_not_in_an_index_takes_nothing_along():
    pairs = tuple(Pair(k, "top_box", TOP) for k in range(2))
    plan = Plan(("a", "b"), (3, 3), pairs)
    found = hide(plan, [[90, 90], [4, 30], [20, 30], [66, 30]], ONE)
    assert found.estimates.tolist() == [[False, False], [True, False], [True, False], [False, False]]


def test_an_item_is_hidden_under_all_its_measures_and_counts():
    pairs = (Pair(0, "top_box", TOP), Pair(0, "mean_100", np.array([100.0, 0.0, 50.0])))
    # Nobody is meant to build this: the measures disagree on who counts, and the larger one tells of the smaller.
    n = np.array([[90, 95], [4, 12], [20, 20], [66, 63]])
    plan = Plan(("a",), (3,), pairs[:1])
    object.__setattr__(plan, "pairs", pairs)
    found = withheld(n[:, 1], n, n[:, 1:], [0], [ONE], THRESHOLD, plan)
    assert found.estimates[1].all()
    assert found.answers[1].all()
    assert not found.estimates[0].any()


def test_a_threshold_of_nought_shows_all():
    n = np.array([[3, 3], [1, 1]])
    plan = plan_of(1)
    assert not withheld(n[:, 0], n, n[:, :1], [0], [], 0, plan).estimates.any()


@pytest.mark.parametrize("rule", [*RULES, "respondent_mean"])
def test_an_item_alone_follows_from_its_node(rule):
    plan = plan_of(3, rule)
    n, hidden = np.array([[4, 30, 30, 30]]), np.array([[True, False, False, False]])
    assert deduced(plan, n, hidden, [], THRESHOLD) == [(0, 0)]
    hidden[0, 1] = True
    assert deduced(plan, n, hidden, [], THRESHOLD) == []


def test_two_items_in_two_domains_follow_where_their_means_are_shown():
    """Four unknowns and four equations: each node, and each item over both domains."""
    n = np.array([[60, 60, 60, 60], [4, 20, 30, 30], [56, 40, 30, 30]])
    hidden = np.array([[False] * 4, [True, True, False, False], [True, True, False, False]])
    house = [Family(0, (1, 2))]
    assert deduced(plan_of(3, "mean_of_items"), n, hidden, house, THRESHOLD) == [(1, 0)]
    # Pooled answers count every answer alike: one equation follows from the others, and nothing is found.
    assert deduced(plan_of(3), n, hidden, house, THRESHOLD) == []


class Release:
    """A simulated release with filter questions that few are asked, and a reader of it."""

    def __init__(self, seed: int):
        rng = np.random.default_rng(seed)
        self.rule = RULES[seed % len(RULES)]
        self.plan = plan_of([(4, 3), (1, 5), (2, 2, 3), 6][seed // 3 % 4], self.rule)
        rows = int(rng.integers(80, 400))
        leaf = rng.choice(9, rows, p=rng.dirichlet(np.ones(9)))
        blank = rng.random(rows) < rng.choice([0, 0.05])
        self.partitions = [
            Partition.whole(rows),
            Partition.of("a", np.where(blank, "", (leaf // 3).astype(str))),
            Partition.of("b", np.where(blank, "", leaf.astype(str))),
        ]
        items = len(self.plan.pairs)
        share = rng.choice([0.15, 0.6, 0.95, 1.0], (items, 9))
        self.valid = rng.random((items, rows)) < share[:, leaf]
        self.score = np.where(rng.random((items, rows)) < 0.7, 100.0, 0.0) * self.valid
        self.member = np.array([p.row_domain == d for p in self.partitions for d in range(len(p.domains))])
        self.counts = self.member.astype(int) @ self.valid.T
        anyone = [self.valid[list(node.leaves())].any(axis=0) for node in self.plan.nodes]
        self.n = np.column_stack([self.counts, self.member.astype(int) @ np.array(anyone).T])
        self.rows = self.member.sum(axis=1)
        self.house = families(self.partitions)

    def attack(self, hidden) -> tuple[int, int]:
        """(few groups tried, few groups whose figure came out): least squares over items and atoms of rows."""
        atoms, atom = np.unique(self.member, axis=1, return_inverse=True)
        atom = atom.reshape(-1)
        items = len(self.plan.pairs)
        truth = np.array([np.bincount(atom, one, atoms.shape[1]) for one in self.score]).ravel()
        peopled = np.array([np.bincount(atom, one, atoms.shape[1]) > 0 for one in self.valid]).ravel()

        def of(d, weights):
            row = np.zeros((items, atoms.shape[1]))
            for e, weight in weights.items():
                row[e] = weight * atoms[d]
            return row.ravel() * peopled

        shown, wanted = [], []
        for d in range(len(self.rows)):
            for e in range(self.n.shape[1]):
                weights = {e: 1.0} if e < items else self.weights(d, self.plan.nodes[e - items])
                if not weights or self.n[d, e] == 0:
                    continue
                if not hidden[d, e]:
                    shown.append(of(d, weights))
                elif self.n[d, e] < THRESHOLD:
                    wanted.append(of(d, weights))
        for family in self.house:
            for e in range(items):
                rest = self.counts[family.parent, e] - self.counts[list(family.children), e].sum()
                if 0 < rest < THRESHOLD:
                    wanted.append(of(family.parent, {e: 1.0}) - sum(of(c, {e: 1.0}) for c in family.children))
        if not wanted:
            return 0, 0
        known, target = np.array(shown), np.array(wanted)
        scale = np.abs(target).max(axis=1, keepdims=True)
        found = np.linalg.lstsq(known.T, (target / scale).T, rcond=1e-11)[0]
        error = np.abs(known.T @ found - (target / scale).T).max(axis=0)
        right = np.abs(found.T @ (known @ truth) - (target / scale) @ truth) < 1e-5
        return len(wanted), int(((error < 1e-8) & right).sum())

    def weights(self, d, node):
        """How the node's figure is made of the items' sums, written down again from CONTRACTS 3."""
        n = self.counts[d]
        leaves = [e for e in node.leaves() if n[e]]
        if node.aggregate == "pooled_answers":
            return {e: 1 / n[leaves].sum() for e in leaves}
        if node.aggregate == "mean_of_items" or node.pairs:
            return {e: 1 / n[e] / len(leaves) for e in leaves}
        parts = [(c.coefficient, self.weights(d, c)) for c in node.children]
        total = sum(c for c, part in parts if part)
        return {e: c * w / total for c, part in parts for e, w in part.items()}


SEEDS = range(120)


def test_nobody_solves_for_a_few():
    tried = 0
    shown = large = 0
    for seed in SEEDS:
        one = Release(seed)
        found = withheld(
            one.rows, one.n, one.counts, range(len(one.plan.pairs)), one.house, THRESHOLD, one.plan
        )
        targets, recovered = one.attack(found.estimates)
        assert recovered == 0, (seed, one.rule)
        tried += targets
        large += (one.n >= THRESHOLD).sum()
        shown += ((one.n >= THRESHOLD) & ~found.estimates).sum()
    assert tried >= 3000
    assert shown / large > 0.4


def test_the_same_attack_succeeds_where_columns_are_hidden_one_by_one():
    recovered = 0
    for seed in SEEDS[:24]:
        one = Release(seed)
        columns = np.column_stack([one.rows, one.n])
        recovered += one.attack(suppressed(columns, one.rows, one.house, THRESHOLD)[:, 1:])[1]
    assert recovered >= 20
