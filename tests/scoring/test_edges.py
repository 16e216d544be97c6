"""Input that real waves bring: one agency, no answers, no variation, heavy weights, very many strata."""

from __future__ import annotations

import time

import numpy as np
import pytest

from scoring import Pair, Partition, Plan, SurveyDesign, engines, estimate
from scoring.errors import LonelyPSUError
from tests.scoring.small import NO, Scored, flat

RULES = ("pooled_answers", "mean_of_items", "mean_of_children", "respondent_mean")


def test_one_agency_is_its_own_whole():
    scores = [[100, 0, 50, 100, 0, 50], [50, NO, 100, 0, 0, 25]]
    scored = Scored(scores, flat("mean_of_items", 0, 1), stratum=list("aaabbb"), clusters=(list("112112"),))
    whole, agency = scored.estimate(), scored.estimate(["a"] * 6)
    for name in ("value", "std_error", "n", "df", "deff"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(agency, name))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("wave_kind", ["probability", "census", "volunteer"])
def test_all_answers_missing_is_undefined(rule, wave_kind):
    scored = Scored([[NO] * 12, [NO] * 12], flat(rule, 0, 1), fpc=([40] * 12,))
    found = scored.estimate(wave_kind=wave_kind)
    assert np.isnan(found.value).all()
    assert np.isnan(found.std_error).all()
    assert np.isnan(found.deff).all()
    assert found.n.tolist() == [[0, 0, 0]]
    assert set(found.confidence_interval().method[0]) == {"none"}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("clusters", [True, False])
def test_constant_items_have_a_standard_error_of_exactly_nought(rule, clusters):
    # 75 has no exact third, and the weights no exact sum: what is left is rounding, not variation.
    weight = np.linspace(0.1, 7.7, 30)
    psu = (np.repeat(np.arange(10), 3),) if clusters else ()
    scored = Scored(np.full((3, 30), 100 / 3), flat(rule, 0, 1, 2), weight=weight, clusters=psu)
    found = scored.estimate()
    np.testing.assert_allclose(found.value, 100 / 3, rtol=1e-14)
    np.testing.assert_array_equal(found.std_error, 0)
    assert np.isnan(found.n_eff).all()
    interval = found.confidence_interval()
    assert np.isnan(interval.low).all()
    assert set(interval.method[0]) == {"none"}


@pytest.mark.parametrize("clusters", [True, False])
def test_strata_that_differ_but_do_not_vary_inside_have_a_standard_error_of_nought(clusters):
    # All of the variation lies between strata, which stratified sampling takes out: sums that cancel.
    stratum = np.repeat(["a", "b", "c"], 40)
    scores = np.repeat([[0.0, 100 / 3, 100.0]], 40, axis=1)
    psu = (np.tile(np.repeat(np.arange(10), 4), 3),) if clusters else ()
    weight = np.repeat([0.1, 0.7, 1.3], 40)
    found = Scored(scores, flat("pooled_answers", 0), stratum=stratum, clusters=psu, weight=weight).estimate()
    np.testing.assert_array_equal(found.std_error, 0)
    np.testing.assert_array_equal(found.deff, 0)
    assert np.isnan(found.n_eff).all()
    assert np.isnan(found.confidence_interval().low).all()


def test_a_domain_of_one_person():
    found = Scored([[100, 0, 50, 25]], flat("mean_of_items", 0)).estimate(list("xyyy"))
    assert found.value[0].tolist() == [100, 100]
    assert found.n[0].tolist() == [1, 1]
    assert np.isnan(found.std_error[0]).all()
    assert np.isnan(found.deff[0]).all()


def test_an_item_with_one_answer_in_a_large_domain_has_no_variation():
    scores = [[NO] * 9 + [50.0], [0, 100] * 5]
    found = Scored(scores, clusters=(np.arange(10),)).estimate()
    assert (found.n[0, 0], found.std_error[0, 0]) == (1, 0)
    assert np.isnan(found.confidence_interval().low[0, 0])


@pytest.mark.parametrize("wave_kind", ["probability", "volunteer"])
def test_no_rows_in_any_domain_gives_no_estimate(wave_kind):
    found = Scored([[100, 0, 50]], clusters=([1, 2, 3],)).estimate([""] * 3, wave_kind=wave_kind)
    assert found.value.shape == (0, 1)


@pytest.mark.parametrize("clusters", [True, False])
def test_weights_that_differ_a_hundred_million_fold(clusters):
    # One heavy person carries the figure and the variance.
    weight = np.array([1e8, 1, 1, 1, 1, 1, 1, 1.0])
    psu = (np.arange(8),) if clusters else ()
    found = Scored([[100, 0, 0, 0, 0, 0, 0, 0]], weight=weight, clusters=psu).estimate()
    p = 1e8 / (1e8 + 7) * 100
    z = weight * (np.array([100, 0, 0, 0, 0, 0, 0, 0]) - p) / weight.sum()
    np.testing.assert_allclose(found.value[0, 0], p, rtol=1e-14)
    np.testing.assert_allclose(found.std_error[0, 0], np.sqrt(8 / 7 * (z**2).sum()), rtol=1e-6)


@pytest.mark.parametrize("clusters", [True, False])
def test_a_million_strata_within_seconds(clusters):
    n = 2_000_000
    rng = np.random.default_rng(20261121)
    answers = rng.integers(0, 4, (1, n), dtype=np.uint8)
    scores = np.array([0.0, 50, 100, NO])
    plan = Plan(("q1",), (4,), (Pair(0, "mean_100", scores),))
    stratum, psu = np.repeat(np.arange(n // 2), 2), np.tile([1, 2], n // 2)
    began = time.perf_counter()
    design = SurveyDesign(n, stratum=stratum, clusters=(psu,) if clusters else ())
    totals = engines.load("arrays")(answers, plan, design, Partition.whole(n), products=False)
    found = estimate(totals, plan, design)
    spent = time.perf_counter() - began
    assert (found.df[0], found.n_psu[0]) == (n // 2, n)
    # Within a stratum of two, (z1 - z2)^2.
    valid = answers[0] < 3
    z = np.where(valid, np.nan_to_num(scores)[answers[0]] - found.value[0, 0], 0) / valid.sum()
    np.testing.assert_allclose(found.std_error[0, 0], np.sqrt(((z[::2] - z[1::2]) ** 2).sum()), rtol=1e-9)
    assert spent < 60


def test_a_million_lonely_strata_are_named_briefly():
    n = 1_000_000
    scored = Scored([np.tile([0.0, 100.0], n // 2)], stratum=np.maximum(np.arange(n) - 1, 0))
    with pytest.raises(LonelyPSUError) as caught:
        scored.estimate()
    assert len(caught.value.strata) == n - 2
    assert len(str(caught.value)) < 300


def test_the_whole_is_one_domain_of_everyone():
    partition = Partition.whole(3)
    assert partition.domains == (None,)
    assert partition.outside == 0
