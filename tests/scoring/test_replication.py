"""Replicate weights: the variance is R's, near the linearised one, and equal to it for figures that are linear."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from scoring import Node, Partition, SurveyDesign, estimate
from scoring.engines import load
from scoring.errors import LonelyPSUError, ScoringError
from scoring.margins import Margin
from scoring.replicate_designs import brr, given, jackknife, rescaled_bootstrap
from scoring.replication import ReplicateWeights, ReplicationError, plan_statistic, readjusted, variance
from scoring.weighting import post_stratify
from tests.scoring.conftest import ALL_RULES, REFERENCE, make_plan
from tests.scoring.small import Scored, flat

# R prints 15 digits and works in doubles; what remains is the order of summation.
RTOL = 1e-9
EXPECTED = json.loads((REFERENCE / "replication.json").read_text(encoding="utf-8"))
INDEX = Node("i", "top_box", "mean_of_items", (0, 1, 2, 3))


def statistic(rows):
    """Items and index of the whole, then of domain a, as make_replication.R computes them."""
    plan, answers = make_plan(INDEX), rows.answers()
    parts = [
        plan_statistic(answers, plan, Partition.whole(len(rows))),
        plan_statistic(answers, plan, Partition.of("domain", np.where(rows["domain"] == "a", "a", ""))),
    ]
    return lambda w: np.concatenate([part(w)[0, [0, 1, 2, 3, 8]] for part in parts])


def check(rows, replicates: ReplicateWeights, expected: dict) -> None:
    for mse, name in ((True, "mse"), (False, "centred")):
        found = variance(replace(replicates, mse=mse), statistic(rows))
        np.testing.assert_allclose(found.value, expected[name]["value"], rtol=RTOL)
        np.testing.assert_allclose(found.std_error, expected[name]["se"], rtol=RTOL)
        np.testing.assert_allclose(found.covariance, expected[name]["vcov"], rtol=RTOL, atol=1e-9)
        assert (found.df, replicates.n_replicates) == (expected["df"], expected["n_replicates"])


@pytest.mark.parametrize(("name", "fpc"), [("jkn", False), ("jkn_fpc", True)])
def test_the_stratified_jackknife_equals_r(clustered, name, fpc):
    check(clustered, jackknife(clustered.design(clusters=True, fpc=fpc)), EXPECTED[name])


def test_the_jackknife_of_one_stratum_equals_r(clustered):
    rows = clustered.where(clustered["stratum"] == "04")
    check(rows, jackknife(rows.design(clusters=True, fpc=True), "JK1"), EXPECTED["jk1_fpc"])


@pytest.mark.parametrize(("name", "kind", "fay"), [("brr", "BRR", 0.0), ("fay", "Fay", 0.3)])
def test_given_half_samples_have_the_scale_and_the_variance_of_r(clustered, name, kind, fay):
    rows, expected = clustered.where(clustered["psu"].astype(int) <= 2), EXPECTED[name]
    weight = rows["weight"].astype(float)
    replicates = given(weight, expected["weights"], kind=kind, combined=True, fay=fay)
    assert replicates.scale == pytest.approx(expected["scale"], rel=1e-14)
    check(rows, replicates, expected)


@pytest.mark.parametrize("combined", [True, False])
def test_given_bootstrap_weights_have_the_variance_of_r_whole_or_as_multipliers(clustered, combined):
    expected, weight = EXPECTED["bootstrap"], clustered["weight"].astype(float)
    weights = np.array(expected["weights"]) / (1 if combined else weight[:, None])
    replicates = given(weight, weights, kind="bootstrap", combined=combined, mse=False)
    assert replicates.scale == pytest.approx(expected["scale"], rel=1e-14)
    np.testing.assert_allclose(replicates.weights, expected["weights"], rtol=1e-12)
    check(clustered, replicates, expected)


def test_our_half_samples_stand_near_those_of_r(clustered):
    """Another Hadamard matrix takes other half-samples, which a ratio notices a little."""
    rows = clustered.where(clustered["psu"].astype(int) <= 2)
    found = variance(brr(rows.design(clusters=True, fpc=False), 0.3), statistic(rows))
    np.testing.assert_allclose(found.std_error[:5], EXPECTED["fay"]["mse"]["se"][:5], rtol=0.05)


@pytest.mark.parametrize("fpc", [True, False])
def test_the_jackknife_stands_near_linearisation_for_every_rule_and_domain(clustered, fpc):
    plan, answers = make_plan(*ALL_RULES), clustered.answers()
    design, partition = (
        clustered.design(clusters=True, fpc=fpc),
        Partition.of("domain", np.where(clustered["domain"] == "c", "", clustered["domain"])),
    )
    taylor = estimate(load("arrays")(answers, plan, design, partition), plan, design)
    found = variance(jackknife(design), plan_statistic(answers, plan, partition))
    # The cells of another design are added up in another order.
    np.testing.assert_allclose(found.value, taylor.value, rtol=1e-12)
    np.testing.assert_allclose(found.std_error, taylor.std_error, rtol=0.05)


def test_by_hand_the_jackknife_of_four_psus():
    # Means 0, 50, 50, 100; without each: 200/3, 50, 50, 100/3; V = 3/4 ((50/3)^2 + (50/3)^2) = 416.67.
    scored = Scored([[0.0, 50.0, 50.0, 100.0]], weight=[2.0] * 4)
    found = variance(
        jackknife(scored.design, "JK1"), plan_statistic(scored.answers, scored.plan, Partition.whole(4))
    )
    assert found.covariance[0, 0] == pytest.approx(0.75 * 2 * (50 / 3) ** 2)
    assert found.replicate_values[:, 0].tolist() == pytest.approx([200 / 3, 50, 50, 100 / 3])
    low, high = found.confidence_interval(0.95)
    # t with 3 degrees of freedom is 3.182446.
    assert high[0, 0] - low[0, 0] == pytest.approx(2 * 3.182446305 * found.std_error[0, 0])


def test_covariances_carry_an_index_over_two_items(clustered):
    """The index is the mean of its items in every replicate, so its variance is c' V c exactly."""
    found = variance(jackknife(clustered.design(clusters=True, fpc=False)), statistic(clustered))
    c = np.array([0.25] * 4)
    assert c @ found.covariance[:4, :4] @ c == pytest.approx(found.covariance[4, 4], rel=1e-12)


