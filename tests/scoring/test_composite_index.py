"""100-point indices with survey parts; conversions of rates and of a batch of units."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring.composite_index import FixedPart, SurveyPart, composite_index, min_max, threshold_points
from scoring.errors import ScoringError
from scoring.ranking import rank_sets

# Two agencies, two survey figures (citizens, businesses): 20 and 10 points; 70 points are appraised.
VALUE = np.array([[80.0, 60.0], [90.0, 50.0]])
ROOT = np.random.default_rng(6).standard_normal((4, 9))
COVARIANCE = ROOT @ ROOT.T
CITIZENS = SurveyPart("citizens", 20.0, [0.2, 0.0])
BUSINESSES = SurveyPart("businesses", 10.0, [0.0, 0.1])
APPRAISED = FixedPart("appraised", 70.0, [63.0, 56.0])


def test_a_total_is_the_sum_of_its_points():
    found = composite_index(VALUE, COVARIANCE, [CITIZENS, BUSINESSES, APPRAISED])
    assert found.achieved.tolist() == [[16.0, 6.0, 63.0], [18.0, 5.0, 56.0]]
    np.testing.assert_allclose(found.value, [85.0, 79.0])
    assert found.counted.tolist() == [100.0, 100.0]
    assert found.missing_part.tolist() == [-1, -1]


def test_the_survey_carries_its_joint_covariance_into_the_totals():
    """V = C V C' with C block-diagonal, written out."""
    found = composite_index(VALUE, COVARIANCE, [CITIZENS, BUSINESSES, APPRAISED])
    c = np.array([[0.2, 0.1, 0.0, 0.0], [0.0, 0.0, 0.2, 0.1]])
    np.testing.assert_allclose(found.covariance, c @ COVARIANCE @ c.T)
    np.testing.assert_allclose(found.std_error**2, np.diagonal(found.covariance))


def test_one_part_from_two_figures_is_the_same_as_two_parts():
    two = composite_index(VALUE, COVARIANCE, [CITIZENS, BUSINESSES, APPRAISED])
    one = composite_index(VALUE, COVARIANCE, [SurveyPart("both", 30.0, [0.2, 0.1]), APPRAISED])
    np.testing.assert_allclose(one.value, two.value)
    np.testing.assert_allclose(one.covariance, two.covariance)


def test_exact_parts_add_no_variance_and_stated_errors_add_their_squares():
    zero = np.zeros((4, 4))
    exact = composite_index(VALUE, zero, [CITIZENS, APPRAISED])
    assert exact.std_error.tolist() == [0.0, 0.0]
    stated = [FixedPart("a", 40.0, [30.0, 30.0], 3.0), FixedPart("b", 60.0, [50.0, 50.0], [4.0, 0.0])]
    np.testing.assert_allclose(composite_index(VALUE, zero, stated).std_error, [5.0, 3.0])


def test_a_total_of_other_than_100_points_is_in_per_cent():
    found = composite_index(VALUE, 4 * np.eye(4), [CITIZENS, FixedPart("a", 30.0, [24.0, 30.0])])
    np.testing.assert_allclose(found.value, [100 * 40 / 50, 100 * 48 / 50])
    np.testing.assert_allclose(found.std_error, [2 * 0.2 * 2, 2 * 0.2 * 2])


MISSING = np.array([[80.0, math.nan], [90.0, 50.0]])
GAPS = np.diag([1.0, math.nan, 1.0, 1.0])
PARTS = [CITIZENS, BUSINESSES, APPRAISED]


def test_without_a_rule_an_agency_without_a_survey_has_no_total():
    found = composite_index(MISSING, GAPS, PARTS)
    assert np.isnan([found.value[0], found.std_error[0], found.counted[0], found.covariance[0, 1]]).all()
    np.testing.assert_allclose(found.value[1], 79.0)
    assert found.missing_part.tolist() == [1, -1]
    assert not found.rescaled.any()


