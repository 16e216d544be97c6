"""Relative importance: by hand, against R, against the definition, and what makes it doubtful is said as data."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.drivers import TooManyPredictorsError, relative_importance
from scoring.moments import MeasurementError
from scoring.replicate_designs import rescaled_bootstrap
from tests.scoring.test_reliability import ITEMS, RTOL, R, reference


def simulated(k: int, n: int = 200, seed: int = 1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(k, n)) + rng.normal(size=n)
    return x, rng.normal(size=k) @ x + rng.normal(0, 2, n), rng.uniform(0.5, 3, n)


def r_squared(x, y, w) -> float:
    """By least squares of the rows, not by covariances."""
    design = np.vstack([np.ones(len(y)), *x]).T * np.sqrt(w)[:, None]
    target = y * np.sqrt(w)
    left = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
    return 1 - (left**2).sum() / (w * (y - np.average(y, weights=w)) ** 2).sum()


def test_importance_equals_r():
    scores, overall, design = reference()
    # R took the rows complete on all five items.
    complete = ~np.isnan(scores).any(axis=0)
    found = relative_importance(scores[:4], overall, design, names=ITEMS[:4], domain=complete)
    np.testing.assert_allclose(found.value, R["importance"]["value"], rtol=RTOL)
    np.testing.assert_allclose(found.coefficient, R["importance"]["coefficients"], rtol=RTOL)
    assert found.r_squared == pytest.approx(R["importance"]["r_squared"], rel=RTOL)
    assert found.n == R["n_complete"]


def test_unrelated_predictors_get_their_squared_correlations():
    # A 2 x 2 table: y = 0, 1, 2, 4; correlations with rows and columns squared 25/35 and 9/35.
    found = relative_importance([[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 2, 4], SurveyDesign(4))
    np.testing.assert_allclose(found.value, [25 / 35, 9 / 35], rtol=1e-13)
    np.testing.assert_allclose(found.value, found.correlation**2, rtol=1e-13)
    np.testing.assert_allclose(found.coefficient, [2.5, 1.5], rtol=1e-13)


def test_values_are_the_mean_gain_over_all_orders():
    x, y, w = simulated(4)
    found = relative_importance(x, y, SurveyDesign(200, weight=w))
    gains = np.zeros(4)
    for order in permutations(range(4)):
        before = 0.0
        for j, i in enumerate(order):
            now = r_squared(x[list(order[: j + 1])], y, w)
            gains[i] += now - before
            before = now
    np.testing.assert_allclose(found.value, gains / 24, rtol=1e-10)


@pytest.mark.parametrize("k", [1, 2, 7, 12])
def test_values_add_up_to_r_squared(k):
    x, y, w = simulated(k, seed=k)
    found = relative_importance(x, y, SurveyDesign(200, weight=w))
    assert found.value.sum() == pytest.approx(found.r_squared, rel=1e-12)
    assert found.r_squared == pytest.approx(r_squared(x, y, w), rel=1e-10)
    assert found.share.sum() == pytest.approx(1, rel=1e-12)


def test_units_order_and_scale_of_weights_change_nothing():
    x, y, w = simulated(3)
    plain = relative_importance(x, y, SurveyDesign(200, weight=w))
    order = np.random.default_rng(5).permutation(200)
    moved = relative_importance(
        (x * 25 + 1000)[[2, 0, 1]][:, order], -3 * y[order], SurveyDesign(200, weight=1e9 * w[order])
    )
    np.testing.assert_allclose(moved.value, plain.value[[2, 0, 1]], rtol=1e-9)


def test_equal_predictors_share_alike_and_are_said_to_be_redundant():
    x, y, _ = simulated(2)
    found = relative_importance([x[0], x[1], 2 * x[1] + 3], y, SurveyDesign(200), names="abc")
    assert found.value[1] == pytest.approx(found.value[2], rel=1e-6)
    assert found.value.sum() == pytest.approx(r_squared(x, y, np.ones(200)), rel=1e-9)
    assert [(c.kind, c.predictors, c.figure) for c in found.cautions] == [
        ("redundant", ("b",), np.inf),
        ("redundant", ("c",), np.inf),
    ]
    assert np.isfinite(found.coefficient[0])
    assert np.isnan(found.coefficient[1:]).all()


def test_near_collinearity_is_said_with_its_inflation():
    x, y, _ = simulated(2)
    near = x[1] + 0.1 * np.random.default_rng(2).normal(size=200)
    found = relative_importance([x[0], x[1], near], y, SurveyDesign(200), names="abc")
    assert [(c.kind, c.predictors) for c in found.cautions] == [("collinear", ("b",)), ("collinear", ("c",))]
    expected = 1 / (1 - r_squared([x[0], near], x[1], np.ones(200)))
    assert found.cautions[0].figure == pytest.approx(expected, rel=1e-8)


def test_an_outcome_made_of_the_predictors_is_said_to_be_a_tautology():
    x, _, _ = simulated(3)
    found = relative_importance(x, x.mean(axis=0), SurveyDesign(200), names="abc")
    assert [c.kind for c in found.cautions] == ["explains_all"]
    assert found.r_squared == pytest.approx(1, abs=1e-12)


def test_a_predictor_that_holds_the_outcome_item_is_named():
    x, y, _ = simulated(2)
    parts = {"access": ("q1", "q2"), "staff": ("q3", "q9")}
    found = relative_importance(
        x, y, SurveyDesign(200), names=("access", "staff"), outcome_item="q9", parts=parts
    )
    assert [(c.kind, c.predictors) for c in found.cautions] == [("shares_item", ("staff",))]


def test_replicates_are_importance_with_the_multiplied_weights():
    scores, overall, design = reference(counts=("count",))
    found = relative_importance(scores[:3], overall, design, replicates=4, seed=12)
    block = rescaled_bootstrap(design, 4, 12).multiplier.T
    for multiplier, value in zip(block, found.replicates, strict=True):
        w = design.w * multiplier[design.psu]
        kept = w > 0
        again = relative_importance(
            scores[:3, kept], overall[kept], SurveyDesign(int(kept.sum()), weight=w[kept])
        )
        np.testing.assert_allclose(value, again.value, rtol=1e-9)


def test_intervals_are_quantiles_and_the_same_seed_gives_the_same():
    scores, overall, design = reference()
    one, two = (relative_importance(scores, overall, design, replicates=200, seed=3) for _ in range(2))
    assert np.array_equal(one.replicates, two.replicates)
    for j, interval in enumerate(one.confidence_interval(0.9)):
        expected = np.quantile(one.replicates[:, j], [0.05, 0.95])
        np.testing.assert_allclose([interval.low, interval.high], expected, rtol=1e-12)
        assert 0 <= interval.low < one.value[j] < interval.high


def test_a_replicate_without_variation_gives_no_interval_and_says_so():
    x = [[1.0, 1, 1, 1, 2, 3], [1, 2, 3, 1, 2, 3]]
    design = SurveyDesign(6, clusters=([1, 1, 2, 2, 3, 3],))
    found = relative_importance(x, [1, 2, 2, 3, 4, 5], design, replicates=100, seed=1, names="ab")
    assert [c.kind for c in found.cautions] == ["no_bootstrap"]
    assert np.isnan(found.confidence_interval()[0].low)


def test_more_than_twelve_predictors_are_refused_by_name():
    x, y, _ = simulated(13)
    with pytest.raises(TooManyPredictorsError, match="at most 12 predictors; given: 13"):
        relative_importance(x, y, SurveyDesign(200))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x, y, d: relative_importance(x, y[:5], d), "one column per row of the design, 6"),
        (lambda x, y, d: relative_importance(x, np.ones(6), d), r"same score on \(outcome\)"),
        (lambda x, y, d: relative_importance([x[0], np.ones(6)], y, d, names="ab"), "same score on b"),
        (lambda x, y, d: relative_importance(np.eye(5, 6), y, d), "at least 7 rows"),
        (lambda x, y, d: relative_importance(x, np.full(6, np.nan), d), "Only 0 rows"),
        (lambda x, y, d: relative_importance(x, y, d, replicates=9), "need a `seed`"),
        (lambda x, y, d: relative_importance(x, y, d).confidence_interval(), "needs replicates"),
    ],
)
def test_what_cannot_be_explained_is_refused(call, words):
    x, y, _ = simulated(2, n=6)
    with pytest.raises(MeasurementError, match=words):
        call(x, y, SurveyDesign(6))