@drawn(st.permutations(range(12)), st.floats(1e-6, 1e6))
@settings(max_examples=20, deadline=None)
def test_order_of_rows_and_scale_of_weights_change_nothing(order, factor):
    scores = np.array([[0, 25, 50, 75, 100, 100, 0, 50, 25, 75, 50, 0.0]])
    weight, psu = np.arange(1.0, 13.0), np.arange(12) // 2
    order = list(order)

    def std_error(rows, times):
        scored = Scored(
            scores[:, rows], weight=weight[rows] * times, stratum=psu[rows] % 3, clusters=(psu[rows],)
        )
        statistic = plan_statistic(scored.answers, scored.plan, Partition.whole(12))
        return [
            float(variance(replicates, statistic).std_error[0, 0])
            for replicates in (
                jackknife(scored.design),
                brr(scored.design),
                rescaled_bootstrap(scored.design, 9, 1),
            )
        ]

    np.testing.assert_allclose(std_error(order, factor), std_error(list(range(12)), 1.0), rtol=1e-11)


def test_an_empty_domain_in_a_replicate_is_refused_unless_dropping_is_named():
    scored = Scored([[0.0, 100.0, 50.0, 25.0, 75.0]])
    by = Partition.of("by", ["a", "", "b", "b", "b"])
    statistic = plan_statistic(scored.answers, scored.plan, by)
    replicates = jackknife(scored.design, "JK1")
    with pytest.raises(
        ReplicationError, match=r"1 of 5 replicates \(first: 1\).*positions 0.*undefined=\"drop\""
    ):
        variance(replicates, statistic)
    found = variance(replicates, statistic, undefined="drop")
    assert found.dropped.tolist() == [0]
    assert found.df == 3
    # Of b: without each of its three, and once for the row outside: 5/4 of the squares that are left.
    left = np.array([50.0, 50.0, 62.5, 37.5]) - 50
    assert found.covariance[1, 1] == pytest.approx(0.8 * 5 / 4 * (left @ left))