def test_rescaling_stretches_the_other_parts_to_100():
    found = composite_index(MISSING, GAPS, PARTS, missing_survey="rescale")
    np.testing.assert_allclose(found.value, [100 * 79 / 90, 79.0])
    np.testing.assert_allclose(found.std_error, [100 / 90 * 0.2, math.hypot(0.2, 0.1)])
    assert found.rescaled.tolist() == [True, False]
    assert found.counted.tolist() == [90.0, 100.0]
    assert found.missing_part.tolist() == [1, -1]


def test_without_any_survey_the_appraised_score_alone_is_in_per_cent():
    """The rule of Hanoi's frame: 63 of 70 points without the 30 of the survey are 90 %."""
    survey = SurveyPart("survey", 30.0, [0.3])
    found = composite_index(
        [[math.nan]], [[math.nan]], [survey, FixedPart("self", 70.0, [63.0])], missing_survey="rescale"
    )
    np.testing.assert_allclose(found.value, [90.0])
    assert found.std_error.tolist() == [0.0]


def test_a_missing_appraisal_is_never_rescaled():
    found = composite_index(
        VALUE, COVARIANCE, [CITIZENS, FixedPart("a", 80.0, [math.nan, 70.0])], missing_survey="rescale"
    )
    assert np.isnan(found.value).tolist() == [True, False]
    assert found.missing_part.tolist() == [1, -1]
    assert not found.rescaled.any()


def test_where_nothing_is_left_to_rescale_there_is_no_total():
    found = composite_index(
        [[math.nan], [80.0]],
        np.diag([math.nan, 1.0]),
        [SurveyPart("s", 10.0, [0.1])],
        missing_survey="rescale",
    )
    assert np.isnan(found.value).tolist() == [True, False]
    assert not found.rescaled.any()


def test_a_figure_without_variance_leaves_a_total_without_standard_error():
    found = composite_index(VALUE, GAPS, PARTS)
    np.testing.assert_allclose(found.value, [85.0, 79.0])
    assert np.isnan(found.std_error).tolist() == [True, False]
    # The figure is not used, so that its gap is nobody's.
    used = composite_index(VALUE, GAPS, [CITIZENS, FixedPart("a", 80.0, [60.0, 60.0])])
    np.testing.assert_allclose(used.std_error, [0.2, 0.2])


def test_totals_are_ranked_with_their_covariance():
    found = composite_index(VALUE, 0.01 * np.eye(4), PARTS)
    ranked = rank_sets(found.value, found.covariance, 20, eligible=~found.rescaled, draws=999)
    assert ranked.low.tolist() == ranked.high.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": [80.0]}, "agencies, survey figures"),
        ({"covariance": np.eye(2)}, "shape \\(4, 4\\)"),
        ({"parts": []}, "different codes"),
        ({"parts": [APPRAISED, APPRAISED]}, "different codes; given: appraised, appraised"),
        ({"parts": [FixedPart("a", 0.0, [0.0, 0.0])]}, "Part a must have positive points"),
        ({"parts": [FixedPart("a", 50.0, [40.0, 51.0])]}, "Part a gives 0 to 50 points; agencies 1"),
        ({"parts": [FixedPart("a", 50.0, [40.0])]}, "one value per agency, 2"),
        ({"parts": [FixedPart("a", 50.0, [4.0, 5.0], -1.0)]}, "`std_error` of 0 or more"),
        ({"parts": [SurveyPart("s", 10.0, [0.1])]}, "one finite coefficient per survey figure, 2"),
        ({"parts": [SurveyPart("s", 10.0, [0.2, 0.0])]}, "gives 0 to 10 points"),
        ({"parts": [SurveyPart("s", 10.0, [0.0, 0.0])]}, "one that is not 0"),
        ({"covariance": -np.eye(4)}, "negative variances"),
        ({"covariance": np.where(np.eye(4) > 0, 1.0, np.nan)}, "no gaps"),
        ({"missing_survey": "skip"}, "undefined, rescale, fail"),
        (
            {"value": MISSING, "covariance": GAPS, "missing_survey": "fail"},
            "lack a survey part \\(positions 0\\)",
        ),
    ],
)
def test_a_composite_that_cannot_be_is_refused(change, message):
    given = {"value": VALUE, "covariance": COVARIANCE, "parts": PARTS, **change}
    with pytest.raises(ScoringError, match=message):
        composite_index(given.pop("value"), given.pop("covariance"), given.pop("parts"), **given)


