"""Allocation over strata: whole numbers that add up, between the minimum and the stratum."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.allocation import allocate
from scoring.planning import PlanningError


def test_proportional_counted_by_hand():
    # 50.5, 30.3, 20.2: down to 50, 30, 20, one left for the largest remainder .5
    assert allocate(101, [500, 300, 200]).n.tolist() == [51, 30, 20]


def test_neyman_counted_by_hand():
    # N S = 5000, 6000, 1000: 100 * 5/12 = 41.67, 50, 8.33
    assert allocate(100, [500, 300, 200], rule="neyman", std_dev=[10, 20, 5]).n.tolist() == [42, 50, 8]


def test_power_counted_by_hand():
    # sqrt N = 30, 10; times CV 1, 2: 30, 20; of 100: 60, 40
    assert allocate(100, [900, 100], rule="power", power=0.5, cv=[1, 2]).n.tolist() == [60, 40]


def test_neyman_with_equal_spread_and_power_one_are_proportional():
    sizes = [1200, 345, 77, 18]
    proportional = allocate(200, sizes).n.tolist()
    assert allocate(200, sizes, rule="neyman", std_dev=[3, 3, 3, 3]).n.tolist() == proportional
    assert allocate(200, sizes, rule="power", power=1).n.tolist() == proportional


def test_power_zero_gives_every_stratum_alike():
    assert allocate(40, [900, 90, 50, 10**6], rule="power", power=0).n.tolist() == [10, 10, 10, 10]


def test_what_a_full_stratum_leaves_goes_to_the_others_in_proportion():
    # N S = 10000, 1000, 1000, of 60: the first would get 50 and has 20; 40 left go 20 and 20.
    found = allocate(60, [20, 200, 200], rule="neyman", std_dev=[500, 5, 5])
    assert found.n.tolist() == [20, 20, 20]
    assert found.census.tolist() == [True, False, False]


def test_what_the_minimum_takes_comes_from_the_others_in_proportion():
    found = allocate(100, [600, 300, 10, 5], minimum=8)
    # The last two get 8 and 5 (all there are); 87 left go 58 and 29.
    assert found.n.tolist() == [58, 29, 8, 5]
    assert found.at_minimum.tolist() == [False, False, True, True]
    assert found.census.tolist() == [False, False, False, True]


def test_strata_without_spread_get_more_only_when_the_others_are_whole():
    sizes, spread = [50, 60, 40], [0, 10, 0]
    assert allocate(40, sizes, rule="neyman", std_dev=spread, minimum=2).n.tolist() == [2, 36, 2]
    # 60 whole, 30 left over 50 and 40
    assert allocate(90, sizes, rule="neyman", std_dev=spread, minimum=2).n.tolist() == [17, 60, 13]


def test_ties_go_to_the_first():
    assert allocate(4, [10, 10, 10]).n.tolist() == [2, 1, 1]


def test_bounds_and_total_hold_on_many_random_frames():
    rng = np.random.default_rng(3)
    for _ in range(300):
        size = rng.integers(1, 400, rng.integers(1, 30))
        minimum = int(rng.integers(0, 6))
        least = np.minimum(size, minimum)
        total = int(rng.integers(max(1, least.sum()), size.sum() + 1))
        rule = ("proportional", "neyman", "power")[rng.integers(3)]
        spread = rng.exponential(1, len(size)) * (rng.random(len(size)) < 0.8) + np.eye(1, len(size))[0]
        found = allocate(
            total, size, rule=rule, std_dev=spread if rule == "neyman" else None, minimum=minimum
        )
        assert found.n.sum() == total
        assert (found.n >= least).all()
        assert (found.n <= size).all()
        assert np.abs(found.n - found.exact).max() < 1 + 1e-6
        assert found.exact.sum() == pytest.approx(total, rel=1e-9)


def test_between_bounds_shares_are_in_proportion():
    size = np.array([5000, 3000, 40, 900, 12])
    spread = np.array([2.0, 9.0, 800.0, 0.1, 0.1])
    found = allocate(300, size, rule="neyman", std_dev=spread, minimum=5)
    free = (found.exact > 5 + 1e-6) & (found.exact < size - 1e-6)
    ratio = (found.exact / (size * spread))[free]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)
    assert found.n[2] == 40
    assert free.sum() == 2


def test_asking_everyone_is_a_census():
    assert allocate(100, [60, 40]).census.all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: allocate(101, [60, 40]), "between the sum of the minima, 0, and the population, 100"),
        (lambda: allocate(5, [60, 40], minimum=3), "sum of the minima, 6"),
        (lambda: allocate(10, [60, 0, -1]), r"2 are not \(strata 2, 3"),
        (lambda: allocate(10, [60, 2.5]), "whole number"),
        (lambda: allocate(10, [np.nan, 5]), "whole number"),
        (lambda: allocate(10, []), "one count per stratum"),
        (lambda: allocate(10.5, [60]), "`total`"),
        (lambda: allocate(10, [60], minimum=-1), "`minimum`"),
        (lambda: allocate(10, [60], rule="equal"), "`rule` must be one of"),
        (lambda: allocate(10, [60], rule="neyman"), "needs `std_dev`"),
        (lambda: allocate(10, [60], rule="neyman", std_dev=[0]), "above 0 in one"),
        (lambda: allocate(10, [60], rule="neyman", std_dev=[1, 2]), "one number per stratum"),
        (lambda: allocate(10, [60], rule="power", power=2), "`power`"),
        (lambda: allocate(10, [60], rule="power", cv=[0]), "`cv`"),
    ],
)
def test_what_cannot_be_allocated_is_refused(call, words):
    with pytest.raises(PlanningError, match=words):
        call()