def test_a_figure_that_the_sample_leaves_undefined_has_no_standard_error_and_stops_nothing():
    scored = Scored([[0.0, 100.0, 50.0], [np.nan] * 3])
    found = variance(
        jackknife(scored.design), plan_statistic(scored.answers, scored.plan, Partition.whole(3))
    )
    assert np.isnan(found.std_error).tolist() == [[False, True]]
    assert len(found.dropped) == 0


def test_a_float_is_a_statistic():
    found = variance(jackknife(SurveyDesign(3)), lambda w: float(w @ [1.0, 2.0, 3.0]))
    # A total of three drawn with replacement: 3 / 2 of the squared deviations, 2 in all.
    assert (found.value.shape, found.std_error.shape) == ((), ())
    assert found.std_error == pytest.approx(np.sqrt(3.0))


def test_replicates_calibrated_again_show_what_calibration_gains():
    weight, y = np.ones(6), np.array([1.0, 2.0, 1.0, 2.0, 1.0, 2.0])
    replicates = jackknife(SurveyDesign(6, weight=weight), "JK1")
    again = readjusted(replicates, lambda w: w * np.where(y == 1, 30 / w[y == 1].sum(), 60 / w[y == 2].sum()))
    assert again.combined
    assert variance(again, lambda w: w @ y).std_error == pytest.approx(0, abs=1e-12)
    assert variance(replicates, lambda w: w @ y).std_error > 1


def test_a_statistic_must_keep_its_shape_and_weights_must_not_be_negative():
    replicates = jackknife(SurveyDesign(3))
    shapes = iter([2, 3])
    with pytest.raises(ReplicationError, match="shape"):
        variance(replicates, lambda w: np.zeros(next(shapes)))
    scored = Scored([[0.0, 100.0, 50.0]], flat("mean_of_items", 0))
    statistic = plan_statistic(scored.answers, scored.plan, Partition.whole(3))
    with pytest.raises(ReplicationError, match="rows 2"):
        statistic(np.array([1.0, -1.0, 2.0]))
    with pytest.raises(ReplicationError, match="no weights in replicate 1"):
        readjusted(replicates, lambda w: np.where(w == 0, np.nan, w))
    with pytest.raises(ReplicationError, match="undefined"):
        variance(replicates, np.sum, undefined="ignore")
    with pytest.raises(ScoringError, match="level"):
        variance(replicates, np.sum).confidence_interval(95)


def test_a_replicate_that_cannot_be_adjusted_is_named_with_the_reason():
    margin = Margin("sex", ["f", "m", "m"], {"f": 5, "m": 5})
    with pytest.raises(
        ReplicationError, match=r"Replicate 1 can't be adjusted\. Margin sex counts f, where no row"
    ):
        readjusted(jackknife(SurveyDesign(3)), lambda w: post_stratify(w, margin, allow_zero=True).weight)


def test_two_replicates_are_needed():
    replicates = jackknife(SurveyDesign(2))
    with pytest.raises(ReplicationError, match="1 replicates"):
        variance(replicates, lambda w: np.nan if w[0] == 0 else w.sum(), undefined="drop")


def test_a_lonely_stratum_is_refused_until_it_is_said_to_add_nothing():
    design = {"stratum": [1, 1, 2], "weight": [1, 2, 3]}
    with pytest.raises(LonelyPSUError):
        jackknife(SurveyDesign(3, **design))
    with pytest.raises(LonelyPSUError):
        rescaled_bootstrap(SurveyDesign(3, **design, lonely_psu="adjust"), 5, 1)
    assert jackknife(SurveyDesign(3, **design, lonely_psu="certainty")).n_replicates == 2
