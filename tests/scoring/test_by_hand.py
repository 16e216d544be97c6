"""A design countable by hand: two strata of two and three PSUs, nine people, one of them without an answer."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import estimate
from tests.scoring.small import NO, Scored

# Stratum A, 2 of 4 PSUs, weight 2; stratum B, 3 of 6 PSUs, weight 3.
STRATUM = list("AAAABBBBB")
PSU = ["1", "1", "2", "2", "1", "2", "2", "3", "3"]
SCORES = [[100, 0, 100, 100, 0, 100, NO, 0, 100]]
WEIGHT = [2, 2, 2, 2, 3, 3, 3, 3, 3]
COUNT = [4, 4, 4, 4, 6, 6, 6, 6, 6]


@pytest.fixture
def hand():
    return Scored(SCORES, measure="top_box", weight=WEIGHT, stratum=STRATUM, clusters=(PSU,), fpc=(COUNT,))


def test_the_figure_is_a_ratio_of_weighted_sums(hand):
    # A: 2 x 300 of 2 x 4. B: 3 x 200 of 3 x 4 (one of five has no answer). 1200 / 20.
    assert hand.estimate().value[0, 0] == 60


def test_the_variance_is_between_psus_within_strata(hand):
    # z = w (s - 60 v) / 20, per PSU: A -2, 8 (mean 3); B -9, 6, -3 (mean -2).
    # A: (1 - 2/4) 2/1 (25 + 25) = 50.   B: (1 - 3/6) 3/2 (49 + 64 + 1) = 85.5.
    np.testing.assert_allclose(hand.estimate().std_error[0, 0], np.sqrt(50 + 85.5), rtol=1e-14)


def test_without_population_counts_nothing_is_taken_off(hand):
    endless = Scored(SCORES, measure="top_box", weight=WEIGHT, stratum=STRATUM, clusters=(PSU,))
    # A: 2/1 x 50. B: 3/2 x 114.
    np.testing.assert_allclose(endless.estimate().std_error[0, 0], np.sqrt(100 + 171), rtol=1e-14)


def test_n_counts_valid_answers_and_rows_count_people(hand):
    found = hand.estimate()
    assert (found.n[0, 0], found.rows[0], found.n_psu[0]) == (8, 9, 5)


def test_degrees_of_freedom_are_psus_less_strata(hand):
    assert hand.estimate().df[0] == 5 - 2


def test_the_design_effect_compares_with_simple_random_sampling_of_the_domains_rows(hand):
    # sum w = 8 + 15 = 23 over all nine rows; u = 23/20 (s - 60 v), 0 for the one without an answer.
    # sum w u^2 = (23/20)^2 (2 (3 x 40^2 + 60^2) + 3 (2 x 40^2 + 2 x 60^2)) = 1.3225 x 48000 = 63480.
    # V0 = 9/8 x (63480 / 23) / 9 = 345.
    found = hand.estimate()
    np.testing.assert_allclose(found.deff[0, 0], 135.5 / 345, rtol=1e-14)
    np.testing.assert_allclose(found.n_eff[0, 0], 8 * 345 / 135.5, rtol=1e-14)


def test_the_interval_of_a_mean_is_by_t(hand):
    mean = Scored(SCORES, measure="mean_100", weight=WEIGHT, stratum=STRATUM, clusters=(PSU,), fpc=(COUNT,))
    interval = mean.estimate().confidence_interval(0.90)
    # t with 3 degrees of freedom at 95 %: 2.353363 (any printed table).
    half = 2.353363434801825 * np.sqrt(135.5)
    np.testing.assert_allclose([interval.low[0, 0], interval.high[0, 0]], [60 - half, 60 + half], rtol=1e-12)
    assert interval.method[0, 0] == "t"


def test_bounds_are_clipped_to_the_scale(hand):
    mean = Scored(SCORES, measure="mean_100", weight=WEIGHT, stratum=STRATUM, clusters=(PSU,), fpc=(COUNT,))
    interval = mean.estimate().confidence_interval(0.999)
    assert (interval.low[0, 0], interval.high[0, 0]) == (0, 100)


def test_points_are_clipped_to_their_own_scale():
    # 150, 200, 250, 250 of 250 points: SE^2 = 6875 / 12, t with 3 degrees of freedom 3.182446.
    interval = Scored([[150, 200, 250, 250]], measure="points").estimate().confidence_interval()
    np.testing.assert_allclose(interval.low[0, 0], 212.5 - 3.182446305 * np.sqrt(6875 / 12), rtol=1e-9)
    assert interval.high[0, 0] == 250


def test_rows_that_are_their_own_psus():
    # Four of ten people: 0, 100, 100, 100. V = (1 - 4/10) sum (s - 75)^2 / (4 x 3) = 0.6 x 7500 / 12 = 375.
    found = Scored([[0, 100, 100, 100]], measure="top_box", fpc=([10, 10, 10, 10],)).estimate()
    np.testing.assert_allclose([found.value[0, 0], found.std_error[0, 0]], [75, np.sqrt(375)], rtol=1e-14)
    assert (found.df[0], found.n_psu[0]) == (3, 4)
    # V0 = 4/3 x (7500 / 4) / 4 = 625.
    np.testing.assert_allclose(found.deff[0, 0], 0.6, rtol=1e-14)


def test_rows_that_are_their_own_psus_in_strata():
    # A: 0, 100; B: 50, 100, 100, 150 / weights 1 and 2, V = 2 + 8 = 10; p = (100 + 2 x 400) / 10 = 90.
    # z: A -9, 1 (mean -4): 2/1 x 50 = 100. B -8, 2, 2, 12 (mean 2): 4/3 x (100 + 100) = 266.667.
    scores, weight = [[0, 100, 50, 100, 100, 150]], [1, 1, 2, 2, 2, 2]
    found = Scored(scores, measure="points", weight=weight, stratum=list("AABBBB")).estimate()
    np.testing.assert_allclose(found.value[0, 0], 90, rtol=1e-14)
    np.testing.assert_allclose(found.std_error[0, 0] ** 2, 100 + 800 / 3, rtol=1e-13)


def test_no_design_effect_where_it_was_not_asked(hand):
    bare = estimate(hand.totals(products=False), hand.plan, hand.design)
    assert np.isnan(bare.deff).all()
    np.testing.assert_array_equal(bare.std_error, hand.estimate().std_error)
