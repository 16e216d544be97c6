"""Intervals of a proportion: published values, the ends of the scale, small samples, and what has no interval."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from scoring.means import t_interval, t_quantile
from scoring.proportions import korn_graubard
from tests.scoring.small import Scored


def clopper_pearson(hits, n, level=0.95):
    interval = stats.binomtest(hits, n).proportion_ci(level, "exact")
    return interval.low, interval.high


def test_simple_random_sampling_gives_clopper_pearson():
    # 7 of 40, V = p (1 - p) / n, df = n - 1: nothing is adjusted.
    p = 7 / 40
    low, high = korn_graubard(p, p * (1 - p) / 40, 40, 39)
    np.testing.assert_allclose([low, high], clopper_pearson(7, 40), rtol=1e-10)


def test_the_published_interval_of_a_simple_random_sample_with_population_counts():
    # 12 of 200 schools of 6194: V = .06 x .94 / 199 x (1 - 200/6194), n_eff 205 is capped at 200.
    variance = 0.06 * 0.94 / 199 * (1 - 200 / 6194)
    low, high = korn_graubard(0.06, variance, 200, 199)
    assert (round(float(low), 5), round(float(high), 5)) == (0.03138, 0.10246)


@pytest.mark.parametrize(("df", "low"), [(20, 88.94), (8, 86.65), (3, 76.12)])
def test_everyone_satisfied_leaves_a_lower_bound_that_knows_the_degrees_of_freedom(df, low):
    bounds = korn_graubard(1.0, 0.0, 33, df)
    assert round(100 * float(bounds[0]), 2) == low
    assert bounds[1] == 1


@pytest.mark.parametrize(("n", "df"), [(33, 20), (10, 9), (2, 1), (500, 40)])
def test_nobody_satisfied_mirrors_everyone_satisfied(n, df):
    low, high = korn_graubard(0.0, 0.0, n, df)
    other_low, other_high = korn_graubard(1.0, 0.0, n, df)
    assert (low, other_high) == (0, 1)
    np.testing.assert_allclose(1 - high, other_low, rtol=1e-12)


def test_at_the_ends_it_is_the_root_of_the_tail():
    # n_eff = 33 (t_32 / t_20)^2 = 31.4635; 0.025^(1 / n_eff).
    effective = 33 * (stats.t.ppf(0.975, 32) / stats.t.ppf(0.975, 20)) ** 2
    np.testing.assert_allclose(korn_graubard(1.0, 0.0, 33, 20)[0], 0.025 ** (1 / effective), rtol=1e-10)


def test_clusters_widen_it():
    p, n = 0.9, 200
    simple = korn_graubard(p, p * (1 - p) / n, n, n - 1)
    clustered = korn_graubard(p, 4 * p * (1 - p) / n, n, 12)
    assert clustered[0] < simple[0]
    assert clustered[1] > simple[1]
    # n_eff = 50 (t_199 / t_12)^2, as if drawn without clusters.
    effective = 50 * (stats.t.ppf(0.975, 199) / stats.t.ppf(0.975, 12)) ** 2
    hits = 0.9 * effective
    expected = stats.beta.ppf([0.025, 0.975], [hits, hits + 1], [effective - hits + 1, effective - hits])
    np.testing.assert_allclose(clustered, expected, rtol=1e-9)


def test_a_design_better_than_simple_random_sampling_is_not_believed():
    p, n = 0.5, 100
    np.testing.assert_array_equal(
        korn_graubard(p, p * (1 - p) / (3 * n), n, n - 1), korn_graubard(p, p * (1 - p) / n, n, n - 1)
    )


def test_a_variance_of_nought_between_the_ends_is_not_believed_either():
    # Everyone of every stratum sampled: V = 0, and n_eff is taken as n.
    np.testing.assert_array_equal(korn_graubard(0.5, 0.0, 100, 99), korn_graubard(0.5, 0.0025, 100, 99))


@pytest.mark.parametrize(
    ("p", "variance", "n", "df"),
    [(0.5, 0.1, 1, 5), (1.0, 0.0, 1, 5), (0.5, 0.1, 30, 0), (np.nan, np.nan, 0, 5), (0.5, np.nan, 30, 5)],
)
def test_there_is_none_for_one_answer_no_degree_of_freedom_or_no_estimate(p, variance, n, df):
    assert np.isnan(korn_graubard(p, variance, n, df)).all()


def test_arrays_are_treated_one_by_one():
    p, n, df = np.array([0.0, 0.3, 1.0, 0.7]), np.array([20, 30, 33, 1]), np.array([5, 10, 20, 9])
    variance = np.array([0.0, 0.01, 0.0, 0.02])
    together = np.array(korn_graubard(p, variance, n, df, level=0.9))
    apart = np.array([korn_graubard(*each, level=0.9) for each in zip(p, variance, n, df, strict=True)]).T
    np.testing.assert_array_equal(together, apart)


def test_a_wider_level_gives_a_wider_interval():
    bounds = [korn_graubard(0.8, 0.004, 60, 12, level=level) for level in (0.8, 0.9, 0.95, 0.99)]
    assert all(a[0] > b[0] and a[1] < b[1] for a, b in itertools.pairwise(bounds))


@pytest.mark.parametrize(("hits", "low_is_nought", "high_is_hundred"), [(0, True, False), (12, False, True)])
def test_an_item_at_an_end_of_the_scale_has_an_interval(hits, low_is_nought, high_is_hundred):
    scores = [[100.0] * hits + [0.0] * (12 - hits)]
    clusters = (np.repeat([1, 2, 3, 4], 3),)
    # Weights whose sum differs by the order of addition, so that 100 % is not 100 to the last bit.
    weight = np.linspace(0.1, 3.3, 12)
    found = Scored(scores, measure="top_box", weight=weight, clusters=clusters).estimate()
    interval = found.confidence_interval()
    assert found.std_error[0, 0] == 0
    assert bool(interval.low[0, 0] == 0) is low_is_nought
    assert bool(interval.high[0, 0] == 100) is high_is_hundred
    expected = korn_graubard(hits / 12, 0.0, 12, 3)
    np.testing.assert_allclose(
        [interval.low[0, 0], interval.high[0, 0]], [100 * e for e in map(float, expected)]
    )
    assert interval.method[0, 0] == "korn-graubard-nchs"


def test_one_answer_gives_no_interval_and_two_give_one():
    one = Scored([[100, np.nan, np.nan, np.nan]], measure="top_box").estimate().confidence_interval()
    two = Scored([[100, 100, np.nan, np.nan]], measure="top_box").estimate().confidence_interval()
    assert one.method[0, 0] == "none"
    assert np.isnan(one.low[0, 0])
    assert 0 < two.low[0, 0] < two.high[0, 0] == 100


def test_only_a_top_box_is_a_proportion():
    scores = [[0, 100, 100, 0, 100]]
    kinds = [
        Scored(scores, measure=m).estimate().confidence_interval().method[0, 0]
        for m in ("top_box", "mean_100")
    ]
    assert kinds == ["korn-graubard-nchs", "t"]


@pytest.mark.parametrize("df", [1, 2, 7.5, 30, 1e6, np.inf])
@pytest.mark.parametrize("probability", [0.9, 0.975, 0.9995])
def test_t_quantiles_equal_scipys(probability, df):
    np.testing.assert_allclose(t_quantile(probability, df), stats.t.ppf(probability, df), rtol=1e-9)


def test_a_t_interval_without_a_degree_of_freedom_is_none():
    assert np.isnan(t_interval(50, 1, [0, -1])).all()
