"""Intervals of a proportion: published values, the ends of the scale, small samples, and what has no interval."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from scoring.errors import ScoringError
from scoring.means import t_interval, t_quantile
from scoring.proportions import (
    ProportionMethod,
    korn_graubard,
    korn_graubard_cluster,
    kurtosis_df,
    proportion_interval,
)
from scoring.ratios import population_mean
from tests.scoring.small import Scored
from tests.scoring.test_ratios import RESULTS, Case

METHODS = get_args(ProportionMethod)
# R fits a model for `logit`, and stops at 1e-8 of the deviance; the rest are closed forms in both.
TOLERANCE = {"logit": 1e-6}
IN_R = {"beta": "korn-graubard-r", "mean": "t"}


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
    # Nothing varies, so the clusters of 3 count as alike by half: deff 2, as if 6 had answered.
    expected = {
        "korn-graubard-cluster": korn_graubard_cluster(hits / 12, 0.0, 12, 3, 3.0),
        "korn-graubard-nchs": korn_graubard(hits / 12, 0.0, 12, 3),
    }
    for rule, bounds in expected.items():
        interval = found.confidence_interval(proportions=rule)
        np.testing.assert_allclose(
            [interval.low[0, 0], interval.high[0, 0]], [100 * e for e in map(float, bounds)]
        )
        assert interval.method[0, 0] == rule


def one_more(p, variance, n, df, size, level=0.95):
    """Clopper-Pearson with the trials of the one-more-cluster rule, written out for one proportion."""
    rarer = min(p, 1 - p)
    deff = variance * n / (p * (1 - p)) if variance > 0 else None
    holding = rarer * n / deff if deff else 0.0
    alike = (holding * (deff or 0.0) + (1 + size) / 2) / (holding + 1)
    tail = (1 - level) / 2
    t = stats.t.ppf(1 - tail, [n - 1, df])
    trials = min(n, n / max(deff or 0.0, alike) * (t[0] / t[1]) ** 2)
    low = stats.beta.ppf(tail, p * trials, (1 - p) * trials + 1) if p > 0 else 0.0
    high = stats.beta.ppf(1 - tail, p * trials + 1, (1 - p) * trials) if p < 1 else 1.0
    return low, high


@pytest.mark.parametrize(
    ("p", "variance", "n", "df", "size"),
    [
        (0.9, 0.0018, 100, 19, 5.0),
        (0.02, 0.0004, 300, 29, 10.0),
        (0.5, 0.02, 60, 11, 5.0),
        (1.0, 0.0, 100, 9, 10.0),
        (0.0, 0.0, 40, 7, 5.0),
        (0.99, 0.00001, 1000, 199, 5.0),
    ],
)
def test_one_more_cluster_is_added_to_those_that_hold_the_rarer_answer(p, variance, n, df, size):
    found = korn_graubard_cluster(p, variance, n, df, size)
    np.testing.assert_allclose(found, one_more(p, variance, n, df, size), rtol=1e-9)
    named = proportion_interval(p, variance, n, df, method="korn-graubard-cluster", cluster_size=size)
    np.testing.assert_array_equal(found, named)


def test_everyone_satisfied_in_clusters_counts_by_hand():
    # 20 clusters of 5: deff 1 + 4/2 = 3, so 100/3 (t_99 / t_19)^2 = 29.96 answers; 0.025^(1/29.96).
    effective = 100 / 3 * (stats.t.ppf(0.975, 99) / stats.t.ppf(0.975, 19)) ** 2
    low, high = korn_graubard_cluster(1.0, 0.0, 100, 19, 5)
    assert (round(effective, 2), float(high)) == (29.96, 1.0)
    np.testing.assert_allclose(low, 0.025 ** (1 / effective), rtol=1e-12)


def test_one_more_cluster_never_narrows_and_hardly_counts_among_many():
    rng = np.random.default_rng(11)
    p, n, size = rng.uniform(0.01, 0.99, 200), 600, rng.uniform(1, 20, 200)
    variance = rng.uniform(0.2, 5, 200) * p * (1 - p) / n
    plain, wider = korn_graubard(p, variance, n, 59), korn_graubard_cluster(p, variance, n, 59, size)
    assert (wider[0] <= plain[0]).all()
    assert (wider[1] >= plain[1]).all()
    # 150 clusters' worth of the rarer answer: one more weighs a hundred and fiftieth.
    many = np.subtract(*korn_graubard_cluster(0.5, 0.25 * 2 / 600, 600, 119, 5))
    np.testing.assert_allclose(many, np.subtract(*korn_graubard(0.5, 0.25 * 2 / 600, 600, 119)), rtol=0.01)


@pytest.mark.parametrize(("p", "variance"), [(0.8, 0.004), (1.0, 0.0), (0.5, 0.0), (0.3, 0.0001)])
def test_rows_drawn_one_by_one_have_the_plain_rule(p, variance):
    np.testing.assert_array_equal(
        korn_graubard_cluster(p, variance, 60, 12, 1.0), korn_graubard(p, variance, 60, 12)
    )


def test_a_variance_of_nought_between_the_ends_is_the_plain_rules_in_clusters_too():
    np.testing.assert_array_equal(
        korn_graubard_cluster(0.5, 0.0, 100, 19, 5), korn_graubard(0.5, 0.0, 100, 19)
    )


def test_the_cluster_of_an_estimate_is_that_of_its_answers():
    # PSUs of 4, 2 and 2 rows of the domain: (16 + 4 + 4) / 8 = 3; q2 is answered by half of them.
    scores = [[100, 0, 100, 100, 0, 100, 100, 100, 0], [100, np.nan, 100, np.nan, 0, np.nan, 100, np.nan, 0]]
    made = Scored(scores, measure="top_box", clusters=(list("aaaabbccd"),))
    found = made.estimate([*"xxxxxxxx", ""])
    assert found.cluster_size.tolist() == [3.0]
    interval = found.confidence_interval()
    for e, size in ((0, 3.0), (1, 1.5)):
        p, v = found.value[0, e] / 100, (found.std_error[0, e] / 100) ** 2
        expected = korn_graubard_cluster(p, v, found.n[0, e], found.df[0], size)
        np.testing.assert_allclose([interval.low[0, e], interval.high[0, e]], 100 * np.array(expected))
    with pytest.raises(ScoringError, match="one of korn-graubard-cluster, korn-graubard-nchs"):
        found.confidence_interval(proportions="wilson")


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


@pytest.mark.parametrize("expected", RESULTS, ids=lambda r: f"{r['design']}-{r['fpc']}")
def test_every_method_equals_r_on_the_synthetic_designs(expected):
    case, asked = Case(expected), expected["proportion"]
    found = population_mean(case.event, case.design)
    p, variance = found.value.item(), found.covariance.item()
    np.testing.assert_allclose([p, variance], [asked["value"], asked["variance"]], rtol=1e-9)
    for one in asked["intervals"]:
        method = IN_R.get(one["method"], one["method"])
        bounds = proportion_interval(p, variance, asked["n"], asked["df"], method=method, level=one["level"])
        tolerance = TOLERANCE.get(one["method"], 1e-9)
        np.testing.assert_allclose(bounds, [one["low"], one["high"]], rtol=tolerance, err_msg=str(one))
    assert len(asked["intervals"]) == 10


def test_simple_random_sampling_with_many_degrees_of_freedom_gives_wilsons_own():
    p, n = 7 / 40, 40
    expected = stats.binomtest(7, n).proportion_ci(0.95, "wilson")
    found = proportion_interval(p, p * (1 - p) / n, n, np.inf, method="wilson")
    np.testing.assert_allclose(found, [expected.low, expected.high], rtol=1e-10)


def test_wilson_with_adjusted_trials_gives_the_published_interval():
    # ell == 0 in one-stage clusters of schools: another program prints .00280 and .15101.
    low, high = proportion_interval(0.0218579234972678, 0.00051177528296442, 183, 14, method="wilson-df")
    assert (round(float(low), 5), round(float(high), 5)) == (0.00280, 0.15101)


def test_the_ends_of_the_likelihood_interval_lose_what_they_may():
    p, n, df = np.array([0.03, 0.5, 0.97]), 150, 12
    variance = 2.5 * p * (1 - p) / n
    for end in proportion_interval(p, variance, n, df, method="likelihood", level=0.9):
        lost = p * np.log(p / end) + (1 - p) * np.log((1 - p) / (1 - end))
        effective = n / 2.5 * (n - 1) / n
        np.testing.assert_allclose(2 * effective * lost, stats.t.ppf(0.95, df) ** 2, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_swapping_yes_and_no_turns_the_interval_round(method):
    p = np.array([0.0, 0.02, 0.3, 0.5, 1.0])
    variance = 1.7 * p * (1 - p) / 80
    low, high = proportion_interval(p, variance, 80, 15, method=method)
    other_low, other_high = proportion_interval(1 - p, variance, 80, 15, method=method)
    np.testing.assert_allclose([low, high], [1 - other_high, 1 - other_low], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_methods_agree_where_there_are_many_answers(method):
    low, high = proportion_interval(0.6, 0.24 / 1e6, 10**6, 10**6 - 1, method=method)
    half = 1.959965 * np.sqrt(0.24 / 1e6)
    np.testing.assert_allclose([low, high], [0.6 - half, 0.6 + half], atol=2e-6)


@pytest.mark.parametrize("method", METHODS)
def test_the_estimate_lies_inside_and_more_confidence_is_wider(method):
    p = np.array([0.01, 0.2, 0.9, 0.995])
    bounds = [
        proportion_interval(p, 2 * p * (1 - p) / 60, 60, 9, method=method, level=level)
        for level in (0.8, 0.95, 0.99)
    ]
    for low, high in bounds:
        assert ((low <= p) & (p <= high)).all()
    assert all((a[0] >= b[0]).all() and (a[1] <= b[1]).all() for a, b in itertools.pairwise(bounds))


@pytest.mark.parametrize("method", METHODS)
def test_what_happens_at_the_ends_of_the_scale_is_known_by_method(method):
    low, high = proportion_interval([0.0, 1.0], 0.0, 33, 20, method=method)
    if method in ("logit", "xlogit", "t"):
        assert np.isnan([low, high]).all()
    else:
        assert (low[0], high[1]) == (0, 1)
        assert 0.75 < low[1] < 1
        assert 0 < high[0] < 0.25


def test_only_t_leaves_the_scale():
    ends = {m: proportion_interval(0.02, 0.0004, 100, 8, method=m)[0] for m in METHODS}
    assert {m for m, low in ends.items() if low < 0} == {"t"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("p", "variance", "n", "df"), [(0.5, 0.1, 1, 5), (0.5, 0.1, 30, 0), (np.nan, 0.1, 9, 5)]
)
def test_no_method_makes_an_interval_of_nothing(method, p, variance, n, df):
    assert np.isnan(proportion_interval(p, variance, n, df, method=method)).all()


@pytest.mark.parametrize("method", METHODS)
def test_extreme_variances_give_numbers_within_the_scale_and_no_warning(method):
    variance = [1e-30, 1e-12, 0.25, 40.0]
    low, high = proportion_interval(0.5, variance, 20, 1, method=method, level=0.999)
    assert np.isfinite([low, high]).all()
    if method != "t":
        assert ((low >= 0) & (high <= 1)).all()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((50, 0.1, 9, 5), {}, "share, not a percentage"),
        ((0.5, -0.1, 9, 5), {}, "not be negative"),
        ((0.5, 0.1, 9, 5), {"level": 95}, "between 0 and 1"),
        ((0.5, 0.1, 9, 5), {"cluster_size": 0.5}, "at least 1, the row itself; given: 0.5"),
        ((0.5, 0.1, 9, 5), {"method": "wald"}, "one of korn-graubard-cluster, korn-graubard-nchs"),
    ],
)
def test_what_is_no_proportion_or_no_method_is_refused(arguments, options, message):
    with pytest.raises(ScoringError, match=message):
        proportion_interval(*arguments, **options)


def test_degrees_of_freedom_by_kurtosis_count_by_hand():
    # q = 1 x 18 and 81 x 2: V = 180, sum q^2 = 18 + 2 x 6561 = 13140; 2 x 180^2 / (13140 - 180^2 / 20) = 5.625.
    np.testing.assert_allclose(kurtosis_df([-1] * 18 + [9] * 2, 19), 2 * 180**2 / (13140 - 1620))


def test_degrees_of_freedom_by_kurtosis_are_the_designs_for_normal_psus():
    drawn = np.random.default_rng(3).standard_normal((400, 100))
    found = kurtosis_df(drawn - drawn.mean(axis=1, keepdims=True), 99)
    # The design's df caps one half or so of the samples; the others lie a little below.
    assert 85 < np.median(found) <= 99
    assert found.max() == 99


@pytest.mark.parametrize("deviation", [[0.0] * 6, [1.0, -1.0] * 3, [1e-200] * 6])
def test_degrees_of_freedom_stay_where_deviations_are_of_one_size(deviation):
    assert kurtosis_df(deviation, 5) == 5


def test_degrees_of_freedom_by_kurtosis_know_no_unit_and_no_order():
    deviation = np.array([3.0, -1, -1, 4, -5, 0])
    np.testing.assert_allclose(kurtosis_df(1000 * deviation[::-1], 5), kurtosis_df(deviation, 5), rtol=1e-12)
    assert 1 <= kurtosis_df([0, 0, 0, 0, 0, 9.0], 5) < 3
