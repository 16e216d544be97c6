"""Variances from residuals: without a step those of the totals, with steps what the weighting leaves.

R's values of calibrated figures by domain are in tests/services/assembly/test_weighting.py, which scores whole files.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring import Partition, SurveyDesign, engines, estimate
from scoring.calibrated import calibrated_estimate, calibrated_joint, residuals
from scoring.calibration import calibrate, rake
from scoring.covariance import figures_of, joint_covariance
from scoring.errors import LonelyPSUError, ScoringError
from scoring.margins import Margin, WeightingError
from scoring.replicate_designs import jackknife
from scoring.replication import plan_statistic, readjusted
from scoring.replication import variance as replicated
from scoring.weighting import Weighted, nonresponse_cells, post_stratify
from tests.scoring.conftest import ALL_RULES, Rows, make_plan
from tests.scoring.staged import PLAN, all_figures, answers, design, rows, totals_by

DESIGNS = ("three_stages", "two_stages", "one_stage", "replaced", "rows", "rows_fpc")


@pytest.mark.parametrize("by", [None, "sex", "province", "fx"])
@pytest.mark.parametrize("name", DESIGNS)
def test_without_a_step_every_figure_is_that_of_the_totals(name, by):
    of = design(name)
    totals = totals_by(of, by)
    plain, found = estimate(totals, PLAN, of), calibrated_estimate(totals, PLAN, of, answers(), [])
    for attribute in ("value", "std_error", "deff", "n_eff"):
        np.testing.assert_allclose(getattr(found, attribute), getattr(plain, attribute), rtol=1e-9)


@pytest.mark.parametrize("name", DESIGNS)
def test_without_a_step_every_covariance_is_that_of_the_totals(name):
    of = design(name)
    figures, finer = all_figures(of)
    plain, found = (
        joint_covariance(figures, PLAN, of, finer=finer),
        calibrated_joint(figures, PLAN, of, answers(), []),
    )
    scale = np.sqrt(np.outer(np.diag(plain.covariance), np.diag(plain.covariance)))
    np.testing.assert_allclose(found.covariance / scale, plain.covariance / scale, rtol=1e-9, atol=1e-11)
    assert found.df == plain.df


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty", "remove"])
def test_lonely_strata_go_by_the_rule_of_the_design(rule):
    lonely = Rows.read("lonely")
    of = lonely.design(clusters=True, fpc=True, lonely_psu=rule)
    plan = make_plan(*ALL_RULES)
    totals = engines.load("arrays")(lonely.answers(), plan, of, Partition.of("domain", lonely["domain"]))
    plain, found = estimate(totals, plan, of), calibrated_estimate(totals, plan, of, lonely.answers(), [])
    np.testing.assert_allclose(found.std_error, plain.std_error, rtol=1e-9)
    figures = figures_of(totals, plan, range(plain.value.shape[1]))
    one, other = (
        joint_covariance(figures, plan, of),
        calibrated_joint(figures, plan, of, lonely.answers(), []),
    )
    np.testing.assert_allclose(other.std_error, one.std_error, rtol=1e-9)


def test_a_lonely_stratum_without_a_rule_is_refused():
    lonely, plan = Rows.read("lonely"), make_plan()
    of = lonely.design(clusters=True, fpc=False)
    totals = engines.load("arrays")(lonely.answers(), plan, of, Partition.whole(len(lonely)))
    with pytest.raises(LonelyPSUError):
        calibrated_joint(figures_of(totals, plan, [0]), plan, of, lonely.answers(), [])


def weighted_run(clustered, adjust):
    """The design and the estimates under adjusted weights, with the steps that `adjust` took from base weights."""
    base = clustered.design(clusters=True, fpc=False)
    steps = adjust(base.w)
    inside = steps[-1].weight > 0
    final = replace(base, weight=np.where(inside, steps[-1].weight, base.w))
    domains = np.where(inside, np.arange(base.n_rows) % 2, -1)
    return base, final, steps, Partition("odd", ("0", "1"), domains)


def cells(weight, labels, responded):
    """Nonresponse cells over the rows that a replicate keeps."""
    kept = weight > 0
    found = nonresponse_cells(weight[kept], labels[kept], responded[kept])
    final, cell = np.zeros(len(weight)), np.zeros(len(weight), dtype=np.intp)
    final[kept], cell[kept] = found.weight, found.cell
    return Weighted(final, weight, found.method, cell=cell, sample_total=True)


@pytest.mark.parametrize("kind", ["post", "rake", "linear", "cells", "cells and rake"])
def test_residuals_are_near_replicates_that_are_weighted_anew(clustered, kind):
    domain, n = clustered["domain"], len(clustered)
    band = np.array(list("xyz"))[np.arange(n) % 3]
    responded = np.arange(n) % 6 != 0
    margins = [
        Margin("domain", domain, {"a": 700, "b": 400, "c": 200}),
        Margin("band", band, {"x": 500, "y": 500, "z": 300}),
    ]

    def adjust(weight):
        steps = [cells(weight, band, responded)] if kind.startswith("cells") else []
        weight = steps[-1].weight if steps else weight
        if kind == "post":
            steps.append(post_stratify(weight, margins[0], allow_zero=True))
        elif kind == "linear":
            steps.append(calibrate(weight, margins=margins, allow_zero=True, allow_negative=True))
        elif kind.endswith("rake"):
            steps.append(rake(weight, margins, allow_zero=True))
        return steps

    base, final, steps, partition = weighted_run(clustered, adjust)
    plan = make_plan(*ALL_RULES)
    totals = engines.load("arrays")(clustered.answers(), plan, final, partition)
    found = calibrated_estimate(totals, plan, final, clustered.answers(), steps)
    weights = readjusted(jackknife(base), lambda w: adjust(w)[-1].weight)
    second = replicated(weights, plan_statistic(clustered.answers(), plan, partition))
    np.testing.assert_allclose(found.value, second.value, rtol=1e-9)
    ratio = found.std_error / second.std_error
    assert 0.85 < ratio.min() <= ratio.max() < 1.05


@pytest.mark.parametrize("name", ["three_stages", "two_stages", "one_stage", "replaced", "rows"])
@pytest.mark.parametrize("kind", ["post", "rake"])
def test_cells_give_what_a_table_of_all_rows_gives(name, kind):
    """A step that changes nothing before it takes the way over all rows."""
    of, data = design(name), rows()
    margins = [Margin(by, data[by], dict.fromkeys(set(data[by].tolist()), 700)) for by in ("sex", "kind")]
    step = post_stratify(of.w, margins[0]) if kind == "post" else rake(of.w, margins)
    final = replace(of, weight=step.weight)
    nothing = Weighted(of.w, of.w, "trimmed")
    totals = totals_by(final, "province")
    one, other = (
        calibrated_estimate(totals, PLAN, final, answers(), steps) for steps in ([step], [nothing, step])
    )
    np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-9)
    figures = figures_of(totals, PLAN, [0, 2])
    one, other = (
        calibrated_joint(figures, PLAN, final, answers(), steps) for steps in ([step], [nothing, step])
    )
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9, atol=1e-9)


def test_steps_are_taken_off_from_the_last_to_the_first():
    first = post_stratify([1, 1, 1, 1], Margin("a", list("xxyy"), {"x": 2, "y": 4}))
    second = post_stratify(first.weight, Margin("b", list("xyxy"), {"x": 3, "y": 3}))
    z = second.weight * np.array([1.0, 2.0, 4.0, 8.0])
    np.testing.assert_allclose(residuals(z, [first, second]), residuals(residuals(z, [second]), [first]))


def test_steps_of_other_rows_are_refused():
    step = post_stratify([1, 1], Margin("a", list("xy"), {"x": 2, "y": 4}))
    with pytest.raises(WeightingError, match="one row per weight, 2"):
        residuals(np.ones((3, 1)), [step])


def test_a_census_and_no_figure_are_refused(clustered):
    of = SurveyDesign(len(clustered), fpc=([9999] * len(clustered),))
    plan = make_plan()
    totals = engines.load("arrays")(clustered.answers(), plan, of, Partition.whole(of.n_rows))
    with pytest.raises(ScoringError, match="knows nothing of weights"):
        calibrated_estimate(totals, plan, of, clustered.answers(), [], wave_kind="census")
    with pytest.raises(ScoringError, match="give at least one"):
        calibrated_joint([], plan, of, clustered.answers(), [])
