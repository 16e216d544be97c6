"""Totals, means, ratios and variances of numeric variables: by hand, as R has them, identities, bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scoring import Partition, SurveyDesign
from scoring.errors import LonelyPSUError, LonelyUnitError, ScoringError
from scoring.ratios import population_covariance, population_mean, population_ratio, population_total
from tests.scoring.conftest import REFERENCE, Rows

# R writes 15 significant digits, and both sum in doubles.
RTOL = 1e-9
RESULTS = json.loads((REFERENCE / "intervals.json").read_text(encoding="utf-8"))["results"]


def numbers(column) -> np.ndarray:
    return np.array([float(text) if text else np.nan for text in column])


class Case:
    """One design of the reference file, with the variables that its script makes."""

    def __init__(self, expected: dict):
        self.expected = expected
        self.rows = Rows.read(expected["design"])
        self.design = self.rows.design(clusters=expected["design"] == "clustered", fpc=expected["fpc"])
        first, second = numbers(self.rows["q1"]), numbers(self.rows["q2"])
        self.spent = 3 * first + second**2
        # R is asked about the rows that have both.
        self.visits = np.where(np.isnan(self.spent), np.nan, first + 2)
        self.event = np.where(np.isnan(first), np.nan, first >= 5)


@pytest.fixture(params=RESULTS, ids=lambda r: f"{r['design']}-{'fpc' if r['fpc'] else 'no fpc'}")
def case(request) -> Case:
    return Case(request.param)


def same(found, expected, names=("value", "std_error")) -> None:
    for name in names:
        np.testing.assert_allclose(getattr(found, name).ravel(), expected[name], rtol=RTOL, err_msg=name)


def test_a_total_counted_by_hand():
    # Two strata of two rows out of 10 and 6; weights 5 and 3.
    design = SurveyDesign(4, weight=[5, 5, 3, 3], stratum=["a", "a", "b", "b"], fpc=([10, 10, 6, 6],))
    found = population_total([1, 3, 10, 16], design)
    # 5 (1 + 3) + 3 (10 + 16) = 98; (1 - .2) 2 (5^2 + 5^2) + (1 - 1/3) 2 (9^2 + 9^2) = 80 + 216 = 296.
    assert found.value.tolist() == [[98.0]]
    np.testing.assert_allclose(found.std_error, [[np.sqrt(296)]])
    np.testing.assert_allclose(found.cv, [[np.sqrt(296) / 98]])
    assert found.df.tolist() == [2]


def test_two_stages_add_what_is_left_to_chance_in_each():
    # Two of four communes, in each two of ten households; weight 4/2 x 10/2 = 10.
    design = SurveyDesign(4, weight=[10] * 4, clusters=([1, 1, 2, 2],), fpc=([4] * 4, [10] * 4))
    found = population_total([1, 2, 4, 7], design)
    # First: (1 - 1/2) 2 (2 x 40^2), PSU totals 30 and 110. Second: 1/2 (1 - 1/5) 2 (2 x 5^2 + 2 x 15^2).
    np.testing.assert_allclose(found.covariance.ravel(), [3200 + 0.8 * 500])


def test_totals_equal_r(case):
    found = population_total(case.spent, case.design)
    same(found, case.expected["total"])
    np.testing.assert_allclose(found.deff_wor.ravel(), case.expected["total"]["deff"], rtol=RTOL)


def test_means_and_both_design_effects_equal_r(case):
    found = population_mean(case.spent, case.design)
    same(found, case.expected["mean"])
    np.testing.assert_allclose(found.deff_wor.ravel(), case.expected["mean"]["deff"], rtol=RTOL)
    np.testing.assert_allclose(found.deff_wr.ravel(), case.expected["mean"]["deff_replace"], rtol=RTOL)
    assert found.df[0] == case.expected["df"]


def test_ratios_equal_r(case):
    same(population_ratio(case.spent, case.visits, case.design), case.expected["ratio"])


def test_population_variances_equal_r(case):
    found = population_covariance(np.column_stack([case.spent, case.visits]), case.design)
    same(found, case.expected["variance"])


def test_means_of_groups_and_their_covariance_equal_r(case):
    found = population_mean(case.spent, case.design, domains=Partition.of("domain", case.rows["domain"]))
    same(found, case.expected["by"])
    covariance = np.array(case.expected["by"]["covariance"])
    # Groups that share no PSU have covariance 0 up to rounding, in R too.
    np.testing.assert_allclose(
        found.covariance[:, 0, :, 0], covariance, rtol=RTOL, atol=1e-12 * covariance.max()
    )


def test_a_ratio_to_a_column_of_ones_is_the_mean(case):
    ones = np.ones(len(case.spent))
    mean, ratio = (population_mean(case.spent, case.design), population_ratio(case.spent, ones, case.design))
    for name in ("value", "std_error", "deff_wor", "deff_wr"):
        np.testing.assert_allclose(getattr(ratio, name), getattr(mean, name), rtol=1e-12)


def test_totals_of_domains_add_up_with_their_covariance(case):
    by = Partition.of("domain", case.rows["domain"])
    parts, whole = (
        population_total(case.spent, case.design, domains=by),
        population_total(case.spent, case.design),
    )
    together = parts.contrast(np.ones(parts.value.shape))
    np.testing.assert_allclose(
        [together.value, together.std_error], [whole.value[0, 0], whole.std_error[0, 0]]
    )


def test_scaling_the_weights_scales_totals_and_nothing_else(case):
    scaled = case.rows.design(
        clusters=case.expected["design"] == "clustered", fpc=case.expected["fpc"], scale=7
    )
    mean, scaled_mean = population_mean(case.spent, case.design), population_mean(case.spent, scaled)
    np.testing.assert_allclose(scaled_mean.std_error, mean.std_error, rtol=1e-12)
    np.testing.assert_allclose(scaled_mean.deff_wr, mean.deff_wr, rtol=1e-12)
    total, scaled_total = population_total(case.spent, case.design), population_total(case.spent, scaled)
    np.testing.assert_allclose(scaled_total.std_error, 7 * total.std_error, rtol=1e-12)


def test_the_ratio_of_two_means_as_a_contrast_is_the_ratio(case):
    both = population_mean(np.column_stack([case.spent, case.visits]), case.design)
    top, bottom = both.value[0]
    found = both.contrast([[1 / bottom, -top / bottom**2]], value=top / bottom)
    ratio = population_ratio(case.spent, case.visits, case.design)
    np.testing.assert_allclose([found.value, found.std_error], [ratio.value[0, 0], ratio.std_error[0, 0]])


def test_a_domain_is_estimated_on_the_whole_design():
    # Cutting the rows out would leave one PSU less, and a smaller variance.
    design = SurveyDesign(6, clusters=([1, 1, 2, 2, 3, 3],))
    inside = Partition.of("who", ["x", "", "x", "x", "", ""])
    found = population_total([1, 9, 2, 3, 9, 9], design, domains=inside)
    # PSU totals 1, 5, 0 about 2: 3/2 (1 + 9 + 4).
    np.testing.assert_allclose(found.covariance.ravel(), [21])
    assert found.df.tolist() == [1]


def test_a_domain_without_a_value_or_a_degree_of_freedom_has_no_number():
    design = SurveyDesign(6, clusters=([1, 1, 2, 2, 3, 3],))
    by = Partition.of("who", ["a", "a", "b", "b", "b", "c"])
    found = population_mean([1, 2, 3, np.nan, 4, np.nan], design, domains=by)
    np.testing.assert_array_equal(np.isnan(found.value.ravel()), [False, False, True])
    np.testing.assert_array_equal(np.isnan(found.std_error.ravel()), [True, False, True])
    assert found.confidence_interval().method.ravel().tolist() == ["none", "t", "none"]
    assert found.n.ravel().tolist() == [2, 2, 0]
    # What is undefined and not asked for does no harm.
    assert found.contrast([[0], [2], [0]]).value == 7


def test_a_variable_that_does_not_vary_has_no_interval_and_no_design_effect():
    found = population_mean([0.1] * 7, SurveyDesign(7, weight=np.linspace(0.1, 2.3, 7)))
    assert found.std_error.tolist() == [[0]]
    assert np.isnan(found.deff_wr).all()
    assert found.confidence_interval().method.tolist() == [["none"]]


def test_a_ratio_with_nothing_below_has_no_number():
    found = population_ratio([1.0, 2, 3], [1.0, 0, -1], SurveyDesign(3))
    assert np.isnan(found.value).all()
    assert np.isnan(found.std_error).all()


def test_the_comparison_without_replacement_needs_weights_that_add_up_to_a_population():
    found = population_mean([1.0, 2, 4], SurveyDesign(3))
    assert np.isnan(found.deff_wor).all()
    np.testing.assert_allclose(found.deff_wr, [[1]])


def test_a_stratum_of_one_psu_is_refused_until_a_rule_is_named():
    y, stratum = [1.0, 3, 5, 11], ["a", "a", "b", "c"]
    with pytest.raises(LonelyPSUError, match="b, c"):
        population_total(y, SurveyDesign(4, stratum=stratum))
    found = {
        rule: population_total(y, SurveyDesign(4, stratum=stratum, lonely_psu=rule)).covariance.item()
        for rule in ("remove", "certainty", "adjust", "average")
    }
    # Stratum a adds 2 x (1 + 1) = 4; from the mean of all, 5, b is 0 away and c 6; 3 strata, one of them not lonely.
    assert found == pytest.approx({"remove": 4, "certainty": 4, "adjust": 4 + 36, "average": 4 * 3})


def test_a_psu_of_one_later_unit_is_refused_until_a_rule_is_named():
    stages = {"clusters": ([1, 1, 2],), "fpc": ([4] * 3, [10] * 3)}
    with pytest.raises(LonelyUnitError, match="one sampled unit at stage 2"):
        population_total([1.0, 2, 4], SurveyDesign(3, **stages))
    found = population_total([1.0, 2, 4], SurveyDesign(3, **stages, lonely_psu="remove"))
    # PSU totals 3 and 4: (1 - 1/2) 2 (2 x .25) = .5; within the first 1/2 (1 - 1/5) 2 (2 x .25) = .4.
    np.testing.assert_allclose(found.covariance.ravel(), [0.9])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: population_mean([1, 2], d), "one row per row of the design, 3"),
        (lambda d: population_mean([1, np.inf, 2], d), r"infinite in 1 rows \(rows 2\)"),
        (lambda d: population_mean(["a", "b", "c"], d), "must hold numbers"),
        (lambda d: population_ratio([1, 2, 3], np.ones((3, 2)), d), "one shape"),
        (lambda d: population_mean([1, 2, 3], d, domains=Partition.whole(2)), "place each of the 3 rows"),
        (lambda d: population_mean([1, 2, 3], d).contrast([1]), "one number per figure"),
        (lambda d: population_mean([1, 2, 3], d).confidence_interval(95), "between 0 and 1"),
    ],
)
def test_what_cannot_be_estimated_is_refused_with_the_reason(call, message):
    with pytest.raises(ScoringError, match=message):
        call(SurveyDesign(3))
