"""Attacks on simulated releases: add, subtract and solve everything that is shown, and reach nobody.

The attacks know what is shown, and how the domains hang together; they know nothing of how cells were chosen.
"""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from scipy import optimize

from scoring import Partition
from scoring.disclosure import suppressed
from scoring.nesting import families

THRESHOLD = 10


class Wave:
    """A simulated release: partitions, counts of every cell for several items, and which rows are alike."""

    def __init__(self, kind: str, seed: int):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(40, 260))
        share = rng.dirichlet(np.ones(4) * 0.7)
        a = 1 + rng.choice(4, n, p=share)
        blank = rng.random(n) < rng.choice([0, 0.03, 0.1])
        self.partitions = [Partition.whole(n), *COLUMNS[kind](rng, a, blank)]
        self.answered = np.stack([np.ones(n, dtype=bool), rng.random(n) < 0.8, rng.random(n) < 0.3])
        self.n = np.vstack([self._count(p, answered=True) for p in self.partitions])
        self.rows = self.n[:, 0]
        membership = [p.row_domain == d for p in self.partitions for d in range(len(p.domains))]
        self.member = np.array(membership)  # cells x rows

    def _count(self, partition, answered):
        return np.stack(
            [
                np.bincount(
                    partition.row_domain[a & (partition.row_domain >= 0)], minlength=len(partition.domains)
                )
                for a in self.answered
            ],
            axis=1,
        )

    def suppressed(self):
        return suppressed(self.n, self.rows, families(self.partitions), THRESHOLD)

    def atoms(self, e):
        """Groups of answered rows that no cell tells apart: (cells x groups, size of each)."""
        return np.unique(self.member[:, self.answered[e]], axis=1, return_counts=True)


def column(name, labels, blank):
    return Partition.of(name, np.where(blank, "", np.array([str(label) for label in labels])))


def nested(rng, a, blank):
    b = 10 * a + rng.integers(0, 3, len(a))
    c = 10 * b + rng.integers(0, 2, len(a))
    return [column("province", a, blank), column("district", b, blank), column("commune", c, blank)]


def branches(rng, a, blank):
    """A tree in which some respondents stand at the upper agencies themselves."""
    at_top, at_middle = rng.random(len(a)) < 0.2, rng.random(len(a)) < 0.2
    b = 10 * a + rng.integers(0, 3, len(a))
    c = 10 * b + rng.integers(0, 2, len(a))
    own = np.where(at_top, a, b).astype(str)
    return [
        column("agency", a, blank),
        column("agency", b, blank | at_top),
        column("agency", c, blank | at_top | at_middle),
        Partition.of("agency", np.where(~blank & (at_top | at_middle), np.char.add(own, "#own"), "")),
    ]


def crossed(rng, a, blank):
    b = rng.choice(3, len(a), p=[0.6, 0.3, 0.1])
    nobody = np.zeros(len(a), dtype=bool)
    return [column("province", a, blank), column("sex", b, nobody), column("both", 10 * a + b, blank)]


def crossed_twice(rng, a, blank):
    b, c = rng.integers(0, 3, len(a)), rng.integers(0, 2, len(a))
    nobody = np.zeros(len(a), dtype=bool)
    return [
        column("province", a, blank),
        column("age", b, nobody),
        column("sex", c, nobody),
        column("province*age", 10 * a + b, blank),
        column("province*sex", 10 * a + c, blank),
    ]


COLUMNS = {"nested": nested, "branches": branches, "crossed": crossed, "crossed_twice": crossed_twice}
SEEDS = range(8)


def reached(wave, e, hidden) -> tuple[int, int]:
    """(targets tried, targets bounded below the threshold) by linear programmes over the groups of rows."""
    cells, size = wave.atoms(e)
    total = cells @ size
    shown = ~hidden[:, e]
    few = (total > 0) & (total < THRESHOLD) & ~shown
    # Beside the hidden cells, those who are in the whole and in no domain of a column.
    leftover = [
        cells[0] & ~cells[[k for k, p in enumerate(owner(wave)) if p == column]].any(axis=0)
        for column in range(1, len(wave.partitions))
    ]
    targets = [*cells[few], *(group for group in leftover if 0 < group @ size < THRESHOLD)]
    found = 0
    for target in targets:
        solved = optimize.linprog(-target.astype(float), A_eq=cells[shown].astype(float), b_eq=total[shown])
        found += solved.status != 3 and -solved.fun < THRESHOLD - 1e-6
    return len(targets), found


def owner(wave) -> list[int]:
    return [p for p, partition in enumerate(wave.partitions) for _ in partition.domains]


@pytest.mark.parametrize("kind", COLUMNS)
def test_no_linear_programme_bounds_a_hidden_cell_below_the_threshold(kind):
    tried = 0
    for seed in SEEDS:
        wave = Wave(kind, seed)
        hidden = wave.suppressed()
        for e in range(3):
            targets, found = reached(wave, e, hidden)
            tried += targets
            assert found == 0, (kind, seed, e)
    assert tried >= 100


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_same_attack_succeeds_where_only_small_cells_are_hidden(kind):
    """The attack's own proof: without complementary suppression it finds what it looks for."""
    found = 0
    for seed in SEEDS:
        wave = Wave(kind, seed)
        found += reached(wave, 0, (wave.n > 0) & (wave.n < THRESHOLD))[1]
    assert found >= 5


@pytest.mark.parametrize("kind", ["nested", "branches", "crossed"])
def test_no_sum_and_difference_of_shown_cells_covers_a_few(kind):
    """Every combination with -1, 0, 1 of up to nine shown cells, tried one by one."""
    sign = np.array(list(itertools.product((-1, 0, 1), repeat=9)), dtype=np.int8)
    rng = np.random.default_rng(7)
    tried = 0
    for seed in SEEDS:
        wave = Wave(kind, seed)
        hidden = wave.suppressed()
        cells, size = wave.atoms(0)
        shown = np.flatnonzero(~hidden[:, 0] & (wave.n[:, 0] > 0))
        for chosen in (shown[:9], rng.permutation(shown)[:9]):
            group = sign[:, : len(chosen)] @ cells[chosen].astype(np.int8)
            mass = group @ size
            breach = (group >= 0).all(axis=1) & (mass > 0) & (mass < THRESHOLD)
            assert not breach.any(), (kind, seed, sign[breach][0])
            tried += len(sign)
    assert tried > 100_000


def test_hiding_everything_would_be_no_art():
    """What protects is kept near what is small: most large cells of a tree stay shown."""
    large = shown = 0
    for seed in SEEDS:
        wave = Wave("branches", seed)
        hidden = wave.suppressed()
        large += (wave.n >= THRESHOLD).sum()
        shown += ((wave.n >= THRESHOLD) & ~hidden).sum()
    assert shown / large > 0.75


@pytest.mark.study
def test_a_nation_of_communes_takes_seconds():
    rng = np.random.default_rng(1)
    commune = rng.choice(3300, 30_000, p=rng.dirichlet(np.ones(3300)))
    partitions = [Partition.whole(30_000), Partition.of("p", commune // 97), Partition.of("c", commune)]
    counts = [
        np.vstack([np.bincount(p.row_domain[a], minlength=len(p.domains))[:, None] for p in partitions])
        for a in rng.random((20, 30_000)) < 0.9
    ]
    rows = np.concatenate([np.bincount(p.row_domain, minlength=len(p.domains)) for p in partitions])
    began = time.perf_counter()
    found = suppressed(np.hstack(counts), rows, families(partitions), THRESHOLD)
    assert time.perf_counter() - began < 10
    assert 0 < found.mean() < 1
