"""Sample sizes, margins and power: published check values, inverses, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring.planning import (
    PlanningError,
    cluster_deff,
    margin_of_error,
    power_of_change,
    sample_size_change,
    sample_size_margin,
    yamane_sample_size,
)

# Both sides are a handful of float operations.
TIGHT = 1e-12


@pytest.mark.parametrize(("population", "n"), [(500, 223), (1000, 286), (10_000, 385)])
def test_yamane_gives_the_values_of_the_2012_guide(population, n):
    assert yamane_sample_size(population, 0.05).respondents == n


def test_yamane_never_passes_400_at_five_per_cent():
    assert yamane_sample_size(10**9, 0.05).respondents == 400
    assert yamane_sample_size(10**9, 0.05).unlimited == pytest.approx(400, rel=TIGHT)


def test_yamane_is_the_margin_rule_with_z_2():
    # n0 = 4 * .25 / .0025 = 400; 400 / (1 + 400 / 500) = 222.22
    assert yamane_sample_size(500, 0.05).exact == pytest.approx(400 / (1 + 400 / 500), rel=TIGHT)
    level = math.erf(2 / math.sqrt(2))  # 95.45 %, of which 2 is the quantile
    assert sample_size_margin(0.05, level=level).exact == pytest.approx(400, rel=1e-9)


def test_size_counted_by_hand():
    # 1.959964^2 * .25 / .05^2 = 384.146; times 2 = 768.292; / (1 + 767.292 / 1000) = 434.728; 435 / .8 = 543.75
    found = sample_size_margin(0.05, deff=2, population=1000, response_rate=0.8)
    assert found.unlimited == pytest.approx(768.2917641, abs=1e-6)
    assert found.exact == pytest.approx(768.2917641 / 1.7672917641, abs=1e-6)
    assert (found.respondents, found.invitations, found.attainable) == (435, 544, True)


def test_a_design_effect_of_4_8_needs_nearly_five_times_as_many():
    assert sample_size_margin(0.05, deff=4.8).unlimited == pytest.approx(
        4.8 * sample_size_margin(0.05).unlimited, rel=TIGHT
    )


def test_a_size_beyond_the_population_is_said():
    found = sample_size_margin(0.02, population=300, response_rate=0.5)
    assert found.respondents == 267
    assert found.invitations == 534
    assert not found.attainable


@pytest.mark.parametrize("population", [None, 400, 10**6])
@pytest.mark.parametrize("p", [0.5, 0.9])
def test_margin_is_the_inverse_of_size(population, p):
    wanted = sample_size_margin(0.04, p=p, level=0.9, population=population)
    assert margin_of_error(wanted.exact, p=p, level=0.9, population=population) == pytest.approx(
        0.04, rel=1e-9
    )


def test_asking_everyone_leaves_no_margin():
    assert margin_of_error(1, population=1) == 0
    assert margin_of_error(250, population=250, deff=3) == 0


def test_a_whole_number_is_not_rounded_up_by_a_hair():
    # 1 / .05^2 is 399.99999999999994 in floats, 1 / .1^2 is 99.99999999999999
    assert yamane_sample_size(1e15, 0.1).respondents == 100


def test_cluster_effect_is_one_without_clusters_or_correlation():
    assert cluster_deff(1, 0.3) == 1
    assert cluster_deff(25, 0) == 1
    assert cluster_deff(25, 1) == 25
    assert cluster_deff(20, 0.05, cv=0.5) == pytest.approx(1 + (1.25 * 20 - 1) * 0.05, rel=TIGHT)


def test_power_is_the_inverse_of_size_of_a_change():
    options = {"deff": 2.5, "overlap": 0.6, "correlation": 0.4, "level": 0.95}
    n = sample_size_change(0.80, 0.84, power=0.9, **options).exact
    # Size leaves out the far tail, Phi(-5.2), about 1e-7.
    assert power_of_change(n, 0.80, 0.84, **options).power == pytest.approx(0.9, abs=1e-6)


def test_overlap_takes_its_correlation_off_the_variance():
    apart = sample_size_change(70, 72, std_dev=20)
    together = sample_size_change(70, 72, std_dev=20, overlap=0.5, correlation=0.6)
    assert together.exact == pytest.approx(apart.exact * (1 - 0.5 * 0.6), rel=TIGHT)
    # (1.959964 + .841621)^2 * 2 * 400 / 4 = 1569.776
    assert apart.exact == pytest.approx(1569.776, abs=1e-3)


def test_no_change_is_found_as_often_as_the_test_errs():
    assert power_of_change(500, 0.8, 0.8).power == pytest.approx(0.05, rel=1e-9)
    assert power_of_change(500, 70, 70, std_dev=20, level=0.9).power == pytest.approx(0.1, rel=1e-9)


def test_power_agrees_with_simulated_waves():
    rng = np.random.default_rng(5)
    n, before, after = 400, 0.70, 0.78
    first, second = rng.binomial(n, before, 40_000) / n, rng.binomial(n, after, 40_000) / n
    std_error = np.sqrt((first * (1 - first) + second * (1 - second)) / n)
    found = np.mean(np.abs(second - first) / std_error > 1.959964)
    # Simulation error .0022; the test estimates its standard error, the formula knows it.
    assert power_of_change(n, before, after).power == pytest.approx(found, abs=0.01)


def test_a_change_without_variance_is_always_found():
    assert power_of_change(10, 0.0, 1.0).power == 1
    assert power_of_change(10, 1.0, 1.0).power == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sample_size_margin(5), "`margin` must lie between 0 and 1"),
        (lambda: sample_size_margin(0.05, p=1), "`p`"),
        (lambda: sample_size_margin(0.05, level=95), "`level`"),
        (lambda: sample_size_margin(0.05, deff=0), "`deff`"),
        (lambda: sample_size_margin(0.05, response_rate=0), "`response_rate`"),
        (lambda: sample_size_margin(0.05, population=0), "`population`"),
        (lambda: sample_size_margin(math.nan), "`margin`"),
        (lambda: yamane_sample_size(math.inf, 0.05), "`population`"),
        (lambda: margin_of_error(0), "`n`"),
        (lambda: margin_of_error(500, population=400), "can't exceed"),
        (lambda: cluster_deff(10, -0.5), "`rho`"),
        (lambda: cluster_deff(0.5, 0.1), "`per_cluster`"),
        (lambda: cluster_deff(10, 0.1, cv=-1), "`cv`"),
        (lambda: sample_size_change(0.8, 0.8), "must differ"),
        (lambda: sample_size_change(70, 72), "unless `std_dev` is given"),
        (lambda: sample_size_change(0.7, 0.8, power=0.01), "`power`"),
        (lambda: sample_size_change(0.7, 0.8, overlap=1.5), "`overlap`"),
        (lambda: power_of_change(100, 0.7, 0.8, correlation=2), "`correlation`"),
        (lambda: power_of_change(100, math.nan, 70, std_dev=20), "must be numbers"),
    ],
)
def test_what_cannot_be_planned_is_refused(call, words):
    with pytest.raises(PlanningError, match=words):
        call()
