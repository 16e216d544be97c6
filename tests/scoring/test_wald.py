"""The Wald test: by hand, against the t test, in any base, and where there is nothing to test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoring.contrasts import difference
from scoring.covariance import Joint
from scoring.errors import ScoringError
from scoring.wald import all_equal, wald_test

NAN = np.nan
THREE = Joint(np.array([60.0, 50.0, 46.0]), np.array([[5.0, 2, 1], [2, 3, 0], [1, 0, 4]]), 20)


def test_one_hypothesis_is_the_t_test():
    found, single = wald_test(THREE, [1, -1, 0]), difference(THREE, 0, 1)
    np.testing.assert_allclose(found.f, single.t[0] ** 2, rtol=1e-12)
    np.testing.assert_allclose(found.p, single.p[0], rtol=1e-10)
    assert (found.df_numerator, found.df_denominator) == (1, 20)


def test_equality_does_not_depend_on_the_figure_that_is_taken_off():
    # d = (10, 14) off the first; W = d' C^-1 d in any base.
    c = np.array([[1, -1, 0], [1, 0, -1.0]])
    d, spread = c @ THREE.value, c @ THREE.covariance @ c.T
    w = d @ np.linalg.solve(spread, d)
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        found = all_equal(THREE, order)
        np.testing.assert_allclose(found.statistic, w, rtol=1e-12)
        assert (found.df_numerator, found.df_denominator) == (2, 19)
        np.testing.assert_allclose(found.f, w * 19 / (20 * 2), rtol=1e-12)
        np.testing.assert_allclose(found.p, stats.f.sf(found.f, 2, 19), rtol=1e-10)


def test_a_repeated_hypothesis_counts_once():
    twice, once = wald_test(THREE, [[1, -1, 0], [2, -2, 0], [1, 0, -1]]), all_equal(THREE)
    np.testing.assert_allclose(twice.f, once.f, rtol=1e-9)
    assert twice.df_numerator == 2


def test_equality_leaves_out_what_is_undefined():
    value = np.array([60.0, 50.0, 46.0, NAN])
    spread = np.full((4, 4), NAN)
    spread[:3, :3] = THREE.covariance
    assert all_equal(Joint(value, spread, 20)).df_numerator == 2


@pytest.mark.parametrize(
    ("joint", "positions"),
    [
        (THREE, [0]),
        (THREE, []),
        (Joint(THREE.value, THREE.covariance, 1), None),
        (Joint(THREE.value, np.zeros((3, 3)), 20), None),
    ],
)
def test_no_test_of_one_figure_nor_with_too_few_psus_nor_where_nothing_varies(joint, positions):
    found = all_equal(joint, positions)
    assert np.isnan([found.f, found.statistic, found.p]).all()


def test_the_level_of_the_test_holds_with_few_degrees_of_freedom():
    # Four equal figures, their covariance estimated on 8 degrees of freedom: F rejects 5 %, W / q on (q, df) far more.
    rng = np.random.default_rng(11)
    ours, plain, runs = 0, 0, 2000
    for _ in range(runs):
        z = rng.normal(size=(9, 4))
        joint = Joint(z.mean(axis=0), np.cov(z, rowvar=False) / 9, 8)
        found = all_equal(joint)
        ours += found.p < 0.05
        plain += stats.f.sf(found.statistic / 3, 3, 8) < 0.05
    # Four standard errors of a share of 5 % in 2,000 runs are 2 points.
    assert abs(ours / runs - 0.05) < 0.02
    assert plain / runs > 0.08


def test_positions_out_of_range_are_refused():
    with pytest.raises(ScoringError, match="`positions` must be 0 to 2; given: 7"):
        all_equal(THREE, [0, 7])
