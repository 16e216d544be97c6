"""Quantiles with Woodruff's interval: by hand, as R has them, the rule for ties, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Partition, SurveyDesign
from scoring.errors import ScoringError
from scoring.means import t_quantile
from scoring.quantiles import quantiles
from scoring.respondent_scores import node_scores
from tests.scoring.conftest import ALL_RULES, Rows, make_plan
from tests.scoring.test_ratios import RESULTS, Case


@pytest.mark.parametrize("expected", RESULTS, ids=lambda r: f"{r['design']}-{r['fpc']}")
def test_quantiles_and_their_intervals_equal_r(expected):
    case = Case(expected)
    found = quantiles(case.spent, case.design, [0.1, 0.25, 0.5, 0.75, 0.9])
    interval = found.confidence_interval()
    asked = expected["quantiles"]
    # Values are among those observed: equal to the last bit.
    assert found.value[0].tolist() == asked["value"]
    known = ~np.isnan(interval.low[0]) & ~np.isnan(interval.high[0])
    assert known.sum() >= 4
    for name, values in (("low", interval.low), ("high", interval.high), ("std_error", found.std_error)):
        wanted = np.array(asked[name], dtype=float)
        np.testing.assert_allclose(values[0][known], wanted[known], rtol=1e-9, err_msg=name)


def test_the_quantile_is_the_smallest_value_whose_share_reaches_the_probability():
    found = quantiles([10, 20, 20, 40], SurveyDesign(4, weight=[1, 2, 2, 5]), [0.1, 0.11, 0.5, 0.51, 0.99])
    # Shares .1 at 10, .5 at 20, 1 at 40: a share that is just reached counts.
    assert found.value.tolist() == [[10, 20, 20, 40, 40]]
    np.testing.assert_allclose(found.share, [[0.1, 0.5, 0.5, 1, 1]])


def test_weights_that_do_not_add_up_to_the_last_bit_still_reach_their_share():
    # Ten weights of .1 add up to a hair less than 1, and five of them to .5 in another order.
    found = quantiles(np.arange(1.0, 11), SurveyDesign(10, weight=np.full(10, 0.1)), np.arange(1, 10) / 10)
    assert found.value.tolist() == [list(range(1, 10))]


def test_the_interval_goes_through_the_share_by_hand():
    y = np.arange(1.0, 101)
    found = quantiles(y, SurveyDesign(100), [0.5])
    # s = sqrt(.5 x .5 / 99) = .050252, t_99 = 1.98422: .5 -+ .09971 is reached at 41 and 60.
    np.testing.assert_allclose(found.share_error, [[np.sqrt(0.25 / 99)]])
    interval = found.confidence_interval()
    assert (interval.low.item(), interval.high.item()) == (41, 60)
    np.testing.assert_allclose(found.std_error, [[19 / 2 / t_quantile(0.975, 99)]])


def test_order_and_scale_of_the_rows_change_nothing():
    generator = np.random.default_rng(7)
    y, weight, psu = generator.normal(50, 9, 60), generator.uniform(1, 3, 60), np.repeat(np.arange(12), 5)
    order = generator.permutation(60)
    one = quantiles(y, SurveyDesign(60, weight=weight, clusters=(psu,)), [0.25, 0.5])
    other = quantiles(
        y[order], SurveyDesign(60, weight=40 * weight[order], clusters=(psu[order],)), [0.25, 0.5]
    )
    assert one.value.tolist() == other.value.tolist()
    np.testing.assert_allclose(one.share_error, other.share_error, rtol=1e-12)


def test_turning_the_scale_round_turns_the_quantiles_round_but_for_the_rule():
    y = np.array([3.0, 1, 8, 5, 13])  # an odd number of equal weights has one median
    up, down = quantiles(y, SurveyDesign(5), [0.5]), quantiles(-y, SurveyDesign(5), [0.5])
    assert up.value.item() == -down.value.item() == 5


def test_a_composite_is_a_variable_like_any_other():
    rows = Rows.read("clustered")
    plan, answers = make_plan(*ALL_RULES), rows.answers()
    composite = node_scores(plan, answers)[1][0]
    design = rows.design(clusters=True, fpc=True)
    found = quantiles(composite, design, [0.5], domains=Partition.of("domain", rows["domain"]))
    interval = found.confidence_interval()
    known = ~np.isnan(interval.low) & ~np.isnan(interval.high)
    assert known.any()
    assert (interval.low[known] <= found.value[known]).all()
    assert (found.value[known] <= interval.high[known]).all()
    assert found.n.sum() == np.count_nonzero(~np.isnan(composite))


def test_an_end_beyond_the_sample_is_not_known():
    found = quantiles(np.arange(1.0, 11), SurveyDesign(10), [0.1, 0.5, 0.9]).confidence_interval()
    assert np.isnan(found.low).tolist() == [[True, False, False]]
    assert np.isnan(found.high).tolist() == [[False, False, True]]


def test_a_domain_without_a_value_has_no_quantile_and_one_that_does_not_vary_no_interval():
    by = Partition.of("who", ["a"] * 4 + ["b"] * 2)
    found = quantiles([5, 5, 5, 5, np.nan, np.nan], SurveyDesign(6), [0.5], domains=by)
    np.testing.assert_array_equal(found.value, [[5], [np.nan]])
    assert found.confidence_interval().method.tolist() == [["none"], ["none"]]


def test_without_a_degree_of_freedom_there_is_no_interval():
    found = quantiles([1.0, 2, 3], SurveyDesign(3, clusters=([1, 1, 1],)), [0.5])
    assert found.value.item() == 2
    assert np.isnan(found.std_error.item())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: quantiles([1, 2, 3], d, [0.5, 1.0]), "without the ends"),
        (lambda d: quantiles([1, 2, 3], d, [np.nan]), "without the ends"),
        (lambda d: quantiles([1, 2], d, [0.5]), "one value per row, 3"),
        (lambda d: quantiles([1, 2, np.inf], d, [0.5]), "infinite in 1 rows"),
        (lambda d: quantiles([1, 2, 3], d, [0.5]).confidence_interval(0), "between 0 and 1"),
    ],
)
def test_what_cannot_be_estimated_is_refused_with_the_reason(call, message):
    with pytest.raises(ScoringError, match=message):
        call(SurveyDesign(3))