def test_a_rate_earns_points_in_proportion_up_to_its_threshold():
    # Full points at 80 %: 40 % earns half, 80 % and 100 % all.
    found = threshold_points([40, 80, 100, 0], [100, 100, 100, 10], threshold=0.8, points=6.0)
    np.testing.assert_allclose(found, [3.0, 6.0, 6.0, 0.0])


def test_a_denominator_of_zero_gives_none_or_nothing_by_name():
    assert np.isnan(threshold_points([0], [0], threshold=0.5, points=12)).all()
    assert threshold_points([0], [0], threshold=0.5, points=12, empty="zero").tolist() == [0.0]
    # Not known is not the same as none.
    assert np.isnan(threshold_points([math.nan], [math.nan], threshold=0.5, points=12, empty="zero")).all()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([5], [4]), {}, "at positions 0"),
        (([-1], [4]), {}, "at positions 0"),
        (([1, 2], [4]), {}, "equal length"),
        (([1], [4]), {"threshold": 50.0}, "up to 1; given: 50"),
        (([1], [4]), {"points": 0.0}, "positive number"),
        (([1], [4]), {"empty": "one"}, "undefined, zero"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(arguments, options, message):
    with pytest.raises(ScoringError, match=message):
        threshold_points(*arguments, **{"threshold": 0.5, "points": 6.0, **options})


def test_min_max_puts_the_worst_at_1_and_the_best_at_10():
    found = min_max([12.0, 20.0, math.nan, 16.0])
    np.testing.assert_allclose(found.value, [1.0, 10.0, np.nan, 5.5])


def test_a_reversed_indicator_is_11_minus_the_plain_one():
    x = np.random.default_rng(7).normal(50, 10, 8)
    np.testing.assert_allclose(min_max(x, direction="reversed").value, 11 - min_max(x).value)
    np.testing.assert_allclose(min_max(x, direction="reversed").value, min_max(-x).value)


@pytest.mark.parametrize("indicator", [[5.0], [5.0, math.nan], [5.0, 5.0, 5.0], [math.nan, math.nan], []])
def test_one_unit_or_no_difference_gives_no_value(indicator):
    assert np.isnan(min_max(indicator).value).all()


def test_the_gradient_is_that_of_small_changes():
    """Ours is exact between kinks; the difference quotient over 1e-6 of it is good to 1e-6."""
    x, step = np.array([12.0, 20.0, 17.0, 14.5]), 1e-6
    for direction in ("positive", "reversed"):
        found = min_max(x, direction=direction)
        for k in range(4):
            moved = x.copy()
            # The ends move outwards, where they stay the ends.
            sign = -1 if k == 0 else 1
            moved[k] += sign * step
            change = (min_max(moved, direction=direction).value - found.value) / (sign * step)
            np.testing.assert_allclose(found.gradient[:, k], change, atol=1e-6)


def test_the_ends_of_the_scale_have_no_variance_and_the_middle_has_all_three():
    found = min_max([0.0, 50.0, 100.0, math.nan])
    covariance = found.covariance(np.diag([4.0, 9.0, 16.0, math.nan]))
    # Slope 9/100; the middle moves by x - min / 2 - max / 2.
    np.testing.assert_allclose(
        covariance[:3, :3], np.diag([0, 0.09**2 * (9 + 4 / 4 + 16 / 4), 0]), atol=1e-15
    )
    assert np.isnan(covariance[3]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: min_max([[1.0]]), "one finite number per unit"),
        (lambda: min_max([1.0, math.inf]), "one finite number per unit"),
        (lambda: min_max([1.0, 2.0], direction="down"), "positive, reversed"),
        (lambda: min_max([1.0, 2.0], lowest=10.0, highest=1.0), "below `highest`"),
        (lambda: min_max([1.0, 2.0]).covariance(np.eye(3)), "shape \\(2, 2\\)"),
        (lambda: min_max([1.0, 2.0]).covariance(np.full((2, 2), np.nan)), "no gaps"),
    ],
)
def test_a_batch_that_cannot_be_is_refused(call, message):
    with pytest.raises(ScoringError, match=message):
        call()
